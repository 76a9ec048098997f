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
      return argumentError('the addon does not accept these arguments');
    case Refusal.notAHandle:
      return handleError('the value is not a handle of this package');
    case Refusal.closed:
      return closedError('the handle');
    case Refusal.busy:
      return codedError(
        'ERR_SECUR32_BUSY',
        'another call is running on this context; wait for it before you make a synchronous call',
      );
    case Refusal.noMemory:
      return codedError('ERR_SECUR32_OUT_OF_MEMORY', 'not enough memory for the call or its input');
    case Refusal.failedBefore:
      return codedError(
        'ERR_SECUR32_CONTEXT_FAILED',
        'an earlier call on this context failed; close it and start a new one',
      );
    case Refusal.unsafeBuffers:
      return codedError(
        'ERR_SECUR32_BUFFERS_UNSUPPORTED',
        "this system's package requires a SECBUFFER_TOKEN as the first input and as the first output",
      );
    case Refusal.badPassword:
      return argumentError('authIdentity.password must be valid UTF-8');
    case Refusal.otherPackage:
      return argumentError('the credential and the context belong to different packages');
    case Refusal.otherSide:
      return argumentError(
        "a client's context requires initializeSecurityContext, a server's requires acceptSecurityContext; an imported one supports neither",
      );
    case Refusal.shortToken:
      return codedError(
        'ERR_SECUR32_BUFFERS_UNSUPPORTED',
        "this system's package requires a SECBUFFER_TOKEN of the size that SECPKG_ATTR_SIZES reports",
      );
    case Refusal.ignoredData:
      return codedError(
        'ERR_SECUR32_BUFFERS_UNSUPPORTED',
        "this system's package protects only one SECBUFFER_DATA of a message; do not pass more",
      );
    case Refusal.impersonating:
      return codedError(
        'ERR_SECUR32_IMPERSONATING',
        'this thread is impersonating a client, but an asynchronous call would not run as that client',
      );
    case Refusal.otherIdentity:
      return codedError(
        'ERR_SECUR32_IDENTITY_UNSUPPORTED',
        "this system's package supports one identity per process, and another one is in use; use a separate process for each identity",
      );
  }
}

/**
 * Returns the result of a native call, or throws if the addon refused it. The
 * addon returns undefined if JavaScript had no memory for the result.
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
