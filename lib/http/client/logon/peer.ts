/** A server or a proxy at the other end of a connection, and how far the logon to it is. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

import type { ClientContextOptions } from '../../../context/client-context.js';
import { codedError } from '../../../core/errors.js';
import { packageKind } from '../../../core/package-kinds.js';
import type { Scheme } from '../../schemes.js';
import { readChallenges, readPersistentAuth, type Challenges } from './challenges.js';
import type { ClientCredentials } from './client-credentials.js';
import { Logon, notProven } from './logon.js';
import type { Memory } from './peer-cache.js';
import type { LogonSettings } from '../options.js';
import { bindingsOfPeer, refuseUnknownPeer } from './peer-bindings.js';
import { checkTargetHost, targetNameOf, type TargetNameSettings } from './target-names.js';

export interface PartySettings {
  readonly url: URL;
  readonly names: TargetNameSettings;
  readonly logon: Pick<
    LogonSettings,
    'schemes' | 'packages' | 'delegateTo' | 'channelBindings' | 'limits'
  >;
  readonly mutualAuth: boolean;
  /** Whether the first token goes out before anybody asks for it. */
  readonly unasked: boolean;
  readonly credentials: ClientCredentials;
  readonly memory: Memory;
}

/** How each kind of party speaks. */
const KINDS = {
  server: { status: 401, challenge: 'www-authenticate', answer: 'authorization' },
  proxy: { status: 407, challenge: 'proxy-authenticate', answer: 'proxy-authorization' },
} as const;

export type PartyKind = keyof typeof KINDS;

/** What a response says, as far as a logon is concerned. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

export class Party {
  readonly kind: PartyKind;
  /** The status by which it asks for a logon. */
  readonly status: number;
  /** The field that takes the token. */
  readonly fieldName: string;
  readonly #settings: PartySettings;
  /** The connection to it, of which the channel bindings are. */
  readonly #socket: Socket;
  readonly #allowed: boolean;
  #loggedOn = false;
  #logon: Logon | undefined;
  #field: string | undefined;
  #legs = 0;
  #challenged = false;
  #closed = false;

  constructor(kind: PartyKind, settings: PartySettings, socket: Socket) {
    this.kind = kind;
    this.status = KINDS[kind].status;
    this.fieldName = KINDS[kind].answer;
    this.#settings = settings;
    this.#socket = socket;
    this.#allowed = settings.names.hosts.allows(settings.url);
  }

  /** Whether it gets a logon at all. */
  get allowed(): boolean {
    return this.#allowed;
  }

  /** Whether the connection is logged on to it, so that requests need no token. */
  get loggedOn(): boolean {
    return this.#loggedOn;
  }

  /** What the next request says to it; undefined for nothing. */
  get field(): string | undefined {
    return this.#field;
  }

  /** Whether a logon is under way. */
  get underWay(): boolean {
    return this.#logon !== undefined;
  }

  /** Whether the next token only asks for a challenge: the request with it will not be served. */
  get onlyAsks(): boolean {
    return this.#logon?.onlyAsked === true;
  }

  /** Whether it asked for a logon with this very request. */
  get challenged(): boolean {
    return this.#challenged;
  }

  /** Whether it may ask for a logon with the next request: that is no user's as it is. */
  get mayAsk(): boolean {
    return this.#allowed && !this.#loggedOn && (!this.underWay || this.onlyAsks);
  }

  /** Whether it ended a connection before because it refused a body. */
  get closesOnBodies(): boolean {
    return this.#settings.memory.closesOnBodies;
  }

  noteClosing(): void {
    this.#settings.memory.closesOnBodies = true;
  }

  forgetClosing(): void {
    this.#settings.memory.closesOnBodies = false;
  }

  /** Before a request: begins a logon with a party that is known to want one. */
  async begin(): Promise<void> {
    this.#legs = 0;
    this.#challenged = false;
    await this.beginUnasked();
  }

  /** The same before it is sent once more: each request needs a token of its own where nothing persists. */
  async beginUnasked(): Promise<void> {
    const { memory, unasked, logon } = this.#settings;
    if (!this.#allowed || this.#loggedOn || this.#logon !== undefined) return;
    const scheme = memory.scheme ?? (unasked ? logon.schemes[0] : undefined);
    if (scheme !== undefined) await this.#start(scheme);
  }

  /**
   * What to do about a response by which it asks for a logon: undefined if the
   * response is to be given back as it is, because there is nothing to answer or
   * the answer was refused.
   *
   * @throws Error `ERR_SECUR32_MALFORMED_CHALLENGE`, `ERR_SECUR32_TOKEN_TOO_LARGE`
   */
  answerTo({ headers }: ResponseHead): (() => Promise<void>) | undefined {
    if (!this.#allowed) return undefined;
    const challenges = this.#challenges(headers);
    const logon = this.#logon;
    if (logon !== undefined) {
      const token = challenges.get(logon.scheme);
      if (token !== undefined && !logon.done) {
        this.#challenged = true;
        return () => this.#send(logon, token);
      }
      // Asked again after all was said, or without an answer to what was said:
      // it would go on like this. Another scheme than the one of a token that
      // went out unasked is something new.
      if (this.#challenged || challenges.has(logon.scheme)) return undefined;
      this.#drop();
    }
    // Whoever is asked on a connection that was logged on is not any more.
    this.#loggedOn = false;
    const scheme = this.#settings.logon.schemes.find((name) => challenges.has(name));
    if (scheme === undefined || challenges.get(scheme) !== undefined) return undefined;
    this.#challenged = true;
    this.#settings.memory.scheme = scheme;
    return () => this.#start(scheme);
  }

  /**
   * After a response by which it does not ask for a logon. Rejects where it did
   * not prove who it is and should have, and where its last token is not
   * accepted.
   */
  async answered({ headers }: ResponseHead): Promise<void> {
    const logon = this.#logon;
    if (logon === undefined) {
      if (this.#settings.mutualAuth && this.#allowed && !this.#loggedOn) {
        throw notProven('there was no logon');
      }
      return;
    }
    try {
      await logon.finish(this.#challenges(headers).get(logon.scheme));
      this.#loggedOn = this.#persists(logon, headers);
      this.#settings.memory.scheme = logon.scheme;
    } finally {
      this.#drop();
    }
  }

  /** After a response that is given back although it asks for a logon. */
  refused(): void {
    this.#drop();
    this.#loggedOn = false;
    this.#settings.memory.scheme = undefined;
    if (this.#settings.mutualAuth && this.#allowed) throw notProven('it refused the logon');
  }

  /** Gives up what is under way: a step rejects with `ERR_SECUR32_CLOSED`. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#loggedOn = false;
    this.#drop();
  }

  #drop(): void {
    this.#logon?.close();
    this.#logon = undefined;
    this.#field = undefined;
  }

  /** Whether later requests on this connection need no token. */
  #persists(logon: Logon, headers: IncomingHttpHeaders): boolean {
    // Of the proxy nothing says so.
    const said =
      this.kind === 'server' ? readPersistentAuth(headers['persistent-auth']) : undefined;
    return said ?? (logon.ntlm && logon.done);
  }

  async #start(scheme: Scheme): Promise<void> {
    const { credentials, logon: settings } = this.#settings;
    const held = await credentials.for(scheme);
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
    // NTLM asks nobody about the name.
    const needed = scheme !== 'NTLM' && packageKind(packageName) !== 'ntlm';
    const { url, names, mutualAuth, logon } = this.#settings;
    if (!logon.channelBindings) refuseUnknownPeer(this.#socket);
    const delegate = this.kind === 'server' && logon.delegateTo.allows(url);
    const targetName = await targetNameOf(url, names, needed);
    if (delegate) checkTargetHost(targetName, url, logon.delegateTo, 'delegateTo');
    return {
      targetName,
      ...(mutualAuth && { mutualAuth }),
      ...(delegate && { delegate }),
      ...(logon.channelBindings &&
        this.kind === 'server' && { channelBindings: bindingsOfPeer(this.#socket) }),
    };
  }

  #challenges(headers: IncomingHttpHeaders): Challenges {
    const { tokenBytes } = this.#settings.logon.limits;
    return readChallenges(headers[KINDS[this.kind].challenge], tokenBytes);
  }

  async #send(logon: Logon, serverToken: Buffer | undefined): Promise<void> {
    const { legs } = this.#settings.logon.limits;
    this.#legs += 1;
    if (this.#legs > legs) {
      throw codedError('ERR_SECUR32_TOO_MANY_LEGS', `the logon took more than ${legs} legs`);
    }
    const token = await logon.next(serverToken);
    if (token === undefined) {
      throw codedError(
        'ERR_SECUR32_NO_PROGRESS',
        'the server asks for a token, and the security package has none to send',
      );
    }
    this.#field = `${logon.scheme} ${token.toString('base64')}`;
  }
}
