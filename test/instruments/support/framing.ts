/** Tokens on a socket: four bytes of length, then the token. */

import type { Socket } from 'node:net';

export function sendToken(socket: Socket, token: Uint8Array): void {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(token.length);
  socket.write(Buffer.concat([length, token]));
}

export async function* receiveTokens(socket: Socket): AsyncGenerator<Buffer> {
  let received = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4 && received.length >= 4 + received.readUInt32BE()) {
      const end = 4 + received.readUInt32BE();
      yield received.subarray(4, end);
      received = received.subarray(end);
    }
  }
}
