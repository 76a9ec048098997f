// The messages of a bind, as RFC 4511 (4.2) writes them, in BER.

import { once } from 'node:events';
import { Ber, BerReader, BerWriter } from 'ldapts';

const VERSION = 3;
const MECHANISM = 'GSSAPI';

const SEQUENCE = 0x30;
const BIND_REQUEST = 0x60;
const BIND_RESPONSE = 0x61;
const SASL = 0xa3;
const SERVER_CREDENTIALS = 0x87;

/** No answer to a bind is larger, in bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** The question, with a token of the logon in it. */
export function bindRequest(id, token) {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  writer.startSequence(BIND_REQUEST);
  writer.writeInt(VERSION);
  writer.writeString('');
  writer.startSequence(SASL);
  writer.writeString(MECHANISM);
  writer.writeBuffer(token, Ber.OctetString);
  writer.endSequence();
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}

/** What an answer says; a field that is not whole is null. */
export function readBindResponse(message) {
  const reader = new BerReader(message);
  reader.readSequence();
  const id = reader.readInt();
  reader.readSequence(BIND_RESPONSE);
  const code = reader.readEnumeration();
  reader.readString(); // matchedDN
  const text = reader.readString();
  const token =
    reader.peek() === SERVER_CREDENTIALS
      ? reader.readString(SERVER_CREDENTIALS, true)
      : Buffer.alloc(0);
  return { id, code, text, token };
}

/** Waits for one message. Nothing follows it before the next request. */
export async function readMessage(socket) {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const size = sizeOf(bytes);
    if (size > MAX_ANSWER_BYTES) throw new Error('an answer that is too large');
    if (bytes.length > size) throw new Error('an answer that nobody asked for');
    if (bytes.length === size) return bytes;
    const chunk = socket.read();
    if (chunk === null) await once(socket, 'readable');
    else bytes = Buffer.concat([bytes, chunk]);
  }
}

/** The size of a whole message, by its first bytes; undefined as long as they are missing. */
function sizeOf(bytes) {
  const [tag, length] = bytes;
  if (tag !== undefined && tag !== SEQUENCE) throw new Error('an answer that is not LDAP');
  if (length === undefined) return undefined;
  if (length < 0x80) return 2 + length;
  // The length of the length.
  const count = length & 0x7f;
  if (count < 1 || count > 4) throw new Error('an answer that is not LDAP');
  return bytes.length < 2 + count ? undefined : 2 + count + bytes.readUIntBE(2, count);
}
