/** A dispatcher of undici that logs on. */

import { Dispatcher, errors } from 'undici';

import { argumentError, closedError } from '../../../core/errors.js';
import { discardBody } from '../body/body-source.js';
import { ClientCredentials } from '../logon/client-credentials.js';
import { Exchange } from './exchange.js';
import { ConnectionOpener } from '../connection/connection-opener.js';
import {
  checkedClientOptions,
  ownClientOptions,
  type ClientSettings,
  type IntegratedClientOptions,
} from '../options.js';
import { Pool } from '../connection/connection-pool.js';
import { RequestHeaders } from '../request/request-headers.js';
import { checkedMethod, checkedOrigin, checkedPath } from '../request/request-target.js';
import { sinkOf, type Sink } from './response-handler.js';

/**
 * An undici dispatcher that answers servers and proxies that ask for a logon
 * (401 and 407 with Negotiate or NTLM), as one user.
 *
 * It takes the place of undici's `Agent`: `request(url, { dispatcher })`, and
 * `fetch(url, { dispatcher })` of undici and of Node.js itself. Each connection
 * carries one request at a time and belongs to one origin; all the legs of a
 * logon go over one connection, and what the server keeps for it (NTLM; Kerberos
 * where it says `Persistent-Auth: true`) serves the next request. Connections of
 * two agents are never shared, so that two users need two agents.
 *
 * A response that refuses a logon (401 after the last token) is given back as
 * it is. Errors of a logon come out of the request, with their code; `fetch`
 * has them as `cause`. There are no upgrades (WebSocket) and no HTTP/2.
 */
export class IntegratedAgent extends Dispatcher {
  readonly #settings: ClientSettings;
  readonly #credentials: ClientCredentials;
  readonly #opener: ConnectionOpener;
  readonly #pools = new Map<string, Pool>();
  readonly #running = new Map<Exchange, Promise<void>>();
  #closed = false;
  #destroyed = false;

  /** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
  constructor(options: IntegratedClientOptions) {
    super();
    const own = ownClientOptions(options);
    this.#settings = checkedClientOptions(own);
    this.#credentials = new ClientCredentials(this.#settings, own.authIdentity);
    this.#opener = new ConnectionOpener(this.#settings, this.#credentials);
  }

  /** Always true: requests beyond the most connections wait here. */
  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    if (typeof handler !== 'object' || handler === null) {
      throw argumentError('the handler must be an object');
    }
    const sink = sinkOf(handler);
    try {
      this.#run(options, sink);
    } catch (error) {
      discardBody(options?.body, error as Error);
      sink.onResponseError(NO_CONTROLLER, error as Error);
    }
    return true;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get destroyed(): boolean {
    return this.#destroyed;
  }

  /** Takes no more requests, waits for those that run, then ends the connections and gives the credentials back. Idempotent. */
  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): Promise<void> | void {
    return withCallback(this.#close(), callback);
  }

  /** The same without waiting: requests that run fail. Idempotent. */
  override destroy(error?: Error | null): Promise<void>;
  override destroy(callback: () => void): void;
  override destroy(error: Error | null, callback: () => void): void;
  override destroy(
    error?: Error | null | (() => void),
    callback: (() => void) | undefined = typeof error === 'function' ? error : undefined,
  ): Promise<void> | void {
    const reason = error instanceof Error ? error : new errors.ClientDestroyedError();
    return withCallback(this.#destroy(reason), callback);
  }

  async #close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#running.values());
    this.#end();
  }

  async #destroy(reason: Error): Promise<void> {
    this.#closed = true;
    this.#destroyed = true;
    const running = [...this.#running];
    for (const [exchange] of running) exchange.destroy(reason);
    this.#end();
    await Promise.all(running.map(([, run]) => run));
  }

  #end(): void {
    this.#destroyed = true;
    for (const pool of this.#pools.values()) pool.destroy();
    this.#credentials.close();
  }

  #run(options: Dispatcher.DispatchOptions, sink: Sink): void {
    if (this.#closed) throw closedError('the agent');
    if (typeof options !== 'object' || options === null) {
      throw argumentError('the options of a request must be an object');
    }
    const { upgrade } = options;
    if ((upgrade ?? false) !== false) {
      throw argumentError('an IntegratedAgent makes no upgrades and no tunnels');
    }
    const origin = checkedOrigin(options.origin);
    const { query, ...others } = options;
    const checked: Dispatcher.DispatchOptions = {
      ...others,
      method: checkedMethod(others.method),
      path: checkedPath(others.path, query),
    };
    const headers = new RequestHeaders(others.headers, origin);
    // The same field twice is neither logon.
    if (this.#settings.hosts.allows(origin) && headers.has('authorization')) {
      throw argumentError('an IntegratedAgent sets the Authorization field of this host itself');
    }
    if (this.#settings.proxy !== undefined && headers.has('proxy-authorization')) {
      throw argumentError('an IntegratedAgent sets the Proxy-Authorization field itself');
    }
    const { limits } = this.#settings;
    const pool = this.#pool(origin);
    // The pool must outlive the request: its second connection belongs to the same one.
    pool.enter();
    let exchange: Exchange;
    try {
      exchange = new Exchange(origin, checked, headers, sink, pool, limits);
    } catch (error) {
      pool.leave();
      throw error;
    }
    const run = exchange.run().finally(() => {
      this.#running.delete(exchange);
      pool.leave();
    });
    this.#running.set(exchange, run);
  }

  #pool(origin: URL): Pool {
    const key = origin.origin;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const pool: Pool = new Pool(
      (signal) => this.#opener.open(origin, signal),
      this.#settings.connections,
      () => {
        if (this.#pools.get(key) === pool) this.#pools.delete(key);
      },
    );
    this.#pools.set(key, pool);
    return pool;
  }
}

/** Of a request that never began. */
const NO_CONTROLLER: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};

function withCallback(
  promise: Promise<void>,
  callback: (() => void) | undefined,
): Promise<void> | undefined {
  if (callback === undefined) return promise;
  void promise.finally(callback);
  return undefined;
}
