import { afterEach, describe, expect } from '@jest/globals';

import { closePairs } from '../instruments/support/handshake.js';
import {
  clientOf,
  lastMessage,
  nameOf,
  openFor,
  outcome,
  randomNumbers,
} from '../instruments/support/named-ntlm.js';
import { patience } from '../instruments/support/patience.js';
import { testWithAccount } from '../instruments/support/skip.js';
import { alice, present } from '../instruments/support/system.js';

afterEach(closePairs);

// Offsets in messages (MS-NLMP 2.2.1). A field has a length, a capacity and an offset.
const FIELDS = {
  'response to LM': 12,
  'response to NTLM': 20,
  domain: 28,
  user: 36,
  workstation: 44,
  'session key': 52,
};
const TYPE_AT = 8;
const NEGOTIATE_FLAGS_AT = 12;
const AUTHENTICATE_FLAGS_AT = 60;
const UNICODE = 1;
const OEM = 2;
const TIMEOUT = 60_000 * patience;

type Change = (message: Buffer) => void;

function changed(message: Buffer, change: Change): Buffer {
  const copy = Buffer.from(message);
  change(copy);
  return copy;
}

function setLength(message: Buffer, at: number, length: number): void {
  message.writeUInt16LE(length, at);
  message.writeUInt16LE(length, at + 2);
}

/** Gives a field other bytes, behind all others. */
function replaced(message: Buffer, at: number, bytes: Buffer): Buffer {
  return changed(Buffer.concat([message, bytes]), (copy) => {
    setLength(copy, at, bytes.length);
    copy.writeUInt32LE(message.length, at + 4);
  });
}

function fieldOf(message: Buffer, at: number): Buffer {
  const offset = message.readUInt32LE(at + 4);
  return message.subarray(offset, offset + message.readUInt16LE(at));
}

/** Logs alice on, with her last message changed to each of what `variants` gives. */
async function outcomes(variants: (message: Buffer) => Buffer[]): Promise<(string | undefined)[]> {
  const names: (string | undefined)[] = [];
  for (let number = 0, count = 1; number < count; number++) {
    const pair = await openFor(present(alice));
    const messages = variants(await lastMessage(pair));
    count = messages.length;
    names.push(await outcome(pair.server, present(messages[number])));
    pair.client.close();
    pair.server.close();
  }
  return names;
}

/** Whatever NTLM thinks of it: nobody else is named than who sent the message. */
function expectNobodyElse(names: readonly (string | undefined)[]): void {
  const own = nameOf(present(alice)).toLowerCase();
  expect(names.filter((name) => name !== undefined && name.toLowerCase() !== own)).toEqual([]);
}

function expectNobody(names: readonly (string | undefined)[]): void {
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => name !== undefined)).toEqual([]);
}

testWithAccount(
  'cut off anywhere, it names nobody',
  async () => {
    const sizes = [1, 7, 8, 11, 12, 28, 35, 36, 43, 44, 51, 52, 63, 64, 65, 71, 72, 87, 88];
    const names = await outcomes((message) =>
      [...sizes, message.length - 1].map((size) => message.subarray(0, size)),
    );
    expectNobody(names);
  },
  TIMEOUT,
);

describe.each(Object.entries(FIELDS))('the %s', (field, at) => {
  const isName = field === 'domain' || field === 'user';

  testWithAccount(
    'where it must not be',
    async () => {
      const names = await outcomes((message) => {
        const length = message.readUInt16LE(at);
        const offsets = [0, 8, message.length - 1, message.length, message.length + 1];
        offsets.push(0x7fff_ffff, 0x8000_0000, 0xffff_ffff - length, 0xffff_ffff);
        return offsets.map((offset) =>
          changed(message, (copy) => copy.writeUInt32LE(offset, at + 4)),
        );
      });
      (isName ? expectNobody : expectNobodyElse)(names);
    },
    TIMEOUT,
  );

  testWithAccount(
    'of a length that is odd, or more than there is',
    async () => {
      const names = await outcomes((message) => {
        const length = message.readUInt16LE(at);
        const rest = message.length - message.readUInt32LE(at + 4);
        const lengths = [1, length + 1, rest + 1, rest + 2, 0x7fff, 0x8000, 0xfffe, 0xffff];
        return lengths.map((size) =>
          changed(message, (copy) => {
            setLength(copy, at, size);
          }),
        );
      });
      (isName ? expectNobody : expectNobodyElse)(names);
    },
    TIMEOUT,
  );
});

testWithAccount('another kind of message, or none, names nobody', async () => {
  const kinds = [0, 1, 2, 4, 0x0300_0000, 0xffff_ffff];
  const names = await outcomes((message) => [
    ...kinds.map((kind) => changed(message, (copy) => copy.writeUInt32LE(kind, TYPE_AT))),
    changed(message, (copy) => copy.write('NTLMSSQ', 'latin1')),
    Buffer.alloc(message.length),
    Buffer.alloc(message.length, 0xff),
    // More than NTLM takes, less than the addon does.
    Buffer.concat([message, Buffer.alloc(8_000)]),
    Buffer.concat([message, Buffer.alloc(60_000)]),
  ]);
  expectNobody(names);
});

testWithAccount('names are found wherever they are', async () => {
  const names = await outcomes((message) =>
    ['domain' as const, 'user' as const].flatMap((field) => {
      const bytes = fieldOf(message, FIELDS[field]);
      return [
        replaced(message, FIELDS[field], bytes),
        // UTF-16 that is not aligned.
        replaced(Buffer.concat([message, Buffer.alloc(1)]), FIELDS[field], bytes),
      ];
    }),
  );
  expect(names).toEqual(Array<string>(4).fill(nameOf(present(alice))));
});

testWithAccount('names that could be taken for others name nobody', async () => {
  const names = await outcomes((message) =>
    ['domain' as const, 'user' as const].flatMap((field) => {
      const own = fieldOf(message, FIELDS[field]).toString('utf16le');
      const texts = [`${own}\0`, `\0${own}`, `${own}\0bob`, `\\${own}`, `${own}\\bob`, 'bob'];
      return texts.map((text) => replaced(message, FIELDS[field], Buffer.from(text, 'utf16le')));
    }),
  );
  expectNobody(names);
});

testWithAccount('without a user it names nobody', async () => {
  const none = Buffer.alloc(0);
  const names = await outcomes((message) => [
    replaced(message, FIELDS.user, none),
    replaced(replaced(message, FIELDS.user, none), FIELDS.domain, none),
    // As an anonymous client writes it.
    [FIELDS['response to NTLM'], FIELDS.user, FIELDS.domain].reduce(
      (anonymous, at) => replaced(anonymous, at, none),
      replaced(message, FIELDS['response to LM'], Buffer.alloc(1)),
    ),
  ]);
  expectNobody(names);
});

// What both sides settled on counts, not what the last message claims.
testWithAccount('the flags of the last message change no name', async () => {
  const names = await outcomes((message) =>
    [0, OEM, UNICODE, 0xffff_fffe, 0xffff_ffff].map((flags) =>
      changed(message, (copy) => copy.writeUInt32LE(flags, AUTHENTICATE_FLAGS_AT)),
    ),
  );
  expectNobodyElse(names);
});

testWithAccount('a logon in the characters of an old client names it too', async () => {
  const { client, server } = await openFor(present(alice));
  const first = await client.step();
  const second = await server.step(
    changed(present(first.token), (copy) => {
      const flags = copy.readUInt32LE(NEGOTIATE_FLAGS_AT);
      copy.writeUInt32LE(((flags & ~UNICODE) | OEM) >>> 0, NEGOTIATE_FLAGS_AT);
    }),
  );
  const third = await client.step(present(second.token));
  expect(fieldOf(present(third.token), FIELDS.user).toString('latin1')).toBe(present(alice).user);
  await server.step(present(third.token));
  expect(clientOf(server)).toBe(nameOf(present(alice)));
});

describe('with bytes changed at random', () => {
  const SEED = 20_250_212;
  const MESSAGES = 60;

  testWithAccount(
    `it names nobody else (seed ${SEED})`,
    async () => {
      const random = randomNumbers(SEED);
      const names = await outcomes((message) =>
        Array.from({ length: MESSAGES }, () =>
          changed(message, (copy) => {
            for (let change = 0; change < 1 + random() * 3; change++) {
              // Half of them in the header.
              const end = random() < 0.5 ? 64 : copy.length;
              copy[Math.floor(random() * end)] = Math.floor(random() * 256);
            }
          }),
        ),
      );
      expectNobodyElse(names);
    },
    TIMEOUT,
  );
});
