/** The connections to one origin, all with the logon of one user. */

import { closedError } from '../../../core/errors.js';
import type { LogonConnection } from './logon-connection.js';

export type OpenConnection = (signal: AbortSignal) => Promise<LogonConnection>;

interface Waiting {
  go: () => void;
  fail: (error: Error) => void;
}

export class Pool {
  readonly #open: OpenConnection;
  readonly #most: number;
  readonly #onEmpty: () => void;
  readonly #idle: LogonConnection[] = [];
  readonly #all = new Set<LogonConnection>();
  readonly #waiting: Waiting[] = [];
  /** Connections, and those that are being made. */
  #taken = 0;
  /** Requests that have not ended: each may need another connection still. */
  #users = 0;
  #closed = false;

  /** @param onEmpty there is no connection any more, and no request that could need one */
  constructor(open: OpenConnection, most: number, onEmpty: () => void) {
    this.#open = open;
    this.#most = most;
    this.#onEmpty = onEmpty;
  }

  /** Before the first `take` of a request: the pool is kept until `leave`. */
  enter(): void {
    this.#users += 1;
  }

  /** After the last `take` of a request. */
  leave(): void {
    this.#users -= 1;
    this.#checkEmpty();
  }

  /**
   * A connection for one request, which is nobody else's until it is given back
   * or destroyed: one that is idle, or a new one where `fresh` says so or none is.
   * Rejects as its opening does, when the signal is aborted, and with `ERR_SECUR32_CLOSED`.
   */
  async take(fresh: boolean, signal: AbortSignal): Promise<LogonConnection> {
    for (;;) {
      if (this.#closed) throw closedError('the client');
      if (signal.aborted) {
        this.#next(); // it may have been this one's turn
        throw signal.reason;
      }
      const idle = this.#idle.pop();
      if (idle?.usable === true && !fresh) return idle;
      // It makes room for a new one as soon as it has ended.
      if (idle !== undefined) idle.destroy();
      else if (this.#taken < this.#most) return this.#make(signal);
      else await this.#turn(signal);
    }
  }

  /** Takes a connection back after a request. */
  give(connection: LogonConnection): void {
    if (!connection.usable || this.#closed) {
      connection.destroy();
      return;
    }
    this.#idle.push(connection);
    this.#next();
  }

  /** Ends what is idle, and everything else when it is given back. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#idle.splice(0)) connection.destroy();
    for (const waiting of this.#waiting.splice(0)) waiting.fail(closedError('the client'));
  }

  /** Ends everything. */
  destroy(): void {
    this.close();
    for (const connection of this.#all) connection.destroy();
  }

  async #make(signal: AbortSignal): Promise<LogonConnection> {
    this.#taken += 1;
    let connection: LogonConnection;
    try {
      connection = await this.#open(signal);
    } catch (error) {
      this.#release();
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
    // Whoever uses it finds out, and may have a leg to finish.
    this.#release();
  }

  #release(): void {
    this.#taken -= 1;
    this.#next();
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.#taken === 0 && this.#users === 0) this.#onEmpty();
  }

  #next(): void {
    this.#waiting.shift()?.go();
  }

  /** Waits until there may be a connection. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        go: () => {
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
