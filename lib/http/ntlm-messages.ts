/** Reads as much of NTLM's messages (MS-NLMP 2.2) as the server must know before or after the package. */

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const TYPE_OFFSET = 8;
const UNICODE = 0x0000_0001;
/** Where NegotiateFlags stand. */
const CHALLENGE_FLAGS = 20;
const AUTHENTICATE_FLAGS = 60;

export const NTLM_CHALLENGE = 2;
export const NTLM_AUTHENTICATE = 3;

/** The type of the message that the bytes begin with: 1, 2 or 3 from a right peer; undefined if they are no message. */
export function ntlmMessageType(bytes: Uint8Array): number | undefined {
  const message = bufferOf(bytes);
  if (message.length < TYPE_OFFSET + 4) return undefined;
  if (!message.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return undefined;
  return message.readUInt32LE(TYPE_OFFSET);
}

/** Whether the bytes begin as every message of NTLM does, also one that is cut off behind that. */
export function beginsAsNtlm(bytes: Uint8Array): boolean {
  return bufferOf(bytes).subarray(0, SIGNATURE.length).equals(SIGNATURE);
}

/**
 * The one message within a token, which may be wrapped in SPNEGO; undefined
 * for none, and 'several' where the token has the signature more than once.
 */
export function ntlmMessageIn(token: Uint8Array): Buffer | 'several' | undefined {
  const bytes = bufferOf(token);
  const start = bytes.indexOf(SIGNATURE);
  if (start < 0) return undefined;
  return bytes.includes(SIGNATURE, start + 1) ? 'several' : bytes.subarray(start);
}

/** Whether the flags of a CHALLENGE_MESSAGE or AUTHENTICATE_MESSAGE choose Unicode for names. */
export function hasUnicode(message: Buffer): boolean {
  const at = ntlmMessageType(message) === NTLM_CHALLENGE ? CHALLENGE_FLAGS : AUTHENTICATE_FLAGS;
  return message.length >= at + 4 && (message.readUInt32LE(at) & UNICODE) !== 0;
}

/** What AUTHENTICATE_MESSAGE says about who logs on; undefined if a field is not within the message. */
export function claimedAccount(message: Buffer): { domain: string; user: string } | undefined {
  if (ntlmMessageType(message) !== NTLM_AUTHENTICATE || message.length < 64) return undefined;
  const encoding = hasUnicode(message) ? 'utf16le' : 'latin1';
  const domain = fieldAt(message, 28)?.toString(encoding);
  const user = fieldAt(message, 36)?.toString(encoding);
  return domain === undefined || user === undefined ? undefined : { domain, user };
}

/** MsvAvNbComputerName, MsvAvNbDomainName, MsvAvDnsComputerName, MsvAvDnsDomainName. */
const NAMES = new Set([1, 2, 3, 4]);

/** The names of the server and of its domain in a CHALLENGE_MESSAGE. */
export function challengedNames(message: Buffer): string[] {
  if (ntlmMessageType(message) !== NTLM_CHALLENGE || message.length < 48) return [];
  const names: string[] = [];
  const pairs = fieldAt(message, 40) ?? Buffer.alloc(0);
  for (let at = 0; at + 4 <= pairs.length;) {
    const id = pairs.readUInt16LE(at);
    const end = at + 4 + pairs.readUInt16LE(at + 2);
    if (id === 0 || end > pairs.length) break;
    if (NAMES.has(id)) names.push(pairs.toString('utf16le', at + 4, end));
    at = end;
  }
  return names;
}

/** What a field (length, room, offset) stands for. */
function fieldAt(message: Buffer, at: number): Buffer | undefined {
  const start = message.readUInt32LE(at + 4);
  const end = start + message.readUInt16LE(at);
  return end <= message.length ? message.subarray(start, end) : undefined;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
