/**
 * Credentials and contexts as JavaScript objects that cannot be forged: the
 * native handle is in a #private field, and the addon verifies its type tag.
 */

import { CallQueue } from '../core/call-queue.js';
import { MADE_HERE } from '../core/checks.js';
import { closedError, codedError, handleError, type Secur32Error } from '../core/errors.js';
import { Refusal, type NativeContext, type NativeCredential } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { refusalError, throwIfRefused } from '../binding/refusals.js';

/** What is known about a credential since it was acquired. */
export interface CredentialFacts {
  /** The name of the package, as the caller passed it. */
  readonly package: string;
  /** `ProviderTrait` bits. */
  readonly traits: number;
  /** The largest token of the package, in bytes. */
  readonly maxToken: number;
}

function ownedError(what: string): Secur32Error {
  return codedError(
    'ERR_SECUR32_OWNED_HANDLE',
    `the ${what} belongs to a high-level object; use or close that object instead`,
  );
}

// Access to the private parts for this package only.
/** Wraps a credential that the addon has just acquired. */
export let newCredentialHandle: (
  nativeHandle: NativeCredential,
  facts: CredentialFacts,
) => CredentialHandle;
/** Wraps a context that the addon has just created. */
export let newContextHandle: (nativeHandle: NativeContext, facts: CredentialFacts) => ContextHandle;
let credentialInternals: (handle: CredentialHandle) => CredentialInternals;
let contextInternals: (handle: ContextHandle) => ContextInternals;

/** The object of the high level that owns a context. */
export interface ContextOwner {
  /** Whether its handshake has finished. */
  readonly established: boolean;
}

interface Internals<Native, Owner> {
  native: Native;
  facts: CredentialFacts;
  closed: boolean;
  /**
   * The high-level object that owns the handle. Only it may run legs on the handle
   * and close it.
   */
  owner: Owner | undefined;
}
type CredentialInternals = Internals<NativeCredential, object>;
interface ContextInternals extends Internals<NativeContext, ContextOwner> {
  queue: CallQueue;
}

/** A credential (CredHandle). `acquireCredentialsHandle` returns it. */
export class CredentialHandle {
  static {
    newCredentialHandle = (nativeHandle, facts) =>
      new CredentialHandle(MADE_HERE, nativeHandle, facts);
    credentialInternals = (handle) => {
      if (!isObject(handle) || !(#internals in handle)) {
        throw handleError('the value is not a CredentialHandle of this package');
      }
      return handle.#internals;
    };
  }
  readonly #internals: CredentialInternals;

  private constructor(key: symbol, nativeHandle: NativeCredential, facts: CredentialFacts) {
    if (key !== MADE_HERE)
      throw handleError('a handle cannot be constructed; SSPI calls return it');
    this.#internals = { native: nativeHandle, facts, closed: false, owner: undefined };
  }

  /** The name of the package, as the caller passed it. */
  get package(): string {
    return this.#internals.facts.package;
  }

  /** The largest token of the package, in bytes (cbMaxToken). */
  get maxToken(): number {
    return this.#internals.facts.maxToken;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#internals.closed;
  }

  /**
   * Frees the credential (FreeCredentialsHandle). Idempotent. Contexts that were
   * created with it can still be used: they keep it until they are closed.
   *
   * Throws `ERR_SECUR32_OWNED_HANDLE` for the handle of a `Credentials` object.
   */
  close(): void {
    closeCredential(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A security context (CtxtHandle). The first successful leg returns it. */
export class ContextHandle {
  static {
    newContextHandle = (nativeHandle, facts) => new ContextHandle(MADE_HERE, nativeHandle, facts);
    contextInternals = (handle) => {
      if (!isObject(handle) || !(#internals in handle)) {
        throw handleError('the value is not a ContextHandle of this package');
      }
      return handle.#internals;
    };
  }
  readonly #internals: ContextInternals;

  private constructor(key: symbol, nativeHandle: NativeContext, facts: CredentialFacts) {
    if (key !== MADE_HERE)
      throw handleError('a handle cannot be constructed; SSPI calls return it');
    this.#internals = {
      native: nativeHandle,
      facts,
      closed: false,
      owner: undefined,
      queue: new CallQueue(),
    };
  }

  /** Whether the context was closed or exported with `SECPKG_CONTEXT_EXPORT_DELETE_OLD`. */
  get closed(): boolean {
    return this.#internals.closed;
  }

  /**
   * Deletes the context (DeleteSecurityContext). Idempotent. Legs that run or
   * wait reject at once with `ERR_SECUR32_CLOSED`. A running leg cannot be
   * stopped, so the context is deleted when that leg returns.
   *
   * Throws `ERR_SECUR32_OWNED_HANDLE` for the handle of a `ClientContext` or
   * `ServerContext`.
   */
  close(): void {
    closeContext(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function checkOwner(
  internals: Internals<unknown, object>,
  owner: object | undefined,
  what: string,
): void {
  if (internals.owner !== undefined && internals.owner !== owner) throw ownedError(what);
}

/** From now on only `owner` may close the credential. */
export function claimCredential(handle: CredentialHandle, owner: object): void {
  credentialInternals(handle).owner = owner;
}

/** From now on only `owner` may run legs on the context and close it. */
export function claimContext(handle: ContextHandle, owner: ContextOwner): void {
  contextInternals(handle).owner = owner;
}

/** Returns the internals of a credential that is not closed, for any call. */
export function openCredential(handle: CredentialHandle): Readonly<CredentialInternals> {
  const internals = credentialInternals(handle);
  if (internals.closed) throw closedError('the credential');
  return internals;
}

/** Returns the internals of a context that is not closed, for calls that are not legs. */
export function openContext(handle: ContextHandle): Readonly<ContextInternals> {
  const internals = contextInternals(handle);
  if (internals.closed) throw closedError('the context');
  return internals;
}

/**
 * Returns the internals of a context that is not closed, for a message. As long as a
 * high-level object drives its handshake there are none.
 */
export function contextForMessage(handle: ContextHandle): Readonly<ContextInternals> {
  const internals = openContext(handle);
  if (internals.owner?.established === false) throw ownedError('context');
  return internals;
}

/** Returns the internals of a context that is not closed, for a leg by `owner`. */
export function contextForLeg(
  handle: ContextHandle,
  owner: object | undefined,
): Readonly<ContextInternals> {
  const internals = openContext(handle);
  checkOwner(internals, owner, 'context');
  return internals;
}

/**
 * Throws if a call runs or waits: a synchronous call cannot wait for others and
 * must not overtake them.
 */
export function checkIdle(handle: ContextHandle): void {
  if (contextInternals(handle).queue.busy) throw refusalError(Refusal.busy);
}

/** Calls back as soon as no call runs in the context, closed or not; immediately if it is idle. */
export function whenContextIdle(handle: ContextHandle, callback: () => void): void {
  contextInternals(handle).queue.whenIdle(callback);
}

export function closeCredential(handle: CredentialHandle, owner?: object): void {
  const internals = credentialInternals(handle);
  checkOwner(internals, owner, 'credential');
  if (internals.closed) return;
  internals.closed = true;
  throwIfRefused(native().closeCredential(internals.native));
}

export function closeContext(handle: ContextHandle, owner?: object): void {
  const internals = contextInternals(handle);
  checkOwner(internals, owner, 'context');
  if (internals.closed) return;
  internals.closed = true;
  internals.queue.close(() => closedError('the context'));
  throwIfRefused(native().closeContext(internals.native));
}
