/**
 * On an upgrade Node.js detaches its parser from the connection, but the next leg
 * of a logon needs one. The socket is therefore handed to its server again, as if
 * it had just connected. It stays the same object, to which the logon belongs.
 */

import type { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/** How many times each socket was handed back. */
const timesHandedBack = new WeakMap<Socket, number>();
/** Sockets that were handed back and have received no request since. */
const waiting = new Set<Socket>();

/** For errors of the network: the connection's 'close' event follows. */
const ignoreError = (): undefined => undefined;

/** Without its parser, a socket has no listener for errors, and an error would end the process. */
export function guardAgainstErrors(emitter: EventEmitter): void {
  if (!emitter.listeners('error').includes(ignoreError)) emitter.on('error', ignoreError);
}

/** The HTTP server of a connection (undocumented by Node.js). */
function getServer(socket: Socket): EventEmitter | undefined {
  return (socket as { server?: EventEmitter }).server;
}

/** The response that is being written on a connection (undocumented by Node.js). */
export function getUnfinishedResponse(socket: Socket): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/** Whether the socket can take another request. Data that already arrived would be read as that request. */
export function canHandBack(socket: Socket, mostTimes: number): boolean {
  return (
    (timesHandedBack.get(socket) ?? 0) < mostTimes &&
    getServer(socket) !== undefined &&
    socket.readableLength === 0 &&
    socket.writable
  );
}

/** Hands a socket back to its server. */
export function handBack(socket: Socket): void {
  const times = timesHandedBack.get(socket);
  if (times === undefined) socket.once('close', () => waiting.delete(socket));
  timesHandedBack.set(socket, (times ?? 0) + 1);
  waiting.add(socket);
  // Errors of the server's listeners are not caught, as for any connection.
  setImmediate(() => {
    const server = getServer(socket);
    if (server === undefined || socket.destroyed) return;
    server.emit(server instanceof TlsServer ? 'secureConnection' : 'connection', socket);
    socket.removeListener('error', ignoreError);
    socket.resume();
  });
}

/** Notes that a request arrived on the connection. */
export function markRequestReceived(socket: Socket): void {
  waiting.delete(socket);
}

/**
 * Ends a connection that waits for the next leg of a logon that was given up.
 * Node.js regards it as new and not as idle: `server.close()` would not end it
 * and would wait for it.
 */
export function endIfWaiting(socket: Socket): void {
  if (waiting.has(socket) && getUnfinishedResponse(socket) === undefined) socket.destroy();
}

/** Ends all connections of a server that wait for the next leg of a logon. */
export function endAllWaiting(server: object): void {
  for (const socket of waiting) {
    if (getServer(socket) === server) endIfWaiting(socket);
  }
}
