import type { IncomingMessage } from 'node:http';

import type { Credentials } from '../../../context/credentials.js';
import type { StepResult } from '../../../context/handshake.js';
import { hasRejectedGuest, ServerContext } from '../../../context/server-context.js';
import { closedError } from '../../../core/errors.js';
import { packageKind } from '../../../core/package-kinds.js';
import type { Scheme } from '../../schemes.js';
import { withinTime } from '../../time-limit.js';
import { sendContinue, whyConnectionEnds } from '../answer/kept-alive.js';
import { setLogonFields } from '../answer/logon-fields.js';
import * as rejections from '../answer/rejections.js';
import type { Rejection } from '../answer/rejections.js';
import type { Reply } from '../answer/reply.js';
import type { Authentication } from '../authentication.js';
import type { ServerSettings } from '../settings.js';
import { AccessControl } from './access-control.js';
import type { Connection } from './connection.js';
import { continuesLogon } from './continued-token.js';
import { getConnectionProtection } from './extended-protection.js';
import { getFailure } from './failures.js';
import { takeSlot } from './handshake-slots.js';
import { mayAwaitOtherAuthority } from './named-authority.js';
import { isKerberosOnly, isNtlmToken } from './ntlm-token.js';
import { PendingLogon, type DropReason } from './pending-logon.js';
import { ServerCredentials } from './server-credentials.js';

/** A request with a token: one leg of a logon. */
export interface Leg {
  connection: Connection;
  request: IncomingMessage;
  reply: Reply;
  scheme: Scheme;
  token: Buffer;
}

/** The outcome of a leg. */
export type LegOutcome =
  /** With the `authentication` of a client that proved its identity but may not come in. */
  | { kind: 'rejected'; rejection: Rejection; authentication?: Authentication }
  /** The client must answer this token on the same connection. */
  | { kind: 'continued'; token: Buffer }
  | { kind: 'finished'; authentication: Authentication };

/** Negotiates logons: begins them, takes the clients' tokens, and finishes them. */
export class Negotiation {
  /** Resolves when logons are possible: the credentials are acquired and the access rules resolved. */
  readonly ready: Promise<void>;

  readonly #settings: ServerSettings;
  readonly #credentials: ServerCredentials;
  readonly #access: AccessControl;

  readonly #onFullAddress: () => void;

  /** @param onFullAddress is called if an address has too many pending logons */
  constructor(settings: ServerSettings, onFullAddress: () => void) {
    this.#settings = settings;
    this.#onFullAddress = onFullAddress;
    this.#credentials = new ServerCredentials(settings);
    this.#access = new AccessControl(settings);
    this.ready = this.#prepare();
  }

  async #prepare(): Promise<void> {
    await Promise.all([this.#access.resolveRules(), this.#credentials.acquireAll()]);
  }

  /** Ends what held for the connection, and checks whether the token can be taken. */
  accept({ connection, scheme, token }: Leg): Rejection | undefined {
    // Discard the previous logon: a new token may belong to a different user.
    connection.endSession();
    const { pendingLogon } = connection;
    if (pendingLogon !== undefined && pendingLogon.scheme !== scheme) {
      connection.dropPendingLogon('the request had a token of another scheme');
      return rejections.malformed('the scheme changed during the logon');
    }
    if (isKerberosOnly(this.#settings, scheme) && isNtlmToken(token)) {
      connection.dropPendingLogon('the request was rejected');
      return { ...rejections.ntlmToken(), scheme };
    }
    if (pendingLogon === undefined && continuesLogon(token)) return rejections.otherConnection();
    return undefined;
  }

  /** Takes the token of a leg that was accepted. Nothing else may use the connection meanwhile. */
  async run(leg: Leg): Promise<LegOutcome> {
    const logon = leg.connection.pendingLogon ?? (await this.#begin(leg));
    return logon instanceof PendingLogon ? this.#step(leg, logon) : rejected(logon);
  }

  async #begin({ connection, scheme }: Leg): Promise<PendingLogon | Rejection> {
    const { limits, reverseProxy, require } = this.#settings;
    const protection = getConnectionProtection(this.#settings, connection.socket);
    if ('fault' in protection) {
      return protection.fault === 'needs TLS' ? rejections.needsTls() : rejections.noBindings();
    }
    const perAddress = reverseProxy === 'none' ? limits.handshakesPerAddress : Infinity;
    const slot = takeSlot(connection.socket.remoteAddress ?? '', {
      handshakes: limits.handshakes,
      handshakesPerAddress: perAddress,
    });
    if (typeof slot === 'string') {
      if (slot === 'handshakesPerAddress') this.#onFullAddress();
      return rejections.busy(slot);
    }
    try {
      const credentials = await withinTime(
        this.#getCredentials(scheme),
        limits.legTimeoutMs,
        () => new Error('the server was not ready in time'),
      );
      // close() dropped only the logons that had begun.
      if (this.#credentials.isClosed) throw closedError('the authenticator');
      const context = new ServerContext(credentials, {
        ...protection.options,
        require,
        maxTokenBytes: limits.tokenBytes,
      });
      const logon = new PendingLogon({
        scheme,
        context,
        protectionLevel: protection.level,
        timeoutMs: limits.legTimeoutMs,
        releaseSlot: slot,
        onTimeout: (reason) => {
          connection.dropPendingLogon(reason);
        },
      });
      connection.begin(logon);
      return logon;
    } catch (error) {
      slot();
      const rejection = rejections.cannotBegin(this.#credentials.isClosed);
      return { ...rejection, code: getFailure(error).code, error, scheme };
    }
  }

  async #getCredentials(scheme: Scheme): Promise<Credentials> {
    await this.ready;
    return this.#credentials.get(scheme);
  }

  async #step(leg: Leg, logon: PendingLogon): Promise<LegOutcome> {
    const { connection, token } = leg;
    if (logon.legs >= this.#settings.limits.legs) {
      connection.dropPendingLogon('the logon took too many legs');
      return rejected(rejections.malformed('the logon has more legs than limits.legs allows'));
    }
    try {
      const result = await logon.step(token);
      // A logon that was dropped during the leg is void, whatever the result.
      if (logon.dropped !== undefined) throw new Error(logon.dropped);
      return result.done ? this.#finish(leg, logon, result) : this.#continue(leg, result);
    } catch (error) {
      const { dropped } = logon;
      connection.dropPendingLogon('the leg failed');
      return rejected(
        dropped === undefined ? failed(leg, logon, error) : whenDropped(leg, logon, dropped),
      );
    }
  }

  /** The logon needs another token, which the client must send over this connection. */
  #continue({ connection, reply }: Leg, { token }: StepResult): LegOutcome {
    if (token === undefined) {
      // A challenge without a token would ask for a new logon.
      connection.dropPendingLogon('the leg failed');
      return rejected(rejections.malformed('the logon continues, but the package made no token'));
    }
    const { reverseProxy, limits } = this.#settings;
    const isMultiplexing = reverseProxy === 'multiplexing';
    const end = whyConnectionEnds(reply, limits);
    if (isMultiplexing || end !== undefined) {
      connection.dropPendingLogon('the connection cannot carry the next leg');
      return rejected(
        isMultiplexing ? rejections.onlyOneLeg() : rejections.notKeptAlive(end ?? ''),
      );
    }
    sendContinue(reply);
    return { kind: 'continued', token };
  }

  /** The client has proved its identity; the access rules decide whether it is let in. */
  #finish(
    { connection, reply, scheme }: Leg,
    { context, protectionLevel }: PendingLogon,
    { token }: StepResult,
  ): LegOutcome {
    // Something else answered without waiting, so no handler may get the identity.
    if (reply.headersSent) throw new Error('the request was answered during its leg');
    const packageName = context.negotiatedPackage;
    const persistent = this.#isPersistent(scheme, packageName);
    const { keepContext } = this.#settings;
    const authentication: Authentication = Object.freeze({
      identity: context.identity,
      scheme,
      package: packageName,
      persistent,
      extendedProtection: protectionLevel,
      channelBindingsResult: context.channelBindingsResult,
      expiresAt: context.expiresAt,
      context: keepContext ? context : undefined,
    });
    connection.finish();
    const rejection = this.#access.getRejection(authentication);
    if (rejection !== undefined) {
      context.close();
      return { kind: 'rejected', rejection, authentication };
    }
    const kept = keepContext ? connection.keep(context) : undefined;
    kept?.useFor(reply);
    if (persistent) connection.persist(authentication, kept);
    else kept?.end();
    if (kept === undefined) context.close();
    setLogonFields(reply, authentication, token);
    return { kind: 'finished', authentication };
  }

  #isPersistent(scheme: Scheme, packageName: string | undefined): boolean {
    const { reverseProxy, persistKerberos } = this.#settings;
    if (reverseProxy === 'multiplexing') return false;
    // NTLM authenticates the connection, once.
    if (scheme === 'NTLM' || packageKind(packageName ?? '') === 'ntlm') return true;
    return persistKerberos;
  }

  /** Closes the credentials; no logon begins any more. */
  async close(): Promise<void> {
    await this.#credentials.close();
  }
}

function rejected(rejection: Rejection): LegOutcome {
  return { kind: 'rejected', rejection };
}

function failed({ scheme, token }: Leg, logon: PendingLogon, error: unknown): Rejection {
  // Not the 403 of requirements: see `AccessControl`.
  if (hasRejectedGuest(logon.context)) return { ...rejections.guest(), error, scheme };
  const { challenge } = logon;
  const { status, code, reason } = getFailure(error, { token, challenge });
  return { status, code, reason, error, scheme, text: rejections.getStatusText(status) };
}

/** A client that chose an authority that does not respond must not cause a 503 with it. */
function whenDropped(
  { scheme, token }: Leg,
  { challenge }: PendingLogon,
  reason: DropReason,
): Rejection {
  const isSlow = reason === 'the leg timed out' && mayAwaitOtherAuthority(token, challenge);
  return isSlow ? { ...rejections.slowAuthority(), scheme } : rejections.dropped(reason);
}
