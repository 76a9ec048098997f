/** Reads and discards the body of a response, so that its connection can be used again. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

import { ChunkedBodyEnd } from './chunked-body-end.js';

/** Finds the end of a body; see `ChunkedBodyEnd`. */
interface BodyEnd {
  feed: (bytes: Uint8Array) => number | undefined;
}

class FixedLengthBodyEnd implements BodyEnd {
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  feed(bytes: Uint8Array): number | undefined {
    if (bytes.length >= this.#left) return this.#left;
    this.#left -= bytes.length;
    return undefined;
  }
}

/** undefined if the body ends with the connection. */
function bodyEndOf(headers: IncomingHttpHeaders): BodyEnd | undefined {
  const coding = headers['transfer-encoding'];
  if (coding !== undefined) return /^chunked$/i.test(coding) ? new ChunkedBodyEnd() : undefined;
  const length = headers['content-length'];
  return length !== undefined && /^\d{1,15}$/.test(length)
    ? new FixedLengthBodyEnd(Number(length))
    : undefined;
}

/**
 * Reads a body from a socket up to its end. Resolves to false if the connection
 * cannot be used afterwards: the body has no end, is larger than `maxBytes`, or
 * is followed by unexpected data.
 *
 * @param head the part of the body that was already read
 */
export async function drainBody(
  socket: Socket,
  head: Buffer,
  headers: IncomingHttpHeaders,
  maxBytes: number,
): Promise<boolean> {
  const end = bodyEndOf(headers);
  if (end === undefined) return false;
  let bytes = 0;
  /** undefined until the body has ended. */
  const take = (chunk: Buffer): boolean | undefined => {
    bytes += chunk.length;
    if (bytes > maxBytes) return false;
    try {
      const length = end.feed(chunk);
      return length === undefined ? undefined : length === chunk.length;
    } catch {
      return false;
    }
  };
  const first = take(head);
  if (first !== undefined) return first;
  return new Promise((resolve) => {
    const finish = (whole: boolean) => {
      socket.off('data', onData).off('close', onClose).off('end', onClose);
      resolve(whole);
    };
    const onClose = () => {
      finish(false);
    };
    const onData = (chunk: Buffer) => {
      const whole = take(chunk);
      if (whole !== undefined) finish(whole);
    };
    socket.on('data', onData).once('close', onClose).once('end', onClose);
    if (socket.destroyed) finish(false);
    else socket.resume();
  });
}
