/** Keys that come from a session key (MS-NLMP 3.4.5). */

import {
  has,
  NTLMSSP_NEGOTIATE_128,
  NTLMSSP_NEGOTIATE_56,
  NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
  NTLMSSP_NEGOTIATE_LM_KEY,
} from './flags.js';
import { md5 } from './hashes.js';

export type Side = 'client' | 'server';

const DIRECTION: Record<Side, string> = {
  client: 'client-to-server',
  server: 'server-to-client',
};

function derived(key: Buffer, side: Side, use: 'signing' | 'sealing'): Buffer {
  const text = `session key to ${DIRECTION[side]} ${use} key magic constant\0`;
  return md5(key, Buffer.from(text, 'latin1'));
}

/** SIGNKEY, of the side that sends. Without extended session security there is none. */
export function signKey(sessionKey: Buffer, side: Side): Buffer {
  return derived(sessionKey, side, 'signing');
}

/** SEALKEY, of the side that sends. */
export function sealKey(flags: number, sessionKey: Buffer, side: Side): Buffer {
  const has56 = has(flags, NTLMSSP_NEGOTIATE_56);
  if (has(flags, NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY)) {
    const size = has(flags, NTLMSSP_NEGOTIATE_128) ? 16 : has56 ? 7 : 5;
    return derived(sessionKey.subarray(0, size), side, 'sealing');
  }
  if (has(flags, NTLMSSP_NEGOTIATE_LM_KEY)) {
    return has56
      ? Buffer.from([...sessionKey.subarray(0, 7), 0xa0])
      : Buffer.from([...sessionKey.subarray(0, 5), 0xe5, 0x38, 0xb0]);
  }
  return sessionKey;
}
