import { codedError, type Secur32Error } from './errors.js';

export function closedError(what: string): Secur32Error {
  return codedError('ERR_SECUR32_CLOSED', `${what} is closed`);
}
