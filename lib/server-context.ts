import {
  ASC_REQ_CONFIDENTIALITY,
  ASC_REQ_CONNECTION,
  ASC_REQ_EXTENDED_ERROR,
  ASC_REQ_INTEGRITY,
  ASC_REQ_REPLAY_DETECT,
  ASC_REQ_SEQUENCE_DETECT,
  type AscReq,
} from './constants/asc-flags.js';
import type { ContextAttributes } from './context-attributes.js';
import type { Credentials } from './credentials.js';
import type { ContextHandle } from './raw/handles.js';
import type { LegResult } from './raw/leg.js';
import type { InputSecBuffer } from './raw/sec-buffer.js';
import { acceptSecurityContextBy } from './raw/security-context.js';
import {
  SecurityContext,
  type Protection,
  type SecurityContextOptions,
  type StepResult,
} from './security-context.js';

export type ServerContextOptions = SecurityContextOptions;

const PROTECTION_FLAGS: Record<Protection, readonly AscReq[]> = {
  none: [],
  sign: [ASC_REQ_INTEGRITY, ASC_REQ_REPLAY_DETECT, ASC_REQ_SEQUENCE_DETECT],
  encrypt: [
    ASC_REQ_CONFIDENTIALITY,
    ASC_REQ_INTEGRITY,
    ASC_REQ_REPLAY_DETECT,
    ASC_REQ_SEQUENCE_DETECT,
  ],
};

/** The side that is logged on to. */
export class ServerContext extends SecurityContext {
  readonly #contextReq: readonly AscReq[];

  constructor(credentials: Credentials, options: ServerContextOptions = {}) {
    super('server', credentials, options);
    this.#contextReq = [
      ASC_REQ_CONNECTION,
      ASC_REQ_EXTENDED_ERROR,
      ...PROTECTION_FLAGS[this.protection],
    ];
  }

  /**
   * One step of the handshake: takes the client's token, gives the one to send.
   *
   * Calls AcceptSecurityContext, and CompleteAuthToken where the package asks
   * for it. Steps run in the order of the calls. Rejects with an `SspiError`
   * (`SEC_E_LOGON_DENIED` for a wrong password or an unknown user,
   * `SEC_E_INVALID_TOKEN` and others), whose `token`, if there is one, must
   * still be sent, or with `ERR_SECUR32_REQUIREMENTS_NOT_MET` (an anonymous
   * client, too): the context is deleted then. A token that is too large
   * (`ERR_SECUR32_TOKEN_TOO_LARGE`) or no Uint8Array leaves it as it was.
   * `close()` rejects with `ERR_SECUR32_CLOSED`.
   */
  async step(token: Uint8Array): Promise<StepResult> {
    this.checkSteppable();
    this.checkToken(token);
    return this.enqueueStep(token);
  }

  protected override leg(
    context: ContextHandle | undefined,
    input: readonly InputSecBuffer[],
  ): Promise<LegResult> {
    return acceptSecurityContextBy(this, {
      ...(context === undefined ? { credential: this.credentials.handle } : { context }),
      contextReq: this.#contextReq,
      input,
      maxTokenBytes: Infinity,
    });
  }

  protected override shortfalls({ nullSession }: ContextAttributes): string[] {
    return nullSession ? ['a client that is not anonymous'] : [];
  }
}
