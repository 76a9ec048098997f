import { argumentError } from '../core/errors.js';
import { native } from './native.js';

/** More threads than the system's pool provides. */
const MAX_LIMIT = 500;

/**
 * Sets how many asynchronous calls of this JavaScript thread may run in one
 * security package at once. Without this call the limit is 64.
 *
 * Each running call uses a thread of the system's thread pool, so a handshake
 * that waits for a domain controller blocks neither JavaScript nor the threads
 * that `fs`, `dns` and `crypto` use. Calls beyond the limit wait, first come
 * first served, and only for calls of the same package. A context runs one call
 * at a time regardless of the limit.
 *
 * Throws a TypeError (`ERR_SECUR32_INVALID_ARGUMENT`) for any other limit, and an
 * error with `ERR_SECUR32_UNSUPPORTED_PLATFORM` or `ERR_SECUR32_LOAD_FAILED` if
 * the addon cannot be loaded.
 *
 * @param limit an integer from 1 to 500
 */
export function setThreadLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw argumentError(`the thread limit must be an integer from 1 to ${MAX_LIMIT}`);
  }
  native().setThreadLimit(limit);
}
