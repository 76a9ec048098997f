/** Connections that ended when they should not have. */

import { codedError, type Secur32Error } from '../../errors.js';

export function connectionLost(how: string, cause?: unknown): Secur32Error {
  return codedError('ERR_SECUR32_CONNECTION_LOST', how, cause === undefined ? {} : { cause });
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
  return error instanceof Error && 'code' in error && CODES.includes(error.code);
}
