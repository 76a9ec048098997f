// The logon: an LDAP bind with the SASL mechanism GSSAPI (RFC 4513, RFC 4752).

import { once } from 'node:events';
import { Ber, BerReader, BerWriter } from 'ldapts';

/** What RFC 4511 calls them, as BER tags. */
const BIND_REQUEST = 0x60;
const BIND_RESPONSE = 0x61;
const SASL = 0xa3;
const SERVER_CREDENTIALS = 0x87;

const SUCCESS = 0;
const SASL_BIND_IN_PROGRESS = 14;

/** No answer to a bind is larger. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** A layer that encrypts, of those that a server may offer: none is 1, signing is 2. */
const CONFIDENTIALITY = 4;
/** The largest message that this side takes: a size has three bytes. */
const MAX_BYTES = 0xffffff;

/**
 * Logs on, and agrees on encryption.
 *
 * @returns how large the messages may be that each side takes
 */
export async function saslBind(socket, context) {
  const ask = asker(socket);
  let { token } = await context.step();
  let reply = await ask(token);
  while (!context.established) {
    ({ token } = await context.step(reply));
    // When all is said, the server waits for an empty one.
    if (token !== undefined || context.established) reply = await ask(token);
  }
  // Which layers the server has, and how much it takes: signed, and to be read by all.
  const offer = context.unwrap(reply, { allowUnencrypted: true });
  if (offer.length !== 4 || (offer[0] & CONFIDENTIALITY) === 0) {
    throw new Error('the server does not offer encryption');
  }
  const choice = Buffer.alloc(4);
  choice.writeUInt32BE(MAX_BYTES);
  choice[0] = CONFIDENTIALITY;
  await ask(context.wrap(choice, { encrypt: false }), SUCCESS);
  return { send: offer.readUIntBE(1, 3), receive: MAX_BYTES };
}

/** Sends the tokens of a bind, and gives those that come back. */
function asker(socket) {
  let messageId = 0;
  return async (token = Buffer.alloc(0), expected = SASL_BIND_IN_PROGRESS) => {
    messageId += 1;
    socket.write(bindRequest(messageId, token));
    const { code, text, credentials } = bindResponse(await readMessage(socket));
    if (code !== expected) throw new Error(`the server refused the logon: ${code} ${text}`);
    return credentials;
  };
}

function bindRequest(messageId, token) {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(messageId);
  writer.startSequence(BIND_REQUEST);
  writer.writeInt(3);
  writer.writeString('');
  writer.startSequence(SASL);
  writer.writeString('GSSAPI');
  writer.writeBuffer(token, Ber.OctetString);
  writer.endSequence();
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}

function bindResponse(message) {
  const reader = new BerReader(message);
  reader.readSequence();
  reader.readInt();
  reader.readSequence(BIND_RESPONSE);
  const code = reader.readEnumeration();
  reader.readString(); // matchedDN
  const text = reader.readString();
  const credentials =
    reader.peek() === SERVER_CREDENTIALS
      ? reader.readString(SERVER_CREDENTIALS, true)
      : Buffer.alloc(0);
  return { code, text, credentials };
}

/** One message: its length is in its first bytes. Nothing follows before the next request. */
async function readMessage(socket) {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const size = sizeOf(bytes);
    if (size > MAX_ANSWER_BYTES) throw new Error('an answer that is too large');
    if (bytes.length === size) return bytes;
    if (bytes.length > size) throw new Error('an answer that nobody asked for');
    const chunk = socket.read();
    if (chunk !== null) bytes = Buffer.concat([bytes, chunk]);
    else if (socket.readableEnded || socket.destroyed) throw new Error('the server is gone');
    else await Promise.race([once(socket, 'readable'), once(socket, 'end'), once(socket, 'close')]);
  }
}

/** The size of a BER element with its head; Infinity while the head is not there. */
function sizeOf(bytes) {
  const [tag, first] = bytes;
  if (first === undefined) return MAX_ANSWER_BYTES;
  if (tag !== 0x30) throw new Error('an answer that is no LDAP');
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  if (count < 1 || count > 4) throw new Error('an answer that is no LDAP');
  return bytes.length < 2 + count ? MAX_ANSWER_BYTES : 2 + count + bytes.readUIntBE(2, count);
}
