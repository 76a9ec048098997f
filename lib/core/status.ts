import { STATUS_TABLE, WIN32_STATUS_TABLE } from '../constants/status.js';

/** Formats a SECURITY_STATUS as unsigned hexadecimal, as Microsoft's documentation does. */
export function statusHex(status: number): string {
  return `0x${(status >>> 0).toString(16).padStart(8, '0')}`;
}

/** Returns the canonical name of a SECURITY_STATUS, or its hexadecimal form if it has no name. */
export function statusName(status: number): string {
  return STATUS_TABLE.get(status >>> 0)?.[0] ?? statusHex(status);
}

/** Returns a short English description of a SECURITY_STATUS, for messages and logs. */
export function statusMeaning(status: number): string {
  const plain = plainStatus(status);
  const [name, meaning] = STATUS_TABLE.get(plain) ?? [];
  if (meaning === undefined) return 'a status that the SSPI headers do not name';
  return plain === status >>> 0 ? meaning : `${meaning} (the HRESULT of ${name ?? ''})`;
}

/** `HRESULT_FROM_NT` sets this bit in an NTSTATUS. */
const FACILITY_NT_BIT = 0x1000_0000;
const WIN32_HRESULT = 0x8007_0000;

/**
 * Returns the NTSTATUS that an HRESULT was made from by `HRESULT_FROM_NT`, or
 * that means the same as the Win32 error given to `HRESULT_FROM_WIN32`. Returns
 * every other status unchanged, as an unsigned number.
 */
export function plainStatus(status: number): number {
  const unsigned = status >>> 0;
  if (unsigned >= 0xd000_0000 && unsigned < 0xe000_0000) return unsigned - FACILITY_NT_BIT;
  // If the difference is not a Win32 error, it is not in the table.
  return WIN32_STATUS_TABLE.get(unsigned - WIN32_HRESULT) ?? unsigned;
}

/**
 * Tells whether a SECURITY_STATUS is a failure, that is, whether its top bit is
 * set. All others are successes, including every `SEC_I_` status.
 */
export function isFailure(status: number): boolean {
  return (status & 0x80000000) !== 0;
}
