import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

import { AccessRules } from '../../identity/access-rules.js';
import type { Credentials } from '../../context/credentials.js';
import { argumentError, codedError } from '../../core/errors.js';
import { packageKind } from '../../core/package-kinds.js';
import type { StepResult } from '../../context/handshake.js';
import { ServerContext } from '../../context/server-context.js';
import { answer, challenge, type Answer } from './answer/answer.js';
import { remember, type Authentication } from './authentication.js';
import { readAuthorization, type Authorization } from './request/authorization-header.js';
import type { Scheme } from '../schemes.js';
import { Connection, useSession } from './logon/connection.js';
import { continuesLogon } from './logon/continued-token.js';
import { isCrossSite } from './request/cross-site.js';
import { refuseUndecidable } from './request/supported-requests.js';
import { tell, type HttpAuthEvent } from './events.js';
import { connectionProtection } from './logon/extended-protection.js';
import { failureOf } from './logon/failures.js';
import { saysForwarded } from './request/forwarding.js';
import { endIfItWaits, guardAgainstErrors, requestCame } from './answer/hand-back.js';
import { Handshake, type DropReason } from './logon/pending-logon.js';
import { takeSlot } from './logon/handshake-slots.js';
import { mayLackHeaders } from './request/header-count.js';
import { isHttp2, requireHttp1 } from './request/http2.js';
import { letBodyCome, whyConnectionEnds } from './answer/kept-alive.js';
import { checkedOptions, type IntegratedAuthOptions, type Settings } from './options.js';
import { mayAwaitOtherAuthority } from './logon/named-authority.js';
import { isKerberosOnly, isNtlmToken } from './logon/ntlm-token.js';
import { asksWhatMayBeSent, isPreflight } from './request/preflight.js';
import { ServerCredentials } from './logon/server-credentials.js';
import { ServerFaults, type ServerLimits } from './server-warnings.js';
import * as texts from './answer/rejections.js';
import { isUpgrade } from './request/upgrade.js';
import { UpgradeReply, type UpgradeReplyOptions } from './answer/upgrade-reply.js';
import { withinTime } from '../time-limit.js';

/** What became of a request. */
export type Decision =
  /** It is to be handled, on behalf of this client. */
  | {
      kind: 'authenticated';
      authentication: Authentication;
      /** Of an upgrade: fields that the answer 101 should have, by which the client knows the server. */
      headers?: Readonly<Record<string, string>>;
    }
  /** It is to be handled without a logon: `anonymous: 'pass'`, or `preflight: 'pass'`. */
  | { kind: 'anonymous' }
  /** It was answered: with a challenge, the next token of a logon, or a refusal. */
  | { kind: 'answered' };

const ANSWERED: Decision = Object.freeze({ kind: 'answered' });
const ANONYMOUS: Decision = Object.freeze({ kind: 'anonymous' });

const RETRY_AFTER_SECONDS = 5;

/** Where the answer to a request is written. */
type Reply = ServerResponse | UpgradeReply;

/** A refusal, for the client and for the log. */
interface Refusal extends Answer {
  reason: string;
  code?: string;
  error?: unknown;
  scheme?: Scheme;
}

/** A leg, with what it came with. */
interface Leg {
  connection: Connection;
  request: IncomingMessage;
  response: Reply;
  scheme: Scheme;
  token: Buffer;
}

/**
 * The server side of HTTP authentication by Windows, for any framework: it
 * takes each request before it is handled, and says for whom it is.
 *
 * What it knows of a client belongs to the socket object of its connection,
 * and to nothing that a client can send.
 */
export class Authenticator {
  /**
   * Resolves when the server can authenticate: its credentials are acquired and
   * the names of `allow` and `deny` looked up. Rejects as `Credentials.acquire`
   * and `AccessRules.resolve` do; every logon fails then. Somebody must wait for
   * it: a rejection that nobody handles ends the process.
   */
  readonly ready: Promise<void>;

  readonly #settings: Settings;
  readonly #credentials: ServerCredentials;
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #open = new Set<Connection>();
  readonly #decisions = new WeakMap<object, Promise<Decision>>();
  readonly #serverFaults: ServerFaults;
  #rules: AccessRules | undefined;
  #closed = false;

  /** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
  constructor(options: IntegratedAuthOptions = {}) {
    this.#settings = checkedOptions(options);
    this.#credentials = new ServerCredentials(this.#settings);
    const { schemes, proxy, server } = this.#settings;
    const takesNtlm =
      proxy !== 'multiplexing' &&
      !schemes.every((scheme) => isKerberosOnly(this.#settings, scheme));
    this.#serverFaults = new ServerFaults(takesNtlm, (reason) => {
      this.#tell({ type: 'warning', reason });
    });
    if (server !== undefined) this.#serverFaults.look(server);
    this.ready = this.#prepare();
  }

  async #prepare(): Promise<void> {
    const { access } = this.#settings;
    const [rules] = await Promise.all([
      access && AccessRules.resolve(access),
      this.#credentials.acquireAll(),
    ]);
    this.#rules = rules;
  }

  /**
   * Decides about a request, and answers those that are not to be handled. Call
   * it before anything reads the body. It answers also where something fails.
   *
   * Rejects with `ERR_SECUR32_INVALID_ARGUMENT` for a request that came over no
   * connection, such as those of `fastify.inject`, and for one that another
   * Authenticator has decided about.
   */
  async decide(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): Promise<Decision> {
    return this.#once(request, () => this.#decide(request, response));
  }

  /**
   * Decides about the request of an 'upgrade' event (WebSocket), or of a
   * 'connect' event, of a server of `node:http` or `node:https`:
   *
   * ```js
   * server.on('upgrade', async (request, socket, head) => {
   *   const { kind } = await authenticator.decideUpgrade(request, socket, head);
   *   if (kind !== 'answered') webSockets.handleUpgrade(request, socket, head, talk);
   * });
   * ```
   *
   * What it answers with a refusal ends its connection. After a challenge with
   * a token the socket is handed back to the server, by its 'connection' event
   * (with TLS 'secureConnection'), and the next leg is the next 'upgrade'.
   * Errors of the socket are caught from here on.
   *
   * Rejects as `decide` does; the socket is destroyed then.
   */
  async decideUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Uint8Array,
  ): Promise<Decision> {
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

  /** A request is decided about once, however often somebody asks. */
  async #once(
    request: IncomingMessage | Http2ServerRequest,
    decide: () => Promise<Decision>,
  ): Promise<Decision> {
    let decision = this.#decisions.get(request);
    if (decision === undefined) {
      refuseUndecidable(request);
      decision = decide();
      this.#decisions.set(request, decision);
    }
    return decision;
  }

  async #decide(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): Promise<Decision> {
    if (isHttp2(request)) return this.#decideHttp2(request);
    return isUpgrade(request)
      ? this.#decideUpgrade(request, { response: response as ServerResponse, head: undefined })
      : this.#decideHttp1(request, response as ServerResponse);
  }

  async #decideUpgrade(
    request: IncomingMessage,
    what: Pick<UpgradeReplyOptions, 'response' | 'head'>,
  ): Promise<Decision> {
    const { legs, legTimeoutMs } = this.#settings.limits;
    const reply = new UpgradeReply(request, {
      ...what,
      legs,
      timeoutMs: legTimeoutMs,
      isLogonUnderWay: () => this.#connections.get(request.socket)?.handshake !== undefined,
    });
    if (reply.isBeforeLastFinish) await setImmediate();
    const decision = await this.#decideHttp1(request, reply);
    return decision.kind === 'authenticated' ? { ...decision, headers: reply.headers } : decision;
  }

  #decideHttp2(request: Http2ServerRequest): Decision {
    const passes = this.#settings.pass && !this.#closed;
    if (passes && request.headers.authorization === undefined) {
      remember(request, 'anonymous');
      return ANONYMOUS;
    }
    this.#tell({ type: 'refusal', reason: 'HTTP/2 cannot authenticate; HTTP/1.1 is required' });
    requireHttp1(request);
    return ANSWERED;
  }

  async #decideHttp1(request: IncomingMessage, response: Reply): Promise<Decision> {
    // Something in front of this took its time.
    if (request.socket.destroyed) return this.#gone(request);
    const connection = this.#connectionOf(request);
    requestCame(request.socket);
    if (this.#closed) return this.#refuse(request, response, texts.closed());
    if (connection.legRunning || connection.broken) {
      connection.break();
      return this.#refuse(request, response, texts.pipelined());
    }
    const fault = response instanceof UpgradeReply ? response.fault : undefined;
    if (fault !== undefined) {
      connection.drop('the request was malformed');
      const refusal = fault === 'has a body' ? texts.upgradeWithBody() : texts.upgradeDidNotWait();
      return this.#refuse(request, response, refusal);
    }
    if (mayLackHeaders(request)) {
      connection.drop('the request was malformed');
      return this.#refuse(request, response, texts.tooManyHeaders());
    }
    const preflight = this.#preflight(request, response);
    if (preflight !== undefined) return preflight;
    const { schemes, limits } = this.#settings;
    const authorization = readAuthorization(request.rawHeaders, schemes, limits.tokenBytes);
    const refusal = this.#refusalOfOrigin(connection, request);
    if (refusal !== undefined) {
      connection.dropHandshake('the request was refused');
      const withoutLogon = authorization.kind === 'none' || authorization.kind === 'other';
      if (this.#settings.pass && withoutLogon) return pass(request);
      return this.#refuse(request, response, refusal);
    }
    if (authorization.kind === 'token') {
      return this.#leg({ connection, request, response, ...authorization });
    }
    return this.#withoutToken(connection, request, response, authorization);
  }

  /** There is nobody to answer any more, or to log on. */
  #gone(request: IncomingMessage): Decision {
    this.#tell({ type: 'refusal', reason: 'the connection ended', ...addressOf(request) });
    return ANSWERED;
  }

  /**
   * The decision about a preflight; undefined for other requests. It neither
   * uses a logon of its connection nor ends one. One that was forwarded is
   * refused as any request is.
   */
  #preflight(request: IncomingMessage, response: Reply): Decision | undefined {
    if (this.#refusesAsForwarded(request)) return undefined;
    if (this.#settings.passPreflights) return isPreflight(request) ? pass(request) : undefined;
    return asksWhatMayBeSent(request)
      ? this.#refuse(request, response, texts.preflight())
      : undefined;
  }

  #refusesAsForwarded(request: IncomingMessage): boolean {
    return this.#settings.proxy === 'none' && saysForwarded(request);
  }

  /** Where a request comes from that nobody may log on with. */
  #refusalOfOrigin(connection: Connection, request: IncomingMessage): Refusal | undefined {
    if (this.#refusesAsForwarded(request)) {
      // Its connection may be another client's by now.
      connection.drop('the request was forwarded');
      return texts.forwarded();
    }
    return isCrossSite(request, this.#settings.crossSite) ? texts.crossSite() : undefined;
  }

  #connectionOf(request: IncomingMessage): Connection {
    const { socket } = request;
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const { remoteAddress, remotePort } = socket;
    const connection = new Connection(
      socket,
      (reason) => {
        this.#tell({ type: 'drop', reason, remoteAddress, remotePort });
        endIfItWaits(socket);
      },
      () => {
        this.#open.delete(connection);
      },
    );
    this.#connections.set(socket, connection);
    this.#open.add(connection);
    const { server } = socket as { server?: ServerLimits };
    if (server !== undefined) this.#serverFaults.look(server);
    return connection;
  }

  /** A request that brings no token of ours. */
  #withoutToken(
    connection: Connection,
    request: IncomingMessage,
    response: Reply,
    authorization: Exclude<Authorization, { kind: 'token' }>,
  ): Decision {
    if (authorization.kind === 'malformed') {
      connection.drop('the request was malformed');
      return this.#refuse(request, response, texts.malformed(authorization.fault));
    }
    // A logon is one leg after the other.
    connection.dropHandshake('the request had no token');
    if (authorization.kind === 'other') connection.endSession();
    const session = connection.session();
    if (session !== undefined) return admit(request, useSession(session, response));
    return this.#settings.pass ? pass(request) : this.#challenge(request, response);
  }

  #challenge(request: IncomingMessage, response: Reply): Decision {
    this.#tell({ type: 'challenge', reason: 'no logon', status: 401, ...addressOf(request) });
    this.#answer(response, { status: 401, text: texts.UNAUTHORIZED, challenges: this.#offers });
    return ANSWERED;
  }

  get #offers(): readonly string[] {
    return this.#settings.schemes.map((scheme) => challenge(scheme, undefined));
  }

  /** A request with a token: the first of a logon, or the next one. */
  async #leg(leg: Leg): Promise<Decision> {
    const { connection, request, response, scheme, token } = leg;
    // Also from a client who is known: it may be another one now.
    connection.endSession();
    if (connection.handshake !== undefined && connection.handshake.scheme !== scheme) {
      connection.dropHandshake('the request had a token of another scheme');
      return this.#refuse(request, response, texts.malformed('the scheme changed within a logon'));
    }
    if (isKerberosOnly(this.#settings, scheme) && isNtlmToken(token)) {
      connection.dropHandshake('the request was refused');
      return this.#refuse(request, response, {
        ...texts.ntlmToken(),
        scheme,
        challenges: this.#offers,
      });
    }
    if (connection.handshake === undefined && continuesLogon(token)) {
      return this.#refuse(request, response, texts.otherConnection());
    }
    return connection.whileLegRuns(async () => {
      const handshake = connection.handshake ?? (await this.#begin(leg));
      return 'status' in handshake
        ? this.#refuse(request, response, handshake)
        : this.#step(leg, handshake);
    });
  }

  /** Begins a logon, or says why there is none. */
  async #begin({ connection, scheme }: Leg): Promise<Handshake | Refusal> {
    const { limits, proxy, require } = this.#settings;
    const protection = connectionProtection(this.#settings, connection.socket);
    if ('fault' in protection) {
      return protection.fault === 'needs TLS' ? texts.needsTls() : texts.noBindings();
    }
    const perAddress = proxy === 'none' ? limits.handshakesPerAddress : Infinity;
    const release = takeSlot(connection.socket.remoteAddress ?? '', {
      handshakes: limits.handshakes,
      handshakesPerAddress: perAddress,
    });
    if (release === undefined) return { ...texts.busy(), retryAfterSeconds: RETRY_AFTER_SECONDS };
    try {
      const credentials = await withinTime(this.#readyCredentials(scheme), limits.legTimeoutMs);
      // What close() ended was only what had begun.
      if (this.#closed) throw codedError('ERR_SECUR32_CLOSED', 'the authentication was closed');
      const context = new ServerContext(credentials, {
        ...protection.options,
        require,
        maxTokenBytes: limits.tokenBytes,
      });
      const handshake = new Handshake(
        scheme,
        context,
        protection.level,
        limits.legTimeoutMs,
        release,
        (reason) => {
          connection.dropHandshake(reason);
        },
      );
      connection.begin(handshake);
      return handshake;
    } catch (error) {
      release();
      return { ...texts.cannotBegin(this.#closed), code: failureOf(error).code, error, scheme };
    }
  }

  async #readyCredentials(scheme: Scheme): Promise<Credentials> {
    await this.ready;
    return this.#credentials.get(scheme);
  }

  async #step(leg: Leg, handshake: Handshake): Promise<Decision> {
    const { connection, request, response, token } = leg;
    if (handshake.legs >= this.#settings.limits.legs) {
      connection.dropHandshake('there were too many legs');
      return this.#refuse(request, response, texts.malformed('the logon has too many legs'));
    }
    try {
      const result = await handshake.step(token);
      // What was dropped while it ran is of no use, however it ended.
      if (handshake.dropped !== undefined) throw new Error(handshake.dropped);
      return result.done ? this.#finish(leg, handshake, result) : this.#continue(leg, result);
    } catch (error) {
      const { dropped } = handshake;
      connection.dropHandshake('the leg failed');
      const refusal =
        dropped === undefined
          ? this.#failed(leg, handshake, error)
          : this.#dropped(leg, handshake, dropped);
      return this.#refuse(request, response, refusal);
    }
  }

  /**
   * The token of a failure is not sent: it may tell a wrong password from a
   * locked account, and the logon is over, so that no client could answer it.
   */
  #failed({ scheme, token }: Leg, { challenge }: Handshake, error: unknown): Refusal {
    const { status, code, reason } = failureOf(error, { token, challenge });
    const refusal = { status, code, reason, error, scheme, text: texts.ofStatus(status) };
    return status === 401 ? { ...refusal, challenges: this.#offers } : refusal;
  }

  /** A client that chose the authority which does not answer must not cause a 503 with it. */
  #dropped({ scheme, token }: Leg, { challenge }: Handshake, reason: DropReason): Refusal {
    const isSlow = reason === 'the leg took too long' && mayAwaitOtherAuthority(token, challenge);
    return isSlow
      ? { ...texts.slowAuthority(), scheme, challenges: this.#offers }
      : texts.dropped(reason);
  }

  /** The client must send another token, over this connection. */
  #continue({ connection, request, response, scheme }: Leg, { token }: StepResult): Decision {
    if (token === undefined) {
      // A challenge without one would ask for a new logon.
      connection.dropHandshake('the leg failed');
      return this.#refuse(request, response, texts.malformed('the logon goes on without a token'));
    }
    const { proxy, limits } = this.#settings;
    const multiplexing = proxy === 'multiplexing';
    const end = whyConnectionEnds(response, limits);
    if (multiplexing || end !== undefined) {
      connection.dropHandshake('the next leg cannot come on this connection');
      const refusal = multiplexing ? texts.onlyOneLeg() : texts.notKeptAlive(end ?? '');
      return this.#refuse(request, response, refusal);
    }
    letBodyCome(response);
    this.#answer(response, {
      status: 401,
      text: texts.UNAUTHORIZED,
      challenges: [challenge(scheme, token)],
    });
    return ANSWERED;
  }

  /** The client is who it says. Whether it may come in is another question. */
  #finish(
    { connection, request, response, scheme }: Leg,
    { context, level }: Handshake,
    { token }: StepResult,
  ): Decision {
    // Somebody else answered, who did not wait: nobody hears that they are logged on.
    if (response.headersSent) throw new Error('the request was answered while its leg ran');
    const packageName = context.negotiatedPackage;
    const persistent = this.#isPersistent(scheme, packageName);
    const { keepContext } = this.#settings;
    const authentication: Authentication = Object.freeze({
      identity: context.identity,
      scheme,
      package: packageName,
      persistent,
      extendedProtection: level,
      channelBindingsResult: context.channelBindingsResult,
      expiresAt: context.expiresAt,
      context: keepContext ? context : undefined,
    });
    connection.finish();
    const refusal = this.#accessRefusal(authentication);
    if (refusal !== undefined) {
      context.close();
      return this.#refuse(request, response, refusal, authentication);
    }
    const kept = keepContext ? connection.keep(context) : undefined;
    kept?.useFor(response);
    if (persistent) connection.persist(authentication, kept);
    else kept?.end();
    if (kept === undefined) context.close();

    if (token !== undefined) response.setHeader('WWW-Authenticate', challenge(scheme, token));
    response.setHeader('Persistent-Auth', String(persistent));
    this.#tell({
      type: 'logon',
      reason: 'the client logged on',
      ...addressOf(request),
      ...personOf(authentication),
    });
    return admit(request, authentication);
  }

  #isPersistent(scheme: Scheme, packageName: string | undefined): boolean {
    const { proxy, persistKerberos } = this.#settings;
    if (proxy === 'multiplexing') return false;
    // NTLM proves who is at the other end of the connection, once.
    if (scheme === 'NTLM' || packageKind(packageName ?? '') === 'ntlm') return true;
    return persistKerberos;
  }

  #accessRefusal({ identity, package: packageName }: Authentication): Refusal | undefined {
    const { ntlm, guests } = this.#settings;
    const permitted =
      this.#rules === undefined ? !identity.isGuest || guests : this.#rules.permits(identity);
    // With the guest account, Windows logs on a name that it does not know: the
    // answer is a wrong password's, or it tells which names there are.
    if (!permitted && identity.isGuest) return { ...texts.guest(), challenges: this.#offers };
    // Kerberos is what is left without NTLM; what does not say what it is may be NTLM.
    if (!ntlm && packageKind(packageName ?? '') !== 'kerberos') return texts.ntlmIsOff();
    return permitted ? undefined : texts.notPermitted();
  }

  #answer(response: Reply, what: Answer): void {
    if (response instanceof UpgradeReply) response.answer(what);
    else answer(response, what, this.#settings.limits);
  }

  #refuse(
    request: IncomingMessage,
    response: Reply,
    refusal: Refusal,
    authentication?: Authentication,
  ): Decision {
    const { reason, code, error, scheme, status } = refusal;
    this.#tell({
      type: 'refusal',
      reason,
      status,
      ...(code !== undefined && { code }),
      ...(error !== undefined && { error }),
      ...(scheme !== undefined && { scheme }),
      ...addressOf(request),
      ...(authentication && personOf(authentication)),
    });
    this.#answer(response, refusal);
    return ANSWERED;
  }

  #tell(event: HttpAuthEvent): void {
    tell(this.#settings.logger, event);
  }

  /** Ends every logon, gives the credentials back, and refuses what comes. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const connection of this.#open) connection.drop('the authentication was closed');
    await this.#credentials.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function admit(request: IncomingMessage, authentication: Authentication): Decision {
  remember(request, authentication);
  return { kind: 'authenticated', authentication };
}

function pass(request: IncomingMessage): Decision {
  remember(request, 'anonymous');
  return ANONYMOUS;
}

function addressOf({
  socket: { remoteAddress, remotePort },
}: IncomingMessage): Pick<HttpAuthEvent, 'remoteAddress' | 'remotePort'> {
  return { remoteAddress, remotePort };
}

function personOf({
  identity: { sid, name },
  scheme,
  package: packageName,
}: Authentication): Partial<HttpAuthEvent> {
  return { sid, name, scheme, package: packageName };
}
