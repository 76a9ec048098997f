/** The body of a request, which the legs of a logon may need more than once. */

import type { Dispatcher } from 'undici';

import { RecordedBody } from './buffered-body.js';

type Body = Dispatcher.DispatchOptions['body'];

/** What undici sends as often as it is asked to. */
export function isWhole(body: unknown): boolean {
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
export function isFormData(body: unknown): boolean {
  return Object.prototype.toString.call(body) === '[object FormData]';
}

export class RequestBody {
  readonly #whole: Body;
  readonly #once: RecordedBody | undefined;
  readonly #certain: boolean;
  /** Whether there is none. */
  readonly empty: boolean;

  /**
   * @param length what the request says of it, if it does
   * @param maxBytes how much is kept of a body that comes once
   * @param failed called once, when such a body fails before it was closed
   * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for what is not a body
   */
  constructor(
    body: unknown,
    length: number | undefined,
    maxBytes: number,
    failed: (error: Error) => void,
  ) {
    this.empty = body === undefined || body === null;
    if (isWhole(body)) {
      this.#whole = body as Body;
      this.#certain = true;
      return;
    }
    this.#once = new RecordedBody(body, maxBytes, failed);
    this.#certain = length !== undefined && length <= maxBytes;
  }

  /** Whether it can be sent again however much of it was sent. */
  get certain(): boolean {
    return this.#certain || this.#once?.complete === true;
  }

  /** Whether it can be sent from its beginning, now. */
  get replayable(): boolean {
    return this.#once?.replayable !== false;
  }

  /** When the request begins. */
  start(): void {
    this.#once?.start();
  }

  /** From its beginning; only if it is `replayable`. What was opened before fails. */
  open(): Body {
    return this.#once === undefined ? this.#whole : (this.#once.open() as unknown as Body);
  }

  /** Keeps it `replayable`: what is open fails where it would not be any more. */
  keep(): void {
    this.#once?.keep();
  }

  /** What is open fails. */
  stop(): void {
    this.#once?.stop();
  }

  /** Destroys a stream that was not read to its end. Idempotent. */
  close(reason?: Error): void {
    this.#once?.close(reason);
  }
}
