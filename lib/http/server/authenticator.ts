import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

import { argumentError } from '../../core/errors.js';
import { endIfWaiting, guardAgainstErrors, markRequestReceived } from './answer/hand-back.js';
import * as rejections from './answer/rejections.js';
import type { Rejection } from './answer/rejections.js';
import type { Reply } from './answer/reply.js';
import { Responder } from './answer/responder.js';
import { UpgradeReply, type UpgradeReplyOptions } from './answer/upgrade-reply.js';
import type { Authentication } from './authentication.js';
import type { CheckedServer } from './checked-server.js';
import { admit, ANSWERED, pass, type ServerDecision } from './decision.js';
import type { Connection } from './logon/connection.js';
import { Connections } from './logon/connections.js';
import { Negotiation, type Leg, type LegOutcome } from './logon/negotiation.js';
import type { IntegratedAuthArguments } from './options.js';
import { readAuthorization, type Authorization } from './request/authorization-header.js';
import { isCrossSite } from './request/cross-site.js';
import { isForwarded } from './request/forwarding.js';
import { isHttp2, requireHttp1 } from './request/http2.js';
import { isPreflight, resemblesPreflight } from './request/preflight.js';
import { checkRequest } from './request/request-checks.js';
import { checkSupported } from './request/supported-requests.js';
import { isUpgrade } from './request/upgrade.js';
import { ServerWarnings } from './server-warnings.js';
import { checkedOptions, type ServerSettings } from './settings.js';

/**
 * The server side of Windows authentication over HTTP, for any framework: it takes
 * each request before a handler does and decides for which client it is handled,
 * if at all.
 *
 * What it knows of a client belongs to the socket object of the connection and
 * depends on nothing that a client can send.
 */
export class Authenticator {
  /**
   * Resolves when the server can authenticate clients: the credentials are acquired
   * and the names of `allow` and `deny` looked up. Rejects as `Credentials.acquire`
   * and `AccessRules.resolve` do; every logon then fails. Await it or handle its
   * rejection: an unhandled rejection ends the process.
   */
  readonly ready: Promise<void>;

  readonly #settings: ServerSettings;
  readonly #responder: Responder;
  readonly #connections: Connections;
  readonly #negotiation: Negotiation;
  readonly #decisions = new WeakMap<object, Promise<ServerDecision>>();
  #closed = false;

  /** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
  constructor(...options: IntegratedAuthArguments) {
    const settings = checkedOptions(options.length === 0 ? {} : options[0]);
    const responder = new Responder(settings);
    const warnings = new ServerWarnings(settings, (reason) => {
      responder.log({ type: 'warning', reason });
    });
    if (settings.server !== undefined) warnings.check(settings.server);
    this.#settings = settings;
    this.#responder = responder;
    this.#connections = new Connections({
      onOpen: (socket) => {
        const { server } = socket as { server?: CheckedServer };
        if (server !== undefined) warnings.check(server);
      },
      onDrop: (reason, { socket, remoteAddress, remotePort }) => {
        responder.log({ type: 'drop', reason, remoteAddress, remotePort });
        endIfWaiting(socket);
      },
    });
    this.#negotiation = new Negotiation(settings, () => {
      warnings.warnOfFullAddress();
    });
    this.ready = this.#negotiation.ready;
  }

  /**
   * Decides about a request and, unless it is to be handled, answers it, also if
   * something fails. Call it before anything reads the body. Further calls for the
   * same request return the same decision.
   *
   * Rejects with `ERR_SECUR32_INVALID_ARGUMENT` if the request has no connection
   * (as those of `fastify.inject`) or another Authenticator decided about it.
   */
  async decide(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): Promise<ServerDecision> {
    return this.#once(request, () => this.#decide(request, response));
  }

  /**
   * Decides about the request of an 'upgrade' event (WebSocket) or 'connect' event
   * of a `node:http` or `node:https` server:
   *
   * ```js
   * server.on('upgrade', async (request, socket, head) => {
   *   const { kind } = await authenticator.decideUpgrade(request, socket, head);
   *   if (kind !== 'answered') webSockets.handleUpgrade(request, socket, head, talk);
   * });
   * ```
   *
   * A rejection ends the connection. After a challenge with a token, the socket is
   * handed back to the server by its 'connection' event (with TLS
   * 'secureConnection'), and the next leg arrives as the next 'upgrade'. Errors of
   * the socket are caught from here on.
   *
   * Rejects as `decide` does; the socket is then destroyed.
   */
  async decideUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Uint8Array,
  ): Promise<ServerDecision> {
    guardAgainstErrors(socket);
    try {
      return await this.#once(request, async () => {
        if (isHttp2(request)) return this.#decideHttp2(request);
        if (isUpgrade(request)) return this.#decideUpgrade(request, { response: undefined, head });
        throw argumentError("decideUpgrade takes the request of an 'upgrade' or 'connect' event");
      });
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  /** Decides about each request only once, however often it is called. */
  async #once(
    request: IncomingMessage | Http2ServerRequest,
    decide: () => Promise<ServerDecision>,
  ): Promise<ServerDecision> {
    let decision = this.#decisions.get(request);
    if (decision === undefined) {
      decision = this.#checkAndDecide(request, decide);
      this.#decisions.set(request, decision);
    }
    return decision;
  }

  async #checkAndDecide(
    request: IncomingMessage | Http2ServerRequest,
    decide: () => Promise<ServerDecision>,
  ): Promise<ServerDecision> {
    try {
      checkSupported(request);
      return await decide();
    } catch (error) {
      this.#responder.logFailure(error);
      throw error;
    }
  }

  async #decide(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): Promise<ServerDecision> {
    if (isHttp2(request)) return this.#decideHttp2(request);
    return isUpgrade(request)
      ? this.#decideUpgrade(request, { response: response as ServerResponse, head: undefined })
      : this.#decideHttp1(request, response as ServerResponse);
  }

  async #decideUpgrade(
    request: IncomingMessage,
    upgrade: Pick<UpgradeReplyOptions, 'response' | 'head'>,
  ): Promise<ServerDecision> {
    const { legs, legTimeoutMs } = this.#settings.limits;
    const reply = new UpgradeReply(request, {
      ...upgrade,
      legs,
      timeoutMs: legTimeoutMs,
      isLogonPending: () => this.#connections.isLogonPending(request),
    });
    if (reply.isBeforeLastFinish) await setImmediate();
    const decision = await this.#decideHttp1(request, reply);
    return decision.kind === 'authenticated' ? { ...decision, headers: reply.headers } : decision;
  }

  #decideHttp2(request: Http2ServerRequest): ServerDecision {
    const passes = this.#settings.passAnonymous && !this.#closed;
    if (passes && request.headers.authorization === undefined) return pass(request);
    this.#responder.log({
      type: 'rejection',
      reason: 'HTTP/2 does not support logons; HTTP/1.1 is required',
    });
    requireHttp1(request);
    return ANSWERED;
  }

  async #decideHttp1(request: IncomingMessage, reply: Reply): Promise<ServerDecision> {
    // Middleware in front may have taken so long that the client disconnected.
    if (request.socket.destroyed) {
      this.#responder.logConnectionEnd(request);
      return ANSWERED;
    }
    const connection = this.#connections.get(request);
    markRequestReceived(request.socket);
    const fault = this.#closed ? rejections.closed() : checkRequest(connection, request, reply);
    if (fault !== undefined) return this.#reject(request, reply, fault);

    const preflight = this.#decidePreflight(request, reply);
    if (preflight !== undefined) return preflight;

    const { schemes, limits } = this.#settings;
    const authorization = readAuthorization(request.rawHeaders, schemes, limits.tokenBytes);
    const rejection = this.#checkOrigin(connection, request);
    if (rejection !== undefined) {
      connection.dropPendingLogon('the request was rejected');
      return this.#settings.passAnonymous && this.#mayPass(authorization)
        ? pass(request)
        : this.#reject(request, reply, rejection);
    }
    return authorization.kind === 'token'
      ? this.#decideLeg({ connection, request, reply, ...authorization })
      : this.#decideWithoutToken(connection, request, reply, authorization);
  }

  /** Whether a request with these credentials may reach the application without an identity. */
  #mayPass({ kind }: Authorization): boolean {
    const { passAnonymous, passOtherSchemes } = this.#settings;
    return (passAnonymous && kind === 'none') || (passOtherSchemes && kind === 'other');
  }

  /**
   * The decision about a preflight; undefined for other requests. It neither uses
   * nor ends a logon of the connection. A preflight that was forwarded is rejected
   * like any other request.
   */
  #decidePreflight(request: IncomingMessage, reply: Reply): ServerDecision | undefined {
    if (this.#isForbiddenForward(request)) return undefined;
    if (this.#settings.passPreflights) return isPreflight(request) ? pass(request) : undefined;
    return resemblesPreflight(request)
      ? this.#reject(request, reply, rejections.preflight())
      : undefined;
  }

  #isForbiddenForward(request: IncomingMessage): boolean {
    return this.#settings.reverseProxy === 'none' && isForwarded(request);
  }

  /** Why no client may log on from where the request comes from; undefined if one may. */
  #checkOrigin(connection: Connection, request: IncomingMessage): Rejection | undefined {
    if (this.#isForbiddenForward(request)) {
      // The connection may belong to a different client by now.
      connection.drop('the request was forwarded');
      return rejections.forwarded();
    }
    return isCrossSite(request, this.#settings.crossSite) ? rejections.crossSite() : undefined;
  }

  #decideWithoutToken(
    connection: Connection,
    request: IncomingMessage,
    reply: Reply,
    authorization: Exclude<Authorization, { kind: 'token' }>,
  ): ServerDecision {
    if (authorization.kind === 'malformed') {
      connection.drop('the request was malformed');
      return this.#reject(request, reply, rejections.malformed(authorization.fault));
    }
    // The legs of a logon follow each other without other requests between them.
    connection.dropPendingLogon('the request had no token');
    const mayPass = this.#mayPass(authorization);
    if (authorization.kind === 'other') {
      // A browser shares a connection between requests with and without such credentials.
      if (mayPass) return pass(request);
      connection.endSession('a request had credentials of another scheme');
    } else {
      const authentication = connection.useSession(reply);
      if (authentication !== undefined) return admit(request, authentication);
      // A client whose logon has ended must not become anonymous without knowing it.
      if (mayPass && !connection.hasLostSession()) return pass(request);
    }
    this.#responder.challenge(request, reply);
    return ANSWERED;
  }

  async #decideLeg(leg: Leg): Promise<ServerDecision> {
    const rejection = this.#negotiation.accept(leg);
    if (rejection !== undefined) return this.#reject(leg.request, leg.reply, rejection);
    return leg.connection.whileLegRuns(async () =>
      this.#conclude(leg, await this.#negotiation.run(leg)),
    );
  }

  #conclude({ request, reply, scheme }: Leg, outcome: LegOutcome): ServerDecision {
    switch (outcome.kind) {
      case 'rejected':
        return this.#reject(request, reply, outcome.rejection, outcome.authentication);
      case 'continued':
        this.#responder.continueLogon(reply, scheme, outcome.token);
        return ANSWERED;
      case 'finished':
        this.#responder.logLogon(request, outcome.authentication);
        return admit(request, outcome.authentication);
    }
  }

  #reject(
    request: IncomingMessage,
    reply: Reply,
    rejection: Rejection,
    authentication?: Authentication,
  ): ServerDecision {
    this.#responder.reject(request, reply, rejection, authentication);
    return ANSWERED;
  }

  /**
   * Ends every logon, closes the credentials, and from then on refuses all requests.
   * Idempotent.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#connections.dropAll('the authenticator was closed');
    await this.#negotiation.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
