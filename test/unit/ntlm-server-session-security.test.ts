/** Messages after a logon, both halves of them from the NTLM server. */

import { beforeEach, describe, expect, test } from '@jest/globals';

import { common, v1, v2 } from '../instruments/ntlm-server/examples.js';
import {
  NTLMSSP_NEGOTIATE_128,
  NTLMSSP_NEGOTIATE_56,
  NTLMSSP_NEGOTIATE_KEY_EXCH,
  NTLMSSP_NEGOTIATE_SEAL,
  NTLMSSP_NEGOTIATE_SIGN,
} from '../instruments/ntlm-server/flags.js';
import type { RefusalReason } from '../instruments/ntlm-server/refusal.js';
import { SessionSecurity, SIGNATURE_SIZE } from '../instruments/ntlm-server/session-security.js';

const { sessionKey } = common;
const refused = (reason: RefusalReason): unknown =>
  expect.objectContaining({ name: 'NtlmRefusal', reason });
const text = (message: string) => Buffer.from(message, 'utf8');

let client: SessionSecurity;
let server: SessionSecurity;

function open(flags: number): void {
  client = new SessionSecurity('client', flags, sessionKey);
  server = new SessionSecurity('server', flags, sessionKey);
}

beforeEach(() => {
  open(v2.flags);
});

const sequenceOf = (signature: Buffer) => signature.readUInt32LE(SIGNATURE_SIZE - 4);

test.each([
  ['128 bits, key exchange', v2.flags],
  ['128 bits', v2.flags & ~NTLMSSP_NEGOTIATE_KEY_EXCH],
  ['56 bits', v2.flags & ~NTLMSSP_NEGOTIATE_128],
  ['40 bits', v2.flags & ~NTLMSSP_NEGOTIATE_128 & ~NTLMSSP_NEGOTIATE_56],
])('signed and sealed messages in both directions; %s', (_what, flags) => {
  open(flags);
  for (const [sender, receiver] of [
    [client, server],
    [server, client],
  ] as const) {
    ['', 'a', 'x'.repeat(70_000)].map(text).forEach((message, index) => {
      const wrapped = sender.wrap(message);
      expect(sequenceOf(wrapped)).toBe(2 * index);
      expect(receiver.unwrap(wrapped)).toEqual(message);
      const signature = sender.sign(message);
      expect(sequenceOf(signature)).toBe(2 * index + 1);
      receiver.verify(message, signature);
    });
  }
});

test('the same message is never sealed or signed twice in the same way', () => {
  const sent = [1, 2, 3].flatMap(() => [client.wrap(text('once')), client.sign(text('once'))]);
  sent.push(server.wrap(text('once')), server.sign(text('once')));
  const parts = sent.flatMap((bytes) => [bytes.subarray(4, 12), bytes.subarray(SIGNATURE_SIZE)]);
  const digits = parts.map((part) => part.toString('hex')).filter((part) => part !== '');
  expect(new Set(digits).size).toBe(digits.length);
});

test('each changed bit is refused', () => {
  const wrapped = client.wrap(text('sealed'));
  const signature = server.sign(text('signed'));
  for (let bit = 0; bit < 8 * wrapped.length; bit++) {
    open(v2.flags);
    wrapped.writeUInt8(wrapped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(() => server.unwrap(wrapped)).toThrow(refused('altered'));
    wrapped.writeUInt8(wrapped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  }
  for (let bit = 0; bit < 8 * SIGNATURE_SIZE; bit++) {
    open(v2.flags);
    signature.writeUInt8(signature.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(() => {
      client.verify(text('signed'), signature);
    }).toThrow(refused('altered'));
    signature.writeUInt8(signature.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  }
  open(v2.flags);
  expect(server.unwrap(wrapped)).toEqual(text('sealed'));
  client.verify(text('signed'), signature);
});

test('cut off anywhere, a message is refused', () => {
  const wrapped = client.wrap(text('sealed'));
  for (let size = 0; size < wrapped.length; size++) {
    open(v2.flags);
    expect(() => server.unwrap(wrapped.subarray(0, size))).toThrow(refused('altered'));
  }
});

test('a repeated message is refused', () => {
  const wrapped = client.wrap(text('pay ten'));
  expect(server.unwrap(wrapped)).toEqual(text('pay ten'));
  expect(() => server.unwrap(wrapped)).toThrow(refused('altered'));
});

test('a skipped message is noticed', () => {
  client.wrap(text('one'));
  expect(() => server.unwrap(client.wrap(text('two')))).toThrow(refused('altered'));

  open(v2.flags);
  client.sign(text('one'));
  const signature = client.sign(text('two'));
  expect(() => {
    server.verify(text('two'), signature);
  }).toThrow(refused('altered'));
});

test("one's own message that comes back is refused", () => {
  expect(() => client.unwrap(client.wrap(text('mirror')))).toThrow(refused('altered'));
});

test('a message of another session is refused', () => {
  const other = new SessionSecurity('client', v2.flags, Buffer.alloc(16, 0x56));
  expect(() => server.unwrap(other.wrap(text('hello')))).toThrow(refused('altered'));
});

test('after a refused message no other one is accepted, and none is sent', () => {
  const [one, two] = [client.wrap(text('one')), client.wrap(text('two'))];
  expect(() => server.unwrap(two)).toThrow(refused('altered'));
  expect(() => server.unwrap(one)).toThrow(refused('altered'));
  expect(() => server.wrap(text('three'))).toThrow(refused('altered'));
  expect(() => server.sign(text('three'))).toThrow(refused('altered'));
});

describe('what was not negotiated', () => {
  test('without sealing nothing is wrapped', () => {
    open(v2.flags & ~NTLMSSP_NEGOTIATE_SEAL);
    server.verify(text('signed'), client.sign(text('signed')));
    expect(() => client.wrap(text('secret'))).toThrow(refused('not negotiated'));
    expect(() => server.unwrap(Buffer.alloc(20))).toThrow(refused('not negotiated'));
  });

  test('without signing nothing is signed', () => {
    open(v2.flags & ~NTLMSSP_NEGOTIATE_SIGN & ~NTLMSSP_NEGOTIATE_SEAL);
    expect(() => client.sign(text('signed'))).toThrow(refused('not negotiated'));
    expect(() => {
      server.verify(text('signed'), Buffer.alloc(SIGNATURE_SIZE));
    }).toThrow(refused('not negotiated'));
  });

  test('without extended session security there are no messages', () => {
    expect(() => new SessionSecurity('server', v1.flags, sessionKey)).toThrow(
      refused('not negotiated'),
    );
  });
});
