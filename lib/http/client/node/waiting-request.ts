/** A request of node:http that waits for a connection. */

import type { ClientRequest } from 'node:http';

import { asNodeRequest, type NodeRequest } from './node-internals.js';

/** A timer with a longer delay would fire at once. Node.js caps the timeouts of sockets, too. */
const MAX_DELAY_MS = 2 ** 31 - 1;

type Watched = Pick<ClientRequest, 'destroy' | 'setTimeout'> & Pick<NodeRequest, 'onSocket'>;

/**
 * Lets a request end while its agent opens a connection for it. Node.js expects
 * agents to return a socket at once, so until then an abort, `destroy()` and the
 * timeout of a request have no effect.
 */
export class WaitingRequest {
  readonly #request: ClientRequest;
  readonly #onGone: () => void;
  readonly #watching: Partial<Watched>;
  #waiting = true;
  #timer: NodeJS.Timeout | undefined;

  /** @param onGone called when the request is destroyed and no longer needs a connection */
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

  /** Whether it has neither a connection nor failed. */
  get waiting(): boolean {
    return this.#waiting;
  }

  #gone(): void {
    if (!this.#waiting) return;
    this.#end();
    this.#onGone();
    // Node.js emits its own error: an AbortError, the one passed to destroy(), or ECONNRESET.
    asNodeRequest(this.#request).onSocket(undefined);
  }

  #end(): void {
    this.#waiting = false;
    clearTimeout(this.#timer);
    const watched = this.#request as unknown as Partial<Watched>;
    for (const name of ['destroy', 'setTimeout', 'onSocket'] as const) {
      // Another library may have replaced the method; then leave it.
      if (watched[name] === this.#watching[name]) Reflect.deleteProperty(watched, name);
    }
  }

  /** As in Node.js, 'timeout' is only an event: the request continues. */
  #restartTimer(milliseconds = 0): void {
    clearTimeout(this.#timer);
    if (!this.#waiting || milliseconds <= 0) return;
    const delay = Math.min(milliseconds, MAX_DELAY_MS);
    this.#timer = setTimeout(() => this.#request.emit('timeout'), delay).unref();
  }
}
