/** An undici dispatcher that logs on. */

import { Dispatcher, errors } from 'undici';

import { argumentError, closedError } from '../../../core/errors.js';
import { destroyUntakenBody } from '../body/body-source.js';
import { ConnectionOpener } from '../connection/connection-opener.js';
import { ConnectionPool } from '../connection/connection-pool.js';
import { ClientCredentials } from '../logon/client-credentials.js';
import type { IntegratedClientOptions } from '../options.js';
import { RequestHeaders } from '../request/request-headers.js';
import { checkedMethod, checkedOrigin, checkedPath } from '../request/request-target.js';
import { checkedClientOptions, ownClientOptions, type ClientSettings } from '../settings.js';
import { Exchange } from './exchange.js';
import { responseHandlerOf, type ResponseHandler } from './response-handler.js';

/**
 * An undici dispatcher that logs on, as one user, to servers and proxies that ask
 * for it (401 or 407 with Negotiate or NTLM).
 *
 * Use it instead of undici's `Agent`: in `request(url, { dispatcher })`, and in
 * `fetch(url, { dispatcher })` of undici or Node.js. Each connection belongs to
 * one origin and carries one request at a time. A logon takes place on a single
 * connection. If the server keeps it (NTLM; Kerberos with
 * `Persistent-Auth: true`), the next request on that connection needs no token.
 * Agents never share connections, so each user needs an agent.
 *
 * A 401 after the last token is returned to the caller. If a logon fails on the
 * client's side, the request rejects with an error that has a code; with `fetch`
 * it is the `cause`. Upgrades (WebSocket) and HTTP/2 are not supported.
 */
export class IntegratedAgent extends Dispatcher {
  readonly #settings: ClientSettings;
  readonly #credentials: ClientCredentials;
  readonly #opener: ConnectionOpener;
  readonly #pools = new Map<string, ConnectionPool>();
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

  /**
   * Sends a request. Errors, including those of invalid arguments, are reported to
   * the handler. Always returns true: the agent queues requests beyond `connections`.
   *
   * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` if the handler is not an object
   */
  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    if (typeof handler !== 'object' || handler === null) {
      throw argumentError('the handler must be an object');
    }
    const responseHandler = responseHandlerOf(handler);
    try {
      this.#run(options, responseHandler);
    } catch (error) {
      destroyUntakenBody(options?.body, error as Error);
      responseHandler.onResponseError(NO_CONTROLLER, error as Error);
    }
    return true;
  }

  /** Whether `close` or `destroy` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether `destroy` was called, or `close` has finished. */
  get destroyed(): boolean {
    return this.#destroyed;
  }

  /**
   * Rejects further requests, waits for the running ones, then closes the
   * connections and credentials. Idempotent.
   */
  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): Promise<void> | void {
    return withCallback(this.#close(), callback);
  }

  /**
   * Closes the connections and credentials at once. Running requests fail with
   * `error`, or with undici's `ClientDestroyedError`. Idempotent.
   */
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

  #run(options: Dispatcher.DispatchOptions, responseHandler: ResponseHandler): void {
    if (this.#closed) throw closedError('the agent');
    if (typeof options !== 'object' || options === null) {
      throw argumentError('the options of a request must be an object');
    }
    const { upgrade } = options;
    if ((upgrade ?? false) !== false) {
      throw argumentError('IntegratedAgent does not support upgrades');
    }
    const origin = checkedOrigin(options.origin);
    const { query, ...others } = options;
    const checked: Dispatcher.DispatchOptions = {
      ...others,
      method: checkedMethod(others.method),
      path: checkedPath(others.path, query),
    };
    const headers = new RequestHeaders(others.headers, origin);
    // Two Authorization fields would invalidate both logons.
    if (this.#settings.hosts.allows(origin) && headers.has('authorization')) {
      throw argumentError('omit Authorization: IntegratedAgent sets it for this host');
    }
    if (this.#settings.proxy !== undefined && headers.has('proxy-authorization')) {
      throw argumentError('omit Proxy-Authorization: IntegratedAgent sets it');
    }
    const { limits } = this.#settings;
    const pool = this.#pool(origin);
    // Keep the pool until the request ends: its second connection must count there, too.
    pool.addRequest();
    let exchange: Exchange;
    try {
      exchange = new Exchange(origin, checked, headers, responseHandler, pool, limits);
    } catch (error) {
      pool.removeRequest();
      throw error;
    }
    const run = exchange.run().finally(() => {
      this.#running.delete(exchange);
      pool.removeRequest();
    });
    this.#running.set(exchange, run);
  }

  #pool(origin: URL): ConnectionPool {
    const key = origin.origin;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const pool: ConnectionPool = new ConnectionPool(
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

/** The controller of a request that never began. */
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
