/** What a finished handshake makes possible, the same for clients and servers. */

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

/** The signature in front of an NTLM message. */
const NTLM_SIGNATURE_BYTES = 16;

/** @internal The handshake of a context, for the classes that extend it. */
export let handshakeOf: (context: SecurityContext) => Handshake<EstablishedContext>;

/**
 * A security context: a `ClientContext` or a `ServerContext`. Its handshake is
 * driven by `step()` of these; everything else is common to both.
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

  get closed(): boolean {
    return this.#handshake.closed;
  }

  /** @internal Calls back once no step runs; see `Handshake`. */
  whenIdle(callback: () => void): void {
    this.#handshake.whenIdle(callback);
  }

  /**
   * For the functions of `secur32/raw` that read a context; undefined before
   * the first step. It belongs to this object, which alone closes it.
   */
  get handle(): ContextHandle | undefined {
    return this.#handshake.context;
  }

  /** What the package granted. Throws `ERR_SECUR32_NOT_ESTABLISHED` before the handshake is done. */
  get attributes(): ContextAttributes {
    return this.#handshake.outcome.attributes;
  }

  /** When the context expires; undefined for never. Throws before the handshake is done. */
  get expiresAt(): Date | undefined {
    return expiryDate(this.#handshake.outcome.expiry);
  }

  /** The sizes that messages need, in bytes (SECPKG_ATTR_SIZES). Throws before the handshake is done. */
  get sizes(): ContextSizes {
    return queryContextAttributes(this.#handshake.outcome.handle, SECPKG_ATTR_SIZES);
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
    return packageKind(this.#package) === 'negotiate' ? undefined : this.#package;
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
    const { handle } = this.#handshake.outcome;
    return unlessUnsupported(() => queryContextAttributes(handle, attribute));
  }

  /** What messages need, asked of the package once. */
  #messageContext(): MessageContext {
    const { handle } = this.#handshake.outcome;
    if (this.#messages !== undefined) return this.#messages;
    const sizes = this.sizes;
    return (this.#messages = { handle, sizes, tokenBytes: this.#tokenBytes(handle, sizes) });
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
    const { attributes, signs } = this.#handshake.outcome;
    const encrypt = isToEncrypt(options);
    checkedBytes(message, 'the message');
    if (!signs || (!attributes.confidentiality && encrypt)) {
      throw requirementsError(['what wrap needs'], attributes);
    }
    return wrap(this.#messageContext(), message, encrypt);
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
    const { attributes, signs } = this.#handshake.outcome;
    const allowUnencrypted = takesUnencrypted(options);
    checkedBytes(data, 'the message');
    if (!signs) throw requirementsError(['what unwrap needs'], attributes);
    // NTLM does not say of a message that it was signed only.
    if (!attributes.confidentiality && !allowUnencrypted) {
      throw notEncryptedError('no message of this context is encrypted');
    }
    return unwrap(this.#messageContext(), data, allowUnencrypted);
  }

  /**
   * The signature of a message that is sent as it is.
   *
   * Calls MakeSignature. Throws with `ERR_SECUR32_REQUIREMENTS_NOT_MET` where
   * the context cannot sign or does not keep the order of messages
   * (`protection: 'sign'` asks for both), and an `SspiError`.
   */
  sign(message: Uint8Array): Buffer {
    const { attributes, signs } = this.#handshake.outcome;
    checkedBytes(message, 'the message');
    if (!signs) throw requirementsError(['what sign needs'], attributes);
    return sign(this.#messageContext(), message);
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
    const { handle, attributes, signs } = this.#handshake.outcome;
    checkedBytes(message, 'the message');
    checkedBytes(signature, 'the signature');
    // Without keys a package takes a signature that anybody can make.
    if (!signs) throw requirementsError(['what verify needs'], attributes);
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
