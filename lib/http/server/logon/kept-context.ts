import type { ServerContext } from '../../../context/server-context.js';

/** An answer, of which KeptContext waits for the end. */
export interface Closable {
  readonly closed: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** A context that handlers use to impersonate: closed when the logon has ended and the last answer is written. */
export class KeptContext {
  readonly #context: ServerContext;
  readonly #onClose: (kept: KeptContext) => void;
  #uses = 0;
  #ended = false;

  constructor(context: ServerContext, onClose: (kept: KeptContext) => void) {
    this.#context = context;
    this.#onClose = onClose;
  }

  /** It stays open until this answer is written, or its client gone. */
  useFor(response: Closable): void {
    // It would not say so again.
    if (response.closed) return;
    this.#uses += 1;
    response.once('close', () => {
      this.#uses -= 1;
      this.#closeIfUnused();
    });
  }

  /** No further request uses it. */
  end(): void {
    this.#ended = true;
    this.#closeIfUnused();
  }

  /** The client is gone: answers that waited for others to be written do not hear of it. */
  close(): void {
    this.#context.close();
    this.#onClose(this);
  }

  #closeIfUnused(): void {
    if (this.#ended && this.#uses === 0) this.close();
  }
}
