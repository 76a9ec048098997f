/** Bodies that can be read once: streams of Node.js and of the web, and iterables. */

import { IncomingMessage } from 'node:http';
import { finished, type Readable } from 'node:stream';
import type { ReadableStream, ReadableStreamDefaultReader } from 'node:stream/web';
import { types } from 'node:util';

import { argumentError } from '../../errors.js';

/** Receives the failure of a body, also one that nothing was read from yet. Never called by `bodySource` itself. */
export type BodyFailed = (error: Error) => void;

export interface BodySource {
  /** Whether a failure is only seen by reading. */
  readonly silent: boolean;
  /** The next chunk; undefined at the end. One call at a time. */
  next(): Promise<Buffer | undefined>;
  /** Destroys what was not read to its end. `reason` is why, if the request failed. */
  close(reason?: Error): void;
}

/** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for what is no body */
export function bodySource(body: unknown, failed: BodyFailed): BodySource {
  if (isNodeStream(body)) return new NodeStreamSource(body, failed);
  if (isWebStream(body)) return new WebStreamSource(body, failed);
  return new IteratorSource(iteratorOf(body));
}

/** Destroys a body that is not going to be sent, so that its failure does not end the process. */
export function discardBody(body: unknown, reason: Error): void {
  if (!isNodeStream(body) && !(isWebStream(body) && !body.locked)) return;
  bodySource(body, () => undefined).close(reason);
}

/** Whether a body is a stream, of Node.js or of the web. */
export function isStreamBody(body: unknown): boolean {
  return isNodeStream(body) || isWebStream(body);
}

function isNodeStream(body: unknown): body is Readable {
  const { pipe, on, destroy } = (body ?? {}) as Partial<Record<keyof Readable, unknown>>;
  return [pipe, on, destroy, (body as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator]].every(
    (member) => typeof member === 'function',
  );
}

function isWebStream(body: unknown): body is ReadableStream<unknown> {
  return typeof (body as Partial<ReadableStream> | null | undefined)?.getReader === 'function';
}

/** Reads as the iterator of a stream does, but hears of its failure all the time, and leaves no listeners. */
class NodeStreamSource implements BodySource {
  readonly silent = false;
  readonly #stream: Readable;
  readonly #stopListening: () => void;
  #end: { error: Error | null | undefined } | undefined;
  #wake: () => void = () => undefined;
  readonly #onReadable = () => {
    this.#wake();
  };

  constructor(stream: Readable, failed: BodyFailed) {
    this.#stream = stream;
    // From now on, and not only while it is read: an error without a listener ends the process.
    this.#stopListening = finished(stream, { writable: false }, (error) => {
      this.#end = { error };
      this.#wake();
      if (error) failed(error);
    });
  }

  async next(): Promise<Buffer | undefined> {
    const stream = this.#stream;
    if (!stream.listeners('readable').includes(this.#onReadable)) {
      stream.on('readable', this.#onReadable);
    }
    for (;;) {
      const chunk: unknown = stream.destroyed ? null : stream.read();
      if (chunk !== null) return bytesOf(chunk);
      if (this.#end?.error) throw this.#end.error;
      if (this.#end !== undefined) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(reason?: Error): void {
    const stream = this.#stream;
    stream.off('readable', this.#onReadable);
    if (stream.closed) this.#stopListening();
    else stream.once('close', this.#stopListening);
    if (stream.destroyed) return;
    // Destroying a request that a server received would end its connection, and no answer could be given.
    if (stream instanceof IncomingMessage && !('req' in stream) && !stream.readableEnded) {
      (stream as { socket: unknown }).socket = null;
    }
    stream.destroy(reason);
  }
}

class WebStreamSource implements BodySource {
  readonly silent = false;
  readonly #reader: ReadableStreamDefaultReader<unknown>;

  constructor(stream: ReadableStream<unknown>, failed: BodyFailed) {
    if (stream.locked) throw argumentError('the body is a stream that another reader has locked');
    this.#reader = stream.getReader();
    this.#reader.closed.catch((error: unknown) => {
      failed(asError(error));
    });
  }

  async next(): Promise<Buffer | undefined> {
    const { done, value } = await this.#reader.read();
    return done ? undefined : bytesOf(value);
  }

  close(reason?: Error): void {
    this.#reader
      .cancel(reason)
      .catch(() => undefined)
      .finally(() => {
        this.#reader.releaseLock();
      });
  }
}

type AnyIterator = AsyncIterator<unknown> | Iterator<unknown>;

class IteratorSource implements BodySource {
  readonly silent = true;
  readonly #iterator: AnyIterator;

  constructor(iterator: AnyIterator) {
    this.#iterator = iterator;
  }

  next(): Promise<Buffer | undefined> {
    return nextOf(this.#iterator);
  }

  close(): void {
    void (async () => this.#iterator.return?.())().catch(() => undefined);
  }
}

function iteratorOf(body: unknown): AnyIterator {
  const source = body as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  if (typeof source[Symbol.asyncIterator] === 'function') {
    return (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  }
  if (typeof source[Symbol.iterator] === 'function') {
    return (source as Iterable<unknown>)[Symbol.iterator]();
  }
  throw argumentError(
    'body must be a string, bytes, a Blob, FormData, a stream or an iterable of bytes',
  );
}

async function nextOf(iterator: AnyIterator): Promise<Buffer | undefined> {
  const result = await iterator.next();
  return result.done === true ? undefined : bytesOf(result.value);
}

/** A copy: whoever made the chunk may use its memory again. */
function bytesOf(chunk: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (ArrayBuffer.isView(chunk)) {
    return Buffer.from(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  if (chunk instanceof ArrayBuffer) return Buffer.from(new Uint8Array(chunk));
  throw argumentError('the body gave something that is neither a string nor bytes');
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error || types.isNativeError(thrown)
    ? thrown
    : new Error(`The body failed: ${String(thrown)}`, { cause: thrown });
}
