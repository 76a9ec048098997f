/** Opens a tunnel through a proxy (CONNECT), logging on to the proxy if it asks (407). */

import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { codedError } from '../../../core/errors.js';
import { hostOf, portOf } from '../host-rules.js';
import type { ClientLimits } from '../limits.js';
import type { Peer } from '../logon/peer.js';
import { withDeadline } from './deadline.js';
import { drainBody } from './drain-body.js';
import { connectionLost } from './lost-connection.js';
import { maxHeaderSize } from './max-header-size.js';

interface Answer {
  response: IncomingMessage;
  /** The bytes after the head of the response. */
  head: Buffer;
}

/**
 * Turns a connection to a proxy into a tunnel. Resolves to undefined, or to the
 * reason why the connection ended during the logon; try again with another one.
 *
 * Rejects with `ERR_SECUR32_PROXY_REFUSED` if the proxy answers with an error,
 * if the logon fails, and if the connection is lost.
 */
export async function openTunnel(
  socket: Socket,
  target: URL,
  proxy: Peer,
  limits: ClientLimits,
): Promise<string | undefined> {
  await proxy.startRequest();
  for (;;) {
    const { response, head } = await withDeadline(
      socket,
      limits.headersTimeoutMs,
      late,
      sendConnect(socket, target, proxy, limits),
    );
    const { statusCode: status = 0, headers } = response;
    if (status >= 200 && status < 300) {
      await proxy.accepted({ status, headers });
      // These bytes are the server's, not the proxy's.
      if (head.length > 0) socket.unshift(head);
      return undefined;
    }
    const answer = status === proxy.status ? proxy.answerTo({ status, headers }) : undefined;
    if (answer === undefined) throw tunnelFailed(target, status);
    const closed = 'the proxy closed the connection during the logon';
    if (endsConnection(response)) return closed;
    const undrained = await drainBody(socket, `proxy's ${status} response`, head, headers, limits);
    if (undrained !== undefined) return undrained;
    await answer();
    if (socket.destroyed) return closed;
  }
}

function late(): Error {
  return connectionLost('the proxy did not answer in time');
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
