/** The body of a request that is not let in: read and thrown away, because the next request is behind it. */

import type { IncomingMessage } from 'node:http';

export interface BodyBounds {
  /** The most bytes that are read. */
  bodyBytes: number;
  /** How long it may take, in milliseconds. */
  legTimeoutMs: number;
}

/**
 * Throws the body away; false where it says itself that it is too large. The
 * connection of one that turns out to be too large or too slow is destroyed.
 */
export function discardBody(request: IncomingMessage, bounds: BodyBounds): boolean {
  // Nothing comes from whom is gone, not even the end.
  if (request.destroyed) return true;
  if (request.complete && request.readableLength === 0) {
    request.resume();
    return true;
  }
  if (Number(request.headers['content-length'] ?? 0) > bounds.bodyBytes) {
    // Node.js closes the connection behind the answer; what still comes is not for us.
    return false;
  }
  let bytes = 0;
  const giveUp = (): void => {
    request.socket.destroy();
  };
  const timer = setTimeout(giveUp, bounds.legTimeoutMs).unref();
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bounds.bodyBytes) giveUp();
  });
  request.once('close', () => {
    clearTimeout(timer);
  });
  request.once('end', () => {
    clearTimeout(timer);
  });
  // Whoever sends it may go away; that is no error of the server.
  request.on('error', () => undefined);
  return true;
}
