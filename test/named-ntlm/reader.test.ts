// The reader of last messages in NamedNTLM by itself, with memory that ends
// where the message does: reading on would end this process.

import { dirname, join } from 'node:path';

import { expect, test } from '@jest/globals';

import { randomNumbers } from '../instruments/support/named-ntlm.js';
import { present } from '../instruments/support/system.js';

type ReadMessage = (
  message: Buffer,
  unicode: boolean,
) => [settlesOnUnicode: 0 | 1, name: string | undefined] | undefined;

function load(): ReadMessage {
  const folder = dirname(present(process.env['SECUR32_TEST_SCRIPTED']));
  // A .node file has no other way in; the path is known at run time only.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const addon = require(join(folder, 'named_ntlm_reader.node')) as { readMessage: ReadMessage };
  return addon.readMessage;
}

const readMessage = load();

const nameIn = (message: Buffer, unicode = true) => present(readMessage(message, unicode))[1];
const settles = (message: Buffer) => present(readMessage(message, true))[0] === 1;

// MS-NLMP 2.2.1.2 and 2.2.1.3
const HEADER = 64;
const DOMAIN_AT = 28;
const USER_AT = 36;
const CHALLENGE_FLAGS_AT = 20;
const CHALLENGE_HEADER = 32;

function header(type: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.write('NTLMSSP\0', 'latin1');
  bytes.writeUInt32LE(type, 8);
  return bytes;
}

function setField(message: Buffer, at: number, length: number, offset: number): void {
  message.writeUInt16LE(length, at);
  message.writeUInt16LE(length, at + 2);
  message.writeUInt32LE(offset, at + 4);
}

function lastMessage(domain: Buffer, user: Buffer): Buffer {
  const message = Buffer.concat([header(3, HEADER), domain, user]);
  setField(message, DOMAIN_AT, domain.length, HEADER);
  setField(message, USER_AT, user.length, HEADER + domain.length);
  return message;
}

const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const oem = (text: string) => Buffer.from(text, 'latin1');

test('reads names of either kind', () => {
  expect(nameIn(lastMessage(utf16('SSPI'), utf16('alice')))).toBe('SSPI\\alice');
  expect(nameIn(lastMessage(utf16('Ünïcode'), utf16('名前😀')))).toBe('Ünïcode\\名前😀');
  expect(nameIn(lastMessage(oem('SSPI'), oem('alice')), false)).toBe('SSPI\\alice');
  expect(nameIn(lastMessage(oem(''), oem('alice@sspi.test')), false)).toBe('alice@sspi.test');
  expect(nameIn(lastMessage(utf16(''), utf16('alice@sspi.test')))).toBe('alice@sspi.test');
});

test('reads names of the largest size that a field can have', () => {
  const long = 'x'.repeat(0x7fff);
  expect(nameIn(lastMessage(utf16(long), utf16(long)))).toBe(`${long}\\${long}`);
  const longer = 'x'.repeat(0xffff);
  expect(nameIn(lastMessage(oem(longer), oem(longer)), false)).toBe(`${longer}\\${longer}`);
});

test.each(['', '\0', 'alice\0', '\0alice', 'alice\0bob', 'SSPI\\alice', '\\'])(
  'takes %j for no user',
  (user) => {
    expect(nameIn(lastMessage(utf16('SSPI'), utf16(user)))).toBeUndefined();
    expect(nameIn(lastMessage(oem('SSPI'), oem(user)), false)).toBeUndefined();
  },
);

test.each(['\0', 'SSPI\0', '\0SSPI', 'SSPI\\bob', '\\'])('takes %j for no domain', (domain) => {
  expect(nameIn(lastMessage(utf16(domain), utf16('alice')))).toBeUndefined();
  expect(nameIn(lastMessage(oem(domain), oem('alice')), false)).toBeUndefined();
});

test('a message that is cut off has no name', () => {
  const whole = lastMessage(utf16('SSPI'), utf16('alice'));
  for (const unicode of [true, false]) {
    for (let size = 0; size < whole.length; size++) {
      expect(nameIn(whole.subarray(0, size), unicode)).toBeUndefined();
    }
  }
});

/** What a reader must make of a field, told in another way. */
function expected(message: Buffer, length: number, offset: number, unicode: boolean) {
  if (length === 0 || offset < HEADER || offset + length > message.length) return undefined;
  if (unicode && length % 2 !== 0) return undefined;
  const user = message.toString(unicode ? 'utf16le' : 'latin1', offset, offset + length);
  return /[\0\\]/.test(user) ? undefined : `SSPI\\${user}`;
}

test.each([true, false])('each length at each offset; UTF-16: %s', (unicode) => {
  const text = unicode ? utf16 : oem;
  const whole = lastMessage(text('SSPI'), text('alice'));
  const around = Array.from({ length: whole.length + 4 }, (_, number) => number);
  const lengths = [...around, 0x7fff, 0x8000, 0xfffe, 0xffff];
  const offsets = [...around, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000];
  for (const length of lengths) {
    for (const offset of [...offsets, 0xffff_ffff - length, 0x1_0000_0000 - length]) {
      if (offset > 0xffff_ffff) continue;
      setField(whole, USER_AT, length, offset);
      const name = nameIn(whole, unicode);
      if (name !== expected(whole, length, offset, unicode)) {
        throw new Error(`length ${length} at ${offset}: ${String(name)}`);
      }
    }
  }
});

test('only a last message has a name, and only a challenge settles on UTF-16', () => {
  const message = lastMessage(utf16('SSPI'), utf16('alice'));
  message.writeUInt32LE(1, CHALLENGE_FLAGS_AT);
  for (const type of [0, 1, 2, 4, 0x0300_0000, 0xffff_ffff]) {
    message.writeUInt32LE(type, 8);
    expect(nameIn(message)).toBeUndefined();
    expect(settles(message)).toBe(type === 2);
  }
  message.writeUInt32LE(3, 8);
  expect(nameIn(message)).toBe('SSPI\\alice');
  expect(settles(message)).toBe(false);
  message.write('ntlmssp', 'latin1');
  expect(nameIn(message)).toBeUndefined();
});

test('a challenge says what it settles on, if it is whole', () => {
  const challenge = header(2, CHALLENGE_HEADER);
  expect(settles(challenge)).toBe(false);
  challenge.writeUInt32LE(2, CHALLENGE_FLAGS_AT);
  expect(settles(challenge)).toBe(false);
  challenge.writeUInt32LE(0xffff_ffff, CHALLENGE_FLAGS_AT);
  expect(settles(challenge)).toBe(true);
  for (let size = 0; size < CHALLENGE_HEADER; size++) {
    expect(settles(challenge.subarray(0, size))).toBe(false);
  }
});

const SEED = 20_250_213;
test(`anything at all (seed ${SEED})`, () => {
  const random = randomNumbers(SEED);
  const below = (limit: number) => Math.floor(random() * limit);
  for (let number = 0; number < 20_000; number++) {
    const message = Buffer.from(Array.from({ length: below(160) }, () => below(256)));
    // Most of it passes for a last message, and some for one with small numbers.
    if (message.length >= HEADER && below(10) > 0) header(3, 12).copy(message);
    if (message.length >= HEADER && below(2) > 0) {
      setField(message, DOMAIN_AT, below(40), below(160));
      setField(message, USER_AT, below(40), below(160));
    }
    const name = nameIn(message, below(2) === 0);
    expect(name?.length ?? 1).toBeGreaterThan(0);
    expect(name ?? '').not.toContain('\0');
  }
});
