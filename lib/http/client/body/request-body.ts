/** The body of a request, which may have to be sent several times during a logon. */

import type { Dispatcher } from 'undici';

import { BufferedBody } from './buffered-body.js';

type Body = Dispatcher.DispatchOptions['body'];

/** Whether undici can send a body any number of times. */
export function isReusable(body: unknown): boolean {
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

/** Whether a body is a FormData of Node.js or of undici, which have different classes. */
export function isFormData(body: unknown): boolean {
  return Object.prototype.toString.call(body) === '[object FormData]';
}

export class RequestBody {
  readonly #reusable: Body;
  readonly #buffered: BufferedBody | undefined;
  readonly #alwaysReplayable: boolean;
  /** Whether it is known to be larger than what is kept of it. */
  readonly exceedsBuffer: boolean;
  /** Whether the request has no body. */
  readonly empty: boolean;

  /**
   * @param length the request's Content-Length, if it has one
   * @param maxBytes how many bytes of a stream or iterable are kept
   * @param failed called once, if a stream or iterable fails before `close`
   * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` if the value is not a body
   */
  constructor(
    body: unknown,
    length: number | undefined,
    maxBytes: number,
    failed: (error: Error) => void,
  ) {
    this.empty = body === undefined || body === null;
    this.exceedsBuffer = !isReusable(body) && length !== undefined && length > maxBytes;
    if (isReusable(body)) {
      this.#reusable = body as Body;
      this.#alwaysReplayable = true;
      return;
    }
    this.#buffered = new BufferedBody(body, maxBytes, failed);
    this.#alwaysReplayable = length !== undefined && length <= maxBytes;
  }

  /** Whether it can be sent again however much of it has been sent. */
  get alwaysReplayable(): boolean {
    return this.#alwaysReplayable || this.#buffered?.complete === true;
  }

  /** Whether it can now be sent from its beginning. */
  get replayable(): boolean {
    return this.#buffered?.replayable !== false;
  }

  /** Call when the request begins. */
  start(): void {
    this.#buffered?.start();
  }

  /** Returns the body from its beginning. Must be `replayable`. The body returned before fails. */
  open(): Body {
    return this.#buffered === undefined
      ? this.#reusable
      : (this.#buffered.open() as unknown as Body);
  }

  /** Keeps it `replayable`: the body returned by `open` fails rather than lose its beginning. */
  keep(): void {
    this.#buffered?.keep();
  }

  /** Makes the body returned by `open` fail. */
  stop(): void {
    this.#buffered?.stop();
  }

  /** Destroys a stream that has not ended. Idempotent. */
  close(reason?: Error): void {
    this.#buffered?.close(reason);
  }
}
