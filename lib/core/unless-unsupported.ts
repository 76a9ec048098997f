import { SEC_E_UNSUPPORTED_FUNCTION } from '../constants/status.js';
import { SspiError } from './errors.js';

/**
 * Returns what `ask` returns, or undefined if the package does not support it,
 * which it reports with SEC_E_UNSUPPORTED_FUNCTION or with `alsoSaidBy`.
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
