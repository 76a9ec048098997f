/** NTLM v2: what proves that somebody knows a password (MS-NLMP 3.3.2). */

import { readAvPairs, writeAvPairs, type AvPairs } from './av-pairs.js';
import { hmacMd5 } from './hashes.js';
import { md4 } from './md4.js';
import { malformed } from './refusal.js';
import { upperCase, utf16 } from './text.js';

const PROOF_SIZE = 16;
/** Of NTLMv2_CLIENT_CHALLENGE (MS-NLMP 2.2.2.7), and of its parts. */
const CLIENT_HEADER = 28;
const VERSION = Buffer.from([1, 1]);
const TIMESTAMP_AT = 8;
const CLIENT_CHALLENGE_AT = 16;

export interface Account {
  user: string;
  domain: string;
  password: string;
}

/** NTOWFv2, and LMOWFv2, which is the same. */
export function ntOwfV2({ user, domain, password }: Account): Buffer {
  return hmacMd5(md4(utf16(password)), utf16(upperCase(user)), utf16(domain));
}

/** What a client says before it proves that it knows the password. */
export interface ClientChallenge {
  timestamp: Buffer;
  clientChallenge: Buffer;
  targetInfo: AvPairs;
}

/** The part of the response that is in clear, `temp` in the specification. */
export function writeClientChallenge(challenge: ClientChallenge): Buffer {
  const header = Buffer.alloc(CLIENT_HEADER);
  header.set(VERSION);
  header.set(challenge.timestamp, TIMESTAMP_AT);
  header.set(challenge.clientChallenge, CLIENT_CHALLENGE_AT);
  return Buffer.concat([header, writeAvPairs(challenge.targetInfo), Buffer.alloc(4)]);
}

export interface NtResponse extends ClientChallenge {
  proof: Buffer;
  /** All bytes that the proof is about. */
  proven: Buffer;
}

export function readNtResponse(response: Buffer): NtResponse {
  const proven = response.subarray(PROOF_SIZE);
  if (proven.length < CLIENT_HEADER || !proven.subarray(0, VERSION.length).equals(VERSION)) {
    throw malformed('a response that is not of NTLM v2');
  }
  return {
    proof: response.subarray(0, PROOF_SIZE),
    proven,
    timestamp: proven.subarray(TIMESTAMP_AT, CLIENT_CHALLENGE_AT),
    clientChallenge: proven.subarray(CLIENT_CHALLENGE_AT, CLIENT_CHALLENGE_AT + 8),
    targetInfo: readAvPairs(proven.subarray(CLIENT_HEADER)),
  };
}

/** NTProofStr. */
export function ntProof(responseKey: Buffer, serverChallenge: Buffer, proven: Buffer): Buffer {
  return hmacMd5(responseKey, serverChallenge, proven);
}

export function sessionBaseKeyV2(responseKey: Buffer, proof: Buffer): Buffer {
  return hmacMd5(responseKey, proof);
}

export function lmResponseV2(
  responseKey: Buffer,
  serverChallenge: Buffer,
  clientChallenge: Buffer,
): Buffer {
  const proof = hmacMd5(responseKey, serverChallenge, clientChallenge);
  return Buffer.concat([proof, clientChallenge]);
}
