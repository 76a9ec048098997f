/**
 * NTLM v1 (MS-NLMP 3.3.1), with which nobody logs on to this server. It is here
 * because the specification's examples of it check parts that v2 uses too.
 */

import { des, desl } from './des.js';
import {
  has,
  NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
  NTLMSSP_NEGOTIATE_LM_KEY,
  NTLMSSP_REQUEST_NON_NT_SESSION_KEY,
} from './flags.js';
import { hmacMd5, md5 } from './hashes.js';
import { md4 } from './md4.js';
import { utf16 } from './text.js';

const LM_CONSTANT = Buffer.from('KGS!@#$%', 'latin1');

/** The hash of a password for LM: fourteen characters of it, in capitals. */
export function lmOwfV1(password: string): Buffer {
  const key = Buffer.alloc(14);
  key.write(password.toUpperCase(), 'latin1');
  return Buffer.concat([des(key.subarray(0, 7), LM_CONSTANT), des(key.subarray(7), LM_CONSTANT)]);
}

export function ntOwfV1(password: string): Buffer {
  return md4(utf16(password));
}

export interface ResponsesV1 {
  ntResponse: Buffer;
  lmResponse: Buffer;
  sessionBaseKey: Buffer;
}

export interface Challenges {
  serverChallenge: Buffer;
  clientChallenge: Buffer;
}

export function responsesV1(flags: number, password: string, challenges: Challenges): ResponsesV1 {
  const { serverChallenge, clientChallenge } = challenges;
  const ntHash = ntOwfV1(password);
  const sessionBaseKey = md4(ntHash);
  if (has(flags, NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY)) {
    const both = md5(serverChallenge, clientChallenge).subarray(0, 8);
    return {
      ntResponse: desl(ntHash, both),
      lmResponse: Buffer.concat([clientChallenge, Buffer.alloc(16)]),
      sessionBaseKey,
    };
  }
  return {
    ntResponse: desl(ntHash, serverChallenge),
    lmResponse: desl(lmOwfV1(password), serverChallenge),
    sessionBaseKey,
  };
}

/** KXKEY (MS-NLMP 3.4.5.1). */
export function keyExchangeKeyV1(
  flags: number,
  password: string,
  { sessionBaseKey, lmResponse }: ResponsesV1,
  serverChallenge: Buffer,
): Buffer {
  const start = lmResponse.subarray(0, 8);
  if (has(flags, NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY)) {
    return hmacMd5(sessionBaseKey, serverChallenge, start);
  }
  const lmHash = lmOwfV1(password);
  if (has(flags, NTLMSSP_NEGOTIATE_LM_KEY)) {
    const rest = Buffer.from([...lmHash.subarray(7, 8), ...Buffer.alloc(6, 0xbd)]);
    return Buffer.concat([des(lmHash.subarray(0, 7), start), des(rest, start)]);
  }
  if (has(flags, NTLMSSP_REQUEST_NON_NT_SESSION_KEY)) {
    return Buffer.concat([lmHash.subarray(0, 8), Buffer.alloc(8)]);
  }
  return sessionBaseKey;
}
