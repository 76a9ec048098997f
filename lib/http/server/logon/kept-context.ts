import type { ServerContext } from '../../../context/server-context.js';

/** The part of a response that KeptContext uses to wait for its end. */
export interface Closable {
  readonly closed: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** A context for impersonation by handlers. It is closed after the logon has ended and the last response was written. */
export class KeptContext {
  readonly #context: ServerContext;
  readonly #onClose: (kept: KeptContext) => void;
  #uses = 0;
  #ended = false;

  constructor(context: ServerContext, onClose: (kept: KeptContext) => void) {
    this.#context = context;
    this.#onClose = onClose;
  }

  /** Keeps the context open until the response is written or its client disconnects. */
  useFor(response: Closable): void {
    // 'close' would not fire again.
    if (response.closed) return;
    this.#uses += 1;
    response.once('close', () => {
      this.#uses -= 1;
      this.#closeIfUnused();
    });
  }

  /** No further request will use the context. */
  end(): void {
    this.#ended = true;
    this.#closeIfUnused();
  }

  /** Closes the context when the client has disconnected: queued responses do not emit 'close'. */
  close(): void {
    this.#context.close();
    this.#onClose(this);
  }

  #closeIfUnused(): void {
    if (this.#ended && this.#uses === 0) this.close();
  }
}
