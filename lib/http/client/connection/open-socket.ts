/** Opens sockets. Each is new, because a connection must not be shared between logons. */

import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

import { codedError } from '../../../core/errors.js';
import { addressOf, hostOf, portOf } from '../host-rules.js';
import type { ConnectOptions } from '../options.js';

const KEEP_ALIVE_MS = 60_000;

export interface SocketSettings {
  readonly connect: ConnectOptions;
  /** Timeout in ms for TCP and TLS. */
  readonly timeoutMs: number;
}

/** Connects to the host of a URL, without TLS. */
export function openPlain(
  url: URL,
  { connect, timeoutMs }: SocketSettings,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connectPlain({
    ...connect,
    host: addressOf(url) ?? hostOf(url),
    port: portNumber(url),
  });
  return opened(socket, 'connect', url, timeoutMs, signal);
}

/** Connects to the host of a URL with TLS; over an existing connection, if one is given. */
export function openTls(
  url: URL,
  { connect, timeoutMs }: SocketSettings,
  signal: AbortSignal,
  on?: Socket,
): Promise<Socket> {
  const host = addressOf(url) ?? hostOf(url);
  const options: ConnectionOptions = {
    ...connect,
    host,
    port: portNumber(url),
    // The certificate must be that of the host that the client logs on to.
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ['http/1.1'],
    ...(on !== undefined && { socket: on }),
  };
  // Never resume a session: the channel bindings are those of the certificate
  // that the server sends on this connection.
  delete options.session;
  return opened(connectTls(options), 'secureConnect', url, timeoutMs, signal);
}

/** Closes a connection and waits until it has closed, so that it no longer counts. */
export async function endSocket(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.destroy();
  await closed;
}

function portNumber(url: URL): number {
  return Number(portOf(url));
}

/** Resolves when the socket is ready. Destroys it if it takes too long or is aborted. */
function opened<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  url: URL,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<S> {
  return new Promise<S>((resolve, reject) => {
    const ready = () => {
      done();
      socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
      resolve(socket);
    };
    const fail = (error: Error) => {
      done();
      socket.destroy();
      reject(error);
    };
    const abort = () => {
      fail(signal.reason instanceof Error ? signal.reason : aborted());
    };
    const closed = () => {
      fail(connectionFailed(url, 'the connection was closed'));
    };
    const timer = setTimeout(() => {
      fail(connectionFailed(url, `connecting took longer than ${timeoutMs} ms`));
    }, timeoutMs);
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.off(event, ready).off('error', fail).off('close', closed);
      // The user of the socket sees that it ends; an error without a listener would end the process.
      socket.on('error', () => undefined);
    };
    socket.once(event, ready).once('error', fail).once('close', closed);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

function aborted(): Error {
  return new DOMException('The operation was aborted', 'AbortError');
}

function connectionFailed(url: URL, reason: string): Error {
  return codedError('ERR_SECUR32_CONNECTION_LOST', `cannot connect to ${url.host}: ${reason}`);
}
