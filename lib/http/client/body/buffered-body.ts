/**
 * A body that comes once, of which the beginning is kept so that it can be sent
 * again.
 *
 * What can be sent is always the whole body, by construction:
 * - Chunks have numbers, and a sending takes them in turn from the first one. It
 *   cannot begin once a chunk was released, and fails where one is missing.
 * - A chunk is released only by the present sending, which has it then.
 * - A sending ends as complete only at the end of the source and with all of its
 *   bytes. If it is stopped, or the source fails, it fails.
 */

import { asError, bodySource, type BodySource } from './body-source.js';

interface Waiting {
  resolve: () => void;
  reject: (error: Error) => void;
}

export class RecordedBody {
  readonly #source: BodySource;
  readonly #maxBytes: number;
  readonly #failed: (error: Error) => void;
  /** What came and was not released. */
  readonly #chunks: Buffer[] = [];
  /** The number of the first of them. */
  #first = 0;
  /** All bytes that came. */
  #bytes = 0;
  #ended = false;
  #closed = false;
  #failure: Error | undefined;
  #pulling = false;
  #sending: Sending | undefined;
  #waiting: Waiting | undefined;
  #keeping = false;

  /**
   * @param maxBytes how many bytes are kept; a sending that has read more releases them
   * @param failed called once, when the source fails before it was closed
   * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for what is not a body
   */
  constructor(body: unknown, maxBytes: number, failed: (error: Error) => void) {
    this.#source = bodySource(body, (error) => {
      this.#fail(error);
    });
    this.#maxBytes = maxBytes;
    this.#failed = failed;
  }

  /** Whether everything is here, and stays. */
  get complete(): boolean {
    return this.#ended && this.#bytes <= this.#maxBytes && this.replayable;
  }

  /** Whether it can be sent from its beginning. */
  get replayable(): boolean {
    return this.#first === 0;
  }

  /** Sees to it that a failure before the first sending is noticed. */
  start(): void {
    if (this.#source.silent) this.#pull();
  }

  /** Everything from the beginning. The sending before it is stopped. */
  open(): AsyncIterableIterator<Buffer> {
    if (!this.replayable) throw new Error('a body that was released cannot be sent again');
    this.stop();
    this.#keeping = false;
    this.#sending = new Sending(this);
    return this.#sending;
  }

  /** Releases nothing until the next sending: the present one fails where it would have to. */
  keep(): void {
    this.#keeping = true;
  }

  /** Ends the present sending, which fails. */
  stop(reason: Error = new Error('this part of the request is over')): void {
    this.#sending = undefined;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(reason);
  }

  /** It is not needed any more. Idempotent. */
  close(reason?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.stop(reason);
    this.#chunks.length = 0;
    this.#first = Infinity;
    this.#source.close(reason);
  }

  /**
   * The chunk of a number, for a sending; undefined where the body has ended
   * before it. Rejects where the sending has to fail.
   *
   * @param sent the bytes that the sending had before
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

  /** Makes room before a chunk is given, if more came than is kept. */
  #release(number: number): void {
    if (this.#bytes <= this.#maxBytes) return;
    if (this.#keeping) throw new Error('the body is needed once more, from its beginning');
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

/** The body on its way, once. */
class Sending implements AsyncIterableIterator<Buffer> {
  readonly #body: RecordedBody;
  #number = 0;
  #bytes = 0;

  constructor(body: RecordedBody) {
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
