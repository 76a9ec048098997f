import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';

import { afterEach, expect, test } from '@jest/globals';

import { SECBUFFER_EXTRA } from '../../lib/constants/sec-buffers.js';
import { SspiError } from '../../lib/core/errors.js';
import type { ContextHandle, CredentialHandle } from '../../lib/raw/handles.js';
import type { LegResult } from '../../lib/raw/leg.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { clientLeg, closeSchannel, outbound, tokenInput } from '../instruments/support/schannel.js';
import { present } from '../instruments/support/system.js';
import { ECDSA_PEM } from '../instruments/support/tls-fixtures.js';

const HANDSHAKE_RECORD = 22;

afterEach(closeSchannel);

function leg(
  credential: CredentialHandle,
  context: ContextHandle | undefined,
  data: Buffer | undefined,
): Promise<LegResult> {
  return clientLeg(credential, context, data ? tokenInput(data) : []);
}

test('the first leg is a ClientHello in memory of the package, which is given back', async () => {
  const { status, context, output } = await leg(outbound(), undefined, undefined);
  expect(status).toBe(0x00090312);
  expect(context).toBeDefined();
  const hello = present(output[0]?.data);
  expect(hello[0]).toBe(HANDSHAKE_RECORD);
  expect(hello.readUInt16BE(3)).toBe(hello.length - 5);
  expect(liveCounts().contextBuffers).toBe(0);
});

test('too few bytes are an outcome, not an error, and the context lives', async () => {
  const credential = outbound();
  const { context } = await leg(credential, undefined, undefined);
  const record = Buffer.from([HANDSHAKE_RECORD, 3, 3, 0, 100, 2, 0, 0, 96]);
  for (const bytes of [record.subarray(0, 3), record]) {
    const incomplete = await leg(credential, context, bytes);
    expect(incomplete.statusName).toBe('SEC_E_INCOMPLETE_MESSAGE');
    expect(incomplete.context).toBe(context);
    expect(incomplete.output.some(({ data }) => data !== undefined && data.length > 0)).toBe(false);
  }
});

test('garbage is an error, and the end of the context', async () => {
  const credential = outbound();
  const { context } = await leg(credential, undefined, undefined);
  // A whole record with a whole message, of a kind that no server sends.
  const garbage = Buffer.concat([
    Buffer.from([HANDSHAKE_RECORD, 3, 3, 0, 16, 0x41, 0, 0, 12]),
    Buffer.alloc(12, 0x41),
  ]);
  await expect(leg(credential, context, garbage)).rejects.toBeInstanceOf(SspiError);
  await expect(leg(credential, context, garbage)).rejects.toMatchObject({
    code: 'ERR_SECUR32_CONTEXT_FAILED',
  });
});

async function tlsServer(): Promise<{
  server: Server;
  socket: Socket;
  greeting: Promise<unknown>;
}> {
  const server = createServer({ key: ECDSA_PEM, cert: ECDSA_PEM, maxVersion: 'TLSv1.2' });
  const greeting = once(server, 'secureConnection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  return { server, socket, greeting };
}

// Pieces show that no part of a record is lost or used twice.
test.each([
  ['as the bytes come', Infinity],
  ['in pieces of 61 bytes', 61],
])('a handshake with a TLS server, fed %s', async (_, piece) => {
  const { server, socket, greeting } = await tlsServer();
  try {
    const credential = outbound();
    let result = await leg(credential, undefined, undefined);
    const { context } = result;
    socket.write(present(result.output[0]?.data));
    let received: Buffer = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length && result.statusName !== 'SEC_E_OK'; at += piece) {
        received = Buffer.concat([received, chunk.subarray(at, at + piece)]);
        result = await leg(credential, context, received);
        if (result.statusName === 'SEC_E_INCOMPLETE_MESSAGE') continue;
        received =
          result.input.find(({ type }) => type === SECBUFFER_EXTRA)?.data ?? Buffer.alloc(0);
        const answer = result.output[0]?.data;
        if (answer && answer.length > 0) socket.write(answer);
      }
      if (result.statusName === 'SEC_E_OK') break;
    }
    expect(result.statusName).toBe('SEC_E_OK');
    await greeting;
  } finally {
    socket.destroy();
    server.close();
  }
});
