import type { ExtendedProtection } from '../../../context/protection-levels.js';
import type { StepResult } from '../../../context/handshake.js';
import type { ServerContext } from '../../../context/server-context.js';
import type { Scheme } from '../../schemes.js';
import type { ReleaseSlot } from './handshake-slots.js';

/** Why a pending logon was given up. */
export type DropReason =
  | 'the leg timed out'
  | 'the client did not send its next token in time'
  | 'the connection was closed'
  | 'the request had no token'
  | 'the request had a token of another scheme'
  | 'the request was malformed'
  | 'another request arrived during a leg'
  | 'the request was forwarded'
  | 'the request was rejected'
  | 'the logon took too many legs'
  | 'the connection cannot carry the next leg'
  | 'the authenticator was closed'
  | 'the leg failed';

export interface PendingLogonOptions {
  scheme: Scheme;
  context: ServerContext;
  /** The level of Extended Protection that the context enforces. */
  protectionLevel: ExtendedProtection;
  /** The most time for one leg, and for the client's next token, in milliseconds. */
  timeoutMs: number;
  releaseSlot: ReleaseSlot;
  /** Must drop the logon. */
  onTimeout: (reason: DropReason) => void;
}

/** A logon between its first token and its end: its context and its time limits. */
export class PendingLogon {
  readonly #options: PendingLogonOptions;
  #timer: NodeJS.Timeout | undefined;
  #legs = 0;
  #dropped: DropReason | undefined;
  #challenge: Buffer | undefined;

  constructor(options: PendingLogonOptions) {
    this.#options = options;
  }

  get scheme(): Scheme {
    return this.#options.scheme;
  }

  get context(): ServerContext {
    return this.#options.context;
  }

  get protectionLevel(): ExtendedProtection {
    return this.#options.protectionLevel;
  }

  get legs(): number {
    return this.#legs;
  }

  /** The server's last token. */
  get challenge(): Buffer | undefined {
    return this.#challenge;
  }

  /** Why the logon was given up; undefined if it was not. */
  get dropped(): DropReason | undefined {
    return this.#dropped;
  }

  /** Rejects as `ServerContext.step` does, and immediately if the logon is dropped meanwhile. */
  async step(token: Buffer): Promise<StepResult> {
    this.#legs += 1;
    this.#startTimer('the leg timed out');
    const result = await this.context.step(token);
    this.#challenge = result.token;
    if (!result.done) this.#startTimer('the client did not send its next token in time');
    return result;
  }

  #startTimer(reason: DropReason): void {
    if (this.#dropped !== undefined) return;
    clearTimeout(this.#timer);
    const { timeoutMs, onTimeout } = this.#options;
    this.#timer = setTimeout(() => {
      onTimeout(reason);
    }, timeoutMs).unref();
  }

  /** Ends the logon, but leaves the context to the caller. */
  finish(): void {
    this.#end();
  }

  /** Gives the logon up and closes its context. */
  drop(reason: DropReason): void {
    if (this.#dropped !== undefined) return;
    this.#dropped = reason;
    this.#end();
    this.context.close();
  }

  #end(): void {
    clearTimeout(this.#timer);
    // Dropping a logon does not end the leg that runs: clients that connect and
    // disconnect at once must not cause more legs than there are slots.
    this.context.whenIdle(this.#options.releaseSlot);
  }
}
