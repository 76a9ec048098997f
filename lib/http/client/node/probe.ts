/** Logs a connection on with requests of its own, before other requests use it. */

import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { codedError } from '../../../core/errors.js';
import { connectionLost } from '../connection/lost-connection.js';
import { maxHeaderSize } from '../connection/max-header-size.js';
import type { ClientLimits } from '../limits.js';
import type { Peer, ResponseHead } from '../logon/peer.js';

/** The request that logs a connection on. */
export interface Probe {
  /** Node.js does not keep the connection after a HEAD whose response has no Content-Length. */
  readonly method: 'GET' | 'HEAD';
  /** A path for which the server requires a logon. */
  readonly path: string;
}

/**
 * Sends the probe until the connection is logged on. Resolves to false if the
 * server closed it during the logon; try again with another connection.
 *
 * Rejects with `ERR_SECUR32_CONNECTION_NOT_LOGGED_ON` if the server rejects the
 * logon, does not ask for one, or does not keep it for the connection. Also
 * rejects if the logon fails, and if the connection is lost.
 */
export async function logOnByProbe(
  socket: Socket,
  host: string,
  probe: Probe,
  server: Peer,
  limits: ClientLimits,
): Promise<boolean> {
  const stop = () => {
    socket.destroy(connectionLost('the server did not answer the probe in time'));
  };
  socket.setTimeout(limits.headersTimeoutMs, stop);
  try {
    await server.startRequest();
    for (;;) {
      const head = await sendProbe(socket, host, probe, server, limits);
      const answer = head.status === server.status ? server.answerTo(head) : undefined;
      if (answer === undefined) {
        await checkLoggedOn(server, head, probe);
        return !socket.destroyed;
      }
      if (socket.destroyed) return false;
      await answer();
      if (socket.destroyed) return false;
    }
  } finally {
    socket.setTimeout(0).off('timeout', stop);
  }
}

async function checkLoggedOn(server: Peer, head: ResponseHead, probe: Probe): Promise<void> {
  const what = `${probe.method} ${probe.path}`;
  if (head.status === server.status) throw notLoggedOn(`the server rejected the logon for ${what}`);
  const loggingOn = server.loggingOn;
  await server.accepted(head);
  if (server.loggedOn) return;
  throw notLoggedOn(
    loggingOn
      ? 'the server requires a token with each request; use integratedFetch or IntegratedAgent'
      : `the server did not ask for a logon for ${what}; set probe.path to a path that requires one`,
  );
}

function notLoggedOn(message: string): Error {
  return codedError('ERR_SECUR32_CONNECTION_NOT_LOGGED_ON', message);
}

/** Sends one probe. Resolves when the body of the response has been discarded. */
function sendProbe(
  socket: Socket,
  host: string,
  { method, path }: Probe,
  server: Peer,
  limits: ClientLimits,
): Promise<ResponseHead> {
  return new Promise((resolve, reject) => {
    request({
      method,
      path,
      headers: {
        host,
        connection: 'keep-alive',
        ...(server.headerValue !== undefined && { [server.headerName]: server.headerValue }),
      },
      maxHeaderSize: maxHeaderSize(limits.tokenBytes),
      createConnection: () => socket,
    })
      .once('response', (response) => {
        resolve(afterBody(socket, response, limits.discardedBodyBytes));
      })
      .once('error', (cause) => {
        reject(connectionLost('the connection ended during the logon', cause));
      })
      .end();
  });
}

function afterBody(
  socket: Socket,
  response: IncomingMessage,
  maxBytes: number,
): Promise<ResponseHead> {
  const head = { status: response.statusCode ?? 0, headers: response.headers };
  return new Promise((resolve) => {
    let bytes = 0;
    response
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) socket.destroy();
      })
      .once('error', () => undefined)
      .once('close', () => {
        // Node.js releases the socket only then.
        setImmediate(resolve, head);
      });
  });
}
