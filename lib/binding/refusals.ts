import {
  argumentError,
  closedError,
  codedError,
  handleError,
  type Secur32Error,
} from '../core/errors.js';
import { Refusal } from './native-binding.js';

/** The error for a call that the addon refused. */
export function refusalError(refusal: Refusal): Secur32Error {
  switch (refusal) {
    case Refusal.badArgument:
      return argumentError('the addon does not take these arguments');
    case Refusal.notAHandle:
      return handleError('not a handle of this package');
    case Refusal.closed:
      return closedError('the handle');
    case Refusal.busy:
      return codedError(
        'ERR_SECUR32_BUSY',
        'another call is running on this context; wait for it before a synchronous one',
      );
    case Refusal.noMemory:
      return codedError('ERR_SECUR32_OUT_OF_MEMORY', 'no memory for the call or its input');
    case Refusal.failedBefore:
      return codedError(
        'ERR_SECUR32_CONTEXT_FAILED',
        'an earlier call on this context failed; close it and begin anew',
      );
    case Refusal.unsafeBuffers:
      return codedError(
        'ERR_SECUR32_BUFFERS_UNSUPPORTED',
        "this system's package needs a SECBUFFER_TOKEN as its first input and as its first output",
      );
    case Refusal.badPassword:
      return argumentError('authIdentity.password: the bytes are not valid UTF-8');
    case Refusal.otherPackage:
      return argumentError('the credential is of another package than the context');
    case Refusal.otherSide:
      return argumentError(
        "a client's context is for initializeSecurityContext, a server's for acceptSecurityContext, an imported one for neither",
      );
    case Refusal.shortToken:
      return codedError(
        'ERR_SECUR32_BUFFERS_UNSUPPORTED',
        "this system's package needs a SECBUFFER_TOKEN of the size that SECPKG_ATTR_SIZES says",
      );
    case Refusal.ignoredData:
      return codedError(
        'ERR_SECUR32_BUFFERS_UNSUPPORTED',
        "this system's package would protect one SECBUFFER_DATA of a message; give it no more",
      );
    case Refusal.impersonating:
      return codedError(
        'ERR_SECUR32_IMPERSONATING',
        'an asynchronous call would not run as the client that this thread acts as',
      );
    case Refusal.otherIdentity:
      return codedError(
        'ERR_SECUR32_IDENTITY_UNSUPPORTED',
        "this system's package has one identity per process, and another one is in use; use a process for each",
      );
  }
}

/**
 * The result of a native call that was not refused. The addon gives undefined
 * where JavaScript had no memory for the result.
 */
export function accepted<T extends object>(answer: T | Refusal | undefined): T {
  if (typeof answer === 'number') throw refusalError(answer);
  if (answer === undefined) throw refusalError(Refusal.noMemory);
  return answer;
}

/** For calls without a result. */
export function throwIfRefused(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw refusalError(refusal);
}
