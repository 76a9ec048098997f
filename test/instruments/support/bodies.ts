/** Bodies of every kind with the same bytes. */

import { Readable } from 'node:stream';

/** Bytes in which no two parts are alike. */
export function patterned(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 4) {
    for (let byte = 0; byte < 4 && at + byte < length; byte++) {
      bytes[at + byte] = (at >>> (8 * (3 - byte))) & 0xff;
    }
  }
  return bytes;
}

export function* partsOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* asynchronously(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (const part of partsOf(bytes, size)) {
    yield part;
    await new Promise(setImmediate);
  }
}

function webStream(bytes: Uint8Array, size: number, type?: 'bytes'): ReadableStream<Uint8Array> {
  const parts = partsOf(bytes, size);
  return new ReadableStream({
    ...(type && { type }),
    pull: (controller: { enqueue: (part: Uint8Array) => void; close: () => void }) => {
      const part = parts.next();
      if (part.done === true) controller.close();
      else controller.enqueue(Uint8Array.from(part.value));
    },
  } as object);
}

export type MakeBody = (bytes: Buffer, size: number) => unknown;

/** Bodies that can be read only once, in parts of a given size. */
export const streamBodies: readonly (readonly [kind: string, make: MakeBody])[] = [
  ['a Readable', (bytes, size) => Readable.from(partsOf(bytes, size), { objectMode: false })],
  ['an asynchronous generator', asynchronously],
  ['a generator', partsOf],
  ['a web stream', (bytes, size) => webStream(bytes, size)],
  ['a byte stream', (bytes, size) => webStream(bytes, size, 'bytes')],
];

/** Bodies that can be sent any number of times. */
export const wholeBodies: readonly (readonly [kind: string, make: (bytes: Buffer) => unknown])[] = [
  ['bytes', (bytes) => bytes],
  ['a string', (bytes) => bytes.toString('hex').slice(0, bytes.length)],
  ['a Blob', (bytes) => new Blob([bytes])],
];
