import { CallQueue } from '../core/call-queue.js';
import {
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_ATTR_SIZES,
  SECPKG_NEGOTIATION_COMPLETE,
} from '../constants/context-attributes.js';
import { SECBUFFER_EMPTY, SECBUFFER_EXTRA, SECBUFFER_TOKEN } from '../constants/sec-buffers.js';
import {
  SEC_E_INCOMPLETE_MESSAGE,
  SEC_E_OK,
  SEC_I_COMPLETE_AND_CONTINUE,
  SEC_I_COMPLETE_NEEDED,
} from '../constants/status.js';
import {
  grantedAttributes,
  missingOrder,
  type ContextAttributes,
  type RequirableAttribute,
  type Side,
} from './granted-attributes.js';
import { Credentials } from './credentials.js';
import { argumentError, codedError } from '../core/errors.js';
import { refuseWhileImpersonating } from '../binding/impersonating.js';
import {
  checkMessage,
  isToEncrypt,
  notEncryptedError,
  sign,
  takesUnencrypted,
  unwrap,
  verify,
  wrap,
  type MessageContext,
  type UnwrapOptions,
  type WrapOptions,
} from './message-protection.js';
import { packageKind } from '../core/package-kinds.js';
import { ProviderTrait } from '../binding/provider-traits.js';
import { queryContextAttributes, type ContextAttribute } from '../raw/context-attributes.js';
import type { ContextAttributeValues, ContextSizes } from '../raw/attribute-records.generated.js';
import { closedError } from '../core/closed-error.js';
import {
  claimContext,
  closeContext,
  openContext,
  openCredential,
  whenContextIdle,
  type ContextHandle,
} from '../raw/handles.js';
import { maxTokenBytes, type LegResult } from '../raw/leg.js';
import type { InputSecBuffer } from '../core/sec-buffer.js';
import { checkTokenSize, plainType } from '../raw/sec-buffers.js';
import { completeAuthTokenBy } from '../raw/handshake-calls.js';
import { expiryDate } from '../core/time.js';
import {
  checkedRequirements,
  missingRequirements,
  requirementsError,
  type Protection,
  type Requirements,
} from './requirements.js';
import { unlessUnsupported } from '../core/unless-unsupported.js';

export interface SecurityContextOptions {
  /**
   * What messages will need: `'sign'` or `'encrypt'`. Either also needs
   * `replayDetect` and `sequenceDetect`, so that a message that is repeated,
   * left out or moved is noticed. It is asked for, and a logon that does not
   * get all of it fails with `ERR_SECUR32_REQUIREMENTS_NOT_MET`.
   *
   * @defaultValue `'none'`
   */
  protection?: Protection;
  /**
   * Attributes by name, `['sequenceDetect']` for instance. They are asked for,
   * and a logon that does not get one fails with
   * `ERR_SECUR32_REQUIREMENTS_NOT_MET`.
   */
  require?: readonly RequirableAttribute[];
  /** The largest token that `step` takes, in bytes: 64 KiB by default. For CredSSP, whose tokens come in pieces, the sum of what waits: 1 MiB. */
  maxTokenBytes?: number;
}

/** The names of `SecurityContextOptions`. */
export const CONTEXT_KINDS = {
  protection: 'optional',
  require: 'optional',
  maxTokenBytes: 'optional',
} as const;

export interface StepResult {
  /** What to send to the peer; undefined for nothing. It must be sent when `done` is true, too. */
  token: Buffer | undefined;
  /** Whether the context is established on this side. */
  done: boolean;
  /** The status of the call by name: `'SEC_E_OK'`, `'SEC_I_CONTINUE_NEEDED'` and so on. */
  status: string;
  /** Bytes behind the end of the handshake, of packages whose tokens are a stream. */
  extra?: Buffer;
}

/** What a finished handshake leaves. */
interface Outcome {
  handle: ContextHandle;
  attributes: ContextAttributes;
  /** Whether messages can be signed, and none be repeated or left out unnoticed. */
  signs: boolean;
  messages?: MessageContext;
  expiry: bigint;
}

/** The signature in front of an NTLM message. */
const NTLM_SIGNATURE_BYTES = 16;

type State = 'new' | 'handshaking' | 'established' | 'failed' | 'closed';

/** Whether the contexts of a package are made elsewhere than here: TLS is no logon, Digest is text. */
function isServedElsewhere(packageName: string): boolean {
  const kind = packageKind(packageName);
  return kind === 'tls' || kind === 'digest';
}

/**
 * What clients and servers have in common: the handshake's state machine, the
 * order of its steps, what is known when it is done.
 */
export abstract class SecurityContext {
  /** The credentials that the first leg uses. */
  protected readonly credentials: Credentials;
  protected readonly requirements: Requirements;

  readonly #side: Side;
  readonly #stream: boolean;
  readonly #maxTokenBytes: number;
  readonly #queue = new CallQueue();
  #state: State = 'new';
  #handle: ContextHandle | undefined;
  /** Bytes of a stream that did not make a whole token yet. */
  #pending: Uint8Array | undefined;
  #outcome: Outcome | undefined;

  /** @param options as `ownOptions` read them */
  protected constructor(side: Side, credentials: Credentials, options: SecurityContextOptions) {
    if (!(credentials instanceof Credentials)) {
      throw argumentError('credentials must be what Credentials.acquire gave');
    }
    const use = side === 'client' ? 'outbound' : 'inbound';
    if (credentials.use !== use && credentials.use !== 'both') {
      throw argumentError(`a ${side} needs ${use} credentials; these are ${credentials.use}`);
    }
    if (isServedElsewhere(credentials.package)) {
      throw argumentError(`${credentials.package} contexts are made with secur32/raw`);
    }
    const requirements = checkedRequirements(options);
    const { facts } = openCredential(credentials.handle);
    this.#side = side;
    this.credentials = credentials;
    this.requirements = requirements;
    this.#stream = (facts.traits & ProviderTrait.streamPackage) !== 0;
    this.#maxTokenBytes = maxTokenBytes(options.maxTokenBytes, facts);
  }

  /** One call of the package, on the context of the leg before. */
  protected abstract leg(
    context: ContextHandle | undefined,
    input: readonly InputSecBuffer[],
  ): Promise<LegResult>;

  /** What was asked for and not granted, in words; nothing if all is well. */
  protected abstract shortfalls(attributes: ContextAttributes, handle: ContextHandle): string[];

  /** What a side finds out once all that was required is there. */
  protected onEstablished?(handle: ContextHandle, attributes: ContextAttributes): void;

  /** Runs one step of the handshake after those that wait. */
  protected enqueueStep(token: Uint8Array | undefined): Promise<StepResult> {
    // The caller may use its memory again while the step waits or runs.
    const kept = token && Uint8Array.from(token);
    return this.#queue.run(() => this.#step(kept));
  }

  protected checkToken(token: unknown): asserts token is Uint8Array {
    if (!(token instanceof Uint8Array)) {
      throw argumentError(
        `the token must be a Uint8Array or Buffer, not ${token === null ? 'null' : typeof token}`,
      );
    }
    checkTokenSize(token, this.#maxTokenBytes);
  }

  async #step(token: Uint8Array | undefined): Promise<StepResult> {
    this.checkSteppable();
    try {
      return await this.#runLegs(token);
    } catch (error) {
      const wasClosed = this.closed;
      // Nothing was lost if the addon did not run the leg for want of memory,
      // but a handshake is cheaper to begin anew than to argue about.
      this.#fail();
      throw wasClosed ? closedError('the context') : error;
    }
  }

  /** Whether there can be another step at all. */
  protected checkSteppable(): void {
    refuseWhileImpersonating();
    if (this.#state === 'closed') throw closedError('the context');
    if (this.#state === 'failed') {
      throw codedError('ERR_SECUR32_CONTEXT_FAILED', 'an earlier step of this context failed');
    }
    if (this.#state === 'established') {
      throw codedError(
        'ERR_SECUR32_ALREADY_ESTABLISHED',
        'the context is established; a new handshake needs a new context',
      );
    }
  }

  /** The legs for one token: one, but for streams, where a token can hold more than a leg takes. */
  async #runLegs(token: Uint8Array | undefined): Promise<StepResult> {
    const answers: Buffer[] = [];
    let input = this.#joinPending(token);
    for (;;) {
      const leg = await this.leg(this.#handle, this.#inputBuffers(input));
      this.#adopt(leg.context);
      if (leg.status === SEC_E_INCOMPLETE_MESSAGE) {
        this.#pending = input;
        return { token: joined(answers), done: false, status: leg.statusName };
      }
      const answer = await this.#completedToken(leg);
      if (answer !== undefined) answers.push(answer);
      const extra = leftOver(leg, input);

      if (leg.status === SEC_E_OK || leg.status === SEC_I_COMPLETE_NEEDED) {
        this.#establish(leg);
        const result = { token: joined(answers), done: true, status: leg.statusName };
        return extra === undefined ? result : { ...result, extra };
      }
      if (extra === undefined) {
        return { token: joined(answers), done: false, status: leg.statusName };
      }
      input = extra;
    }
  }

  #joinPending(token: Uint8Array | undefined): Uint8Array | undefined {
    if (this.#pending === undefined || token === undefined) return token;
    const input = Buffer.concat([this.#pending, token]);
    this.#pending = undefined;
    checkTokenSize(input, this.#maxTokenBytes);
    return input;
  }

  #inputBuffers(token: Uint8Array | undefined): InputSecBuffer[] {
    if (token === undefined) return [];
    const buffer: InputSecBuffer = { type: SECBUFFER_TOKEN, data: token };
    return this.#stream ? [buffer, { type: SECBUFFER_EMPTY }] : [buffer];
  }

  /** Takes the context of a leg, unless this object was closed while it ran. */
  #adopt(context: ContextHandle | undefined): void {
    if (context === undefined) {
      if (this.#state === 'closed') throw closedError('the context');
      return;
    }
    if (context !== this.#handle) claimContext(context, this);
    this.#handle = context;
    if (this.#state === 'closed') {
      closeContext(context, this);
      throw closedError('the context');
    }
    this.#state = 'handshaking';
  }

  /** The token of a leg as it must be sent. */
  async #completedToken({ status, context, output }: LegResult): Promise<Buffer | undefined> {
    const complete = status === SEC_I_COMPLETE_NEEDED || status === SEC_I_COMPLETE_AND_CONTINUE;
    const buffers =
      complete && context !== undefined
        ? (await completeAuthTokenBy(this, { context, token: output })).token
        : output;
    const token = buffers.find(({ type }) => plainType(type) === SECBUFFER_TOKEN)?.data;
    return token !== undefined && token.length > 0 ? token : undefined;
  }

  #establish({ contextAttr, expiry }: LegResult): void {
    const handle = this.#handle;
    if (handle === undefined || this.#state === 'closed') throw closedError('the context');
    const attributes = grantedAttributes(this.#side, contextAttr, handle);
    const unordered = missingOrder(attributes, contextAttr, handle);
    const missing = [
      ...missingRequirements(this.requirements, attributes, unordered),
      ...this.shortfalls(attributes, handle),
    ];
    if (missing.length > 0) throw requirementsError(missing, attributes);
    this.onEstablished?.(handle, attributes);
    const signs = attributes.integrity && unordered.length === 0;
    this.#outcome = { handle, attributes, signs, expiry };
    this.#state = 'established';
  }

  #fail(): void {
    if (this.#state !== 'closed') this.#state = 'failed';
    if (this.#handle !== undefined) closeContext(this.#handle, this);
  }

  protected get establishedHandle(): ContextHandle {
    return this.#established().handle;
  }

  #established(): Outcome {
    if (this.#state === 'closed') throw closedError('the context');
    if (this.#outcome === undefined) {
      throw codedError('ERR_SECUR32_NOT_ESTABLISHED', 'the context is not established');
    }
    return this.#outcome;
  }

  /** Whether the handshake is done and all that was required was granted. */
  get established(): boolean {
    return this.#state === 'established';
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /**
   * @internal Calls back once no step runs: one that hangs does so also after
   * `close()`, and costs what it costs until it ends.
   */
  whenIdle(callback: () => void): void {
    this.#queue.whenIdle(() => {
      // A call in a context that was closed under it is lost to the step, and goes on.
      if (this.#handle === undefined) callback();
      else whenContextIdle(this.#handle, callback);
    });
  }

  /**
   * For the functions of `secur32/raw` that read a context; undefined before
   * the first step. It belongs to this object, which alone closes it.
   */
  get handle(): ContextHandle | undefined {
    return this.#handle;
  }

  /** What the package granted. Throws `ERR_SECUR32_NOT_ESTABLISHED` before the handshake is done. */
  get attributes(): ContextAttributes {
    return this.#established().attributes;
  }

  /** When the context expires; undefined for never. Throws before the handshake is done. */
  get expiresAt(): Date | undefined {
    return expiryDate(this.#established().expiry);
  }

  /** The sizes that messages need, in bytes (SECPKG_ATTR_SIZES). Throws before the handshake is done. */
  get sizes(): ContextSizes {
    return queryContextAttributes(this.#established().handle, SECPKG_ATTR_SIZES);
  }

  /**
   * The package that did the logon: for Negotiate the one that it chose
   * (SECPKG_ATTR_NEGOTIATION_INFO), undefined where it does not say. Throws
   * before the handshake is done.
   */
  get negotiatedPackage(): string | undefined {
    const info = this.#queryIfThere(SECPKG_ATTR_NEGOTIATION_INFO);
    if (info?.state === SECPKG_NEGOTIATION_COMPLETE && info.package) return info.package.name;
    // Any other package did it itself.
    return packageKind(this.credentials.package) === 'negotiate'
      ? undefined
      : this.credentials.package;
  }

  /**
   * A copy of the session key (SECPKG_ATTR_SESSION_KEY), a secret; undefined
   * where the package has none. Throws before the handshake is done.
   */
  get sessionKey(): Buffer | undefined {
    const key = this.#queryIfThere(SECPKG_ATTR_SESSION_KEY);
    return key !== undefined && key.length > 0 ? key : undefined;
  }

  #queryIfThere<Attribute extends ContextAttribute>(
    attribute: Attribute,
  ): ContextAttributeValues[Attribute] | undefined {
    const { handle } = this.#established();
    return unlessUnsupported(() => queryContextAttributes(handle, attribute));
  }

  /** What the messages need, asked of the package once. */
  #messages(): MessageContext {
    const outcome = this.#established();
    if (outcome.messages !== undefined) return outcome.messages;
    const { handle } = outcome;
    const sizes = this.sizes;
    return (outcome.messages = { handle, sizes, tokenBytes: this.#tokenBytes(handle, sizes) });
  }

  /** How long the token before a message is, where the message must be cut there. */
  #tokenBytes(handle: ContextHandle, { securityTrailer }: ContextSizes): number | undefined {
    // NTLM's message functions take no stream.
    if (packageKind(this.negotiatedPackage ?? '') === 'ntlm') return NTLM_SIGNATURE_BYTES;
    const noStreams = (openContext(handle).facts.traits & ProviderTrait.noStreamMessages) !== 0;
    return noStreams ? securityTrailer : undefined;
  }

  /**
   * Encrypts and signs a message: what is to be sent, for the peer's `unwrap`.
   * With `encrypt: false` it is signed only.
   *
   * Calls EncryptMessage. Throws with `ERR_SECUR32_REQUIREMENTS_NOT_MET` where
   * the context cannot encrypt, or would not notice a message that is repeated
   * or left out (`protection: 'encrypt'` asks for all of it), with
   * `ERR_SECUR32_NOT_ESTABLISHED` before the handshake is done, and an
   * `SspiError`: `SEC_E_CONTEXT_EXPIRED` and others.
   */
  wrap(message: Uint8Array, options: WrapOptions = {}): Buffer {
    const { attributes, signs } = this.#established();
    const encrypt = isToEncrypt(options);
    checkMessage(message);
    if (!signs || (!attributes.confidentiality && encrypt)) {
      throw requirementsError(['what wrap needs'], attributes);
    }
    return wrap(this.#messages(), message, encrypt);
  }

  /**
   * Decrypts and verifies a whole message of the peer's `wrap`. Messages must
   * come in the order in which they were wrapped.
   *
   * Calls DecryptMessage. Throws with `ERR_SECUR32_NOT_ENCRYPTED` for a message
   * that was signed only, as all are of a context that cannot encrypt, unless
   * `allowUnencrypted` is true, with `ERR_SECUR32_REQUIREMENTS_NOT_MET` where the
   * context cannot sign or does not keep the order of messages, and an `SspiError`: `SEC_E_MESSAGE_ALTERED`,
   * `SEC_E_OUT_OF_SEQUENCE`, `SEC_E_DECRYPT_FAILURE`, `SEC_E_INVALID_TOKEN` and
   * others. After one of these the peer or somebody in between has done wrong:
   * close the context.
   */
  unwrap(data: Uint8Array, options: UnwrapOptions = {}): Buffer {
    const { attributes, signs } = this.#established();
    const allowUnencrypted = takesUnencrypted(options);
    checkMessage(data);
    if (!signs) throw requirementsError(['what unwrap needs'], attributes);
    // NTLM does not say of a message that it was signed only.
    if (!attributes.confidentiality && !allowUnencrypted) {
      throw notEncryptedError('no message of this context is encrypted');
    }
    return unwrap(this.#messages(), data, allowUnencrypted);
  }

  /**
   * The signature of a message that is sent as it is.
   *
   * Calls MakeSignature. Throws with `ERR_SECUR32_REQUIREMENTS_NOT_MET` where
   * the context cannot sign or does not keep the order of messages
   * (`protection: 'sign'` asks for both), and an `SspiError`.
   */
  sign(message: Uint8Array): Buffer {
    const { attributes, signs } = this.#established();
    checkMessage(message);
    if (!signs) throw requirementsError(['what sign needs'], attributes);
    return sign(this.#messages(), message);
  }

  /**
   * Verifies the signature of a message of the peer's; returns only if it is
   * good.
   *
   * Calls VerifySignature. Throws with `ERR_SECUR32_REQUIREMENTS_NOT_MET` where
   * the context cannot sign or does not keep the order of messages, and an
   * `SspiError`: `SEC_E_MESSAGE_ALTERED`, `SEC_E_OUT_OF_SEQUENCE` and others.
   */
  verify(message: Uint8Array, signature: Uint8Array): void {
    const { handle, attributes, signs } = this.#established();
    checkMessage(message);
    checkMessage(signature, 'the signature');
    // Without keys a package takes a signature that anybody can make.
    if (!signs) throw requirementsError(['what verify needs'], attributes);
    verify(handle, message, signature);
  }

  /**
   * Deletes the context (DeleteSecurityContext). Idempotent. A step that is
   * running or waiting rejects with `ERR_SECUR32_CLOSED`.
   */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#queue.close(() => closedError('the context'));
    if (this.#handle !== undefined) closeContext(this.#handle, this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The bytes of a stream that a leg did not use. */
function leftOver({ input }: LegResult, given: Uint8Array | undefined): Buffer | undefined {
  const extra = input.find(({ type }) => plainType(type) === SECBUFFER_EXTRA);
  if (extra === undefined || extra.size === 0) return undefined;
  if (extra.data === undefined || extra.data.length >= (given?.length ?? 0)) {
    throw codedError(
      'ERR_SECUR32_NO_PROGRESS',
      `the package left ${extra.size} bytes unused of an input of ${given?.length ?? 0}`,
    );
  }
  return extra.data;
}

function joined(tokens: readonly Buffer[]): Buffer | undefined {
  if (tokens.length <= 1) return tokens[0];
  return Buffer.concat(tokens);
}
