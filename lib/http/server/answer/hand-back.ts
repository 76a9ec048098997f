/**
 * With an upgrade Node.js takes its parser off the connection. A logon that goes
 * on needs one for its next leg: the socket is given to its server once more, as
 * if it had just connected. It stays the same object, to which the logon belongs.
 */

import type { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/** How often each socket was handed back. */
const handedBack = new WeakMap<Socket, number>();
/** Those on which no request came since. */
const waiting = new Set<Socket>();

/** Of the network: the end of the connection tells all there is to know. */
const ignoreError = (): undefined => undefined;

/** Without its parser a socket has nobody who listens for errors, and one would end the process. */
export function guardAgainstErrors(emitter: EventEmitter): void {
  if (!emitter.listeners('error').includes(ignoreError)) emitter.on('error', ignoreError);
}

/** The HTTP server of a connection, as Node.js keeps it. */
function serverOf(socket: Socket): EventEmitter | undefined {
  return (socket as { server?: EventEmitter }).server;
}

/** The response that is being written on a connection, as Node.js keeps it. */
export function unfinishedResponse(socket: Socket): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/** Whether the next request can come. What came before its answer would be read as that request. */
export function canHandBack(socket: Socket, mostTimes: number): boolean {
  return (
    (handedBack.get(socket) ?? 0) < mostTimes &&
    serverOf(socket) !== undefined &&
    socket.readableLength === 0 &&
    socket.writable
  );
}

/** Gives a socket back to its server. */
export function handBack(socket: Socket): void {
  const times = handedBack.get(socket);
  if (times === undefined) socket.once('close', () => waiting.delete(socket));
  handedBack.set(socket, (times ?? 0) + 1);
  waiting.add(socket);
  // What the server's listeners throw is theirs, as for any connection.
  setImmediate(() => {
    const server = serverOf(socket);
    if (server === undefined || socket.destroyed) return;
    server.emit(server instanceof TlsServer ? 'secureConnection' : 'connection', socket);
    socket.removeListener('error', ignoreError);
    socket.resume();
  });
}

/** A request came on a connection. */
export function requestCame(socket: Socket): void {
  waiting.delete(socket);
}

/**
 * Ends a connection that waits for a leg which is not wanted any more. Node.js
 * takes it for a new one: it is not among those that idle, which end with their
 * server, and a server would wait for it.
 */
export function endIfItWaits(socket: Socket): void {
  if (waiting.has(socket) && unfinishedResponse(socket) === undefined) socket.destroy();
}

/** Ends all such connections of a server. */
export function endWaiting(server: object): void {
  for (const socket of waiting) {
    if (serverOf(socket) === server) endIfItWaits(socket);
  }
}
