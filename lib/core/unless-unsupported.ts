import { SEC_E_UNSUPPORTED_FUNCTION } from '../constants/status.js';
import { SspiError } from './errors.js';

/**
 * What a package answers, or undefined where it does not have such a thing, as
 * SEC_E_UNSUPPORTED_FUNCTION and perhaps another status say.
 */
export function unlessUnsupported<T>(ask: () => T, alsoSaidBy?: number): T | undefined {
  try {
    return ask();
  } catch (error) {
    const status = error instanceof SspiError ? error.status : undefined;
    if (status === undefined) throw error;
    if (status === SEC_E_UNSUPPORTED_FUNCTION || status === alsoSaidBy) return undefined;
    throw error;
  }
}
