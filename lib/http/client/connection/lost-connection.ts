/** Errors of connections that ended unexpectedly. */

import { codedError, type Secur32Error } from '../../../core/errors.js';

export function connectionLost(message: string, cause?: unknown): Secur32Error {
  return codedError('ERR_SECUR32_CONNECTION_LOST', message, cause === undefined ? {} : { cause });
}

export const CLOSED_DURING_LOGON = 'the connection was closed during the logon';

const unsent = new WeakSet();

/** The connection ended before any part of a request was sent. */
export function unsentRequest(): Secur32Error {
  const error = connectionLost('the connection ended before the request was sent');
  unsent.add(error);
  return error;
}

/** Whether an error was made by `unsentRequest`. */
export function isUnsent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && unsent.has(error);
}

/** Codes with which undici, Node.js and Windows report that a connection ended. */
const CODES: readonly unknown[] = [
  'ERR_SECUR32_CONNECTION_LOST',
  'UND_ERR_SOCKET',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
];

/** Whether an error means that the connection was lost, and nothing else. */
export function isLostConnection(error: unknown): boolean {
  return CODES.includes((error as { code?: unknown } | null | undefined)?.code);
}
