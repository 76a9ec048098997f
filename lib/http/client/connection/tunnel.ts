/** A connection to a server through a proxy: CONNECT, with a logon to the proxy on the way (407). */

import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { codedError } from '../../../core/errors.js';
import { hostOf, portOf } from '../host-rules.js';
import { connectionLost } from './lost-connection.js';
import type { ClientLimits } from '../options.js';
import type { Party } from '../logon/peer.js';
import { maxHeaderSize } from './max-header-size.js';
import { skipBody } from './drain-body.js';

interface Answer {
  response: IncomingMessage;
  /** What came behind the head. */
  head: Buffer;
}

/**
 * Makes a tunnel of a connection to a proxy. False where the proxy closed it
 * before the logon was done, so that it takes another connection.
 *
 * Rejects with `ERR_SECUR32_PROXY_REFUSED` where the proxy says no, as the
 * party does, and where the connection fails otherwise.
 */
export async function openTunnel(
  socket: Socket,
  target: URL,
  proxy: Party,
  limits: ClientLimits,
): Promise<boolean> {
  const stop = () => {
    socket.destroy(connectionLost('the proxy did not answer in time'));
  };
  socket.setTimeout(limits.headersTimeoutMs, stop);
  try {
    await proxy.begin();
    for (;;) {
      const { response, head } = await askFor(socket, target, proxy, limits);
      const { statusCode: status = 0, headers } = response;
      if (status >= 200 && status < 300) {
        await proxy.answered({ status, headers });
        // Whatever the server said already belongs to what comes next.
        if (head.length > 0) socket.unshift(head);
        return true;
      }
      const answer = status === proxy.status ? proxy.answerTo({ status, headers }) : undefined;
      if (answer === undefined) throw refused(target, status);
      const goesOn =
        !endsConnection(response) && (await skipBody(socket, head, headers, limits.refusalBytes));
      if (!goesOn) return false;
      await answer();
      if (socket.destroyed) return false;
    }
  } finally {
    socket.setTimeout(0).off('timeout', stop);
  }
}

function endsConnection({ headers, httpVersionMajor, httpVersionMinor }: IncomingMessage): boolean {
  const said = `${headers.connection ?? ''},${String(headers['proxy-connection'] ?? '')}`;
  if (/(^|,)\s*close\s*(,|$)/i.test(said)) return true;
  const keptByDefault = httpVersionMajor > 1 || httpVersionMinor >= 1;
  return !keptByDefault && !/(^|,)\s*keep-alive\s*(,|$)/i.test(said);
}

/** One CONNECT and its answer, whatever that is. */
function askFor(socket: Socket, target: URL, proxy: Party, limits: ClientLimits): Promise<Answer> {
  const authority = `${hostOf(target)}:${portOf(target)}`;
  return new Promise((resolve, reject) => {
    request({
      method: 'CONNECT',
      path: authority,
      headers: {
        host: authority,
        connection: 'keep-alive',
        ...(proxy.field !== undefined && { [proxy.fieldName]: proxy.field }),
      },
      maxHeaderSize: maxHeaderSize(limits.tokenBytes),
      createConnection: () => socket,
    })
      .once('connect', (response, _, head) => {
        resolve({ response, head });
      })
      .once('error', (cause) => {
        reject(connectionLost('the proxy closed the connection', cause));
      })
      .end();
  });
}

function refused(target: URL, status: number): Error {
  const why =
    status === 407 ? 'it wants a logon that it did not get or did not accept' : 'it said no';
  return Object.assign(
    codedError(
      'ERR_SECUR32_PROXY_REFUSED',
      `the proxy answered ${status} to CONNECT ${target.host}: ${why}`,
    ),
    { status },
  );
}
