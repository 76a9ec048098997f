import { STATUS_TABLE, WIN32_STATUS_TABLE } from '../constants/status.js';

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
  const plain = plainStatus(status);
  const [name, meaning] = STATUS_TABLE.get(plain) ?? [];
  if (meaning === undefined) return 'a status that the SSPI headers do not name';
  return plain === status >>> 0 ? meaning : `${meaning} (the HRESULT of ${name ?? ''})`;
}

/** `HRESULT_FROM_NT` sets this bit in an NTSTATUS. */
const FACILITY_NT_BIT = 0x1000_0000;
const WIN32_HRESULT = 0x8007_0000;

/**
 * The status that an HRESULT stands for: the NTSTATUS that `HRESULT_FROM_NT`
 * or `HRESULT_FROM_WIN32` was given, or means the same. Every other status is
 * returned as it is, unsigned.
 */
export function plainStatus(status: number): number {
  const unsigned = status >>> 0;
  if (unsigned >= 0xd000_0000 && unsigned < 0xe000_0000) return unsigned - FACILITY_NT_BIT;
  // A difference that is no Win32 error is not in the table.
  return WIN32_STATUS_TABLE.get(unsigned - WIN32_HRESULT) ?? unsigned;
}

/**
 * Whether a status is a failure: its top bit is set. Everything else, all
 * SEC_I_ statuses included, is a success.
 */
export function isFailure(status: number): boolean {
  return (status & 0x80000000) !== 0;
}
