/** The bodies of requests. A rejected request's body is read and discarded, because the next request follows it. */

import type { IncomingMessage } from 'node:http';

export interface BodyBounds {
  /** The most bytes to read. */
  discardedBodyBytes: number;
  /** The most time to take, in milliseconds. */
  legTimeoutMs: number;
}

/** Whether the header fields of a request announce a body. */
export function hasBody({ headersDistinct }: IncomingMessage): boolean {
  const lengths = headersDistinct['content-length'] ?? [];
  const isChunked = headersDistinct['transfer-encoding'] !== undefined;
  return isChunked || lengths.some((length) => Number(length) !== 0);
}

/** Whether a request announces a larger body than is read; its connection then ends after the answer. */
export function isBodyTooLarge(
  request: IncomingMessage,
  { discardedBodyBytes }: BodyBounds,
): boolean {
  if (request.destroyed || isRead(request)) return false;
  return Number(request.headers['content-length'] ?? 0) > discardedBodyBytes;
}

function isRead({ complete, readableLength }: IncomingMessage): boolean {
  return complete && readableLength === 0;
}

/**
 * Reads the body and discards it; returns false if the request announces one
 * that is too large. If the body turns out to be too large or too slow, the
 * connection is destroyed.
 */
export function discardRequestBody(request: IncomingMessage, bounds: BodyBounds): boolean {
  // The socket is destroyed: neither 'data' nor 'end' will fire.
  if (request.destroyed) return true;
  if (isRead(request)) {
    request.resume();
    return true;
  }
  if (isBodyTooLarge(request, bounds)) {
    // Node.js closes the connection after the answer and ignores the rest of the body.
    return false;
  }
  let bytes = 0;
  const giveUp = (): void => {
    request.socket.destroy();
  };
  const timer = setTimeout(giveUp, bounds.legTimeoutMs).unref();
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bounds.discardedBodyBytes) giveUp();
  });
  request.once('close', () => {
    clearTimeout(timer);
  });
  request.once('end', () => {
    clearTimeout(timer);
  });
  // The client may disconnect; that is not an error of the server.
  request.on('error', () => undefined);
  return true;
}
