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
import { optionNames, ownOptions } from '../core/checks.js';
import { codedError } from '../core/errors.js';
import type { InputSecBuffer } from '../core/sec-buffer.js';
import { identityOf, type Identity } from '../identity/identity.js';
import type { ContextHandle } from '../raw/handles.js';
import { acceptSecurityContextBy } from '../raw/handshake-calls.js';
import { runImpersonated } from '../raw/impersonation.js';
import type { LegResult } from '../raw/leg.js';
import { plainType } from '../raw/sec-buffers.js';
import {
  checkedCredentials,
  CONTEXT_KINDS,
  type SecurityContextOptions,
} from './context-options.js';
import type { Credentials } from './credentials.js';
import { establishedContext, type EstablishedContext } from './established-context.js';
import { ProtectionPolicy, type ExtendedProtectionOptions } from './extended-protection.js';
import { grantedAttributes, type RequirableAttribute } from './granted-attributes.js';
import { Handshake, type HandshakeSide, type StepResult } from './handshake.js';
import {
  checkedRequirements,
  requirementsError,
  type Protection,
  type Requirements,
} from './requirements.js';
import { handshakeOf, SecurityContext } from './security-context.js';

/** Options of a `ServerContext`. */
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

/** The legs of a server, and what it learns about the client. */
class ServerSide implements HandshakeSide<EstablishedContext> {
  readonly #credentials: Credentials;
  readonly #requirements: Requirements;
  readonly #policy: ProtectionPolicy;
  readonly #contextReq: readonly AscReq[];
  identity: Identity | undefined;
  channelBindingsResult: number | undefined;
  /** Whether the client that was rejected after its last leg is a guest. */
  rejectsGuest = false;

  /** @param options as `ownOptions` read them */
  constructor(credentials: Credentials, options: ServerContextOptions) {
    this.#credentials = credentials;
    this.#requirements = checkedRequirements(options);
    this.#policy = new ProtectionPolicy(options);
    this.#contextReq = [
      ASC_REQ_CONNECTION,
      ASC_REQ_EXTENDED_ERROR,
      ...PROTECTION_FLAGS[this.#requirements.protection],
      ...this.#requirements.required.map((name) => REQUIREMENT_FLAGS[name]),
      ...this.#policy.flags,
    ];
  }

  async leg(
    owner: object,
    context: ContextHandle | undefined,
    input: readonly InputSecBuffer[],
  ): Promise<LegResult> {
    const result = await acceptSecurityContextBy(owner, {
      ...(context === undefined ? { credential: this.#credentials.handle } : { context }),
      contextReq: this.#contextReq,
      input: [...input, ...this.#policy.input],
      ...(this.#policy.output === undefined ? {} : { output: this.#policy.output }),
      maxTokenBytes: Infinity,
    });
    this.channelBindingsResult = bindingsResult(result) ?? this.channelBindingsResult;
    return result;
  }

  establish(context: ContextHandle, lastLeg: LegResult): EstablishedContext {
    try {
      return this.#establish(context, lastLeg);
    } catch (error) {
      this.rejectsGuest = isGuest(context, lastLeg);
      throw error;
    }
  }

  #establish(context: ContextHandle, lastLeg: LegResult): EstablishedContext {
    const established = establishedContext(
      'server',
      this.#requirements,
      context,
      lastLeg,
      ({ nullSession }) => [
        ...(nullSession ? [NOT_ANONYMOUS] : []),
        ...this.#policy.shortfalls(context),
      ],
    );
    const { attributes } = established;
    const identity = identityOf(context, attributes.nullSession);
    // Not every package reports a null session as an attribute.
    if (identity.isAnonymous) throw requirementsError([NOT_ANONYMOUS], attributes);
    this.identity = identity;
    return established;
  }
}

/** Whether the client is known to be a guest. Never throws: the handshake has failed already. */
function isGuest(context: ContextHandle, { contextAttr }: LegResult): boolean {
  try {
    const { nullSession } = grantedAttributes('server', contextAttr, context);
    return !nullSession && identityOf(context, false).isGuest;
  } catch {
    return false;
  }
}

/** @internal Whether the handshake failed after its last leg, for a client that is a guest. */
export let hasRejectedGuest: (context: ServerContext) => boolean;

/** The server's side of a handshake, and of the messages after it. */
export class ServerContext extends SecurityContext {
  static {
    hasRejectedGuest = (context) => context.#side.rejectsGuest;
  }
  readonly #side: ServerSide;

  /**
   * Creates a context for one handshake. No call is made before the first `step()`.
   *
   * Throws a TypeError (`ERR_SECUR32_INVALID_ARGUMENT`) for an invalid option, for
   * outbound credentials, and for Schannel and Digest, which `secur32/raw` supports;
   * throws `ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED` if this system does not support
   * `extendedProtection: 'audit'`.
   *
   * @param credentials inbound credentials
   */
  constructor(credentials: Credentials, options: ServerContextOptions = {}) {
    const own = ownOptions(options, NAMES, 'a ServerContext');
    const facts = checkedCredentials('server', credentials);
    const side = new ServerSide(credentials, own);
    super(credentials.package, new Handshake(side, facts, own.maxTokenBytes));
    this.#side = side;
  }

  /**
   * Performs one step of the handshake: takes the client's token and resolves
   * with the one to send. If it rejects, the client is not authenticated.
   *
   * Steps run in the order of the calls. Calls AcceptSecurityContext, and
   * CompleteAuthToken if the package asks for it.
   *
   * Rejects with an `SspiError` (`SEC_E_LOGON_DENIED` for a wrong password or an
   * unknown user, `SEC_E_INVALID_TOKEN` and others), whose `token`, if there is
   * one, must still be sent, or with `ERR_SECUR32_REQUIREMENTS_NOT_MET`, for
   * instance for an anonymous client. In either case the context has been
   * deleted. A token that is too large (`ERR_SECUR32_TOKEN_TOO_LARGE`) or not a
   * Uint8Array leaves the context as it was, and so does a step inside `impersonate`
   * (`ERR_SECUR32_IMPERSONATING`). A step rejects with `ERR_SECUR32_CONTEXT_FAILED`
   * after a failed one, with `ERR_SECUR32_ALREADY_ESTABLISHED` after the handshake, and
   * with `ERR_SECUR32_CLOSED` after `close()`.
   */
  async step(token: Uint8Array): Promise<StepResult> {
    const handshake: Handshake<EstablishedContext> = handshakeOf(this);
    handshake.checkSteppable();
    handshake.checkToken(token);
    return handshake.step(token);
  }

  /**
   * Who the client is, read once when the handshake finished. It stays readable
   * after `close()`. Throws `ERR_SECUR32_NOT_ESTABLISHED` before that.
   */
  get identity(): Identity {
    if (this.#side.identity !== undefined) return this.#side.identity;
    throw codedError('ERR_SECUR32_NOT_ESTABLISHED', 'the context is not established');
  }

  /**
   * The result of comparing the channel bindings with
   * `extendedProtection: 'audit'`: `SEC_CHANNEL_BINDINGS_RESULT_` bits.
   * `undefined` for other levels, and if the package reported nothing.
   */
  get channelBindingsResult(): number | undefined {
    return this.#side.channelBindingsResult;
  }

  /**
   * Runs a function as the client on this thread, and returns its result:
   * `context.impersonate(() => fs.readFileSync(path))`.
   *
   * The function must be synchronous: work that it starts but does not finish would
   * run as this process. No other JavaScript, including microtasks, runs meanwhile.
   * Functions that it returns, and child processes however they are started, run as
   * this process.
   *
   * Calls ImpersonateSecurityContext, and in any case RevertSecurityContext. If
   * reverting fails, the process ends, because the thread would continue as the client.
   *
   * Throws `ERR_SECUR32_IMPERSONATING` if the function is async or a generator, calls
   * an asynchronous function of this package, or returns a value that continues or is
   * read later: a promise, an iterator, a stream, or an array, Map, Set or plain
   * object that contains one. Throws `ERR_SECUR32_CANNOT_IMPERSONATE` if the client
   * may only be identified, `ERR_SECUR32_NOT_ESTABLISHED` before the handshake has
   * finished, `ERR_SECUR32_CLOSED` after `close()`, an `SspiError`, and errors that
   * the function throws.
   */
  impersonate<T>(act: () => T): T {
    return runImpersonated(handshakeOf(this).outcome.handle, act);
  }
}

/** The result of comparing channel bindings that a leg reported; undefined if it has no bits. */
function bindingsResult({ output }: LegResult): number | undefined {
  const found = output.find(({ type }) => plainType(type) === SECBUFFER_CHANNEL_BINDINGS_RESULT);
  const bits = found?.data?.length === 4 ? found.data.readUInt32LE() : 0;
  return bits === 0 ? undefined : bits;
}
