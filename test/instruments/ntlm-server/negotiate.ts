/** NEGOTIATE_MESSAGE (MS-NLMP 2.2.1.1). */

import { checkHeader, MessageType, MessageWriter, readField, VERSION_SIZE } from './fields.js';
import {
  has,
  NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED,
  NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED,
  NTLMSSP_NEGOTIATE_VERSION,
} from './flags.js';
import { malformed } from './refusal.js';

const FLAGS_AT = 12;
const DOMAIN_AT = 16;
const WORKSTATION_AT = 24;
const VERSION_AT = 32;

export interface Negotiate {
  flags: number;
  /** Empty where the flags do not announce it. */
  domain: string;
  workstation: string;
}

function suppliedName(message: Buffer, at: number, payloadAt: number, announced: boolean): string {
  const name = readField(message, at, payloadAt);
  if (!announced && name.length > 0) {
    throw malformed(`the field at ${at} has a name that is not announced`);
  }
  // In the character set of the client's system, so ASCII is all that is sure.
  if (name.some((byte) => byte === 0 || byte > 0x7e)) {
    throw malformed(`the field at ${at} is no plain name`);
  }
  return name.toString('latin1');
}

export function readNegotiate(message: Buffer): Negotiate {
  checkHeader(message, MessageType.negotiate, VERSION_AT);
  const flags = message.readUInt32LE(FLAGS_AT);
  const payloadAt = VERSION_AT + (has(flags, NTLMSSP_NEGOTIATE_VERSION) ? VERSION_SIZE : 0);
  checkHeader(message, MessageType.negotiate, payloadAt);
  const name = (at: number, announcement: number) =>
    suppliedName(message, at, payloadAt, has(flags, announcement));
  return {
    flags,
    domain: name(DOMAIN_AT, NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED),
    workstation: name(WORKSTATION_AT, NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED),
  };
}

export function writeNegotiate({ flags, domain, workstation }: Negotiate): Buffer {
  return new MessageWriter(MessageType.negotiate, VERSION_AT + VERSION_SIZE)
    .number(FLAGS_AT, flags)
    .field(DOMAIN_AT, Buffer.from(domain, 'latin1'))
    .field(WORKSTATION_AT, Buffer.from(workstation, 'latin1'))
    .toBuffer();
}
