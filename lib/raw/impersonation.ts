import { argumentError, codedError, SspiError, type Secur32Error } from '../core/errors.js';
import { ImpersonationFailure } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { openContext, type ContextHandle } from './handles.js';
import { accepted } from '../binding/refusals.js';
import { isFailure } from '../core/status.js';
import { endUnfinished, unfinishedIn } from './unfinished-results.js';

/** The error for an impersonation that failed; undefined if it succeeded. */
export function impersonationError(
  status: number,
  failure: ImpersonationFailure,
): Error | undefined {
  if (isFailure(status)) return new SspiError('ImpersonateSecurityContext', status);
  switch (failure) {
    case ImpersonationFailure.none:
      return undefined;
    case ImpersonationFailure.already:
      return codedError(
        'ERR_SECUR32_IMPERSONATING',
        'this thread is already impersonating a client',
      );
    case ImpersonationFailure.noToken:
      return cannot('the package did not let this thread impersonate the client');
    case ImpersonationFailure.identifyOnly:
      return cannot(
        'the client may only be identified: it did not allow impersonation, or this process lacks SeImpersonatePrivilege',
      );
  }
}

function cannot(message: string): Secur32Error {
  return codedError('ERR_SECUR32_CANNOT_IMPERSONATE', message);
}

/** Of these functions nothing, or only the first part, would run as the client. */
const NOT_SYNCHRONOUS = /^\[object (?:AsyncFunction|GeneratorFunction|AsyncGeneratorFunction)\]$/;

/** Runs a synchronous function as the client of a context, and returns its result. */
export function runImpersonated<T>(context: ContextHandle, act: () => T): T {
  if (typeof act !== 'function') throw argumentError('impersonate requires a function');
  if (NOT_SYNCHRONOUS.test(Object.prototype.toString.call(act))) throw notSynchronous();
  let outcome: { value: T } | { error: unknown } | undefined;
  const [status, failure] = accepted(
    native().impersonate(openContext(context).native, () => {
      try {
        const value = act();
        // Checked here, so that getters of the value still run as the client.
        const unfinished = unfinishedIn(value);
        unfinished.forEach(endUnfinished);
        outcome = unfinished.length === 0 ? { value } : { error: notFinished() };
      } catch (error) {
        outcome = { error };
      }
    }),
  );
  const error = impersonationError(status, failure);
  if (error !== undefined) throw error;
  // Neither is set only if the thread is being terminated.
  if (outcome === undefined) throw cannot('the function was not called');
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

function notSynchronous(): Secur32Error {
  return codedError(
    'ERR_SECUR32_IMPERSONATING',
    'impersonate requires a synchronous function: code after an await would run as this process',
  );
}

function notFinished(): Secur32Error {
  return codedError(
    'ERR_SECUR32_IMPERSONATING',
    'the function returned a promise, an iterator, a stream or the like, which would continue as this process; return a finished value',
  );
}
