/** The bodies of requests. That of one that is not let in is read and thrown away, because the next request comes after it. */

import type { IncomingMessage } from 'node:http';

export interface BodyBounds {
  /** The most bytes that are read. */
  bodyBytes: number;
  /** How long it may take, in milliseconds. */
  legTimeoutMs: number;
}

/** Whether the fields of a request announce a body. */
export function hasBody({ headersDistinct }: IncomingMessage): boolean {
  const lengths = headersDistinct['content-length'] ?? [];
  const isChunked = headersDistinct['transfer-encoding'] !== undefined;
  return isChunked || lengths.some((length) => Number(length) !== 0);
}

/** Whether a request says itself that more of its body comes than is read; the connection ends after its answer. */
export function isBodyTooLarge(request: IncomingMessage, { bodyBytes }: BodyBounds): boolean {
  if (request.destroyed || isRead(request)) return false;
  return Number(request.headers['content-length'] ?? 0) > bodyBytes;
}

function isRead({ complete, readableLength }: IncomingMessage): boolean {
  return complete && readableLength === 0;
}

/**
 * Throws the body away; false where it says itself that it is too large. The
 * connection of one that turns out to be too large or too slow is destroyed.
 */
export function discardBody(request: IncomingMessage, bounds: BodyBounds): boolean {
  // Nothing comes from whom is gone, not even the end.
  if (request.destroyed) return true;
  if (isRead(request)) {
    request.resume();
    return true;
  }
  if (isBodyTooLarge(request, bounds)) {
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
