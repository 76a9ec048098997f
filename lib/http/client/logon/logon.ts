/** One logon to one peer: drives the handshake from the client's first token to the server's last. */

import { ClientContext, type ClientContextOptions } from '../../../context/client-context.js';
import type { Credentials } from '../../../context/credentials.js';
import type { StepResult } from '../../../context/handshake.js';
import { codedError } from '../../../core/errors.js';
import { packageKind } from '../../../core/package-kinds.js';
import { includesNtlm, includesNtlmNegotiate } from '../../ntlm-messages.js';
import type { Scheme } from '../../schemes.js';
import { withinTime } from '../../time-limit.js';

export interface LogonBounds {
  /** Largest token accepted from the server, in bytes. */
  readonly tokenBytes: number;
  /** Timeout in ms for one step. */
  readonly legTimeoutMs: number;
}

export class Logon {
  readonly scheme: Scheme;
  readonly #context: ClientContext;
  readonly #legTimeoutMs: number;
  readonly #mutualAuth: boolean;
  #serverTokens = 0;
  #ntlm: boolean;
  #requestsChallenge = false;

  constructor(
    scheme: Scheme,
    credentials: Credentials,
    options: ClientContextOptions,
    { tokenBytes, legTimeoutMs }: LogonBounds,
  ) {
    this.scheme = scheme;
    this.#context = new ClientContext(credentials, { ...options, maxTokenBytes: tokenBytes });
    this.#legTimeoutMs = legTimeoutMs;
    this.#mutualAuth = options.mutualAuth === true || options.delegate === true;
    this.#ntlm = packageKind(credentials.package) === 'ntlm' || scheme === 'NTLM';
  }

  /** Whether the handshake uses NTLM, possibly inside Negotiate. NTLM logs a whole connection on. */
  get ntlm(): boolean {
    return this.#ntlm;
  }

  /**
   * Whether the last token only requests a challenge (NTLM's NEGOTIATE_MESSAGE).
   * No server treats the request that carries it as authenticated.
   */
  get requestsChallenge(): boolean {
    return this.#requestsChallenge;
  }

  /** Whether the client's side of the handshake is established. */
  get done(): boolean {
    return this.#context.established;
  }

  /**
   * Resolves to the next token; undefined if there is none to send. The logon has
   * failed if it rejects: as `ClientContext.step` does, or with
   * `ERR_SECUR32_LEG_TIMEOUT`.
   */
  async next(serverToken?: Buffer): Promise<Buffer | undefined> {
    if (serverToken !== undefined) this.#serverTokens += 1;
    const { token } = await this.#step(serverToken);
    this.#requestsChallenge = token !== undefined && includesNtlmNegotiate(token);
    this.#ntlm ||= token !== undefined && includesNtlm(token);
    return token;
  }

  /**
   * Processes the token that came with the final response, if there was one.
   * Rejects as `next` does, and with `ERR_SECUR32_SERVER_NOT_PROVEN` if the
   * server had to prove its identity and did not.
   */
  async finish(serverToken: Buffer | undefined): Promise<void> {
    if (serverToken !== undefined && !this.done) await this.next(serverToken);
    if (!this.#mutualAuth || (this.done && this.#serverTokens > 0)) return;
    throw notProven('its response has no token');
  }

  /** A step in progress rejects with `ERR_SECUR32_CLOSED`. Idempotent. */
  close(): void {
    this.#context.close();
  }

  #step(serverToken: Buffer | undefined): Promise<StepResult> {
    return withinTime(this.#context.step(serverToken), this.#legTimeoutMs, () => {
      this.#context.close();
      return legTimeout(this.#legTimeoutMs);
    });
  }
}

function legTimeout(milliseconds: number): Error {
  return codedError(
    'ERR_SECUR32_LEG_TIMEOUT',
    `a step of the security package took longer than ${milliseconds} ms`,
  );
}

export function notProven(reason: string): Error {
  return codedError(
    'ERR_SECUR32_SERVER_NOT_PROVEN',
    `the server did not prove its identity: ${reason}`,
  );
}
