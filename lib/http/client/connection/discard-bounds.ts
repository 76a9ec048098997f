/** Bounds on the body of a response that is discarded during a logon. */

import type { ClientLimits } from '../limits.js';

/**
 * Counts the bytes and the time of a body. Calls back once if it exceeds
 * `limits.discardedBodyBytes` or `limits.legTimeoutMs`.
 */
export class DiscardBounds {
  readonly #limits: ClientLimits;
  readonly #body: string;
  readonly #onExceeded: (reason: Error) => void;
  readonly #timer: NodeJS.Timeout;
  #bytes = 0;
  #exceeded: string | undefined;

  /** @param response names the response in the reason */
  constructor(response: string, limits: ClientLimits, onExceeded: (reason: Error) => void) {
    const { legTimeoutMs } = limits;
    this.#limits = limits;
    this.#body = `the body of the ${response}`;
    this.#onExceeded = onExceeded;
    this.#timer = setTimeout(() => {
      this.#exceed(`took longer than ${legTimeoutMs} ms (limits.legTimeoutMs)`);
    }, legTimeoutMs);
  }

  /** Why the body was not read to its end, for an error; undefined if it is within the bounds. */
  get exceeded(): string | undefined {
    return this.#exceeded;
  }

  /** Call for each part of the body. */
  count(bytes: number): void {
    const { discardedBodyBytes } = this.#limits;
    this.#bytes += bytes;
    if (this.#bytes <= discardedBodyBytes) return;
    this.#exceed(`is larger than ${discardedBodyBytes} bytes (limits.discardedBodyBytes)`);
  }

  /** Call at the end of the body. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #exceed(bound: string): void {
    if (this.#exceeded !== undefined) return;
    this.end();
    this.#exceeded = `${this.#body} ${bound}`;
    this.#onExceeded(new Error(this.#exceeded));
  }
}
