/** Handles of access tokens as JavaScript objects that cannot be forged. */

import { MADE_HERE } from '../core/checks.js';
import { closedError, handleError } from '../core/errors.js';
import type { NativeToken } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { throwIfRefused } from '../binding/refusals.js';

/** Wraps a token that the addon has just created. */
export let newTokenHandle: (nativeHandle: NativeToken) => TokenHandle;
/** Returns the native token of a handle that is not closed. */
export let openToken: (handle: TokenHandle) => NativeToken;

/**
 * The handle of an access token. `tokenInformation` reads the user and the groups
 * from it. `querySecurityContextToken` and others return it.
 */
export class TokenHandle {
  static {
    newTokenHandle = (nativeHandle) => new TokenHandle(MADE_HERE, nativeHandle);
    openToken = (handle) => {
      // Callers in JavaScript are not bound by the type.
      const value: unknown = handle;
      if (typeof value !== 'object' || value === null || !(#native in value)) {
        throw handleError('the value is not a TokenHandle of this package');
      }
      if (value.#closed) throw closedError('the token');
      return value.#native;
    };
  }
  readonly #native: NativeToken;
  #closed = false;

  private constructor(key: symbol, nativeHandle: NativeToken) {
    if (key !== MADE_HERE)
      throw handleError('a handle cannot be constructed; SSPI calls return it');
    this.#native = nativeHandle;
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Closes the handle at once (CloseHandle). Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    throwIfRefused(native().closeToken(this.#native));
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
