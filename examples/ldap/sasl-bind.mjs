// The logon: an LDAP bind with the SASL mechanism GSSAPI (RFC 4513, RFC 4752).

import { once } from 'node:events';

import { bindRequest, readBindResponse, readMessage } from './messages.mjs';

const SUCCESS = 0;
const SASL_BIND_IN_PROGRESS = 14;

/** The layer that encrypts, of those that a server may offer: none is 1, signing is 2. */
const CONFIDENTIALITY = 4;

/** The largest sealed message that this side takes, in bytes: what other clients take, too. */
const MAX_RECEIVED_BYTES = 0x10000;

/**
 * Logs on, and agrees on encryption.
 *
 * @param context a ClientContext with mutualAuth, so that the server shows who it is
 * @param timeoutMs how long all of it may take, in milliseconds
 * @returns the largest sealed messages that the two sides take, in bytes
 */
export async function saslBind(socket, context, timeoutMs) {
  const late = new Error('the server does not answer');
  const timer = setTimeout(() => socket.destroy(late), timeoutMs);
  const over = new AbortController();
  // Also while nobody reads: during a step, for instance.
  const gone = once(socket, 'close', { signal: over.signal }).then(() => {
    throw new Error('the server closed the connection');
  });
  try {
    return await Promise.race([logOn(socket, context), gone]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

async function logOn(socket, context) {
  let id = 0;
  const ask = (token, expected) => exchange(socket, { id: ++id, token, expected });
  let answer;
  do {
    const { token } = await context.step(answer);
    // A client that has nothing more to say sends an empty token, and gets the offer.
    answer = await ask(token ?? Buffer.alloc(0), SASL_BIND_IN_PROGRESS);
  } while (!context.established);

  // Both parts of the agreement are signed, so that nobody in between can change
  // them; the RFC wants them readable.
  const offer = context.unwrap(answer, { allowUnencrypted: true });
  if (offer.length !== 4) throw new Error('an offer that is not RFC 4752');
  if ((offer[0] & CONFIDENTIALITY) === 0) throw new Error('the server does not offer encryption');
  // One byte of layers, three of size; an empty name behind them is the user's own.
  const choice = Buffer.from([CONFIDENTIALITY, 0, 0, 0]);
  choice.writeUIntBE(MAX_RECEIVED_BYTES, 1, 3);
  await ask(context.wrap(choice, { encrypt: false }), SUCCESS);
  return { send: offer.readUIntBE(1, 3), receive: MAX_RECEIVED_BYTES };
}

/** Sends a token, and waits for the one that comes back. */
async function exchange(socket, { id, token, expected }) {
  socket.write(bindRequest(id, token));
  const answer = readBindResponse(await readMessage(socket));
  if (answer.id !== id) throw new Error('an answer to another request');
  // Success too early is no success: the server has not shown who it is.
  if (answer.code !== expected) {
    // Whoever answered may have written anything.
    throw new Error(`the logon ends with code ${answer.code}: ${JSON.stringify(answer.text)}`);
  }
  return answer.token;
}
