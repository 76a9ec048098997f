/** NegotiateFlags (MS-NLMP 2.2.2.5). */

export const NTLMSSP_NEGOTIATE_UNICODE = 0x0000_0001;
export const NTLMSSP_NEGOTIATE_OEM = 0x0000_0002;
export const NTLMSSP_REQUEST_TARGET = 0x0000_0004;
export const NTLMSSP_NEGOTIATE_SIGN = 0x0000_0010;
export const NTLMSSP_NEGOTIATE_SEAL = 0x0000_0020;
export const NTLMSSP_NEGOTIATE_LM_KEY = 0x0000_0080;
export const NTLMSSP_NEGOTIATE_NTLM = 0x0000_0200;
export const NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED = 0x0000_1000;
export const NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED = 0x0000_2000;
export const NTLMSSP_NEGOTIATE_ALWAYS_SIGN = 0x0000_8000;
export const NTLMSSP_TARGET_TYPE_SERVER = 0x0002_0000;
export const NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY = 0x0008_0000;
export const NTLMSSP_REQUEST_NON_NT_SESSION_KEY = 0x0040_0000;
export const NTLMSSP_NEGOTIATE_TARGET_INFO = 0x0080_0000;
export const NTLMSSP_NEGOTIATE_VERSION = 0x0200_0000;
export const NTLMSSP_NEGOTIATE_128 = 0x2000_0000;
export const NTLMSSP_NEGOTIATE_KEY_EXCH = 0x4000_0000;
export const NTLMSSP_NEGOTIATE_56 = 0x8000_0000;

export function has(flags: number, flag: number): boolean {
  return (flags & flag) !== 0;
}

export function combined(...flags: readonly number[]): number {
  return flags.reduce((all, flag) => all | flag, 0) >>> 0;
}

/** Flags in hexadecimal, as the specification writes them. */
export function hex(flags: number): string {
  return `0x${flags.toString(16).padStart(8, '0')}`;
}
