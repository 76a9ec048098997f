/** A request of node:http that has no connection yet. */

import type { ClientRequest } from 'node:http';

import { asNodeRequest, type NodeRequest } from './node-internals.js';

/** A timer with a longer delay would end at once. Node.js shortens the time-outs of sockets, too. */
const MAX_DELAY_MS = 2 ** 31 - 1;

type Watched = Pick<ClientRequest, 'destroy' | 'setTimeout'> & Pick<NodeRequest, 'onSocket'>;

/**
 * Lets a request end while its agent makes a connection for it. Node.js itself
 * waits for the connection, because its own agents give one at once: until then
 * an abort, `destroy()` and the time-out of a request do nothing.
 */
export class WaitingRequest {
  readonly #request: ClientRequest;
  readonly #onGone: () => void;
  readonly #watching: Partial<Watched>;
  #waiting = true;
  #timer: NodeJS.Timeout | undefined;

  /** @param onGone the request was destroyed, and needs no connection any more */
  constructor(request: ClientRequest, onGone: () => void) {
    this.#request = request;
    this.#onGone = onGone;
    const watched = request as unknown as Watched;
    const { destroy, setTimeout, onSocket } = watched;
    this.#watching = {
      destroy: (error) => {
        destroy.call(request, error);
        this.#gone();
        return request;
      },
      setTimeout: (milliseconds, callback) => {
        setTimeout.call(request, milliseconds, callback);
        this.#restartTimer(milliseconds);
        return request;
      },
      onSocket: (socket, error) => {
        this.#end();
        onSocket.call(request, socket, error);
      },
    };
    Object.assign(watched, this.#watching);
    this.#restartTimer(asNodeRequest(request).timeout);
    if (request.destroyed) this.#gone();
  }

  /** Whether it has neither a connection nor an error. */
  get waiting(): boolean {
    return this.#waiting;
  }

  #gone(): void {
    if (!this.#waiting) return;
    this.#end();
    this.#onGone();
    // Node.js gives its own error: an AbortError, the one that was passed, or ECONNRESET.
    asNodeRequest(this.#request).onSocket(undefined);
  }

  #end(): void {
    this.#waiting = false;
    clearTimeout(this.#timer);
    const watched = this.#request as unknown as Partial<Watched>;
    for (const name of ['destroy', 'setTimeout', 'onSocket'] as const) {
      // Not where another library has put its own in front of it.
      if (watched[name] === this.#watching[name]) Reflect.deleteProperty(watched, name);
    }
  }

  /** As with a connection, 'timeout' is only an event: the request goes on. */
  #restartTimer(milliseconds = 0): void {
    clearTimeout(this.#timer);
    if (!this.#waiting || milliseconds <= 0) return;
    const delay = Math.min(milliseconds, MAX_DELAY_MS);
    this.#timer = setTimeout(() => this.#request.emit('timeout'), delay).unref();
  }
}
