import type { ServerResponse } from 'node:http';

import type { ServerContext } from '../../server-context.js';

/** A context that handlers use to impersonate: closed when the logon has ended and the last answer is written. */
export class KeptContext {
  readonly context: ServerContext;
  #uses = 0;
  #ended = false;

  constructor(context: ServerContext) {
    this.context = context;
  }

  /** It stays open until this answer is written, or its client gone. */
  useFor(response: ServerResponse): void {
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

  #closeIfUnused(): void {
    if (this.#ended && this.#uses === 0) this.context.close();
  }
}
