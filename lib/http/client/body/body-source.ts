/** Reads bodies that can be read only once: Node.js streams, web streams and iterables. */

import { IncomingMessage } from 'node:http';
import { finished, Readable } from 'node:stream';
import type { ReadableStream, ReadableStreamDefaultReader } from 'node:stream/web';
import { types } from 'node:util';

import { argumentError } from '../../../core/errors.js';

/** Receives the failure of a body, even before anything is read. `bodySource` never calls it synchronously. */
export type BodyFailed = (error: Error) => void;

export interface BodySource {
  /** Whether a failure can only be noticed by reading. */
  readonly failsOnlyWhenRead: boolean;
  /** Resolves to the next chunk; undefined at the end. One call at a time. */
  next(): Promise<Buffer | undefined>;
  /** Destroys a body that has not ended. @param reason the error, if the request failed */
  close(reason?: Error): void;
}

/** Streams and iterators that are or were the body of a request: two requests would share the chunks. */
const taken = new WeakSet();

/** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` if the value is not a body, or was read before */
export function bodySource(body: unknown, failed: BodyFailed): BodySource {
  checkUnread(body);
  if (isNodeStream(body)) return new NodeStreamSource(take(body), failed);
  if (isWebStream(body)) return new WebStreamSource(take(body), failed);
  return new IteratorSource(take(iteratorOf(body)));
}

/**
 * Checks that no part of a stream was, or may be, read by another reader: the
 * rest would be sent as if it were the whole body.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function checkUnread(body: unknown): void {
  if (isWebStream(body)) {
    if (body.locked) throw argumentError('the body is a stream that is locked by another reader');
    if (Readable.isDisturbed(body as unknown as Readable)) throw alreadyRead();
  } else if (isNodeStream(body) && isBeingRead(body)) {
    throw alreadyRead();
  }
}

/** Whether a chunk was read from a stream, or it has another reader. */
function isBeingRead(stream: Readable): boolean {
  const { readableDidRead, readableFlowing } = stream;
  return readableDidRead || readableFlowing === true || stream.listenerCount('readable') > 0;
}

function alreadyRead(): Error {
  return argumentError('the body is a stream that was already read, or has another reader');
}

function take<Source extends object>(source: Source): Source {
  if (taken.has(source)) throw argumentError('the body is already that of another request');
  taken.add(source);
  return source;
}

/**
 * Destroys a body that no request took, so that its failure does not end the
 * process. A body that was taken is destroyed when its request ends.
 */
export function destroyUntakenBody(body: unknown, reason?: Error): void {
  if (isNodeStream(body)) {
    if (!taken.has(body)) new NodeStreamSource(body, () => undefined).close(reason);
  } else if (isWebStream(body) && !body.locked) {
    new WebStreamSource(body, () => undefined).close(reason);
  }
}

/** Whether a body is a Node.js stream or a web stream. */
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

/** Reads as a stream's iterator does, but always notices a failure, and removes its listeners. */
class NodeStreamSource implements BodySource {
  readonly failsOnlyWhenRead = false;
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
    // Listen before reading begins, too: an error without a listener ends the process.
    this.#stopListening = finished(stream, { writable: false }, (error) => {
      this.#end = { error };
      this.#wake();
      if (error) failed(error);
    });
  }

  async next(): Promise<Buffer | undefined> {
    const stream = this.#stream;
    if (!this.#begun) {
      // Another reader may have been added in the meantime.
      checkUnread(stream);
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
    // Destroying a request that a server has received would close its connection before the server can answer.
    if (stream instanceof IncomingMessage && !('req' in stream) && !stream.readableEnded) {
      (stream as { socket: unknown }).socket = null;
    }
    stream.destroy(reason);
  }
}

class WebStreamSource implements BodySource {
  readonly failsOnlyWhenRead = false;
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
  readonly failsOnlyWhenRead = true;
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

/** Copies a chunk, because its source may reuse the memory. */
export function bytesOf(chunk: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (ArrayBuffer.isView(chunk)) {
    return Buffer.from(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  if (chunk instanceof ArrayBuffer) return Buffer.from(new Uint8Array(chunk));
  throw argumentError('the body yielded a chunk that is neither a string nor bytes');
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error || types.isNativeError(thrown)
    ? thrown
    : new Error(`the body failed: ${String(thrown)}`, { cause: thrown });
}
