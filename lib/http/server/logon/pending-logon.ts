import type { ExtendedProtection } from '../../../context/extended-protection.js';
import type { ServerContext } from '../../../context/server-context.js';
import type { StepResult } from '../../../context/handshake.js';
import type { ReleaseSlot } from './handshake-slots.js';
import type { Scheme } from '../../schemes.js';

/** Why a logon was given up while it was under way. */
export type DropReason =
  | 'the leg took too long'
  | 'the next leg did not come'
  | 'the connection ended'
  | 'the request had no token'
  | 'the request had a token of another scheme'
  | 'the request was malformed'
  | 'another request came while a leg ran'
  | 'the request was forwarded'
  | 'the request was refused'
  | 'there were too many legs'
  | 'the next leg cannot come on this connection'
  | 'the authentication was closed'
  | 'the leg failed';

/** A logon that is under way: its context, and the bounds of its time. */
export class Handshake {
  readonly scheme: Scheme;
  readonly context: ServerContext;
  /** What of Extended Protection its context checks. */
  readonly level: ExtendedProtection;
  readonly #timeoutMs: number;
  readonly #release: ReleaseSlot;
  readonly #onTimeout: (reason: DropReason) => void;
  #timer: NodeJS.Timeout | undefined;
  #legs = 0;
  #dropped: DropReason | undefined;
  #challenge: Buffer | undefined;

  /** @param onTimeout must drop it */
  constructor(
    scheme: Scheme,
    context: ServerContext,
    level: ExtendedProtection,
    timeoutMs: number,
    release: ReleaseSlot,
    onTimeout: (reason: DropReason) => void,
  ) {
    this.scheme = scheme;
    this.context = context;
    this.level = level;
    this.#timeoutMs = timeoutMs;
    this.#release = release;
    this.#onTimeout = onTimeout;
  }

  get legs(): number {
    return this.#legs;
  }

  /** The last token that the server made. */
  get challenge(): Buffer | undefined {
    return this.#challenge;
  }

  /** Why it was given up; undefined if it was not. */
  get dropped(): DropReason | undefined {
    return this.#dropped;
  }

  /** Rejects as `ServerContext.step` does; at once when it is dropped meanwhile. */
  async step(token: Buffer): Promise<StepResult> {
    this.#legs += 1;
    this.#wait('the leg took too long');
    const result = await this.context.step(token);
    this.#challenge = result.token;
    if (!result.done) this.#wait('the next leg did not come');
    return result;
  }

  #wait(reason: DropReason): void {
    if (this.#dropped !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#onTimeout(reason);
    }, this.#timeoutMs).unref();
  }

  /** It is done; the context is somebody else's now. */
  finish(): ServerContext {
    this.#end();
    return this.context;
  }

  drop(reason: DropReason): void {
    if (this.#dropped !== undefined) return;
    this.#dropped = reason;
    this.#end();
    this.context.close();
  }

  #end(): void {
    clearTimeout(this.#timer);
    // Whoever gives a logon up has not ended its leg: clients that come and go
    // at once must not make more of them than there are slots.
    this.context.whenIdle(this.#release);
  }
}
