/** Opens a tunnel through a proxy (CONNECT), logging on to the proxy if it asks (407). */

import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { codedError } from '../../../core/errors.js';
import { hostOf, portOf } from '../host-rules.js';
import type { ClientLimits } from '../limits.js';
import type { Peer } from '../logon/peer.js';
import { drainBody } from './drain-body.js';
import { connectionLost } from './lost-connection.js';
import { maxHeaderSize } from './max-header-size.js';

interface Answer {
  response: IncomingMessage;
  /** The bytes after the head of the response. */
  head: Buffer;
}

/**
 * Turns a connection to a proxy into a tunnel. Resolves to false if the proxy
 * closed it during the logon; try again with another connection.
 *
 * Rejects with `ERR_SECUR32_PROXY_REFUSED` if the proxy answers with an error,
 * if the logon fails, and if the connection is lost.
 */
export async function openTunnel(
  socket: Socket,
  target: URL,
  proxy: Peer,
  limits: ClientLimits,
): Promise<boolean> {
  const stop = () => {
    socket.destroy(connectionLost('the proxy did not answer in time'));
  };
  socket.setTimeout(limits.headersTimeoutMs, stop);
  try {
    await proxy.startRequest();
    for (;;) {
      const { response, head } = await sendConnect(socket, target, proxy, limits);
      const { statusCode: status = 0, headers } = response;
      if (status >= 200 && status < 300) {
        await proxy.accepted({ status, headers });
        // These bytes are the server's, not the proxy's.
        if (head.length > 0) socket.unshift(head);
        return true;
      }
      const answer = status === proxy.status ? proxy.answerTo({ status, headers }) : undefined;
      if (answer === undefined) throw tunnelFailed(target, status);
      const goesOn =
        !endsConnection(response) &&
        (await drainBody(socket, head, headers, limits.discardedBodyBytes));
      if (!goesOn) return false;
      await answer();
      if (socket.destroyed) return false;
    }
  } finally {
    socket.setTimeout(0).off('timeout', stop);
  }
}

function endsConnection({ headers, httpVersionMajor, httpVersionMinor }: IncomingMessage): boolean {
  const connectionOptions = `${headers.connection ?? ''},${String(headers['proxy-connection'] ?? '')}`;
  if (/(^|,)\s*close\s*(,|$)/i.test(connectionOptions)) return true;
  const keptByDefault = httpVersionMajor > 1 || httpVersionMinor >= 1;
  return !keptByDefault && !/(^|,)\s*keep-alive\s*(,|$)/i.test(connectionOptions);
}

/** Sends one CONNECT; resolves to its response, whatever its status. */
function sendConnect(
  socket: Socket,
  target: URL,
  proxy: Peer,
  limits: ClientLimits,
): Promise<Answer> {
  const authority = `${hostOf(target)}:${portOf(target)}`;
  return new Promise((resolve, reject) => {
    request({
      method: 'CONNECT',
      path: authority,
      headers: {
        host: authority,
        connection: 'keep-alive',
        ...(proxy.headerValue !== undefined && { [proxy.headerName]: proxy.headerValue }),
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

function tunnelFailed(target: URL, status: number): Error {
  const why =
    status === 407
      ? 'it requires a logon that was not sent or not accepted'
      : 'it did not open a tunnel';
  return Object.assign(
    codedError(
      'ERR_SECUR32_PROXY_REFUSED',
      `the proxy answered ${status} to CONNECT ${target.host}: ${why}`,
    ),
    { status },
  );
}
