/** AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3). */

import { checkHeader, MessageType, MessageWriter, readField, VERSION_SIZE } from './fields.js';
import { has, NTLMSSP_NEGOTIATE_UNICODE, NTLMSSP_NEGOTIATE_VERSION } from './flags.js';
import { malformed } from './refusal.js';
import { fromUtf16, utf16 } from './text.js';

/** Where the fields are. */
export const FIELDS = {
  lmResponse: 12,
  ntResponse: 20,
  domain: 28,
  user: 36,
  workstation: 44,
  encryptedSessionKey: 52,
} as const;
const FLAGS_AT = 60;
const VERSION_AT = 64;
const MIC_AT = VERSION_AT + VERSION_SIZE;
const MIC_SIZE = 16;
/** Where the payload begins in a message with an integrity code. */
const PAYLOAD_BEHIND_MIC = MIC_AT + MIC_SIZE;

export interface Authenticate {
  flags: number;
  domain: string;
  user: string;
  workstation: string;
  lmResponse: Buffer;
  ntResponse: Buffer;
  /** The session key, encrypted; empty where none was exchanged. */
  encryptedSessionKey: Buffer;
  /** Eight bytes, for those who debug; none where the flags do not announce them. */
  version: Buffer;
}

export function readAuthenticate(message: Buffer): Authenticate {
  checkHeader(message, MessageType.authenticate, VERSION_AT);
  const flags = message.readUInt32LE(FLAGS_AT);
  if (!has(flags, NTLMSSP_NEGOTIATE_UNICODE)) throw malformed('names that are not UTF-16');
  const payloadAt = has(flags, NTLMSSP_NEGOTIATE_VERSION) ? MIC_AT : VERSION_AT;
  checkHeader(message, MessageType.authenticate, payloadAt);
  const field = (name: keyof typeof FIELDS) => readField(message, FIELDS[name], payloadAt);
  const text = (name: keyof typeof FIELDS) => fromUtf16(field(name), `the ${name}`);
  return {
    flags,
    domain: text('domain'),
    user: text('user'),
    workstation: text('workstation'),
    lmResponse: field('lmResponse'),
    ntResponse: field('ntResponse'),
    encryptedSessionKey: field('encryptedSessionKey'),
    version: message.subarray(VERSION_AT, payloadAt),
  };
}

/** The message; with room for an integrity code, which is zero, if `mic` is wanted. */
export function writeAuthenticate(message: Authenticate, mic: boolean): Buffer {
  return new MessageWriter(MessageType.authenticate, mic ? PAYLOAD_BEHIND_MIC : MIC_AT)
    .number(FLAGS_AT, message.flags)
    .bytes(VERSION_AT, message.version)
    .field(FIELDS.domain, utf16(message.domain))
    .field(FIELDS.user, utf16(message.user))
    .field(FIELDS.workstation, utf16(message.workstation))
    .field(FIELDS.lmResponse, message.lmResponse)
    .field(FIELDS.ntResponse, message.ntResponse)
    .field(FIELDS.encryptedSessionKey, message.encryptedSessionKey)
    .toBuffer();
}

/** The integrity code, of a message of which it is known to have one. */
export function readMic(message: Buffer): Buffer {
  checkHeader(message, MessageType.authenticate, PAYLOAD_BEHIND_MIC);
  for (const at of Object.values(FIELDS)) readField(message, at, PAYLOAD_BEHIND_MIC);
  return message.subarray(MIC_AT, PAYLOAD_BEHIND_MIC);
}

/** A copy with this integrity code; without one, the bytes of which it is made. */
export function withMic(message: Buffer, mic: Buffer = Buffer.alloc(MIC_SIZE)): Buffer {
  const copy = Buffer.from(message);
  copy.set(mic, MIC_AT);
  return copy;
}
