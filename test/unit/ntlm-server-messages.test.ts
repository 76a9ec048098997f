/** What the NTLM server takes for a message, and what it does not. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { AvId, readAvPairs, writeAvPairs } from '../instruments/ntlm-server/av-pairs.js';
import { FIELDS, readAuthenticate } from '../instruments/ntlm-server/authenticate.js';
import { readChallenge } from '../instruments/ntlm-server/challenge.js';
import { bytes, common, v1, v1Extended, v2, windows } from '../instruments/ntlm-server/examples.js';
import {
  combined,
  NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED,
  NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED,
  NTLMSSP_NEGOTIATE_VERSION,
} from '../instruments/ntlm-server/flags.js';
import { checkLogon } from '../instruments/ntlm-server/logon.js';
import { readNegotiate, writeNegotiate } from '../instruments/ntlm-server/negotiate.js';
import { readNtResponse } from '../instruments/ntlm-server/ntlmv2.js';
import { NtlmRefusal } from '../instruments/ntlm-server/refusal.js';

const malformed: unknown = expect.objectContaining({ name: 'NtlmRefusal', reason: 'malformed' });

function changed(message: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(message);
  change(copy);
  return copy;
}

const NAMED = {
  flags: combined(
    0xa208_8207,
    NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED,
    NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED,
  ),
  domain: 'ORACLE',
  workstation: 'TRIPOD',
};
const named = writeNegotiate(NAMED);
const DOMAIN_AT = 16;
const WORKSTATION_AT = 24;

const acceptWindows = (authenticate: Buffer) =>
  checkLogon({ ...windows, authenticate }, [windows.account]);
const acceptV2 = (authenticate: Buffer) =>
  checkLogon({ negotiate: named, challenge: v2.challenge, authenticate }, [common.account]);

describe('NEGOTIATE', () => {
  test('what it says', () => {
    expect(readNegotiate(named)).toEqual(NAMED);
    expect(readNegotiate(windows.negotiate)).toEqual({
      flags: 0xa208_8207,
      domain: '',
      workstation: '',
    });
  });

  test('of 32 bytes, from a client without a version', () => {
    const flags = (0xa208_8207 & ~NTLMSSP_NEGOTIATE_VERSION) >>> 0;
    const message = writeNegotiate({ flags, domain: '', workstation: '' }).subarray(0, 32);
    expect(readNegotiate(message)).toEqual({ flags, domain: '', workstation: '' });
    // With the flag the version must be there.
    message.writeUInt32LE(0xa208_8207, 12);
    expect(() => readNegotiate(message)).toThrow(malformed);
  });

  test('a name that is not announced, or not plain', () => {
    const unannounced = changed(named, (copy) => copy.writeUInt32LE(0xa208_8207, 12));
    expect(() => readNegotiate(unannounced)).toThrow(malformed);
    for (const byte of [0, 0x7f, 0x80, 0xff]) {
      const strange = changed(named, (copy) => (copy[copy.length - 1] = byte));
      expect(() => readNegotiate(strange)).toThrow(malformed);
    }
  });

  test.each([DOMAIN_AT, WORKSTATION_AT])('the field at %i out of the payload', (at) => {
    const length = named.readUInt16LE(at);
    const offsets = [0, 8, 39, named.length - length + 1, named.length, 0x8000_0000, 0xffff_ffff];
    for (const offset of [...offsets, 0x1_0000_0000 - length]) {
      const message = changed(named, (copy) => copy.writeUInt32LE(offset, at + 4));
      expect(() => readNegotiate(message)).toThrow(malformed);
    }
    for (const size of [named.length - 39, 0x7fff, 0xffff]) {
      const message = changed(named, (copy) => copy.writeUInt16LE(size, at));
      expect(() => readNegotiate(message)).toThrow(malformed);
    }
  });
});

describe('AUTHENTICATE', () => {
  test.each(Object.entries(FIELDS))('the field %s out of the payload', (_name, at) => {
    const message = v2.authenticate;
    const length = message.readUInt16LE(at);
    const offsets = [0, 8, 71, message.length - length + 1, message.length, 0x8000_0000];
    for (const offset of [...offsets, 0x1_0000_0000 - length, 0xffff_ffff]) {
      const astray = changed(message, (copy) => copy.writeUInt32LE(offset, at + 4));
      expect(() => readAuthenticate(astray)).toThrow(malformed);
    }
    for (const size of [0x7fff, 0xffff]) {
      const long = changed(message, (copy) => copy.writeUInt16LE(size, at));
      expect(() => readAuthenticate(long)).toThrow(malformed);
    }
  });

  test.each(['domain', 'user', 'workstation'] as const)('half a character in the %s', (name) => {
    const odd = changed(v2.authenticate, (copy) => copy.writeUInt16LE(3, FIELDS[name]));
    expect(() => readAuthenticate(odd)).toThrow(malformed);
  });

  test('a field where the integrity code is', () => {
    // Its bytes are there, but it would be a name and a code at once.
    const { authenticate } = windows;
    const message = changed(authenticate, (copy) => copy.writeUInt32LE(72, FIELDS.workstation + 4));
    expect(readAuthenticate(message).workstation).toHaveLength(7);
    expect(() => acceptWindows(message)).toThrow(malformed);
  });

  test.each([
    ['4.2.2.3', v1],
    ['4.2.3.3', v1Extended],
  ])('a response of NTLM v1 (%s)', (_section, { authenticate }) => {
    expect(() => readNtResponse(readAuthenticate(authenticate).ntResponse)).toThrow(malformed);
  });

  test('no response at all, as of somebody anonymous', () => {
    const message = changed(v2.authenticate, (copy) => copy.writeUInt16LE(0, FIELDS.ntResponse));
    expect(() => acceptV2(message)).toThrow(malformed);
  });
});

describe('pairs', () => {
  test('what is behind the end is not theirs', () => {
    const pairs = new Map([[AvId.MsvAvNbComputerName, Buffer.from('DELPHI', 'utf16le')]]);
    const written = writeAvPairs(pairs);
    expect(readAvPairs(Buffer.concat([written, Buffer.alloc(4, 1)]))).toEqual(pairs);
    expect(readAvPairs(bytes('0000 0000'))).toEqual(new Map());
  });

  test.each([
    ['nothing', ''],
    ['half an end', '0000'],
    ['no end', '0100 0200 4100'],
    ['an end with a value', '0000 0200 4100'],
    ['a value that is cut off', '0100 0400 4100'],
    ['a value without bytes', '0100 ffff'],
    ['one twice', '0100 0200 4100 0100 0200 4100 0000 0000'],
  ])('%s', (_what, digits) => {
    expect(() => readAvPairs(bytes(digits))).toThrow(malformed);
  });
});

describe('cut off anywhere', () => {
  test.each<[string, Buffer, (message: Buffer) => unknown]>([
    ['NEGOTIATE', named, readNegotiate],
    ['CHALLENGE', v2.challenge, readChallenge],
    ['AUTHENTICATE', v2.authenticate, acceptV2],
    ['AUTHENTICATE with an integrity code', windows.authenticate, acceptWindows],
  ])('%s is malformed', (_name, message, accept) => {
    expect(() => accept(message)).not.toThrow();
    for (let size = 0; size < message.length; size++) {
      expect(() => accept(message.subarray(0, size))).toThrow(malformed);
    }
  });
});

test('another kind of message, or none', () => {
  for (const type of [0, 1, 2, 4, 0x0300_0000, 0xffff_ffff]) {
    const message = changed(windows.authenticate, (copy) => copy.writeUInt32LE(type, 8));
    expect(() => readAuthenticate(message)).toThrow(malformed);
  }
  expect(() => readNegotiate(windows.authenticate)).toThrow(malformed);
  expect(() => readNegotiate(changed(named, (copy) => (copy[0] = 0x6e)))).toThrow(malformed);
});

test('anything at all is a message, or refused', () => {
  const templates = [named, v2.challenge, v2.authenticate, windows.authenticate];
  const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
  const message = fc
    .record({
      template: fc.constantFrom(...templates),
      changes: fc.array(change, { maxLength: 12 }),
      size: fc.nat({ max: 500 }),
    })
    .map(({ template, changes, size }) => {
      const copy = Buffer.from(template).subarray(0, size);
      for (const { at, byte } of changes) if (copy.length > 0) copy[at % copy.length] = byte;
      return copy;
    });
  const anything = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(fc.oneof(message, anything), (candidate) => {
      for (const read of [readNegotiate, readChallenge, acceptV2, acceptWindows]) {
        try {
          read(candidate);
        } catch (error) {
          if (!(error instanceof NtlmRefusal)) throw error;
        }
      }
    }),
    { numRuns: 2_000 },
  );
});
