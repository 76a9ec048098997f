import { argumentError, codedError, SspiError, type Secur32Error } from '../core/errors.js';
import { ImpersonationFailure } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { openContext, type ContextHandle } from './handles.js';
import { accepted } from '../binding/refusals.js';
import { isFailure } from '../core/status.js';
import { endUnfinished, unfinishedIn } from './unfinished-results.js';

/** The error for an impersonation that did not come about; undefined if it did. */
export function impersonationError(
  status: number,
  failure: ImpersonationFailure,
): Error | undefined {
  if (isFailure(status)) return new SspiError('ImpersonateSecurityContext', status);
  switch (failure) {
    case ImpersonationFailure.none:
      return undefined;
    case ImpersonationFailure.already:
      return codedError('ERR_SECUR32_IMPERSONATING', 'this thread acts as a client already');
    case ImpersonationFailure.noToken:
      return cannot('the package did not let this thread act as the client');
    case ImpersonationFailure.identifyOnly:
      return cannot(
        'the client may only be identified: it allowed no more, or this process lacks the privilege to impersonate (SeImpersonatePrivilege)',
      );
  }
}

function cannot(message: string): Secur32Error {
  return codedError('ERR_SECUR32_CANNOT_IMPERSONATE', message);
}

/** Calling one of these runs nothing, or its first part alone, as the client. */
const NOT_SYNCHRONOUS = /^\[object (?:AsyncFunction|GeneratorFunction|AsyncGeneratorFunction)\]$/;

/**
 * Runs a synchronous function as the client of a context, and gives what it
 * returns.
 */
export function runImpersonated<T>(context: ContextHandle, act: () => T): T {
  if (typeof act !== 'function') throw argumentError('impersonate takes a function');
  if (NOT_SYNCHRONOUS.test(Object.prototype.toString.call(act))) throw notSynchronous();
  let outcome: { value: T } | { error: unknown } | undefined;
  const [status, failure] = accepted(
    native().impersonate(openContext(context).native, () => {
      try {
        const value = act();
        // Asked for here, where a getter of the value still runs as whoever it was made by.
        const unfinished = unfinishedIn(value);
        if (unfinished !== undefined) endUnfinished(unfinished);
        outcome = unfinished === undefined ? { value } : { error: notFinished() };
      } catch (error) {
        outcome = { error };
      }
    }),
  );
  const error = impersonationError(status, failure);
  if (error !== undefined) throw error;
  // Nothing of the two only where the thread is being terminated.
  if (outcome === undefined) throw cannot('the function was not called');
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

function notSynchronous(): Secur32Error {
  return codedError(
    'ERR_SECUR32_IMPERSONATING',
    'only a synchronous function can run as the client: what it awaits would run as this process',
  );
}

function notFinished(): Secur32Error {
  return codedError(
    'ERR_SECUR32_IMPERSONATING',
    'the function returned something that goes on or is read later (a promise, an iterator, a stream), which would run as this process; return what is finished',
  );
}
