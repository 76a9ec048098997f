/** TLS records of Schannel's client, with a server of Node's at the other end. */

import { once } from 'node:events';

import { afterEach, describe, expect, test } from '@jest/globals';

import { SCHANNEL_SHUTDOWN } from '../../lib/constants/schannel.js';
import {
  SECBUFFER_DATA,
  SECBUFFER_EXTRA,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import { SspiError } from '../../lib/core/errors.js';
import { applyControlToken } from '../../lib/raw/control-token.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { makeSignature, verifySignature } from '../../lib/raw/messages.js';
import {
  clientLeg,
  closeSchannel,
  decryptRecord,
  encryptRecord,
  openTls,
  outbound,
  partOf,
  tokenInput,
  type TlsConnection,
} from '../instruments/support/schannel.js';
import { testOnWindows, testOnWine } from '../instruments/support/skip.js';
import { present, wine } from '../instruments/support/system.js';

afterEach(closeSchannel);

const dataOf = ({ message }: ReturnType<typeof decryptRecord>) => partOf(message, SECBUFFER_DATA);

/** What the server gets, of that length. */
async function readBy(peer: TlsConnection['peer'], length: number): Promise<string> {
  let text = '';
  while (text.length < length) {
    const [data] = (await once(peer, 'data')) as [Buffer];
    text += data.toString('utf8');
  }
  return text;
}

describe('messages', () => {
  test('of the client', async () => {
    const { context, socket, peer } = await openTls();
    for (const text of ['a', 'a message', 'x'.repeat(16_384)]) {
      const received = readBy(peer, text.length);
      const record = encryptRecord(context, text);
      expect(record.includes(text.repeat(5).slice(0, 5))).toBe(false);
      socket.write(record);
      expect(await received).toBe(text);
    }
  });

  test('of the server', async () => {
    const { context, incoming, peer } = await openTls();
    for (const text of ['a', 'a message', 'x'.repeat(16_000)]) {
      peer.write(text);
      const opened = decryptRecord(context, await incoming.records(1));
      expect(opened).toMatchObject({ status: 0, qop: 0 });
      expect(dataOf(opened)?.toString()).toBe(text);
      expect(partOf(opened.message, SECBUFFER_EXTRA)).toBeUndefined();
    }
    expect(liveCounts().contextBuffers).toBe(0);
  });

  test('the parts of a record have the sizes that STREAM_SIZES says, or less', async () => {
    const { context, incoming, peer } = await openTls();
    peer.write('parts');
    const record = await incoming.records(1);
    const { message } = decryptRecord(context, record);
    const sizes = [SECBUFFER_STREAM_HEADER, SECBUFFER_DATA, SECBUFFER_STREAM_TRAILER].map(
      (type) => present(partOf(message, type)).length,
    );
    expect(sizes[1]).toBe('parts'.length);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(record.length);
  });

  test('in place the text is in the memory that it came in', async () => {
    const { context, incoming, peer } = await openTls();
    peer.write('in its place');
    const record = Buffer.from(await incoming.records(1));
    const text = present(dataOf(decryptRecord(context, record, true)));
    expect(text.buffer).toBe(record.buffer);
    expect(record.includes('in its place')).toBe(true);
  });
});

describe('a stream that does not come record by record', () => {
  test('EXTRA: what belongs to the next one', async () => {
    const { context, incoming, peer } = await openTls();
    peer.write('one');
    peer.write('two');
    let rest: Buffer | undefined = Buffer.concat([
      await incoming.records(2),
      Buffer.of(23, 3, 3, 0),
    ]);
    const texts: (string | undefined)[] = [];
    for (let i = 0; i < 2; ++i) {
      const opened = decryptRecord(context, present(rest));
      texts.push(dataOf(opened)?.toString());
      rest = partOf(opened.message, SECBUFFER_EXTRA);
    }
    expect(texts).toEqual(['one', 'two']);
    expect(rest).toEqual(Buffer.of(23, 3, 3, 0));
  });

  test('SEC_E_INCOMPLETE_MESSAGE: how much is missing, and nothing is lost', async () => {
    const { context, incoming, peer } = await openTls();
    peer.write('a whole one');
    const record = await incoming.records(1);
    for (let length = 0; length < record.length; ++length) {
      // A copy behind which there is nothing of the record.
      const piece = Buffer.from(record.subarray(0, length));
      let error: unknown;
      try {
        decryptRecord(context, piece);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(SspiError);
      const { code, missing } = error as SspiError;
      expect(code).toBe('SEC_E_INCOMPLETE_MESSAGE');
      // Before the header is there nobody knows more.
      if (length >= 5) expect(missing).toBe(record.length - length);
      else if (missing !== undefined) expect(missing).toBeLessThanOrEqual(5);
    }
    expect(dataOf(decryptRecord(context, record))?.toString()).toBe('a whole one');
  });
});

test('an altered record is refused', async () => {
  const { context, incoming, peer } = await openTls();
  peer.write('pay ten');
  const record = await incoming.records(1);
  record.writeUInt8(record.readUInt8(record.length - 1) ^ 1, record.length - 1);
  // Wine says SEC_E_INTERNAL_ERROR.
  expect(() => decryptRecord(context, record)).toThrow(
    expect.objectContaining({
      name: 'SspiError',
      call: 'DecryptMessage',
      code: expect.stringMatching(
        /^SEC_E_(MESSAGE_ALTERED|DECRYPT_FAILURE|INTERNAL_ERROR)$/,
      ) as unknown,
    }),
  );
});

test('a record that came before is refused', async () => {
  const { context, incoming, peer } = await openTls();
  peer.write('pay ten');
  const record = await incoming.records(1);
  decryptRecord(context, record);
  expect(() => decryptRecord(context, record)).toThrow(SspiError);
});

test('a context in its handshake protects no messages', async () => {
  const { context } = await clientLeg(outbound(), undefined, []);
  expect(() => encryptRecord(present(context), 'secret')).toThrow(SspiError);
  const record = Buffer.from([23, 3, 3, 0, 4, 1, 2, 3, 4]);
  expect(() => decryptRecord(present(context), record)).toThrow(SspiError);
});

test('TLS has no signatures', async () => {
  const { context } = await openTls();
  const message = [
    { type: SECBUFFER_DATA, data: Buffer.from('signed') },
    { type: SECBUFFER_TOKEN, size: 64 },
  ];
  for (const act of [makeSignature, verifySignature]) {
    expect(() => act(context, { message })).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(
          wine === undefined
            ? /^SEC_E_(UNSUPPORTED_FUNCTION|INVALID_HANDLE)$/
            : /^SEC_E_UNSUPPORTED_FUNCTION$/,
        ) as unknown,
      }),
    );
  }
});

describe('the end', () => {
  const shutdown = Buffer.alloc(4);
  shutdown.writeUInt32LE(SCHANNEL_SHUTDOWN);

  test('by the client: a leg after SCHANNEL_SHUTDOWN makes what ends it for the server', async () => {
    const { credential, context, socket, peer } = await openTls();
    socket.write(encryptRecord(context, 'the last one'));
    expect(await readBy(peer, 'the last one'.length)).toBe('the last one');

    applyControlToken(context, [{ type: SECBUFFER_TOKEN, data: shutdown }]);
    const { statusName, output } = await clientLeg(
      credential,
      context,
      tokenInput(Buffer.alloc(0)),
    );
    expect(['SEC_E_OK', 'SEC_I_CONTEXT_EXPIRED']).toContain(statusName);
    const ended = once(peer, 'end');
    peer.resume();
    const alert = present(output[0]?.data);
    // A record of alerts.
    expect(alert[0]).toBe(21);
    socket.write(alert);
    await ended;
  });

  async function endedByServer() {
    const { context, incoming, peer } = await openTls();
    peer.end();
    return decryptRecord(context, await incoming.records(1));
  }

  testOnWindows('by the server: SEC_I_CONTEXT_EXPIRED', async () => {
    expect((await endedByServer()).statusName).toBe('SEC_I_CONTEXT_EXPIRED');
  });

  testOnWine('by the server: no more than a record without data', async () => {
    const opened = await endedByServer();
    expect(opened.statusName).toBe('SEC_E_OK');
    expect(dataOf(opened)).toHaveLength(0);
  });
});
