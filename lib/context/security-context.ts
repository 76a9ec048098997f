/** What clients and servers can do alike after the handshake. */

import {
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_ATTR_SIZES,
  SECPKG_NEGOTIATION_COMPLETE,
} from '../constants/context-attributes.js';
import { ProviderTrait } from '../binding/provider-traits.js';
import { checkedBytes } from '../core/checks.js';
import { packageKind } from '../core/package-kinds.js';
import { expiryDate } from '../core/time.js';
import { unlessUnsupported } from '../core/unless-unsupported.js';
import type { ContextAttributeValues, ContextSizes } from '../raw/attribute-records.generated.js';
import { queryContextAttributes, type ContextAttribute } from '../raw/context-attributes.js';
import { openContext, type ContextHandle } from '../raw/handles.js';
import type { EstablishedContext } from './established-context.js';
import type { ContextAttributes } from './granted-attributes.js';
import type { Handshake } from './handshake.js';
import {
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
import { requirementsError } from './requirements.js';

/** The size of the signature before an NTLM message. */
const NTLM_SIGNATURE_BYTES = 16;

/** @internal The handshake of a context, for the classes that extend it. */
export let handshakeOf: (context: SecurityContext) => Handshake<EstablishedContext>;

/**
 * What `ClientContext` and `ServerContext` have in common: everything but
 * `step()`, which runs the handshake.
 */
export abstract class SecurityContext {
  static {
    handshakeOf = (context) => context.#handshake;
  }
  readonly #handshake: Handshake<EstablishedContext>;
  readonly #package: string;
  #messages: MessageContext | undefined;

  /** @internal */
  protected constructor(packageName: string, handshake: Handshake<EstablishedContext>) {
    this.#package = packageName;
    this.#handshake = handshake;
  }

  /** Whether the handshake has finished and everything that was required was granted. */
  get established(): boolean {
    return this.#handshake.established;
  }

  /** Whether `close()` was called. A failed handshake does not set it. */
  get closed(): boolean {
    return this.#handshake.closed;
  }

  /** @internal Calls back once no step runs; see `Handshake`. */
  whenIdle(callback: () => void): void {
    this.#handshake.whenIdle(callback);
  }

  /**
   * The handle for functions of `secur32/raw` that read a context; undefined before
   * the first step. Only this object can run legs on it and close it.
   */
  get handle(): ContextHandle | undefined {
    return this.#handshake.context;
  }

  /**
   * The attributes that the package granted. Throws `ERR_SECUR32_NOT_ESTABLISHED`
   * before the handshake has finished, and `ERR_SECUR32_CLOSED` after `close()`.
   */
  get attributes(): ContextAttributes {
    return this.#handshake.outcome.attributes;
  }

  /** When the context expires; undefined for never. Throws like `attributes`. */
  get expiresAt(): Date | undefined {
    return expiryDate(this.#handshake.outcome.expiry);
  }

  /**
   * The sizes of signatures and message buffers, in bytes (SECPKG_ATTR_SIZES). Throws
   * like `attributes`, and an `SspiError` if the package has no sizes.
   */
  get sizes(): ContextSizes {
    return queryContextAttributes(this.#handshake.outcome.handle, SECPKG_ATTR_SIZES);
  }

  /**
   * The name of the package that ran the handshake: for Negotiate the package that
   * it chose (SECPKG_ATTR_NEGOTIATION_INFO), undefined if it does not report it.
   * Throws like `attributes`.
   */
  get negotiatedPackage(): string | undefined {
    const info = this.#queryIfThere(SECPKG_ATTR_NEGOTIATION_INFO);
    if (info?.state === SECPKG_NEGOTIATION_COMPLETE && info.package) return info.package.name;
    // Other packages do not negotiate.
    return packageKind(this.#package) === 'negotiate' ? undefined : this.#package;
  }

  /**
   * A copy of the session key (SECPKG_ATTR_SESSION_KEY); undefined if the package
   * has none. Keep it secret. Throws like `attributes`.
   */
  get sessionKey(): Buffer | undefined {
    const key = this.#queryIfThere(SECPKG_ATTR_SESSION_KEY);
    return key !== undefined && key.length > 0 ? key : undefined;
  }

  #queryIfThere<Attribute extends ContextAttribute>(
    attribute: Attribute,
  ): ContextAttributeValues[Attribute] | undefined {
    const { handle } = this.#handshake.outcome;
    return unlessUnsupported(() => queryContextAttributes(handle, attribute));
  }

  /** What the message functions need, queried from the package once. */
  #messageContext(): MessageContext {
    const { handle } = this.#handshake.outcome;
    if (this.#messages !== undefined) return this.#messages;
    const sizes = this.sizes;
    return (this.#messages = { handle, sizes, tokenBytes: this.#tokenBytes(handle, sizes) });
  }

  /** The length of the token before a message, if the message must be split there. */
  #tokenBytes(handle: ContextHandle, { securityTrailer }: ContextSizes): number | undefined {
    // NTLM's message functions do not support SECBUFFER_STREAM.
    if (packageKind(this.negotiatedPackage ?? '') === 'ntlm') return NTLM_SIGNATURE_BYTES;
    const noStreams = (openContext(handle).facts.traits & ProviderTrait.noStreamMessages) !== 0;
    return noStreams ? securityTrailer : undefined;
  }

  /**
   * Encrypts and signs a message for the peer's `unwrap`. With `encrypt: false` it
   * only signs the message. Returns the bytes to send: token, data and padding.
   *
   * Calls EncryptMessage.
   *
   * Throws `ERR_SECUR32_REQUIREMENTS_NOT_MET` if the context cannot encrypt, or cannot
   * detect repeated and lost messages (`protection: 'encrypt'` requires all of it),
   * `ERR_SECUR32_NOT_ESTABLISHED` before the handshake has finished,
   * `ERR_SECUR32_CLOSED` after `close()`, and an `SspiError` (`SEC_E_CONTEXT_EXPIRED`
   * and others).
   */
  wrap(message: Uint8Array, options: WrapOptions = {}): Buffer {
    const { attributes, signs } = this.#handshake.outcome;
    const encrypt = isToEncrypt(options);
    checkedBytes(message, 'the message');
    if (!signs || (!attributes.confidentiality && encrypt)) {
      throw requirementsError(['the attributes that wrap needs'], attributes);
    }
    return wrap(this.#messageContext(), message, encrypt);
  }

  /**
   * Decrypts and verifies one whole message from the peer's `wrap`, and returns its
   * content. Messages must be unwrapped in the order in which they were wrapped.
   *
   * Calls DecryptMessage.
   *
   * Throws `ERR_SECUR32_NOT_ENCRYPTED` for a message that was only signed, unless
   * `allowUnencrypted` is true; if the context cannot encrypt, that is every message.
   * Throws `ERR_SECUR32_REQUIREMENTS_NOT_MET` if the context cannot sign or cannot
   * check the order of messages, `ERR_SECUR32_NOT_ESTABLISHED` before the handshake
   * has finished, `ERR_SECUR32_CLOSED` after `close()`, and an `SspiError`
   * (`SEC_E_MESSAGE_ALTERED`, `SEC_E_OUT_OF_SEQUENCE`, `SEC_E_DECRYPT_FAILURE`,
   * `SEC_E_INVALID_TOKEN` and others). Close the context after an `SspiError`: the
   * message was not the one that the peer sent, or not the next one.
   */
  unwrap(data: Uint8Array, options: UnwrapOptions = {}): Buffer {
    const { attributes, signs } = this.#handshake.outcome;
    const allowUnencrypted = takesUnencrypted(options);
    checkedBytes(data, 'the message');
    if (!signs) throw requirementsError(['the attributes that unwrap needs'], attributes);
    // NTLM does not report that a message was only signed.
    if (!attributes.confidentiality && !allowUnencrypted) {
      throw notEncryptedError('this context cannot encrypt messages');
    }
    return unwrap(this.#messageContext(), data, allowUnencrypted);
  }

  /**
   * Returns the signature of a message that is sent unchanged, for the peer's
   * `verify`.
   *
   * Calls MakeSignature.
   *
   * Throws `ERR_SECUR32_REQUIREMENTS_NOT_MET` if the context cannot sign or cannot
   * check the order of messages (`protection: 'sign'` requires both),
   * `ERR_SECUR32_NOT_ESTABLISHED` before the handshake has finished,
   * `ERR_SECUR32_CLOSED` after `close()`, and an `SspiError`.
   */
  sign(message: Uint8Array): Buffer {
    const { attributes, signs } = this.#handshake.outcome;
    checkedBytes(message, 'the message');
    if (!signs) throw requirementsError(['the attributes that sign needs'], attributes);
    return sign(this.#messageContext(), message);
  }

  /**
   * Verifies a signature from the peer's `sign`. Returns only if the signature is
   * valid.
   *
   * Calls VerifySignature.
   *
   * Throws `ERR_SECUR32_REQUIREMENTS_NOT_MET` if the context cannot sign or cannot
   * check the order of messages, `ERR_SECUR32_NOT_ESTABLISHED` before the handshake
   * has finished, `ERR_SECUR32_CLOSED` after `close()`, and an `SspiError`
   * (`SEC_E_MESSAGE_ALTERED`, `SEC_E_OUT_OF_SEQUENCE` and others).
   */
  verify(message: Uint8Array, signature: Uint8Array): void {
    const { handle, attributes, signs } = this.#handshake.outcome;
    checkedBytes(message, 'the message');
    checkedBytes(signature, 'the signature');
    // Without keys a package accepts signatures that anyone can make.
    if (!signs) throw requirementsError(['the attributes that verify needs'], attributes);
    verify(handle, message, signature);
  }

  /**
   * Deletes the context (DeleteSecurityContext). Idempotent. A step that is
   * running or waiting rejects with `ERR_SECUR32_CLOSED`.
   */
  close(): void {
    this.#handshake.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
