/** One logon on one connection, from its first token to the server's last. */

import { ClientContext, type ClientContextOptions } from '../../../context/client-context.js';
import type { Credentials } from '../../../context/credentials.js';
import { codedError } from '../../../core/errors.js';
import type { StepResult } from '../../../context/handshake.js';
import { packageKind } from '../../../core/package-kinds.js';
import type { Scheme } from '../../schemes.js';

const NTLM_MESSAGE = Buffer.from('NTLMSSP\0');
const NTLM_NEGOTIATE = Buffer.from('NTLMSSP\0\x01\0\0\0');

export interface LogonBounds {
  /** The largest token of the server, in bytes. */
  readonly tokenBytes: number;
  readonly legTimeoutMs: number;
}

export class Logon {
  readonly scheme: Scheme;
  readonly #context: ClientContext;
  readonly #legTimeoutMs: number;
  readonly #mutualAuth: boolean;
  #serverTokens = 0;
  #ntlm: boolean;
  #onlyAsked = false;

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

  /** Whether it is NTLM that logs on, also inside Negotiate: it does so once for a connection. */
  get ntlm(): boolean {
    return this.#ntlm;
  }

  /**
   * Whether the last token only asks for a challenge (NTLM's first message): no
   * server takes the request with it for one of a user.
   */
  get onlyAsked(): boolean {
    return this.#onlyAsked;
  }

  /** Whether this side is done. */
  get done(): boolean {
    return this.#context.established;
  }

  /**
   * The next token; undefined for none. Rejects as `ClientContext.step` does,
   * and with `ERR_SECUR32_LEG_TIMEOUT`; the logon has failed then.
   */
  async next(serverToken?: Buffer): Promise<Buffer | undefined> {
    if (serverToken !== undefined) this.#serverTokens += 1;
    const { token } = await this.#step(serverToken);
    this.#onlyAsked = token?.includes(NTLM_NEGOTIATE) === true;
    this.#ntlm ||= token?.includes(NTLM_MESSAGE) === true;
    return token;
  }

  /**
   * What the server said at last, with the response. Rejects as `next` does, and
   * with `ERR_SECUR32_SERVER_NOT_PROVEN` where it should have proven who it is.
   */
  async finish(serverToken: Buffer | undefined): Promise<void> {
    if (serverToken !== undefined && !this.done) await this.next(serverToken);
    if (!this.#mutualAuth || (this.done && this.#serverTokens > 0)) return;
    throw notProven('its response has no token that says so');
  }

  /** Idempotent. A step under way rejects with `ERR_SECUR32_CLOSED`. */
  close(): void {
    this.#context.close();
  }

  async #step(serverToken: Buffer | undefined): Promise<StepResult> {
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      this.#context.close();
    }, this.#legTimeoutMs);
    try {
      return await this.#context.step(serverToken);
    } catch (error) {
      throw timedOut ? legTimeout(this.#legTimeoutMs) : error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function legTimeout(milliseconds: number): Error {
  return codedError(
    'ERR_SECUR32_LEG_TIMEOUT',
    `the security package took longer than ${milliseconds} ms for a leg`,
  );
}

export function notProven(how: string): Error {
  return codedError(
    'ERR_SECUR32_SERVER_NOT_PROVEN',
    `mutualAuth: the server did not prove who it is: ${how}`,
  );
}
