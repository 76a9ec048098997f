/** The connections to one origin, all logged on as one user. */

import { closedError } from '../../../core/errors.js';
import type { LogonConnection } from './logon-connection.js';

export type OpenConnection = (signal: AbortSignal) => Promise<LogonConnection>;

interface Waiter {
  wake: () => void;
  fail: (error: Error) => void;
}

export class ConnectionPool {
  readonly #open: OpenConnection;
  readonly #maxConnections: number;
  readonly #onEmpty: () => void;
  readonly #idle: LogonConnection[] = [];
  readonly #all = new Set<LogonConnection>();
  readonly #waiting: Waiter[] = [];
  /** Connections that are open or being opened. */
  #occupied = 0;
  /** Requests that have not ended: each may still need another connection. */
  #requests = 0;
  #closed = false;

  /** @param onEmpty called when there are no connections, and no requests that could need one */
  constructor(open: OpenConnection, maxConnections: number, onEmpty: () => void) {
    this.#open = open;
    this.#maxConnections = maxConnections;
    this.#onEmpty = onEmpty;
  }

  /** Call before the first `acquire` of a request: keeps the pool until `removeRequest`. */
  addRequest(): void {
    this.#requests += 1;
  }

  /** Call after the last `acquire` of a request. */
  removeRequest(): void {
    this.#requests -= 1;
    this.#checkEmpty();
  }

  /**
   * Resolves to a connection that no other request uses until it is released or
   * destroyed: an idle one, or a new one if none is idle or `fresh` is true. A new
   * one takes the place of an idle one only if there is no room for both.
   * Rejects if opening fails, if the signal is aborted, and with `ERR_SECUR32_CLOSED`.
   */
  async acquire(fresh: boolean, signal: AbortSignal): Promise<LogonConnection> {
    for (;;) {
      if (this.#closed) throw closedError('the client');
      if (signal.aborted) {
        this.#wakeNext(); // this request may have used up a turn
        throw signal.reason;
      }
      const free = this.#occupied < this.#maxConnections;
      if (fresh && free) return this.#make(signal);
      const idle = fresh ? this.#idle.shift() : this.#idle.pop();
      idle?.stopIdling();
      if (fresh && idle !== undefined) return this.#replace(idle, signal);
      if (idle?.usable === true) return idle;
      // Its slot becomes free when it has closed.
      if (idle !== undefined) idle.destroy();
      else if (free) return this.#make(signal);
      else await this.#waitForTurn(signal);
    }
  }

  /** Returns a connection to the pool after a request. */
  release(connection: LogonConnection): void {
    if (!connection.usable || this.#closed) {
      connection.destroy();
      return;
    }
    this.#idle.push(connection);
    connection.startIdling();
    this.#wakeNext();
  }

  /** Closes the idle connections now, and the others when they are released. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#idle.splice(0)) connection.destroy();
    for (const waiting of this.#waiting.splice(0)) waiting.fail(closedError('the client'));
  }

  /** Closes all connections now. */
  destroy(): void {
    this.close();
    for (const connection of this.#all) connection.destroy();
  }

  #make(signal: AbortSignal): Promise<LogonConnection> {
    this.#occupied += 1;
    return this.#openInSlot(signal);
  }

  /** Opens a connection in the slot of an idle one, after that has closed. */
  async #replace(idle: LogonConnection, signal: AbortSignal): Promise<LogonConnection> {
    this.#all.delete(idle);
    await new Promise<void>((resolve) => {
      idle.onceClosed(resolve);
      idle.destroy();
    });
    return this.#openInSlot(signal);
  }

  async #openInSlot(signal: AbortSignal): Promise<LogonConnection> {
    let connection: LogonConnection;
    try {
      connection = await this.#open(signal);
    } catch (error) {
      this.#freeSlot();
      throw error;
    }
    this.#all.add(connection);
    connection.onceClosed(() => {
      this.#ended(connection);
    });
    if (!this.#closed) return connection;
    connection.destroy();
    throw closedError('the client');
  }

  #ended(connection: LogonConnection): void {
    if (!this.#all.delete(connection)) return;
    const at = this.#idle.indexOf(connection);
    if (at >= 0) {
      this.#idle.splice(at, 1);
      connection.destroy();
    }
    // A request that uses it will notice, and may have a step to finish.
    this.#freeSlot();
  }

  #freeSlot(): void {
    this.#occupied -= 1;
    this.#wakeNext();
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.#occupied === 0 && this.#requests === 0) this.#onEmpty();
  }

  #wakeNext(): void {
    this.#waiting.shift()?.wake();
  }

  /** Waits until a connection may be available. */
  #waitForTurn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiter = {
        wake: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
        fail: (error) => {
          signal.removeEventListener('abort', abort);
          reject(error);
        },
      };
      const abort = () => {
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        waiting.fail(signal.reason as Error);
      };
      this.#waiting.push(waiting);
      signal.addEventListener('abort', abort);
    });
  }
}
