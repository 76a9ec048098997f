/** Throws away the body of a response on a connection that goes on. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

import { ChunkedEnd } from './chunked-body-end.js';

/** What finds the end: see ChunkedEnd. */
interface End {
  feed: (bytes: Uint8Array) => number | undefined;
}

class LengthEnd implements End {
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

/** undefined where the body ends with the connection. */
function endOf(headers: IncomingHttpHeaders): End | undefined {
  const coding = headers['transfer-encoding'];
  if (coding !== undefined) return /^chunked$/i.test(coding) ? new ChunkedEnd() : undefined;
  const length = headers['content-length'];
  return length !== undefined && /^\d{1,15}$/.test(length)
    ? new LengthEnd(Number(length))
    : undefined;
}

/**
 * Reads a body from a socket, up to its end. False where the connection cannot
 * go on after it: there is no end, or none within the bound, or something came
 * behind it that nobody asked for.
 *
 * @param head what was read of it already
 */
export async function skipBody(
  socket: Socket,
  head: Buffer,
  headers: IncomingHttpHeaders,
  maxBytes: number,
): Promise<boolean> {
  const end = endOf(headers);
  if (end === undefined) return false;
  let bytes = 0;
  /** undefined as long as it goes on. */
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
