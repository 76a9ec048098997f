/** The body of a request, which the legs of a logon may need more than once. */

import type { Dispatcher } from 'undici';

import { argumentError } from '../../errors.js';

type Body = Dispatcher.DispatchOptions['body'];
type Source = AsyncIterator<unknown, unknown> | Iterator<unknown, unknown>;

/** What undici sends as often as it is asked to. */
function isWhole(body: unknown): boolean {
  return (
    body === undefined ||
    body === null ||
    typeof body === 'string' ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof Blob ||
    isFormData(body)
  );
}

/** Of Node or of undici: each has a class of its own. */
function isFormData(body: unknown): boolean {
  return Object.prototype.toString.call(body) === '[object FormData]';
}

export class RequestBody {
  readonly #whole: Body;
  readonly #stream: RecordedStream | undefined;
  /** Whether there is none. */
  readonly empty: boolean;
  /** Whether it can be sent again however much of it was sent. */
  readonly certain: boolean;

  /**
   * @param length what the request says of it, if it does
   * @param maxBytes how much of a stream is kept
   */
  constructor(body: unknown, length: number | undefined, maxBytes: number) {
    this.empty = body === undefined || body === null;
    if (isWhole(body)) {
      this.#whole = body as Body;
      this.certain = true;
      return;
    }
    this.#stream = new RecordedStream(iteratorOf(body), maxBytes);
    this.certain = length !== undefined && length <= maxBytes;
  }

  /** Whether it can be sent from its beginning, now. */
  get replayable(): boolean {
    return this.#stream?.replayable !== false;
  }

  /** From its beginning; only if it is `replayable`. */
  open(): Body {
    return this.#stream === undefined ? this.#whole : (this.#stream.read() as unknown as Body);
  }

  /** Nobody needs it any more: a stream that was not read to its end is closed. */
  close(): void {
    this.#stream?.close();
  }
}

function iteratorOf(body: unknown): Source {
  const source = body as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  if (typeof source[Symbol.asyncIterator] === 'function') {
    return (source as AsyncIterable<unknown, unknown>)[Symbol.asyncIterator]();
  }
  if (typeof source[Symbol.iterator] === 'function') {
    return (source as Iterable<unknown, unknown>)[Symbol.iterator]();
  }
  throw argumentError(
    'body must be a string, bytes, a Blob, FormData, a stream or an iterable of bytes',
  );
}

/** Bytes that come once, of which the first ones are kept. */
class RecordedStream {
  readonly #source: Source;
  readonly #maxBytes: number;
  /** What came; undefined once that was too much. */
  #kept: Buffer[] | undefined = [];
  #keptBytes = 0;
  #ended = false;
  #reader = 0;
  #pulling: Promise<Buffer | undefined> | undefined;

  constructor(source: Source, maxBytes: number) {
    this.#source = source;
    this.#maxBytes = maxBytes;
  }

  get replayable(): boolean {
    return this.#kept !== undefined;
  }

  /** Everything from the beginning. Whoever read before gets nothing any more. */
  async *read(): AsyncGenerator<Buffer> {
    const reader = (this.#reader += 1);
    for (let next = 0; ;) {
      const kept = this.#kept?.[next];
      if (kept !== undefined) {
        next += 1;
        yield kept;
        continue;
      }
      const chunk = await this.#pull();
      if (chunk === undefined || reader !== this.#reader) return;
      // Otherwise it was kept, and is the next one.
      if (this.#kept === undefined) yield chunk;
    }
  }

  close(): void {
    this.#kept = undefined;
    this.#reader += 1;
    if (this.#ended) return;
    this.#ended = true;
    void (async () => this.#source.return?.())().catch(() => undefined);
  }

  /** The next chunk of the source, for all who wait for it; undefined at its end. */
  #pull(): Promise<Buffer | undefined> {
    return (this.#pulling ??= this.#next().finally(() => {
      this.#pulling = undefined;
    }));
  }

  async #next(): Promise<Buffer | undefined> {
    if (this.#ended) return undefined;
    const result: IteratorResult<unknown, unknown> = await this.#source.next();
    if (result.done === true) {
      this.#ended = true;
      return undefined;
    }
    const chunk = bytesOf(result.value);
    this.#keptBytes += chunk.length;
    if (this.#keptBytes > this.#maxBytes) this.#kept = undefined;
    else this.#kept?.push(chunk);
    return chunk;
  }
}

/** A copy: whoever made the chunk may use its memory again. */
function bytesOf(chunk: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  throw argumentError('the body gave something that is neither a string nor bytes');
}
