/** Messages between our client and a server that has nothing of Secur32. */

import { afterEach, describe, expect, test } from '@jest/globals';

import type { ClientContext } from '../../lib/context/client-context.js';
import { SessionSecurity, SIGNATURE_SIZE } from '../instruments/ntlm-server/session-security.js';
import { closeClients, logOnToServer } from '../instruments/support/ntlm-logon.js';
import { testOnWindows, testOnWine } from '../instruments/support/skip.js';

afterEach(closeClients);

const text = (message: string) => Buffer.from(message, 'utf8');
const MESSAGES = ['', 'a', 'Ünïcode', 'x'.repeat(1_000), 'y'.repeat(70_000)].map(text);
const sequenceOf = (signature: Buffer) => signature.readUInt32LE(SIGNATURE_SIZE - 4);

interface Session {
  client: ClientContext;
  server: SessionSecurity;
  /** Another client of the same session, which is not ours: what it sends is what ours must. */
  twin: SessionSecurity;
}

async function openSession(protection: 'sign' | 'encrypt'): Promise<Session> {
  const { client, server, logon } = await logOnToServer({ client: { protection } });
  const twin = new SessionSecurity('client', logon.flags, logon.sessionKey);
  return { client, server: server.security, twin };
}

describe('sealed messages', () => {
  test('of the client, as the specification has them', async () => {
    const { client, server, twin } = await openSession('encrypt');
    MESSAGES.forEach((message, index) => {
      const wrapped = client.wrap(message);
      expect(wrapped).toHaveLength(SIGNATURE_SIZE + message.length);
      expect(sequenceOf(wrapped)).toBe(index);
      expect(wrapped.equals(twin.wrap(message))).toBe(true);
      expect(server.unwrap(wrapped)).toEqual(message);
    });
  });

  test('of the server', async () => {
    const { client, server } = await openSession('encrypt');
    for (const message of MESSAGES) expect(client.unwrap(server.wrap(message))).toEqual(message);
  });
});

describe('signatures', () => {
  test('of the client, as the specification has them', async () => {
    const { client, server, twin } = await openSession('sign');
    MESSAGES.forEach((message, index) => {
      const signature = client.sign(message);
      expect(sequenceOf(signature)).toBe(index);
      expect(signature).toEqual(twin.sign(message));
      server.verify(message, signature);
    });
  });

  test('of the server', async () => {
    const { client, server } = await openSession('sign');
    for (const message of MESSAGES) client.verify(message, server.sign(message));
  });

  test('and sealed messages have one sequence', async () => {
    const { client, server } = await openSession('encrypt');
    const [one, two] = [client.wrap(text('one')), client.sign(text('two'))];
    expect([one, two].map(sequenceOf)).toEqual([0, 1]);
    expect(server.unwrap(one)).toEqual(text('one'));
    server.verify(text('two'), two);
  });
});

/** SSPI's own refusal of a message that is not the next one as it was sent. */
const refused: unknown = expect.objectContaining({
  name: 'SspiError',
  code: expect.stringMatching(/^SEC_E_(MESSAGE_ALTERED|OUT_OF_SEQUENCE)$/) as unknown,
});

describe('refused by the client', () => {
  async function expectRefused(change: (wrapped: Buffer) => void): Promise<void> {
    const { client, server } = await openSession('encrypt');
    const wrapped = server.wrap(text('sealed'));
    change(wrapped);
    expect(() => client.unwrap(wrapped)).toThrow(refused);
  }
  const flip = (at: number) => (wrapped: Buffer) => {
    wrapped.writeUInt8(wrapped.readUInt8(at) ^ 1, at);
  };

  test.each([8, 11, 12, 15, 16, 21])('a changed byte %i', (at) => expectRefused(flip(at)));
  // Wine compares only the second half of a signature.
  testOnWindows('a changed byte of the first half of the checksum', () => expectRefused(flip(4)));

  test('a repeated message', async () => {
    const { client, server } = await openSession('encrypt');
    const wrapped = server.wrap(text('pay ten'));
    client.unwrap(wrapped);
    expect(() => client.unwrap(wrapped)).toThrow(refused);
  });

  test('a repeated signature, and one after a skipped one', async () => {
    const { client, server } = await openSession('sign');
    const signature = server.sign(text('pay ten'));
    client.verify(text('pay ten'), signature);
    expect(() => {
      client.verify(text('pay ten'), signature);
    }).toThrow(refused);
    const other = await openSession('sign');
    other.server.sign(text('one'));
    const two = other.server.sign(text('two'));
    expect(() => {
      other.client.verify(text('two'), two);
    }).toThrow(refused);
  });

  test('a message after a skipped one', async () => {
    const { client, server } = await openSession('encrypt');
    server.wrap(text('one'));
    const two = server.wrap(text('two'));
    expect(() => client.unwrap(two)).toThrow(refused);
  });

  test('its own message that comes back', async () => {
    const { client } = await openSession('encrypt');
    const wrapped = client.wrap(text('mirror'));
    expect(() => client.unwrap(wrapped)).toThrow(refused);
  });

  test('a signature of another message', async () => {
    const { client, server } = await openSession('sign');
    const signature = server.sign(text('pay ten'));
    expect(() => {
      client.verify(text('pay two'), signature);
    }).toThrow(refused);
  });

  test('less than a signature', async () => {
    const { client, server } = await openSession('encrypt');
    const wrapped = server.wrap(text('sealed'));
    for (const length of [0, 1, SIGNATURE_SIZE - 1]) {
      expect(() => client.unwrap(wrapped.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'SEC_E_INVALID_TOKEN' }),
      );
    }
  });
});

const notGranted: unknown = expect.objectContaining({ code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET' });

test('without sealing nothing is wrapped, and nothing taken for it', async () => {
  const { client } = await openSession('sign');
  expect(() => client.wrap(text('secret'))).toThrow(notGranted);
  expect(() => client.unwrap(Buffer.alloc(SIGNATURE_SIZE))).toThrow(
    expect.objectContaining({ code: 'ERR_SECUR32_NOT_ENCRYPTED' }),
  );
});

// A signature without keys is always the same: MS-NLMP 3.4.4.
test('without signing no signature is good', async () => {
  const { client } = await logOnToServer({ client: { protection: 'none' } });
  const dummy = Buffer.alloc(SIGNATURE_SIZE);
  dummy.writeUInt32LE(1);
  expect(() => client.sign(text('message'))).toThrow(notGranted);
  expect(() => {
    client.verify(text('message'), dummy);
  }).toThrow(notGranted);
});

testOnWine('what is to be signed only is sealed all the same', async () => {
  const { client, server } = await openSession('encrypt');
  const wrapped = client.wrap(text('readable?'), { encrypt: false });
  expect(wrapped.includes('readable?')).toBe(false);
  expect(server.unwrap(wrapped)).toEqual(text('readable?'));
});
