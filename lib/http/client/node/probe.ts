/** Logs a connection on by requests of its own, before anybody else uses it. */

import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { codedError } from '../../../core/errors.js';
import { maxHeaderSize } from '../connection/max-header-size.js';
import { connectionLost } from '../connection/lost-connection.js';
import type { ClientLimits } from '../options.js';
import type { Party, ResponseHead } from '../logon/peer.js';

/** The request that a connection is logged on with. */
export interface Probe {
  /** Node.js does not keep the connection after a HEAD whose response has no Content-Length. */
  readonly method: 'GET' | 'HEAD';
  /** A path for which the server wants a logon. */
  readonly path: string;
}

/**
 * Sends the probe until the connection is logged on. False where the server
 * closed it before, so that it takes another connection.
 *
 * Rejects with `ERR_SECUR32_CONNECTION_NOT_LOGGED_ON` where the server refuses
 * the logon, does not ask for one, or does not keep it for the connection; as
 * the party does, and where the connection fails otherwise.
 */
export async function logOnByProbe(
  socket: Socket,
  host: string,
  probe: Probe,
  server: Party,
  limits: ClientLimits,
): Promise<boolean> {
  const stop = () => {
    socket.destroy(connectionLost('the server did not answer the probe in time'));
  };
  socket.setTimeout(limits.headersTimeoutMs, stop);
  try {
    await server.begin();
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

async function checkLoggedOn(server: Party, head: ResponseHead, probe: Probe): Promise<void> {
  const what = `${probe.method} ${probe.path}`;
  if (head.status === server.status) throw notLoggedOn(`the server refused the logon for ${what}`);
  const asked = server.underWay;
  await server.answered(head);
  if (server.loggedOn) return;
  throw notLoggedOn(
    asked
      ? 'the server wants a logon with each request and keeps none for the connection; use integratedFetch or IntegratedAgent'
      : `the server did not ask for a logon for ${what}; set the path of the probe to one for which it does`,
  );
}

function notLoggedOn(why: string): Error {
  return codedError('ERR_SECUR32_CONNECTION_NOT_LOGGED_ON', why);
}

/** One probe: its response, when the body was read and thrown away. */
function sendProbe(
  socket: Socket,
  host: string,
  { method, path }: Probe,
  server: Party,
  limits: ClientLimits,
): Promise<ResponseHead> {
  return new Promise((resolve, reject) => {
    request({
      method,
      path,
      headers: {
        host,
        connection: 'keep-alive',
        ...(server.field !== undefined && { [server.fieldName]: server.field }),
      },
      maxHeaderSize: maxHeaderSize(limits.tokenBytes),
      createConnection: () => socket,
    })
      .once('response', (response) => {
        resolve(afterBody(socket, response, limits.refusalBytes));
      })
      .once('error', (cause) => {
        reject(connectionLost('the connection ended in the middle of a logon', cause));
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
        // Node is done with the socket only then.
        setImmediate(resolve, head);
      });
  });
}
