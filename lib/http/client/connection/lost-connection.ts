/** Connections that ended when they should not have. */

import { codedError, type Secur32Error } from '../../../core/errors.js';

export function connectionLost(how: string, cause?: unknown): Secur32Error {
  return codedError('ERR_SECUR32_CONNECTION_LOST', how, cause === undefined ? {} : { cause });
}

const unsent = new WeakSet();

/** Before a request was sent at all. */
export function unsentRequest(): Secur32Error {
  const error = connectionLost('the connection ended before the request was sent');
  unsent.add(error);
  return error;
}

/** Whether an error says that nothing of the request was sent: no error of a body does. */
export function isUnsent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && unsent.has(error);
}

/** What undici, Node and Windows call the end of a connection. */
const CODES: readonly unknown[] = [
  'ERR_SECUR32_CONNECTION_LOST',
  'UND_ERR_SOCKET',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
];

/** Whether an error says that the connection is gone, and nothing else. */
export function isLostConnection(error: unknown): boolean {
  return CODES.includes((error as { code?: unknown } | null | undefined)?.code);
}
