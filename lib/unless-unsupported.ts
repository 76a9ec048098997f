import { SEC_E_UNSUPPORTED_FUNCTION } from './constants/status.js';
import { SspiError } from './errors.js';

/** What a package answers, or undefined where it does not have such a thing. */
export function unlessUnsupported<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof SspiError && error.status === SEC_E_UNSUPPORTED_FUNCTION) return undefined;
    throw error;
  }
}
