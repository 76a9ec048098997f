/** Handles of access tokens, as JavaScript objects that cannot be forged. */

import { closedError, handleError } from '../core/errors.js';
import type { NativeToken } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { throwIfRefused } from '../binding/refusals.js';

/** Known to this file alone: handles come from calls, not from `new`. */
const MADE_BY_A_CALL = Symbol('made by a call');

/** A handle of a token that the addon just made. */
export let newTokenHandle: (nativeHandle: NativeToken) => TokenHandle;
/** An open token, to be used by any call. */
export let openToken: (handle: TokenHandle) => NativeToken;

/**
 * An access token: whose it is and which groups are in it
 * (`tokenInformation`), for other calls of Windows.
 */
export class TokenHandle {
  static {
    newTokenHandle = (nativeHandle) => new TokenHandle(MADE_BY_A_CALL, nativeHandle);
    openToken = (handle) => {
      // Whatever its type says: it may come from JavaScript.
      const value: unknown = handle;
      if (typeof value !== 'object' || value === null || !(#native in value)) {
        throw handleError('not a TokenHandle of this package');
      }
      if (value.#closed) throw closedError('the token');
      return value.#native;
    };
  }
  readonly #native: NativeToken;
  #closed = false;

  private constructor(key: symbol, nativeHandle: NativeToken) {
    if (key !== MADE_BY_A_CALL) throw handleError('a handle is made by a call, not by new');
    this.#native = nativeHandle;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Closes the handle (CloseHandle), at once. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    throwIfRefused(native().closeToken(this.#native));
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
