import { STATUS_TABLE } from './constants/status.js';

/** A SECURITY_STATUS as unsigned hexadecimal, as the documentation prints it. */
export function statusHex(status: number): string {
  return `0x${(status >>> 0).toString(16).padStart(8, '0')}`;
}

/** The one canonical name of a status, or its hexadecimal form where it has none. */
export function statusName(status: number): string {
  return STATUS_TABLE.get(status >>> 0)?.[0] ?? statusHex(status);
}

/** What a status means to a person. */
export function statusMeaning(status: number): string {
  return STATUS_TABLE.get(status >>> 0)?.[1] ?? 'a status that the SSPI headers do not name';
}

/**
 * Whether a status is a failure: its top bit is set. Everything else, all
 * SEC_I_ statuses included, is a success.
 */
export function isFailure(status: number): boolean {
  return (status & 0x80000000) !== 0;
}
