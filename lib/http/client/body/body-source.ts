/** Bodies that can be read once: streams of Node.js and of the web, and iterables. */

import { IncomingMessage } from 'node:http';
import { finished, Readable } from 'node:stream';
import type { ReadableStream, ReadableStreamDefaultReader } from 'node:stream/web';
import { types } from 'node:util';

import { argumentError } from '../../../core/errors.js';

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

/** Streams and iterators that are, or were, the body of a request: two would share the chunks. */
const taken = new WeakSet();

/** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for what is not a body, or no longer a whole one */
export function bodySource(body: unknown, failed: BodyFailed): BodySource {
  checkWhole(body);
  if (isNodeStream(body)) return new NodeStreamSource(take(body), failed);
  if (isWebStream(body)) return new WebStreamSource(take(body), failed);
  return new IteratorSource(take(iteratorOf(body)));
}

/**
 * Refuses a stream that lost, or may lose, a part to another reader: what is
 * left of it would be sent as a whole body.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function checkWhole(body: unknown): void {
  if (isWebStream(body)) {
    if (body.locked) throw argumentError('the body is a stream that another reader has locked');
    if (Readable.isDisturbed(body as unknown as Readable)) throw notWhole();
  } else if (isNodeStream(body) && isBeingRead(body)) {
    throw notWhole();
  }
}

/** Whether a stream has given a chunk, or has another reader. */
function isBeingRead(stream: Readable): boolean {
  const { readableDidRead, readableFlowing } = stream;
  return readableDidRead || readableFlowing === true || stream.listenerCount('readable') > 0;
}

function notWhole(): Error {
  return argumentError('the body is a stream that was read before, or is read by another reader');
}

function take<Source extends object>(source: Source): Source {
  if (taken.has(source)) throw argumentError('the body is that of another request already');
  taken.add(source);
  return source;
}

/**
 * Destroys a body that no request has taken, so that its failure does not end
 * the process. A body that was taken ends with its request.
 */
export function discardBody(body: unknown, reason?: Error): void {
  if (isNodeStream(body)) {
    if (!taken.has(body)) new NodeStreamSource(body, () => undefined).close(reason);
  } else if (isWebStream(body) && !body.locked) {
    new WebStreamSource(body, () => undefined).close(reason);
  }
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
  #begun = false;
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
    if (!this.#begun) {
      // Another reader may have come meanwhile.
      checkWhole(stream);
      this.#begun = true;
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

/** A copy: the maker of the chunk may use its memory again. */
export function bytesOf(chunk: unknown): Buffer {
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
