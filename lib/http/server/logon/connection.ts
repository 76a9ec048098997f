import type { Socket } from 'node:net';

import type { ServerContext } from '../../../context/server-context.js';
import type { Authentication } from '../authentication.js';
import type { DropReason, Handshake } from './pending-logon.js';
import { KeptContext, type Closable } from './kept-context.js';

/** A logon that holds for a connection. */
interface Session {
  authentication: Authentication;
  kept: KeptContext | undefined;
}

/** What is known of one connection. It ends with its socket. */
export class Connection {
  readonly socket: Socket;
  readonly #onDrop: (reason: string) => void;
  #handshake: Handshake | undefined;
  #session: Session | undefined;
  /** Contexts that an answer, or the session, still needs. */
  readonly #kept = new Set<KeptContext>();
  #legRunning = false;
  #broken = false;

  /** @param onDrop hears why a logon was given up, or ended */
  constructor(socket: Socket, onDrop: (reason: string) => void, onClose: () => void) {
    this.socket = socket;
    this.#onDrop = onDrop;
    socket.once('close', () => {
      this.drop('the connection ended');
      for (const kept of this.#kept) kept.close();
      onClose();
    });
  }

  get handshake(): Handshake | undefined {
    return this.#handshake;
  }

  /** Whether a leg is on its way: no other request may come before its answer. */
  get legRunning(): boolean {
    return this.#legRunning;
  }

  /** Whether it did something that no client does; nobody logs on over it any more. */
  get broken(): boolean {
    return this.#broken;
  }

  async whileLegRuns<T>(run: () => Promise<T>): Promise<T> {
    this.#legRunning = true;
    try {
      return await run();
    } finally {
      this.#legRunning = false;
    }
  }

  /** A logon begins. One that is begun too late, on a socket that is gone, is dropped at once. */
  begin(handshake: Handshake): void {
    this.#handshake = handshake;
    if (this.socket.destroyed) this.drop('the connection ended');
    else if (this.#broken) this.drop('another request came while a leg ran');
  }

  /** The logon is done; its context is the caller's. */
  finish(): void {
    this.#handshake?.finish();
    this.#handshake = undefined;
  }

  /** Has a context closed when nothing needs it any more, with the socket at the latest. */
  keep(context: ServerContext): KeptContext {
    const kept = new KeptContext(context, () => this.#kept.delete(kept));
    this.#kept.add(kept);
    return kept;
  }

  /** What was proved holds for the requests to come. */
  persist(authentication: Authentication, kept: KeptContext | undefined): void {
    this.#session = { authentication, kept };
    if (this.socket.destroyed) this.endSession();
  }

  /** The logon that holds for this connection; undefined where there is none any more. */
  session(): Session | undefined {
    const expiresAt = this.#session?.authentication.expiresAt;
    if (expiresAt !== undefined && expiresAt.getTime() <= Date.now()) {
      this.#onDrop('the logon expired');
      this.endSession();
    }
    return this.#session;
  }

  endSession(): void {
    this.#session?.kept?.end();
    this.#session = undefined;
  }

  /** Gives up the logon that is under way. */
  dropHandshake(reason: DropReason): void {
    const handshake = this.#handshake;
    if (handshake === undefined) return;
    this.#handshake = undefined;
    handshake.drop(reason);
    // What failed is told as a refusal.
    if (reason !== 'the leg failed') this.#onDrop(reason);
  }

  /** Forgets everything. */
  drop(reason: DropReason): void {
    this.dropHandshake(reason);
    this.endSession();
  }

  break(): void {
    this.#broken = true;
    this.drop('another request came while a leg ran');
  }
}

/** The logon of a connection, for one more request. */
export function useSession(session: Session, response: Closable): Authentication {
  session.kept?.useFor(response);
  return session.authentication;
}
