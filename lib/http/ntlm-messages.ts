/** Reads the fields of NTLM messages (MS-NLMP 2.2) that HTTP servers and clients need. */

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const TYPE_OFFSET = 8;
const UNICODE = 0x0000_0001;
/** The offsets of NegotiateFlags. */
const CHALLENGE_FLAGS = 20;
const AUTHENTICATE_FLAGS = 60;

const NEGOTIATE_HEADER = Buffer.from('NTLMSSP\0\x01\0\0\0', 'latin1');

export const NTLM_CHALLENGE = 2;
export const NTLM_AUTHENTICATE = 3;

/** Whether a token contains the signature of an NTLM message, plain or wrapped in SPNEGO. */
export function includesNtlm(token: Buffer): boolean {
  return token.includes(SIGNATURE);
}

/** Whether a token contains a NEGOTIATE_MESSAGE, which only requests a challenge. */
export function includesNtlmNegotiate(token: Buffer): boolean {
  return token.includes(NEGOTIATE_HEADER);
}

/** The type of the message at the start of the bytes: 1, 2 or 3 from a correct peer; undefined if there is none. */
export function ntlmMessageType(bytes: Uint8Array): number | undefined {
  const message = bufferOf(bytes);
  if (message.length < TYPE_OFFSET + 4) return undefined;
  if (!message.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return undefined;
  return message.readUInt32LE(TYPE_OFFSET);
}

/** Whether the bytes begin with the signature of an NTLM message, which may be cut off after it. */
export function beginsAsNtlm(bytes: Uint8Array): boolean {
  return bufferOf(bytes).subarray(0, SIGNATURE.length).equals(SIGNATURE);
}

/**
 * Finds the message within a token, which may be wrapped in SPNEGO. Returns
 * undefined if there is none, and 'several' if the token contains the signature
 * more than once.
 */
export function ntlmMessageIn(token: Uint8Array): Buffer | 'several' | undefined {
  const bytes = bufferOf(token);
  const start = bytes.indexOf(SIGNATURE);
  if (start < 0) return undefined;
  return bytes.includes(SIGNATURE, start + 1) ? 'several' : bytes.subarray(start);
}

/** Whether the flags of a CHALLENGE_MESSAGE or AUTHENTICATE_MESSAGE select Unicode for names. */
export function hasUnicode(message: Buffer): boolean {
  const at = ntlmMessageType(message) === NTLM_CHALLENGE ? CHALLENGE_FLAGS : AUTHENTICATE_FLAGS;
  return message.length >= at + 4 && (message.readUInt32LE(at) & UNICODE) !== 0;
}

/** The account that an AUTHENTICATE_MESSAGE names; undefined if a field lies outside of the message. */
export function claimedAccount(message: Buffer): { domain: string; user: string } | undefined {
  if (ntlmMessageType(message) !== NTLM_AUTHENTICATE || message.length < 64) return undefined;
  const encoding = hasUnicode(message) ? 'utf16le' : 'latin1';
  const domain = fieldAt(message, 28)?.toString(encoding);
  const user = fieldAt(message, 36)?.toString(encoding);
  return domain === undefined || user === undefined ? undefined : { domain, user };
}

/** MsvAvNbComputerName, MsvAvNbDomainName, MsvAvDnsComputerName, MsvAvDnsDomainName. */
const NAMES = new Set([1, 2, 3, 4]);

/** The names of the server and its domain in a CHALLENGE_MESSAGE. */
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

/** The bytes that a field (length, allocated length, offset) refers to. */
function fieldAt(message: Buffer, at: number): Buffer | undefined {
  const start = message.readUInt32LE(at + 4);
  const end = start + message.readUInt16LE(at);
  return end <= message.length ? message.subarray(start, end) : undefined;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
