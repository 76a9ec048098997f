import { argumentError } from '../core/errors.js';
import { native } from './native.js';

/** More than the system's pool gives. */
const MAX_LIMIT = 500;

/**
 * Sets how many calls of this JavaScript thread may be in one security package
 * at once: 64 unless it is set. Each has a thread of the system's pool while it
 * runs, so that a logon that waits for a domain controller holds up neither
 * JavaScript nor the threads that `fs`, `dns` and `crypto` use. Calls beyond
 * the limit wait, first come first served, behind those of the same package
 * only; of one context only one runs at a time anyway.
 *
 * @param limit from 1 to 500
 */
export function setThreadLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw argumentError(`the thread limit must be a whole number from 1 to ${MAX_LIMIT}`);
  }
  native().setThreadLimit(limit);
}
