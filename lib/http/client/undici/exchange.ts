/** One request of a user, with all the legs of the logons that it takes. */

import type { IncomingHttpHeaders } from 'node:http';

import type { Dispatcher } from 'undici';

import { codedError } from '../../../core/errors.js';
import { Attempt, type AttemptHead } from './attempt.js';
import { supportsSessions } from '../logon/challenges.js';
import { ExchangeController } from './exchange-controller.js';
import type { LogonConnection } from '../connection/logon-connection.js';
import { connectionLost, isLostConnection, isUnsent } from '../connection/lost-connection.js';
import type { ClientLimits } from '../options.js';
import type { Party } from '../logon/peer.js';
import type { Pool } from '../connection/connection-pool.js';
import { RequestBody } from '../body/request-body.js';
import { RequestHeaders } from '../request/request-headers.js';
import { Retries } from './retries.js';
import type { Sink } from './response-handler.js';

type Options = Dispatcher.DispatchOptions;

/** What may be sent again when nobody knows whether the server got it (RFC 9110, section 9.2.2). */
const IDEMPOTENT: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

/**
 * How a leg carries the request: whole; without its body, where the server only
 * gives a challenge; or as a HEAD in its place, which does nothing but log the
 * connection on.
 */
type Form = 'whole' | 'without body' | 'head';

/** The request is answered, or takes another connection. */
type Outcome = 'done' | 'again';

interface Leg {
  attempt: Attempt;
  head: AttemptHead;
}

export class Exchange {
  readonly #origin: URL;
  readonly #options: Options;
  readonly #headers: RequestHeaders;
  readonly #body: RequestBody;
  readonly #sink: Sink;
  readonly #pool: Pool;
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
    sink: Sink,
    pool: Pool,
    limits: ClientLimits,
  ) {
    this.#origin = origin;
    this.#options = options;
    this.#headers = headers;
    this.#body = new RequestBody(
      options.body,
      headers.contentLength,
      limits.bodyBytes,
      (failure) => {
        this.#controller.abort(failure);
      },
    );
    this.#sink = sink;
    this.#pool = pool;
    this.#limits = limits;
    this.#controller = new ExchangeController((reason) => {
      this.#abort.abort(reason);
      this.#body.close(reason);
      this.#fail(reason);
    });
  }

  /** Runs it to its end, of which the sink hears. */
  async run(): Promise<void> {
    try {
      this.#sink.onRequestStart(this.#controller, {});
      if (this.#settled) return;
      this.#body.start();
      for (let fresh = false; (await this.#over(fresh)) === 'again';) fresh = true;
      this.#end();
    } catch (error) {
      this.#body.close(error as Error);
      this.#fail(error as Error);
    } finally {
      this.#body.close();
    }
  }

  /** Ends it from outside. */
  destroy(reason: Error): void {
    this.#controller.abort(reason);
  }

  /**
   * Tells the user of the end, when the connection was given back: whoever sends
   * the next request then finds it.
   */
  #end(): void {
    if (this.#settled) return;
    this.#sink.onResponseEnd(this.#controller, this.#trailers);
    this.#settled = true;
  }

  #fail(error: Error): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#sink.onResponseError(this.#controller, error);
  }

  /** @param fresh whether a connection that served others will not do */
  async #over(fresh: boolean): Promise<Outcome> {
    const { signal } = this.#abort;
    const connection = await this.#pool.take(fresh, signal);
    this.#retries.begin();
    const stop = () => {
      connection.destroy();
    };
    signal.addEventListener('abort', stop);
    try {
      signal.throwIfAborted();
      const outcome = await this.#on(connection);
      if (outcome === 'done') this.#pool.give(connection);
      else connection.destroy();
      return outcome;
    } catch (error) {
      connection.destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async #on(connection: LogonConnection): Promise<Outcome> {
    for (const party of connection.parties) await party.begin();
    if (this.#mustLogOnFirst(connection)) {
      const unknown = connection.parties.filter((party) => party.mayAsk && !party.underWay);
      const leg = await this.#legs(connection, () => 'head');
      if (leg === undefined) return 'again';
      // Refused, as the request itself would be.
      if (this.#challenger(connection, leg.head) !== undefined)
        return this.#finish(connection, leg);
      await this.#answered(connection, leg);
      if (!(await leg.attempt.discard(this.#limits.refusalBytes)) || !connection.usable) {
        return this.#again('the server closes the connection that was logged on');
      }
      for (const party of unknown) {
        // It lost a connection for another reason, and needs no further requests of this kind.
        if (!party.challenged) party.forgetClosing();
        // The body follows what was only a logon.
        await party.begin();
      }
    }
    const leg = await this.#legs(connection, () => this.#form(connection));
    return leg === undefined ? 'again' : this.#finish(connection, leg);
  }

  /** A body must not go out before the server takes it, if it comes once or costs the connection. */
  #mustLogOnFirst({ parties }: LogonConnection): boolean {
    if (this.#body.empty) return false;
    return parties.some(
      (party) =>
        (party.onlyAsks && !this.#body.certain) ||
        (party.mayAsk && party.closesOnBodies && !this.#retries.refusedBy(party)),
    );
  }

  #form({ parties }: LogonConnection): Form {
    // Only where it is sure that this very request is refused without a logon:
    // another one would be served, without its body.
    const refused = parties.some(
      (party) => party.onlyAsks && (party.challenged || this.#retries.refusedBy(party)),
    );
    return refused && !this.#body.empty ? 'without body' : 'whole';
  }

  /** Legs until there is a response to give back; undefined where it takes another connection. */
  async #legs(connection: LogonConnection, nextForm: () => Form): Promise<Leg | undefined> {
    for (;;) {
      const form = nextForm();
      const leg = await this.#leg(connection, form);
      if (leg === undefined) return undefined;
      const party = this.#challenger(connection, leg.head);
      const answer = party?.answerTo(leg.head);
      if (party === undefined || answer === undefined) return leg;
      this.#retries.noteRefusal(party, form === 'whole' && !this.#body.empty);
      // It may still be on its way.
      this.#body.keep();
      this.#checkReplayable();
      const passed = connection.parties.slice(0, connection.parties.indexOf(party));
      for (const other of passed) await other.answered(leg.head);
      const discarded = await leg.attempt.discard(this.#limits.refusalBytes);
      if (!discarded || !connection.usable || connection.sending) {
        this.#again('the connection was closed between two legs of a logon');
        return undefined;
      }
      await answer();
      if (!connection.usable) {
        this.#again('the connection was closed between two legs of a logon');
        return undefined;
      }
      for (const other of passed) await other.beginUnasked();
    }
  }

  /** One request, up to the head of its response. */
  async #leg(connection: LogonConnection, form: Form): Promise<Leg | undefined> {
    const attempt = new Attempt(connection.client, this.#dispatchOptions(connection, form));
    const { used } = connection;
    const underWay = connection.parties.some((party) => party.underWay);
    connection.used = true;
    try {
      return { attempt, head: await attempt.head };
    } catch (cause) {
      this.#abort.signal.throwIfAborted();
      if (!isLostConnection(cause)) throw cause;
      const unsent = isUnsent(cause);
      const harmless = unsent || form !== 'whole' || this.#idempotent;
      if (!underWay && !used && !unsent) {
        if (!this.#noteLostBody(connection) || !harmless) throw cause;
      }
      if (harmless && this.#body.replayable) {
        this.#again('the connection was closed before the response', cause);
        return undefined;
      }
      throw underWay
        ? connectionLost('the connection ended in the middle of a logon', cause)
        : cause;
    }
  }

  get #idempotent(): boolean {
    return this.#options.idempotent ?? IDEMPOTENT.includes(this.#options.method.toUpperCase());
  }

  /** Whether a server that wants a logon may have ended the connection because of the body; not twice. */
  #noteLostBody({ parties }: LogonConnection): boolean {
    if (this.#body.empty) return false;
    return this.#retries.noteLostBody(parties.filter((party) => party.mayAsk));
  }

  #again(how: string, cause?: unknown): 'again' {
    this.#body.stop();
    if (!this.#retries.take()) throw connectionLost(how, cause);
    this.#checkReplayable();
    return 'again';
  }

  #checkReplayable(): void {
    if (this.#body.replayable) return;
    throw codedError(
      'ERR_SECUR32_BODY_NOT_REPLAYABLE',
      `the server wants a logon after more than ${this.#limits.bodyBytes} bytes of a body that comes as a stream; preemptive: true logs on before`,
    );
  }

  /** Who asks for a logon with this response. */
  #challenger({ parties, proxy }: LogonConnection, head: AttemptHead): Party | undefined {
    const party = parties.find(({ status }) => status === head.status);
    // A proxy that does not say so may send another user's requests over the same connection.
    const passedOn = party?.kind === 'server' && proxy !== undefined && !party.underWay;
    if (passedOn && !supportsSessions(head.headers['proxy-support'])) return undefined;
    return party;
  }

  async #answered(connection: LogonConnection, { attempt, head }: Leg): Promise<void> {
    try {
      const refusing = connection.parties.find(({ status }) => status === head.status);
      for (const party of connection.parties) {
        if (party === refusing) party.refused();
        else await party.answered(head);
      }
    } catch (error) {
      attempt.abort(error as Error);
      throw error;
    }
  }

  /** Gives the response to the user. */
  async #finish(connection: LogonConnection, leg: Leg): Promise<'done'> {
    const { attempt, head } = leg;
    await this.#answered(connection, leg);
    if (this.#settled) return 'done';
    const controller = this.#controller;
    controller.attach(attempt);
    try {
      this.#sink.onResponseStart(controller, head.status, head.headers, head.statusMessage);
    } catch (error) {
      attempt.abort(error as Error);
      throw error;
    }
    await attempt.forward({
      paused: controller.paused,
      data: (chunk) => {
        if (!this.#settled) this.#sink.onResponseData(controller, chunk);
      },
      end: (trailers) => {
        controller.rawTrailers = attempt.controller?.rawTrailers ?? null;
        this.#trailers = trailers;
      },
    });
    // After a refusal nobody knows what the other side takes this connection for.
    const refused = connection.parties.some(({ status }) => status === head.status);
    if (refused || this.#headers.closes || this.#options.reset === true) connection.destroy();
    return 'done';
  }

  #dispatchOptions(connection: LogonConnection, form: Form): Options {
    const { path, method, headersTimeout, bodyTimeout } = this.#options;
    const logons = connection.parties.flatMap(({ fieldName, field }) =>
      field === undefined ? [] : [[fieldName, field] as const],
    );
    const withoutBody = form === 'whole' ? [] : ['content-length', 'content-type', 'expect'];
    return {
      origin: this.#origin.origin,
      path: connection.proxy === undefined ? path : `${this.#origin.origin}${path}`,
      method: form === 'head' ? 'HEAD' : method,
      headers: this.#headers.with(logons, ['connection', ...withoutBody]),
      body: form === 'whole' ? (this.#body.open() ?? null) : null,
      // undici would close the connection after a HEAD, which may be a leg.
      reset: false,
      ...(headersTimeout !== undefined && { headersTimeout }),
      ...(bodyTimeout !== undefined && { bodyTimeout }),
    };
  }
}
