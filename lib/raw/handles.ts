/**
 * Credentials and contexts as JavaScript objects that cannot be forged: the
 * native handle is in a #private field, and the addon checks its type tag.
 */

import { CallQueue } from '../core/call-queue.js';
import { closedError, codedError, handleError, type Secur32Error } from '../core/errors.js';
import { Refusal, type NativeContext, type NativeCredential } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { refusalError, throwIfRefused } from '../binding/refusals.js';

/** What is known of a credential from its acquisition. */
export interface CredentialFacts {
  /** The package, as it was asked for. */
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

/** Known to this file alone: handles come from calls, not from `new`. */
const MADE_BY_A_CALL = Symbol('made by a call');

function checkMadeByACall(key: symbol): void {
  if (key !== MADE_BY_A_CALL) throw handleError('a handle is made by a call, not by new');
}

// Access for this package alone, taken from inside the classes.
/** A handle of a credential that the addon just acquired. */
export let newCredentialHandle: (
  nativeHandle: NativeCredential,
  facts: CredentialFacts,
) => CredentialHandle;
/** A handle of a context that the addon just created. */
export let newContextHandle: (nativeHandle: NativeContext, facts: CredentialFacts) => ContextHandle;
let credentialInternals: (handle: CredentialHandle) => CredentialInternals;
let contextInternals: (handle: ContextHandle) => ContextInternals;

interface Internals<Native> {
  native: Native;
  facts: CredentialFacts;
  closed: boolean;
  /** The high-level object that alone may run legs on the handle and close it. */
  owner: object | undefined;
}
type CredentialInternals = Internals<NativeCredential>;
interface ContextInternals extends Internals<NativeContext> {
  queue: CallQueue;
}

/** A credential: the CredHandle of `acquireCredentialsHandle`. */
export class CredentialHandle {
  static {
    newCredentialHandle = (nativeHandle, facts) =>
      new CredentialHandle(MADE_BY_A_CALL, nativeHandle, facts);
    credentialInternals = (handle) => {
      if (!isObject(handle) || !(#internals in handle)) {
        throw handleError('not a CredentialHandle of this package');
      }
      return handle.#internals;
    };
  }
  readonly #internals: CredentialInternals;

  private constructor(key: symbol, nativeHandle: NativeCredential, facts: CredentialFacts) {
    checkMadeByACall(key);
    this.#internals = { native: nativeHandle, facts, closed: false, owner: undefined };
  }

  /** The package, as it was asked for. */
  get package(): string {
    return this.#internals.facts.package;
  }

  /** The largest token of the package, in bytes. */
  get maxToken(): number {
    return this.#internals.facts.maxToken;
  }

  get closed(): boolean {
    return this.#internals.closed;
  }

  /**
   * Gives the credential back (FreeCredentialsHandle). Idempotent. Contexts
   * that were made with it keep it until they are closed.
   */
  close(): void {
    closeCredential(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A security context: the CtxtHandle of the first successful leg. */
export class ContextHandle {
  static {
    newContextHandle = (nativeHandle, facts) =>
      new ContextHandle(MADE_BY_A_CALL, nativeHandle, facts);
    contextInternals = (handle) => {
      if (!isObject(handle) || !(#internals in handle)) {
        throw handleError('not a ContextHandle of this package');
      }
      return handle.#internals;
    };
  }
  readonly #internals: ContextInternals;

  private constructor(key: symbol, nativeHandle: NativeContext, facts: CredentialFacts) {
    checkMadeByACall(key);
    this.#internals = {
      native: nativeHandle,
      facts,
      closed: false,
      owner: undefined,
      queue: new CallQueue(),
    };
  }

  get closed(): boolean {
    return this.#internals.closed;
  }

  /**
   * Deletes the context (DeleteSecurityContext). Idempotent. Legs that run or
   * wait are rejected at once; one that runs cannot be stopped, so the context
   * goes when it is done.
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

function claim(internals: Internals<unknown>, owner: object): void {
  internals.owner = owner;
}

function checkOwner(internals: Internals<unknown>, owner: object | undefined, what: string): void {
  if (internals.owner !== undefined && internals.owner !== owner) throw ownedError(what);
}

/** Makes `owner` the only one who may close the credential. */
export function claimCredential(handle: CredentialHandle, owner: object): void {
  claim(credentialInternals(handle), owner);
}

/** Makes `owner` the only one who may run legs on the context and close it. */
export function claimContext(handle: ContextHandle, owner: object): void {
  claim(contextInternals(handle), owner);
}

/** An open credential, to be used by any call. */
export function openCredential(handle: CredentialHandle): Readonly<CredentialInternals> {
  const internals = credentialInternals(handle);
  if (internals.closed) throw closedError('the credential');
  return internals;
}

/** An open context, to be read. */
export function openContext(handle: ContextHandle): Readonly<ContextInternals> {
  const internals = contextInternals(handle);
  if (internals.closed) throw closedError('the context');
  return internals;
}

/** An open context, for a leg by `owner`. */
export function contextForLeg(
  handle: ContextHandle,
  owner: object | undefined,
): Readonly<ContextInternals> {
  const internals = openContext(handle);
  checkOwner(internals, owner, 'context');
  return internals;
}

/** A synchronous call cannot wait for those that run or wait already, and must not overtake them. */
export function checkIdle(handle: ContextHandle): void {
  if (contextInternals(handle).queue.busy) throw refusalError(Refusal.busy);
}

/** Calls back once no call runs in the context, closed or not: at once where none does. */
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
