/** Opens the connections: each is new, and belongs to one logon. */

import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

import { codedError } from '../../../core/errors.js';
import { addressOf, hostOf, portOf } from '../host-rules.js';
import type { ConnectOptions } from '../options.js';

const KEEP_ALIVE_MS = 60_000;

export interface SocketSettings {
  readonly connect: ConnectOptions;
  readonly timeoutMs: number;
}

/** A connection to the host of a URL, without TLS. */
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

/** A connection with TLS to the host of a URL; on a connection that is there, if one is given. */
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
    // The name that the certificate is checked for is the one that is logged on to.
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ['http/1.1'],
    ...(on !== undefined && { socket: on }),
  };
  // Never a session of an earlier connection: the bindings are of a certificate
  // that this one was shown.
  delete options.session;
  return opened(connectTls(options), 'secureConnect', url, timeoutMs, signal);
}

/** Ends a connection, and waits until it has ended: then there is room for another one. */
export async function endSocket(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.destroy();
  await closed;
}

function portNumber(url: URL): number {
  return Number(portOf(url));
}

/** When it is ready. What comes too late, or is not wanted any more, is closed. */
function opened<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  url: URL,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<S> {
  return new Promise<S>((resolve, reject) => {
    const give = () => {
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
      fail(connectionFailed(url, 'it was closed'));
    };
    const timer = setTimeout(() => {
      fail(connectionFailed(url, `it took longer than ${timeoutMs} ms`));
    }, timeoutMs);
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.off(event, give).off('error', fail).off('close', closed);
      // Whoever uses it hears of errors by its end; without a listener they would end the process.
      socket.on('error', () => undefined);
    };
    socket.once(event, give).once('error', fail).once('close', closed);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

function aborted(): Error {
  return new DOMException('The operation was aborted', 'AbortError');
}

function connectionFailed(url: URL, how: string): Error {
  return codedError('ERR_SECUR32_CONNECTION_LOST', `no connection to ${url.host}: ${how}`);
}
