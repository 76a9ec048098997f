/** CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2). */

import { readAvPairs, writeAvPairs, type AvPairs } from './av-pairs.js';
import { checkHeader, MessageType, MessageWriter, readField } from './fields.js';
import { has, NTLMSSP_NEGOTIATE_TARGET_INFO, NTLMSSP_NEGOTIATE_UNICODE } from './flags.js';
import { malformed } from './refusal.js';
import { fromUtf16, utf16 } from './text.js';

const TARGET_NAME_AT = 12;
const FLAGS_AT = 20;
const SERVER_CHALLENGE_AT = 24;
const TARGET_INFO_AT = 40;
const VERSION_AT = 48;
const HEADER = 56;

export interface Challenge {
  flags: number;
  targetName: string;
  /** Eight bytes that the client has not seen before. */
  serverChallenge: Buffer;
  /** Undefined where the flags do not announce it. */
  targetInfo: AvPairs | undefined;
  /** Eight bytes, for those who debug. */
  version: Buffer;
}

export function writeChallenge(challenge: Challenge): Buffer {
  const writer = new MessageWriter(MessageType.challenge, HEADER)
    .number(FLAGS_AT, challenge.flags)
    .bytes(SERVER_CHALLENGE_AT, challenge.serverChallenge)
    .bytes(VERSION_AT, challenge.version)
    .field(TARGET_NAME_AT, utf16(challenge.targetName));
  if (challenge.targetInfo) writer.field(TARGET_INFO_AT, writeAvPairs(challenge.targetInfo));
  return writer.toBuffer();
}

export function readChallenge(message: Buffer): Challenge {
  checkHeader(message, MessageType.challenge, HEADER);
  const flags = message.readUInt32LE(FLAGS_AT);
  if (!has(flags, NTLMSSP_NEGOTIATE_UNICODE)) throw malformed('a challenge without UTF-16');
  return {
    flags,
    targetName: fromUtf16(readField(message, TARGET_NAME_AT, HEADER), 'the target'),
    serverChallenge: message.subarray(SERVER_CHALLENGE_AT, SERVER_CHALLENGE_AT + 8),
    targetInfo: has(flags, NTLMSSP_NEGOTIATE_TARGET_INFO)
      ? readAvPairs(readField(message, TARGET_INFO_AT, HEADER))
      : undefined,
    version: message.subarray(VERSION_AT, HEADER),
  };
}
