// Messages that only the two sides of a logon can read and make, over TCP.
//
//   node examples/message-protection.mjs
//   npm run testbed -- node examples/message-protection.mjs
//
// Each goes over the wire as its length and what `wrap` wrote.

import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { loggedOn, report } from './support/log-on.mjs';

/** No message of this protocol is larger. */
const MAX_BYTES = 64 * 1024;

/** The frames of a socket: four bytes of length, then as many bytes. */
async function* frames(socket) {
  let waiting = Buffer.alloc(0);
  for await (const chunk of socket) {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 4) {
      const end = 4 + waiting.readUInt32BE();
      if (end > MAX_BYTES) throw new Error('a message that is too large');
      if (waiting.length < end) break;
      yield waiting.subarray(4, end);
      waiting = waiting.subarray(end);
    }
  }
}

function frame(bytes) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Answers every message, until one is not what the client wrapped. */
async function serve(server, socket) {
  try {
    for await (const sealed of frames(socket)) {
      console.log(`the server got ${sealed.length} bytes, "${printable(sealed)}"`);
      const text = server.unwrap(sealed).toString();
      socket.write(frame(server.wrap(Buffer.from(`you said "${text}"`))));
    }
  } catch (error) {
    // Somebody changed, repeated or left out a message: nothing more is believed.
    console.log(`the server refused a message: ${error.code}`);
    socket.destroy();
  }
}

function printable(bytes) {
  return bytes.toString('latin1').replace(/[^ -~]/g, '.');
}

try {
  const protection = { protection: 'encrypt' };
  const { client, server, close } = await loggedOn({ client: protection, server: protection });
  const listener = createServer((socket) => void serve(server, socket));
  try {
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const socket = connect(listener.address().port, '127.0.0.1');
    await once(socket, 'connect');
    const answers = frames(socket);
    for (const text of ['hello', 'is anybody listening?']) {
      socket.write(frame(client.wrap(Buffer.from(text))));
      const { value, done } = await answers.next();
      if (done) throw new Error('the server said nothing');
      console.log(`the client got: ${client.unwrap(value)}`);
    }
    // Signed, and readable for all: the signature travels beside the message.
    const notice = Buffer.from('the office closes at six');
    const signature = client.sign(notice);
    server.verify(notice, signature);
    console.log(`signed with ${signature.length} bytes: ${notice}`);

    const changed = client.wrap(Buffer.from('transfer 100'));
    changed[changed.length - 1] ^= 1;
    socket.write(frame(changed));
    await answers.next().catch(() => undefined);
    socket.destroy();
  } finally {
    listener.close();
    close();
  }
} catch (error) {
  report(error);
}
