/** Logs a connection on with requests of its own, before other requests use it. */

import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { codedError } from '../../../core/errors.js';
import { withDeadline } from '../connection/deadline.js';
import { DiscardBounds } from '../connection/discard-bounds.js';
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
 * Sends the probe until the connection is logged on. Resolves to undefined, or to an
 * error if the connection ended during the logon; try again with another one.
 *
 * Rejects with `ERR_SECUR32_CONNECTION_NOT_LOGGED_ON` if the server rejects the
 * logon, does not ask for one, or does not keep it for the connection, and if its
 * page is too large or too slow to be discarded. Also rejects if the logon fails,
 * and if the connection is lost.
 */
export async function logOnByProbe(
  socket: Socket,
  host: string,
  probe: Probe,
  server: Peer,
  limits: ClientLimits,
): Promise<Error | undefined> {
  const closed = () => connectionLost('the server closed the connection during the logon');
  await server.startRequest();
  for (;;) {
    const { head, discarded } = await withDeadline(
      socket,
      limits.headersTimeoutMs,
      () => connectionLost('the server did not answer the probe in time'),
      sendProbe(socket, host, probe, server, limits),
    );
    const failure = await discarded;
    const answer = head.status === server.status ? server.answerTo(head) : undefined;
    if (answer === undefined) {
      await checkLoggedOn(server, head, probe);
      // Another connection would meet the same page.
      if (failure !== undefined) throw failure;
      return socket.destroyed ? closed() : undefined;
    }
    if (failure !== undefined) return failure;
    if (socket.destroyed) return closed();
    await answer();
    if (socket.destroyed) return closed();
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

interface ProbeResponse {
  readonly head: ResponseHead;
  /** Resolves to undefined when the connection can be used again, or to an error if the body is too large or too slow. */
  readonly discarded: Promise<Error | undefined>;
}

/** Sends one probe. Resolves when the head of its response has arrived. */
function sendProbe(
  socket: Socket,
  host: string,
  probe: Probe,
  server: Peer,
  limits: ClientLimits,
): Promise<ProbeResponse> {
  return new Promise((resolve, reject) => {
    request({
      ...probe,
      headers: {
        host,
        connection: 'keep-alive',
        ...(server.headerValue !== undefined && { [server.headerName]: server.headerValue }),
      },
      maxHeaderSize: maxHeaderSize(limits.tokenBytes),
      createConnection: () => socket,
    })
      .once('response', (response) => {
        const head = { status: response.statusCode ?? 0, headers: response.headers };
        resolve({ head, discarded: discardBody(socket, response, probe, limits) });
      })
      .once('error', (cause) => {
        reject(connectionLost('the connection ended during the logon', cause));
      })
      .end();
  });
}

/** See `ProbeResponse.discarded`. */
function discardBody(
  socket: Socket,
  response: IncomingMessage,
  { method, path }: Probe,
  limits: ClientLimits,
): Promise<Error | undefined> {
  const bounds = new DiscardBounds(
    `${response.statusCode ?? 0} response to ${method} ${path}`,
    limits,
    () => socket.destroy(),
  );
  return new Promise((resolve) => {
    response
      .on('data', (chunk: Buffer) => {
        bounds.count(chunk.length);
      })
      .once('error', () => undefined)
      .once('close', () => {
        bounds.end();
        const { exceeded } = bounds;
        const failure =
          exceeded === undefined
            ? undefined
            : notLoggedOn(`${exceeded}; set probe.path to another page`);
        // Node.js releases the socket only then.
        setImmediate(resolve, failure);
      });
  });
}
