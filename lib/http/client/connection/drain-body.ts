/** Reads and discards the body of a response, so that its connection can be used again. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

import type { ClientLimits } from '../limits.js';
import { ChunkedBodyEnd } from './chunked-body-end.js';
import { DiscardBounds } from './discard-bounds.js';

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
 * Reads a body from a socket up to its end. Resolves to undefined, or to the reason
 * why the connection cannot be used afterwards: the body has no end, is too large
 * or too slow, or is followed by unexpected data.
 *
 * @param response names the response in the reason
 * @param head the part of the body that was already read
 */
export async function drainBody(
  socket: Socket,
  response: string,
  head: Buffer,
  headers: IncomingHttpHeaders,
  limits: ClientLimits,
): Promise<string | undefined> {
  const end = bodyEndOf(headers);
  const cutOff = `the connection cannot be used after the ${response}`;
  if (end === undefined) return cutOff;
  return new Promise((resolve) => {
    let finished = false;
    const finish = (reason: string | undefined) => {
      finished = true;
      bounds.end();
      socket.off('data', take).off('close', onClose).off('end', onClose);
      resolve(reason);
    };
    const bounds = new DiscardBounds(response, limits, ({ message }) => {
      finish(message);
    });
    const onClose = () => {
      finish(cutOff);
    };
    const take = (chunk: Buffer) => {
      bounds.count(chunk.length);
      if (bounds.exceeded !== undefined) return;
      try {
        const length = end.feed(chunk);
        if (length !== undefined) finish(length === chunk.length ? undefined : cutOff);
      } catch {
        finish(cutOff);
      }
    };
    socket.on('data', take).once('close', onClose).once('end', onClose);
    take(head);
    if (finished) return;
    if (socket.destroyed) finish(cutOff);
    else socket.resume();
  });
}
