import {
  ASC_REQ_CONFIDENTIALITY,
  ASC_REQ_CONNECTION,
  ASC_REQ_DELEGATE,
  ASC_REQ_EXTENDED_ERROR,
  ASC_REQ_IDENTIFY,
  ASC_REQ_INTEGRITY,
  ASC_REQ_MUTUAL_AUTH,
  ASC_REQ_REPLAY_DETECT,
  ASC_REQ_SEQUENCE_DETECT,
  type AscReq,
} from '../constants/asc-flags.js';
import { SECBUFFER_CHANNEL_BINDINGS_RESULT } from '../constants/sec-buffers.js';
import type { ContextAttributes, RequirableAttribute } from './granted-attributes.js';
import type { Credentials } from './credentials.js';
import { codedError } from '../core/errors.js';
import { ProtectionPolicy, type ExtendedProtectionOptions } from './extended-protection.js';
import { identityOf, type Identity } from '../identity/identity.js';
import { optionNames, ownOptions } from '../core/checks.js';
import { runImpersonated } from '../raw/impersonation.js';
import type { ContextHandle } from '../raw/handles.js';
import type { LegResult } from '../raw/leg.js';
import type { InputSecBuffer } from '../core/sec-buffer.js';
import { plainType } from '../raw/sec-buffers.js';
import { acceptSecurityContextBy } from '../raw/handshake-calls.js';
import { requirementsError, type Protection } from './requirements.js';
import {
  CONTEXT_KINDS,
  SecurityContext,
  type SecurityContextOptions,
  type StepResult,
} from './security-context.js';

export interface ServerContextOptions extends SecurityContextOptions, ExtendedProtectionOptions {}

const NAMES = optionNames<ServerContextOptions>({
  ...CONTEXT_KINDS,
  channelBindings: 'optional',
  extendedProtection: 'optional',
  targetNames: 'optional',
});

const REQUIREMENT_FLAGS: Record<RequirableAttribute, AscReq> = {
  confidentiality: ASC_REQ_CONFIDENTIALITY,
  integrity: ASC_REQ_INTEGRITY,
  replayDetect: ASC_REQ_REPLAY_DETECT,
  sequenceDetect: ASC_REQ_SEQUENCE_DETECT,
  mutualAuth: ASC_REQ_MUTUAL_AUTH,
  delegate: ASC_REQ_DELEGATE,
  identify: ASC_REQ_IDENTIFY,
};

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

const NOT_ANONYMOUS = 'a client that is not anonymous';

/** The side that is logged on to. */
export class ServerContext extends SecurityContext {
  readonly #contextReq: readonly AscReq[];
  readonly #policy: ProtectionPolicy;
  #identity: Identity | undefined;
  #bindingsResult: number | undefined;

  constructor(credentials: Credentials, options: ServerContextOptions = {}) {
    const own = ownOptions(options, NAMES, 'a ServerContext');
    super('server', credentials, own);
    this.#policy = new ProtectionPolicy(own);
    this.#contextReq = [
      ASC_REQ_CONNECTION,
      ASC_REQ_EXTENDED_ERROR,
      ...PROTECTION_FLAGS[this.requirements.protection],
      ...this.requirements.required.map((name) => REQUIREMENT_FLAGS[name]),
      ...this.#policy.flags,
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

  protected override async leg(
    context: ContextHandle | undefined,
    input: readonly InputSecBuffer[],
  ): Promise<LegResult> {
    const result = await acceptSecurityContextBy(this, {
      ...(context === undefined ? { credential: this.credentials.handle } : { context }),
      contextReq: this.#contextReq,
      input: [...input, ...this.#policy.input],
      ...(this.#policy.output === undefined ? {} : { output: this.#policy.output }),
      maxTokenBytes: Infinity,
    });
    this.#bindingsResult = bindingsResult(result) ?? this.#bindingsResult;
    return result;
  }

  protected override shortfalls(
    { nullSession }: ContextAttributes,
    handle: ContextHandle,
  ): string[] {
    return [...(nullSession ? [NOT_ANONYMOUS] : []), ...this.#policy.shortfalls(handle)];
  }

  protected override onEstablished(handle: ContextHandle, attributes: ContextAttributes): void {
    const identity = identityOf(handle, attributes);
    // Not every package says so in the attributes.
    if (identity.isAnonymous) throw requirementsError([NOT_ANONYMOUS], attributes);
    this.#identity = identity;
  }

  /**
   * Who the client is: read once, when the handshake was done. It stays
   * readable after `close()`. Throws `ERR_SECUR32_NOT_ESTABLISHED` before.
   */
  get identity(): Identity {
    if (this.#identity !== undefined) return this.#identity;
    throw codedError('ERR_SECUR32_NOT_ESTABLISHED', 'the context is not established');
  }

  /**
   * With `extendedProtection: 'audit'` what the comparison of the channel
   * bindings came to: `SEC_CHANNEL_BINDINGS_RESULT_` bits. undefined otherwise,
   * and where the package said nothing.
   */
  get channelBindingsResult(): number | undefined {
    return this.#bindingsResult;
  }

  /**
   * Runs a function as the client, on this thread, and gives what it returns:
   * `context.impersonate(() => fs.readFileSync(path))`.
   *
   * The function must be synchronous: what it starts and does not finish would
   * run as this process. Nothing else of JavaScript runs meanwhile, no microtask
   * either; asynchronous calls of this package inside it throw with
   * `ERR_SECUR32_IMPERSONATING`, and so does a function that returns what goes
   * on or is read later: a promise, an iterator, a stream, or an array or plain
   * object with one. Functions that it returns run as this process.
   * A child process runs as this process, too, however it is started.
   *
   * Calls ImpersonateSecurityContext, and RevertSecurityContext whatever
   * happens; where that fails it ends the process, because the thread would go
   * on as the client. Throws an `SspiError`, and with
   * `ERR_SECUR32_CANNOT_IMPERSONATE` where the client may only be identified.
   */
  impersonate<T>(act: () => T): T {
    return runImpersonated(this.establishedHandle, act);
  }
}

/** What a leg wrote of the comparison of bindings; without a bit it wrote nothing. */
function bindingsResult({ output }: LegResult): number | undefined {
  const found = output.find(({ type }) => plainType(type) === SECBUFFER_CHANNEL_BINDINGS_RESULT);
  const bits = found?.data?.length === 4 ? found.data.readUInt32LE() : 0;
  return bits === 0 ? undefined : bits;
}
