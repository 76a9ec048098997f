/** The controller that a handler gets for a request, across all round trips of its logon. */

import { errors, type Dispatcher } from 'undici';

import type { Attempt } from './attempt.js';

type RawFields = NonNullable<Dispatcher.DispatchController['rawHeaders']> | null;

export class ExchangeController implements Dispatcher.DispatchController {
  rawHeaders: RawFields = null;
  rawTrailers: RawFields = null;
  aborted = false;
  paused = false;
  reason: Error | null = null;
  readonly #onAbort: (reason: Error) => void;
  #attempt: Attempt | undefined;

  constructor(onAbort: (reason: Error) => void) {
    this.#onAbort = onAbort;
  }

  /** Connects it to the round trip whose response the handler gets. */
  attach(attempt: Attempt): void {
    this.#attempt = attempt;
    this.rawHeaders = attempt.controller?.rawHeaders ?? null;
  }

  abort(reason?: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason ?? new errors.RequestAbortedError();
    this.#onAbort(this.reason);
  }

  pause(): void {
    this.paused = true;
    this.#attempt?.controller?.pause();
  }

  resume(): void {
    this.paused = false;
    this.#attempt?.controller?.resume();
  }
}
