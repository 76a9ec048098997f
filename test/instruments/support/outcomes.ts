/** What came of a call, and what is wrong with it. */

import { SspiError } from '../../../lib/core/errors.js';
import { isFailure, statusHex, statusName } from '../../../lib/core/status.js';

export interface Outcome<T> {
  error?: unknown;
  value?: T;
}

/** The error of a call, or what it gave. */
export function outcome<T>(call: () => T): Outcome<T> {
  try {
    return { value: call() };
  } catch (error) {
    return { error };
  }
}

/** The `code` of the error that a call throws; undefined if it throws none. */
export function codeOf(call: () => unknown): unknown {
  const { error } = outcome(call);
  return (error as { code?: unknown } | undefined)?.code;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no Error';
}

/** What is wrong with an outcome; nothing if all is well. */
export function wrong(
  { error, value }: Outcome<unknown>,
  status: number,
  call: string,
): string | undefined {
  if (!isFailure(status))
    return error === undefined ? undefined : `${messageOf(error)}, but none failed`;
  if (!(error instanceof SspiError)) {
    if (value !== undefined) return 'no error';
    return messageOf(error);
  }
  const says = { status: error.status, code: error.code, call: error.call };
  const expected = { status, code: statusName(status), call };
  if (JSON.stringify(says) !== JSON.stringify(expected)) return JSON.stringify(says);
  const number = statusHex(status);
  if (!error.message.startsWith(`${call} failed: `) || !error.message.includes(number)) {
    return error.message;
  }
  return undefined;
}
