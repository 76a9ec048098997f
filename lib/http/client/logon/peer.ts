/** The server or proxy at the other end of a connection, and the state of the logon to it. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

import type { ClientContextOptions } from '../../../context/client-context.js';
import { codedError } from '../../../core/errors.js';
import { packageKind } from '../../../core/package-kinds.js';
import type { Scheme } from '../../schemes.js';
import type { LogonSettings } from '../settings.js';
import { readChallenges, readPersistentAuth, type Challenges } from './challenges.js';
import type { ClientCredentials } from './client-credentials.js';
import { Logon, notProven } from './logon.js';
import type { KnownPeer } from './peer-cache.js';
import { channelBindingsOfPeer, requireAcceptedCertificate } from './peer-certificate.js';
import { checkTargetHost, targetNameOf, type TargetNameSettings } from './target-names.js';

export interface PeerSettings {
  readonly url: URL;
  readonly target: TargetNameSettings;
  readonly logon: Pick<
    LogonSettings,
    'schemes' | 'packages' | 'delegateTo' | 'sendChannelBindings' | 'limits'
  >;
  readonly mutualAuth: boolean;
  /** Whether the first token is sent before the peer asks for it. */
  readonly preemptive: boolean;
  readonly credentials: ClientCredentials;
  readonly known: KnownPeer;
}

/** The status and the header fields that each kind of peer uses. */
const KINDS = {
  server: { status: 401, challenge: 'www-authenticate', answer: 'authorization' },
  proxy: { status: 407, challenge: 'proxy-authenticate', answer: 'proxy-authorization' },
} as const;

export type PeerKind = keyof typeof KINDS;

/** The part of a response that a logon needs. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

export class Peer {
  readonly kind: PeerKind;
  /** The status with which it asks for a logon. */
  readonly status: number;
  /** The header field that carries the token. */
  readonly headerName: string;
  readonly #settings: PeerSettings;
  /** The connection to it, for channel bindings. */
  readonly #socket: Socket;
  readonly #allowed: boolean;
  #loggedOn = false;
  #logon: Logon | undefined;
  #headerValue: string | undefined;
  #legs = 0;
  #challenged = false;
  #closed = false;

  constructor(kind: PeerKind, settings: PeerSettings, socket: Socket) {
    this.kind = kind;
    this.status = KINDS[kind].status;
    this.headerName = KINDS[kind].answer;
    this.#settings = settings;
    this.#socket = socket;
    this.#allowed = settings.target.hosts.allows(settings.url);
  }

  /** Whether the client may log on to it. */
  get allowed(): boolean {
    return this.#allowed;
  }

  /** Whether the connection is logged on, so that requests need no token. */
  get loggedOn(): boolean {
    return this.#loggedOn;
  }

  /** The value of `headerName` for the next request; undefined if it is not sent. */
  get headerValue(): string | undefined {
    return this.#headerValue;
  }

  /** Whether a logon is in progress. */
  get loggingOn(): boolean {
    return this.#logon !== undefined;
  }

  /** Whether the next token only requests a challenge: the request that carries it will not be served. */
  get requestsChallenge(): boolean {
    return this.#logon?.requestsChallenge === true;
  }

  /** Whether it has asked for a logon in response to the current request. */
  get hasChallenged(): boolean {
    return this.#challenged;
  }

  /** Whether it may ask for a logon in response to the next request, which is not authenticated. */
  get mayChallenge(): boolean {
    return this.#allowed && !this.#loggedOn && (!this.loggingOn || this.requestsChallenge);
  }

  /** Whether it closed an earlier connection when it rejected a body. */
  get closesOnBody(): boolean {
    return this.#settings.known.closesOnBody;
  }

  rememberClosing(): void {
    this.#settings.known.closesOnBody = true;
  }

  forgetClosing(): void {
    this.#settings.known.closesOnBody = false;
  }

  /** Call before a request: begins a logon if the peer is known to ask for one. */
  async startRequest(): Promise<void> {
    this.#legs = 0;
    this.#challenged = false;
    await this.startPreemptively();
  }

  /** Call before the request is sent again: without persistence, each request needs its own token. */
  async startPreemptively(): Promise<void> {
    const { known, preemptive, logon } = this.#settings;
    if (!this.#allowed || this.#loggedOn || this.#logon !== undefined) return;
    const scheme = known.scheme ?? (preemptive ? logon.schemes[0] : undefined);
    if (scheme !== undefined) await this.#start(scheme);
  }

  /**
   * Returns a function that prepares the answer to a challenge. Returns undefined
   * if the response should be passed to the caller, because there is nothing to
   * answer or the peer rejected the answer.
   *
   * @throws Error `ERR_SECUR32_MALFORMED_CHALLENGE`, `ERR_SECUR32_TOKEN_TOO_LARGE`
   */
  answerTo({ headers }: ResponseHead): (() => Promise<void>) | undefined {
    if (!this.#allowed) return undefined;
    const { schemes } = this.#settings.logon;
    const challenges = this.#challenges(headers, schemes);
    const logon = this.#logon;
    if (logon !== undefined) {
      const token = challenges.get(logon.scheme);
      if (token !== undefined && !logon.done) {
        this.#challenged = true;
        return () => this.#send(logon, token);
      }
      // The peer asked again after the last token, or did not answer a token:
      // this would go on forever. After a preemptive token, however, it may ask
      // for another scheme.
      if (this.#challenged || challenges.has(logon.scheme)) return undefined;
      this.#drop();
    }
    // A challenge on a connection that was logged on means that it no longer is.
    this.#loggedOn = false;
    // Without a logon in progress, a token is of no use.
    const scheme = schemes.find(
      (name) => challenges.has(name) && challenges.get(name) === undefined,
    );
    if (scheme === undefined) return undefined;
    this.#challenged = true;
    this.#settings.known.scheme = scheme;
    return () => this.#start(scheme);
  }

  /**
   * Call after a response that does not ask for a logon. Rejects if the peer had
   * to prove its identity and did not, and if its last token is not valid.
   */
  async accepted({ headers }: ResponseHead): Promise<void> {
    const logon = this.#logon;
    if (logon === undefined) {
      if (this.#settings.mutualAuth && this.#allowed && !this.#loggedOn) {
        throw notProven('no logon took place');
      }
      return;
    }
    try {
      const { scheme } = logon;
      await logon.finish(this.#challenges(headers, [scheme]).get(scheme));
      this.#loggedOn = this.#persists(logon, headers);
      this.#settings.known.scheme = scheme;
    } finally {
      this.#drop();
    }
  }

  /** Call when a response that asks for a logon is passed to the caller. */
  rejected(): void {
    this.#drop();
    this.#loggedOn = false;
    this.#settings.known.scheme = undefined;
    if (this.#settings.mutualAuth && this.#allowed) throw notProven('it rejected the logon');
  }

  /** Abandons the logon: a step in progress rejects with `ERR_SECUR32_CLOSED`. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#loggedOn = false;
    this.#drop();
  }

  #drop(): void {
    this.#logon?.close();
    this.#logon = undefined;
    this.#headerValue = undefined;
  }

  /** Whether later requests on this connection need no token. */
  #persists(logon: Logon, headers: IncomingHttpHeaders): boolean {
    // There is no such field for proxies.
    const persistent =
      this.kind === 'server' ? readPersistentAuth(headers['persistent-auth']) : undefined;
    return persistent ?? (logon.ntlm && logon.done);
  }

  async #start(scheme: Scheme): Promise<void> {
    const { credentials, logon: settings } = this.#settings;
    const held = await credentials.get(scheme);
    const logon = new Logon(
      scheme,
      held,
      await this.#contextOptions(scheme, held.package),
      settings.limits,
    );
    if (this.#closed) {
      logon.close();
      throw codedError('ERR_SECUR32_CLOSED', 'the connection was closed');
    }
    this.#logon = logon;
    await this.#send(logon, undefined);
  }

  async #contextOptions(scheme: Scheme, packageName: string): Promise<ClientContextOptions> {
    // NTLM does not look the name up.
    const needed = scheme !== 'NTLM' && packageKind(packageName) !== 'ntlm';
    const { url, target, mutualAuth, logon } = this.#settings;
    if (!logon.sendChannelBindings) requireAcceptedCertificate(this.#socket);
    const delegate = this.kind === 'server' && logon.delegateTo.allows(url);
    const targetName = await targetNameOf(url, target, needed);
    if (delegate) checkTargetHost(targetName, url, logon.delegateTo, 'delegateTo');
    return {
      targetName,
      ...(mutualAuth && { mutualAuth }),
      ...(delegate && { delegate }),
      ...(logon.sendChannelBindings &&
        this.kind === 'server' && { channelBindings: channelBindingsOfPeer(this.#socket) }),
    };
  }

  #challenges(headers: IncomingHttpHeaders, schemes: readonly Scheme[]): Challenges {
    const { tokenBytes } = this.#settings.logon.limits;
    return readChallenges(headers[KINDS[this.kind].challenge], tokenBytes, schemes);
  }

  async #send(logon: Logon, serverToken: Buffer | undefined): Promise<void> {
    const { legs } = this.#settings.logon.limits;
    this.#legs += 1;
    if (this.#legs > legs) {
      throw codedError(
        'ERR_SECUR32_TOO_MANY_LEGS',
        `the logon took more than ${legs} tokens (limits.legs)`,
      );
    }
    const token = await logon.next(serverToken);
    if (token === undefined) {
      throw codedError(
        'ERR_SECUR32_NO_PROGRESS',
        'the server asks for a token, but the security package returned none',
      );
    }
    this.#headerValue = `${logon.scheme} ${token.toString('base64')}`;
  }
}
