/**
 * A body that can be read only once. Its beginning is buffered so that it can be
 * sent again.
 *
 * By construction, only the whole body can be sent:
 * - Chunks are numbered. A sending takes them in order from the first one, cannot
 *   begin once a chunk was released, and fails if one is missing.
 * - Only the current sending releases a chunk, when it takes it.
 * - A sending completes only at the end of the source and with all of its bytes.
 *   It fails if it is stopped or the source fails.
 */

import { asError, bodySource, type BodySource } from './body-source.js';

interface Waiting {
  resolve: () => void;
  reject: (error: Error) => void;
}

export class BufferedBody {
  readonly #source: BodySource;
  readonly #maxBytes: number;
  readonly #failed: (error: Error) => void;
  /** The chunks that were read and not released. */
  readonly #chunks: Buffer[] = [];
  /** The number of the first of them. */
  #first = 0;
  /** All bytes that were read. */
  #bytes = 0;
  #ended = false;
  #closed = false;
  #failure: Error | undefined;
  #pulling = false;
  #sending: Sending | undefined;
  #waiting: Waiting | undefined;
  #keeping = false;

  /**
   * @param maxBytes how many bytes are buffered; a sending that has read more releases them
   * @param failed called once, if the source fails before `close`
   * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` if the value is not a body
   */
  constructor(body: unknown, maxBytes: number, failed: (error: Error) => void) {
    this.#source = bodySource(body, (error) => {
      this.#fail(error);
    });
    this.#maxBytes = maxBytes;
    this.#failed = failed;
  }

  /** Whether the whole body is buffered and stays buffered. */
  get complete(): boolean {
    return this.#ended && this.#bytes <= this.#maxBytes && this.replayable;
  }

  /** Whether it can be sent from its beginning. */
  get replayable(): boolean {
    return this.#first === 0;
  }

  /** Makes sure that a failure before the first sending is noticed. */
  start(): void {
    if (this.#source.failsOnlyWhenRead) this.#pull();
  }

  /** Sends the body from its beginning. Stops the previous sending. */
  open(): AsyncIterableIterator<Buffer> {
    if (!this.replayable)
      throw new Error('the beginning of the body was released and cannot be sent again');
    this.stop();
    this.#keeping = false;
    this.#sending = new Sending(this);
    return this.#sending;
  }

  /** Releases nothing until the next sending. The current one fails when it would have to. */
  keep(): void {
    this.#keeping = true;
  }

  /** Makes the current sending fail. */
  stop(reason: Error = new Error('this sending of the body was stopped')): void {
    this.#sending = undefined;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(reason);
  }

  /** Closes the source and drops the buffer. Idempotent. */
  close(reason?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.stop(reason);
    this.#chunks.length = 0;
    this.#first = Infinity;
    this.#source.close(reason);
  }

  /**
   * Resolves to the chunk with a number, for a sending; undefined if the body ends
   * before it. Rejects if the sending fails.
   *
   * @param sent how many bytes the sending has taken so far
   */
  async take(sending: Sending, number: number, sent: number): Promise<Buffer | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#sending !== sending) throw new Error('this sending of the body was stopped');
      if (number < this.#first) throw new Error('a part of the body is missing');
      const chunk = this.#chunks[number - this.#first];
      if (chunk !== undefined) {
        this.#release(number);
        return chunk;
      }
      if (this.#ended) {
        if (sent !== this.#bytes) throw new Error('a part of the body is missing');
        return undefined;
      }
      await this.#more();
    }
  }

  /** Releases a chunk that a sending takes, if more was read than is buffered. */
  #release(number: number): void {
    if (this.#bytes <= this.#maxBytes) return;
    if (this.#keeping) throw new Error('the body must be sent once more from its beginning');
    this.#chunks.splice(0, number + 1 - this.#first);
    this.#first = number + 1;
  }

  #more(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#pull();
    });
  }

  #pull(): void {
    if (this.#pulling) return;
    this.#pulling = true;
    this.#source.next().then(
      (chunk) => {
        this.#pulling = false;
        this.#came(chunk);
      },
      (error: unknown) => {
        this.#pulling = false;
        this.#fail(asError(error));
      },
    );
  }

  #came(chunk: Buffer | undefined): void {
    if (this.#closed) return;
    if (chunk === undefined) {
      this.#ended = true;
    } else if (chunk.length > 0) {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
  }

  #fail(error: Error): void {
    if (this.#closed || this.#ended || this.#failure !== undefined) return;
    this.#failure = error;
    this.stop(error);
    this.#failed(error);
  }
}

/** One pass over the body. */
class Sending implements AsyncIterableIterator<Buffer> {
  readonly #body: BufferedBody;
  #number = 0;
  #bytes = 0;

  constructor(body: BufferedBody) {
    this.#body = body;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    const chunk = await this.#body.take(this, this.#number, this.#bytes);
    if (chunk === undefined) return { done: true, value: undefined };
    this.#number += 1;
    this.#bytes += chunk.length;
    return { done: false, value: chunk };
  }
}
