import type { Socket } from 'node:net';

import type { ServerContext } from '../../../context/server-context.js';
import { isExpired } from '../../expiry.js';
import type { Authentication } from '../authentication.js';
import { KeptContext, type Closable } from './kept-context.js';
import type { DropReason, PendingLogon } from './pending-logon.js';

/** A logon that holds for a connection. */
interface Session {
  authentication: Authentication;
  kept: KeptContext | undefined;
}

/** The state of the logon on one connection. It ends with the socket. */
export class Connection {
  readonly socket: Socket;
  readonly #onDrop: (reason: string) => void;
  #pendingLogon: PendingLogon | undefined;
  #session: Session | undefined;
  /** Whether a logon that held has ended, and the client was not told yet. */
  #lostSession = false;
  /** Contexts that a response or the session still needs. */
  readonly #kept = new Set<KeptContext>();
  #isLegRunning = false;
  #isBroken = false;

  /** @param onDrop is told why a logon was given up or a session ended */
  constructor(socket: Socket, onDrop: (reason: string) => void, onClose: () => void) {
    this.socket = socket;
    this.#onDrop = onDrop;
    socket.once('close', () => {
      this.drop('the connection was closed');
      for (const kept of this.#kept) kept.close();
      onClose();
    });
  }

  get pendingLogon(): PendingLogon | undefined {
    return this.#pendingLogon;
  }

  /** Whether a leg runs: until it is answered, no other request may arrive. */
  get isLegRunning(): boolean {
    return this.#isLegRunning;
  }

  /** Whether the client did what no client does; the connection then takes no logon any more. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  async whileLegRuns<T>(run: () => Promise<T>): Promise<T> {
    this.#isLegRunning = true;
    try {
      return await run();
    } finally {
      this.#isLegRunning = false;
    }
  }

  /** Begins a logon; drops it at once if the socket was destroyed or the connection broken meanwhile. */
  begin(logon: PendingLogon): void {
    this.#pendingLogon = logon;
    if (this.socket.destroyed) this.drop('the connection was closed');
    else if (this.#isBroken) this.drop('another request arrived during a leg');
  }

  /** Ends the pending logon, whose context then belongs to the caller. */
  finish(): void {
    this.#pendingLogon?.finish();
    this.#pendingLogon = undefined;
  }

  /** Closes a context as soon as nothing needs it any more, at the latest with the socket. */
  keep(context: ServerContext): KeptContext {
    const kept = new KeptContext(context, () => this.#kept.delete(kept));
    this.#kept.add(kept);
    return kept;
  }

  /** Lets a logon hold for the requests to come. */
  persist(authentication: Authentication, kept: KeptContext | undefined): void {
    this.#session = { authentication, kept };
    this.#lostSession = false;
    if (this.socket.destroyed) this.endSession();
  }

  /**
   * The logon that holds for this connection, for one more request; undefined
   * if there is none or it has expired.
   *
   * @param response until it is closed, a kept context stays open
   */
  useSession(response: Closable): Authentication | undefined {
    const session = this.#session;
    if (session === undefined) return undefined;
    if (isExpired(session.authentication)) {
      this.endSession('the logon expired');
      return undefined;
    }
    session.kept?.useFor(response);
    return session.authentication;
  }

  /** @param reason for the log; omit it where the request is logged itself */
  endSession(reason?: string): void {
    if (this.#session === undefined) return;
    if (reason !== undefined) this.#onDrop(reason);
    this.#session.kept?.end();
    this.#session = undefined;
    this.#lostSession = true;
  }

  /** Whether a logon that held has ended since the last call. The client may believe that it still holds. */
  hasLostSession(): boolean {
    const lost = this.#lostSession;
    this.#lostSession = false;
    return lost;
  }

  /** Gives up the pending logon. */
  dropPendingLogon(reason: DropReason): void {
    const logon = this.#pendingLogon;
    if (logon === undefined) return;
    this.#pendingLogon = undefined;
    logon.drop(reason);
    // A failed leg is reported as a rejection.
    if (reason !== 'the leg failed') this.#onDrop(reason);
  }

  /** Gives up the pending logon and ends the session. */
  drop(reason: DropReason): void {
    this.dropPendingLogon(reason);
    this.endSession();
  }

  break(): void {
    this.#isBroken = true;
    this.drop('another request arrived during a leg');
  }
}
