/** One request of the caller, with all round trips of the logons that it needs. */

import type { IncomingHttpHeaders } from 'node:http';

import type { Dispatcher } from 'undici';

import { codedError } from '../../../core/errors.js';
import { RequestBody } from '../body/request-body.js';
import type { ConnectionPool } from '../connection/connection-pool.js';
import type { LogonConnection } from '../connection/logon-connection.js';
import {
  CLOSED_DURING_LOGON,
  connectionLost,
  isLostConnection,
  isUnsent,
} from '../connection/lost-connection.js';
import type { ClientLimits } from '../limits.js';
import { supportsSessions } from '../logon/challenges.js';
import type { Peer } from '../logon/peer.js';
import { RequestHeaders } from '../request/request-headers.js';
import { Attempt, type AttemptHead, type RoundTrip } from './attempt.js';
import { ExchangeController } from './exchange-controller.js';
import type { ResponseHandler } from './response-handler.js';
import { isIdempotent, Retries } from './retries.js';

type Options = Dispatcher.DispatchOptions;

/**
 * How a round trip carries the request: whole; without its body, if the server
 * will only answer with a challenge; or as a HEAD of the same URL, which only logs
 * the connection on.
 */
type RequestForm = 'whole' | 'without body' | 'head';

/** The response was passed to the handler, or the request needs another connection. */
type Outcome = 'done' | 'retry';

export class Exchange {
  readonly #origin: URL;
  readonly #options: Options;
  readonly #headers: RequestHeaders;
  readonly #body: RequestBody;
  readonly #handler: ResponseHandler;
  readonly #pool: ConnectionPool;
  readonly #limits: ClientLimits;
  readonly #abort = new AbortController();
  readonly #controller: ExchangeController;
  readonly #retries = new Retries();
  #trailers: IncomingHttpHeaders = {};
  #settled = false;

  constructor(
    origin: URL,
    options: Options,
    headers: RequestHeaders,
    handler: ResponseHandler,
    pool: ConnectionPool,
    limits: ClientLimits,
  ) {
    this.#origin = origin;
    this.#options = options;
    this.#headers = headers;
    this.#body = new RequestBody(
      options.body,
      headers.contentLength,
      limits.bufferedBodyBytes,
      (failure) => {
        this.#controller.abort(failure);
      },
    );
    this.#handler = handler;
    this.#pool = pool;
    this.#limits = limits;
    this.#controller = new ExchangeController((reason) => {
      this.#abort.abort(reason);
      this.#body.close(reason);
      this.#fail(reason);
    });
  }

  /** Runs it to its end, and reports that to the handler. Never rejects. */
  async run(): Promise<void> {
    try {
      this.#handler.onRequestStart(this.#controller, {});
      if (this.#settled) return;
      this.#body.start();
      for (let fresh = false; (await this.#tryConnection(fresh)) === 'retry';) fresh = true;
      this.#end();
    } catch (error) {
      this.#body.close(error as Error);
      this.#fail(error as Error);
    } finally {
      this.#body.close();
    }
  }

  /** Aborts it. */
  destroy(reason: Error): void {
    this.#controller.abort(reason);
  }

  /**
   * Reports the end to the handler, after the connection was released: the next
   * request of the caller can then use it.
   */
  #end(): void {
    if (this.#settled) return;
    this.#handler.onResponseEnd(this.#controller, this.#trailers);
    this.#settled = true;
  }

  #fail(error: Error): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#handler.onResponseError(this.#controller, error);
  }

  /** @param fresh whether to open a new connection */
  async #tryConnection(fresh: boolean): Promise<Outcome> {
    const { signal } = this.#abort;
    const connection = await this.#pool.acquire(fresh, signal);
    this.#retries.begin();
    const stop = () => {
      connection.destroy();
    };
    signal.addEventListener('abort', stop);
    try {
      signal.throwIfAborted();
      const outcome = await this.#sendOver(connection);
      if (outcome === 'done') this.#pool.release(connection);
      else connection.destroy();
      return outcome;
    } catch (error) {
      connection.destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async #sendOver(connection: LogonConnection): Promise<Outcome> {
    for (const peer of connection.peers) await peer.startRequest();
    if (this.#mustLogOnFirst(connection)) {
      const unknown = connection.peers.filter((peer) => peer.mayChallenge && !peer.loggingOn);
      const roundTrip = await this.#roundTrips(connection, () => 'head');
      if (roundTrip === undefined) return 'retry';
      // The HEAD was rejected, as the request itself would be.
      if (this.#challenger(connection, roundTrip.head) !== undefined) {
        return this.#finish(connection, roundTrip);
      }
      await this.#notifyPeers(connection, roundTrip);
      const unusable = await this.#drain(connection, roundTrip);
      if (unusable !== undefined) return this.#retry(unusable);
      for (const peer of unknown) {
        // It had closed the earlier connection for another reason; no HEAD is needed next time.
        if (!peer.hasChallenged) peer.forgetClosing();
        // The request itself follows the HEAD.
        await peer.startRequest();
      }
    }
    const roundTrip = await this.#roundTrips(connection, () => this.#form(connection));
    return roundTrip === undefined ? 'retry' : this.#finish(connection, roundTrip);
  }

  /** Whether to log on before sending a body that might not be replayable, or that might cost the connection. */
  #mustLogOnFirst({ peers }: LogonConnection): boolean {
    if (this.#body.empty) return false;
    const { alwaysReplayable, exceedsBuffer } = this.#body;
    return peers.some(
      (peer) =>
        (peer.requestsChallenge && !alwaysReplayable) ||
        (peer.mayChallenge &&
          (exceedsBuffer || peer.closesOnBody) &&
          !this.#retries.rejectedBy(peer)),
    );
  }

  #form({ peers }: LogonConnection): RequestForm {
    // Omit the body only if the peer has already asked for a logon for this request.
    // Otherwise the request might be served without its body.
    const rejected = peers.some(
      (peer) => peer.requestsChallenge && (peer.hasChallenged || this.#retries.rejectedBy(peer)),
    );
    return rejected && !this.#body.empty ? 'without body' : 'whole';
  }

  /** Round trips until there is a response to return; undefined if the request needs another connection. */
  async #roundTrips(
    connection: LogonConnection,
    nextForm: () => RequestForm,
  ): Promise<RoundTrip | undefined> {
    for (;;) {
      const form = nextForm();
      const roundTrip = await this.#roundTrip(connection, form);
      if (roundTrip === undefined) return undefined;
      const peer = this.#challenger(connection, roundTrip.head);
      const answer = peer?.answerTo(roundTrip.head);
      if (peer === undefined || answer === undefined) return roundTrip;
      this.#retries.noteRejection(peer, form === 'whole' && !this.#body.empty);
      // The body may still be being sent.
      this.#body.keep();
      this.#checkReplayable();
      const passed = connection.peers.slice(0, connection.peers.indexOf(peer));
      for (const other of passed) await other.accepted(roundTrip.head);
      let unusable = await this.#drain(connection, roundTrip);
      if (unusable === undefined) {
        await answer();
        if (!connection.usable) unusable = CLOSED_DURING_LOGON;
      }
      if (unusable !== undefined) {
        this.#retry(unusable);
        return undefined;
      }
      for (const other of passed) await other.startPreemptively();
    }
  }

  /** Discards a response. Resolves to undefined, or to the reason why the connection cannot be used afterwards. */
  async #drain(
    connection: LogonConnection,
    { attempt, head }: RoundTrip,
  ): Promise<string | undefined> {
    const failure = await attempt.drain(`${head.status} response`, this.#limits);
    // After an early response, the rest of the body would precede the next request.
    return failure ?? (connection.usable && !connection.sending ? undefined : CLOSED_DURING_LOGON);
  }

  /** Sends the request once, and waits for the head of the response; undefined if the request needs another connection. */
  async #roundTrip(connection: LogonConnection, form: RequestForm): Promise<RoundTrip | undefined> {
    const attempt = new Attempt(connection.client, this.#dispatchOptions(connection, form));
    const { used } = connection;
    const loggingOn = connection.peers.some((peer) => peer.loggingOn);
    connection.used = true;
    try {
      const head = await attempt.head;
      connection.noteResponse(head.headers);
      return { attempt, head };
    } catch (cause) {
      this.#abort.signal.throwIfAborted();
      if (!isLostConnection(cause)) throw cause;
      const unsent = isUnsent(cause);
      const harmless = unsent || form !== 'whole' || this.#idempotent;
      if (!loggingOn && !used && !unsent) {
        if (!this.#noteLostBody(connection) || !harmless) throw cause;
      }
      if (harmless && this.#body.replayable) {
        this.#retry('the connection was closed before the response', cause);
        return undefined;
      }
      throw loggingOn ? connectionLost('the connection ended during the logon', cause) : cause;
    }
  }

  get #idempotent(): boolean {
    return this.#options.idempotent ?? isIdempotent(this.#options.method);
  }

  /** Whether a server may have closed the connection because it rejected the body. True only once. */
  #noteLostBody({ peers }: LogonConnection): boolean {
    if (this.#body.empty) return false;
    return this.#retries.noteLostBody(peers.filter((peer) => peer.mayChallenge));
  }

  /** Prepares for another connection. Throws if the request may not take one. */
  #retry(message: string, cause?: unknown): 'retry' {
    this.#body.stop();
    if (!this.#retries.claim()) throw connectionLost(message, cause);
    this.#checkReplayable();
    return 'retry';
  }

  #checkReplayable(): void {
    if (this.#body.replayable) return;
    throw codedError(
      'ERR_SECUR32_BODY_NOT_REPLAYABLE',
      `the server asked for a logon after more than ${this.#limits.bufferedBodyBytes} bytes of a streamed body were sent; set preemptive: true, or raise limits.bufferedBodyBytes`,
    );
  }

  /** The peer that asks for a logon with this response; undefined if none does. */
  #challenger({ peers, proxy }: LogonConnection, head: AttemptHead): Peer | undefined {
    const peer = peers.find(({ status }) => status === head.status);
    // Without Proxy-Support, a proxy may send another user's requests over the same connection.
    const passedOn = peer?.kind === 'server' && proxy !== undefined && !peer.loggingOn;
    if (passedOn && !supportsSessions(head.headers['proxy-support'])) return undefined;
    return peer;
  }

  async #notifyPeers(connection: LogonConnection, { attempt, head }: RoundTrip): Promise<void> {
    try {
      const challenger = connection.peers.find(({ status }) => status === head.status);
      for (const peer of connection.peers) {
        if (peer === challenger) peer.rejected();
        else await peer.accepted(head);
      }
    } catch (error) {
      attempt.abort(error as Error);
      throw error;
    }
  }

  /** Passes the response to the handler. */
  async #finish(connection: LogonConnection, roundTrip: RoundTrip): Promise<'done'> {
    const { attempt, head } = roundTrip;
    await this.#notifyPeers(connection, roundTrip);
    if (this.#settled) return 'done';
    const controller = this.#controller;
    controller.attach(attempt);
    try {
      this.#handler.onResponseStart(controller, head.status, head.headers, head.statusMessage);
    } catch (error) {
      attempt.abort(error as Error);
      throw error;
    }
    await attempt.forward({
      paused: controller.paused,
      data: (chunk) => {
        if (!this.#settled) this.#handler.onResponseData(controller, chunk);
      },
      end: (trailers) => {
        controller.rawTrailers = attempt.controller?.rawTrailers ?? null;
        this.#trailers = trailers;
      },
    });
    // After a rejection the state of the logon on this connection is unknown.
    const rejected = connection.peers.some(({ status }) => status === head.status);
    if (rejected || this.#headers.closesConnection || this.#options.reset === true)
      connection.destroy();
    return 'done';
  }

  #dispatchOptions(connection: LogonConnection, form: RequestForm): Options {
    const { path, method, headersTimeout, bodyTimeout } = this.#options;
    const logons = connection.peers.flatMap(({ headerName, headerValue }) =>
      headerValue === undefined ? [] : [[headerName, headerValue] as const],
    );
    const withoutBody = form === 'whole' ? [] : ['content-length', 'content-type', 'expect'];
    return {
      origin: this.#origin.origin,
      path: connection.proxy === undefined ? path : `${this.#origin.origin}${path}`,
      method: form === 'head' ? 'HEAD' : method,
      headers: this.#headers.with(logons, ['connection', ...withoutBody]),
      body: form === 'whole' ? (this.#body.open() ?? null) : null,
      // undici would close the connection after a HEAD, which may be part of a logon.
      reset: false,
      ...(headersTimeout !== undefined && { headersTimeout }),
      ...(bodyTimeout !== undefined && { bodyTimeout }),
    };
  }
}
