import { X509Certificate, createHash, getHashes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  secChannelBindings,
  secChannelBindingsEx,
} from '../../lib/channel-bindings/channel-bindings.js';
import { ChannelBindings } from '../../lib/index.js';
import { algorithm, certificate, der, explicit, nothing } from '../instruments/support/der.js';
import { patience } from '../instruments/support/patience.js';

const FIXTURES = join(__dirname, '../../../test/fixtures/certificates');

interface Expected {
  hash: string | null;
  digest: string | null;
}
const expected = JSON.parse(readFileSync(join(FIXTURES, 'hashes.json'), 'utf8')) as Record<
  string,
  Expected
>;
const fixture = (name: string) => readFileSync(join(FIXTURES, `${name}.pem`), 'utf8');
const derOf = (name: string) => new X509Certificate(fixture(name)).raw;

const PREFIX = 'tls-server-end-point:';
const invalid = (message: string) =>
  expect.objectContaining({
    name: 'TypeError',
    code: 'ERR_SECUR32_INVALID_ARGUMENT',
    message: expect.stringContaining(message),
  });

/** What a caller from JavaScript may give. */
const fromAnything = (value: unknown) => ChannelBindings.fromCertificate(value as Uint8Array);

describe('the hash of a certificate', () => {
  test('is known for every certificate', () => {
    const files = readdirSync(FIXTURES).filter((file) => file.endsWith('.pem'));
    expect(files.sort()).toEqual(
      Object.keys(expected)
        .map((name) => `${name}.pem`)
        .sort(),
    );
  });

  const defined = Object.entries(expected).filter(([, { hash }]) => hash !== null);
  const undefinedOnes = Object.entries(expected).filter(([, { hash }]) => hash === null);

  test.each(defined)('%s: as openssl computes it', (name, { digest }) => {
    const data = ChannelBindings.fromCertificate(derOf(name))?.applicationData;
    expect(data?.subarray(0, PREFIX.length).toString('latin1')).toBe(PREFIX);
    expect(data?.subarray(PREFIX.length).toString('hex')).toBe(digest);
  });

  test.each(undefinedOnes)('%s: not defined', (name) => {
    expect(ChannelBindings.fromCertificate(derOf(name))).toBeUndefined();
  });

  test('is one that this Node.js has', () => {
    const hashes = new Set(defined.map(([, { hash }]) => hash));
    expect(hashes.size).toBe(10);
    expect([...hashes].filter((hash) => !getHashes().includes(hash ?? ''))).toEqual([]);
  });
});

describe('a certificate', () => {
  const pem = fixture('rsa-sha384');
  const bytes = derOf('rsa-sha384');
  const data = ChannelBindings.fromCertificate(bytes)?.applicationData;
  const from = (value: X509Certificate | Uint8Array | string) =>
    ChannelBindings.fromCertificate(value)?.applicationData;

  test('can be an X509Certificate, DER or PEM', () => {
    expect(data?.length).toBe(PREFIX.length + 48);
    expect(from(new X509Certificate(pem))).toEqual(data);
    expect(from(Uint8Array.from(bytes))).toEqual(data);
    expect(from(pem)).toEqual(data);
  });

  test('can be a part of larger memory', () => {
    const larger = Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(5)]);
    expect(from(larger.subarray(3, 3 + bytes.length))).toEqual(data);
    expect(from(new Uint8Array(larger.buffer, larger.byteOffset + 3, bytes.length))).toEqual(data);
  });

  test('can be PEM with other line ends, and with text around it', () => {
    expect(from(pem.replaceAll('\n', '\r\n'))).toEqual(data);
    expect(from(`Issuer: somebody\n${pem}and so on\n`)).toEqual(data);
    expect(from(pem.trimEnd())).toEqual(data);
  });

  test.each([
    ['a chain', pem + pem, 'more than one block'],
    ['a key with it', `${pem}-----BEGIN PRIVATE KEY-----\n`, 'more than one block'],
    ['an empty string', '', 'string does not contain'],
    ['the name of a file', 'server.pem', 'string does not contain'],
    ['no end', pem.replace('-----END', '-----BAD'), 'string does not contain'],
    [
      'the end first',
      '-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----',
      'string does not contain',
    ],
    [
      'another label',
      pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'),
      'string does not contain',
    ],
    ['a character that is not base64', pem.replace('MII', 'M!I'), 'not valid base64'],
    ['a character too few', pem.replace('MII', 'MI'), 'not valid base64'],
    ['base64 for URLs', pem.replace('MII', 'M-_'), 'not valid base64'],
    ['nothing in it', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', 'truncated'],
    ['too much', '-'.repeat(2 * 1024 * 1024 + 1), 'larger than'],
  ])('in PEM with %s is refused', (_, text, why) => {
    expect(() => ChannelBindings.fromCertificate(text)).toThrow(invalid(why));
  });

  test('in PEM, but as bytes, is refused with the reason', () => {
    expect(() => from(Buffer.from(pem))).toThrow(
      invalid('a PEM certificate must be a string, not bytes'),
    );
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 1],
    ['an array', [0x30, 0]],
    ['an ArrayBuffer', new ArrayBuffer(8)],
    ['a DataView', new DataView(new ArrayBuffer(8))],
    ['an object of tls', { raw: bytes }],
    ['what only inherits from bytes (K13)', Object.create(Uint8Array.prototype)],
  ])('that is %s is refused', (_, value) => {
    expect(() => fromAnything(value)).toThrow(invalid('must be an X509Certificate'));
  });

  test('that is too large is refused before it is read', () => {
    const large = Buffer.alloc(1024 * 1024 + 1);
    expect(() => ChannelBindings.fromCertificate(large)).toThrow(invalid('larger than'));
    const extensions = [explicit(3, der(0x04, Buffer.alloc(1024 * 1023)))];
    const sha256 = algorithm('1.2.840.113549.1.1.11', nothing);
    const almost = certificate({ algorithm: sha256, extensions });
    expect(from(almost)?.subarray(PREFIX.length)).toEqual(
      createHash('sha256').update(almost).digest(),
    );
  });

  test('with something behind it is refused', () => {
    expect(() => from(Buffer.concat([bytes, Buffer.of(0)]))).toThrow(
      invalid('unexpected data at the end'),
    );
    const twice = Buffer.concat([bytes, bytes]).toString('base64');
    const both = `-----BEGIN CERTIFICATE-----\n${twice}\n-----END CERTIFICATE-----\n`;
    expect(() => from(both)).toThrow(invalid('unexpected data at the end'));
  });
});

describe('a damaged certificate', () => {
  const NAMES = ['rsa-sha256', 'ecdsa-sha384', 'pss-sha512', 'pss-sha1-defaults', 'ed25519'];

  test.each(NAMES)('%s is refused wherever it is cut off', (name) => {
    const bytes = derOf(name);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => ChannelBindings.fromCertificate(bytes.subarray(0, length))).toThrow(
        invalid('the certificate is not valid DER: an element is truncated'),
      );
    }
  });

  /** All that can come out: an error of ours, nothing, or a hash of these very bytes. */
  function check(bytes: Uint8Array): 'refused' | 'undefined' | 'hashed' {
    let bindings;
    try {
      bindings = ChannelBindings.fromCertificate(bytes);
    } catch (error) {
      expect(error).toEqual(invalid(''));
      return 'refused';
    }
    if (bindings === undefined) return 'undefined';
    const digest = bindings.applicationData.subarray(PREFIX.length).toString('hex');
    const digests = ['224', '256', '384', '512', '512-224', '512-256'].map((size) => `sha${size}`);
    const sha3 = ['224', '256', '384', '512'].map((size) => `sha3-${size}`);
    expect(
      [...digests, ...sha3].map((hash) => createHash(hash).update(bytes).digest('hex')),
    ).toContain(digest);
    return 'hashed';
  }

  test('with any one byte changed is refused, or hashed as it is', () => {
    const outcomes = new Map<string, number>();
    for (const name of NAMES) {
      const bytes = Buffer.from(derOf(name));
      for (let i = 0; i < bytes.length; i++) {
        for (const change of [0x01, 0x80, 0xff]) {
          bytes[i] = (bytes[i] ?? 0) ^ change;
          const outcome = check(bytes);
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          bytes[i] = (bytes[i] ?? 0) ^ change;
        }
      }
    }
    // Most bytes are names and keys; the others make all the difference.
    expect([...outcomes.keys()].sort()).toEqual(['hashed', 'refused', 'undefined']);
  });

  const edit = fc.record({
    at: fc.nat({ max: 2_000 }),
    remove: fc.nat({ max: 4 }),
    insert: fc.uint8Array({ maxLength: 4 }),
  });

  test('with any bytes changed, taken out and put in is refused, or hashed as it is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NAMES),
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        (name, edits) => {
          let bytes = Buffer.from(derOf(name));
          for (const { at, remove, insert } of edits) {
            const place = at % (bytes.length + 1);
            bytes = Buffer.concat([
              bytes.subarray(0, place),
              insert,
              bytes.subarray(place + remove),
            ]);
          }
          check(bytes);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('that is no certificate at all is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(check(bytes)).toBe('refused');
      }),
      { numRuns: 3_000 },
    );
  });

  test('takes no longer for being large', () => {
    // Lengths that lead nowhere, and elements in elements: nothing is followed
    // that a certificate does not have.
    const nested = Buffer.alloc(1024 * 1024, Buffer.from([0x30, 0x84, 0x00, 0x0f, 0xff, 0xf0]));
    const empty = Buffer.alloc(1024 * 1024, Buffer.from([0x30, 0x00]));
    const started = performance.now();
    for (const bytes of [nested, empty]) expect(check(bytes)).toBe('refused');
    expect(performance.now() - started).toBeLessThan(1_000 * patience);
  });
});

describe('bindings from bytes', () => {
  test('are these bytes', () => {
    const data = Buffer.from('tls-unique:\x00\x01\xff', 'latin1');
    expect(ChannelBindings.fromBytes(data).applicationData).toEqual(data);
    expect(ChannelBindings.fromBytes(Uint8Array.from(data)).applicationData).toEqual(data);
  });

  test('are one to 65536 bytes', () => {
    for (const length of [1, 65_536]) {
      const bindings = ChannelBindings.fromBytes(new Uint8Array(length));
      expect(bindings.applicationData.length).toBe(length);
    }
    expect(() => ChannelBindings.fromBytes(new Uint8Array())).toThrow(invalid('must not be empty'));
    expect(() => ChannelBindings.fromBytes(new Uint8Array(65_537))).toThrow(
      invalid('has 65537 bytes; the limit is 65536'),
    );
  });

  test.each([['tls-unique:text'], [undefined], [null], [[1, 2]], [new ArrayBuffer(4)], [7]])(
    '%p is refused',
    (value: unknown) => {
      expect(() => ChannelBindings.fromBytes(value as Uint8Array)).toThrow(
        invalid('must be a Uint8Array'),
      );
    },
  );
});

describe('nobody changes bindings', () => {
  const data = Buffer.from('tls-unique:secret');

  test('by the bytes that they came from', () => {
    const source = Buffer.from(data);
    const bindings = ChannelBindings.fromBytes(source);
    source.fill(0);
    expect(bindings.applicationData).toEqual(data);
  });

  test('by the bytes that they give', () => {
    const bindings = ChannelBindings.fromBytes(data);
    bindings.applicationData.fill(0);
    secChannelBindings(bindings).fill(0);
    expect(bindings.applicationData).toEqual(data);
    expect(secChannelBindings(bindings).subarray(32)).toEqual(data);
  });

  test('by assignment', () => {
    const bindings = ChannelBindings.fromBytes(data);
    expect(() => Object.assign(bindings, { applicationData: Buffer.alloc(1) })).toThrow(TypeError);
    expect(bindings.applicationData).toEqual(data);
  });

  test('by making them in another way', () => {
    const Constructor = ChannelBindings as unknown as new (...args: unknown[]) => object;
    const message = invalid(
      'ChannelBindings cannot be constructed; use fromCertificate or fromBytes',
    );
    expect(() => new Constructor()).toThrow(message);
    expect(() => new Constructor(Symbol('made here'), data)).toThrow(message);
    class Sub extends Constructor {}
    expect(() => new Sub(undefined, data)).toThrow(message);
  });
});

describe('SEC_CHANNEL_BINDINGS', () => {
  test('is eight DWORDs and the application data', () => {
    const bytes = secChannelBindings(ChannelBindings.fromBytes(Buffer.from('ab:\x80', 'latin1')));
    expect(bytes.toString('hex')).toBe(
      [
        '00000000', // dwInitiatorAddrType
        '00000000', // cbInitiatorLength
        '00000000', // dwInitiatorOffset
        '00000000', // dwAcceptorAddrType
        '00000000', // cbAcceptorLength
        '00000000', // dwAcceptorOffset
        '04000000', // cbApplicationDataLength
        '20000000', // dwApplicationDataOffset
        '61623a80',
      ].join(''),
    );
  });

  test('has the whole length in its field', () => {
    const bytes = secChannelBindings(ChannelBindings.fromBytes(new Uint8Array(65_536).fill(1)));
    expect(bytes.length).toBe(32 + 65_536);
    expect([bytes.readUInt32LE(24), bytes.readUInt32LE(28)]).toEqual([65_536, 32]);
  });

  test('of a certificate has the digest that openssl computed', () => {
    const bindings = ChannelBindings.fromCertificate(fixture('ecdsa-sha512'));
    if (bindings === undefined) throw new Error('no bindings');
    const bytes = secChannelBindings(bindings);
    expect(bytes.subarray(32, 53).toString()).toBe(PREFIX);
    expect(bytes.subarray(53).toString('hex')).toBe(expected['ecdsa-sha512']?.digest);
  });

  test.each([
    [undefined],
    [null],
    ['tls-unique:'],
    [{ applicationData: Buffer.from('tls-unique:') }],
    [Object.create(ChannelBindings.prototype) as unknown],
  ])('is not made from %p', (value: unknown) => {
    expect(() => secChannelBindings(value as ChannelBindings)).toThrow(
      invalid('must be a ChannelBindings object of this package'),
    );
  });
});

describe('SEC_CHANNEL_BINDINGS_EX', () => {
  test('is twelve DWORDs and the application data', () => {
    const bindings = ChannelBindings.fromBytes(Buffer.from('ab:\x80', 'latin1'));
    expect(secChannelBindingsEx(bindings, 1).toString('hex')).toBe(
      [
        '43424558', // magicNumber
        '01000000', // flags
        '30000000', // cbHeaderLength
        '34000000', // cbStructureLength
        '00000000', // dwInitiatorAddrType
        '00000000', // cbInitiatorLength
        '30000000', // dwInitiatorOffset
        '00000000', // dwAcceptorAddrType
        '00000000', // cbAcceptorLength
        '30000000', // dwAcceptorOffset
        '04000000', // cbApplicationDataLength
        '30000000', // dwApplicationDataOffset
        '61623a80',
      ].join(''),
    );
  });

  test('is not made from what is none', () => {
    const none: unknown = {};
    expect(() => secChannelBindingsEx(none as ChannelBindings, 1)).toThrow(
      invalid('must be a ChannelBindings object of this package'),
    );
  });
});
