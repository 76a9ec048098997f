import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  DerReader,
  DerTag,
  contextTag,
  objectIdentifierHex,
} from '../../lib/channel-bindings/der.js';
import { der, integer, oid, sequence } from '../instruments/support/der.js';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const reader = (hex: string) => new DerReader(bytes(hex), 'the test');

const malformed = (why: string) =>
  expect.objectContaining({
    name: 'TypeError',
    code: 'ERR_SECUR32_INVALID_ARGUMENT',
    message: `the test is not valid DER: ${why}`,
  });

describe('an element', () => {
  test('has its tag, its content and its bytes', () => {
    const element = reader('02 02 0102 05 00').any();
    expect(element.tag).toBe(DerTag.integer);
    expect(Buffer.from(element.content)).toEqual(bytes('0102'));
    expect(Buffer.from(element.bytes)).toEqual(bytes('02 02 0102'));
  });

  test.each([0, 1, 127, 128, 255, 256, 65535, 65536])('can be of %i bytes', (length) => {
    const content = Buffer.alloc(length, 7);
    const element = new DerReader(der(0x04, content), 'the test').read(0x04);
    expect(Buffer.from(element.content).equals(content)).toBe(true);
  });

  test.each([
    ['nothing', '', 'an element is truncated'],
    ['no length', '30', 'an element is truncated'],
    ['less than announced', '30 02 00', 'an element is truncated'],
    ['less octets of length than announced', '30 82 01', 'an element is truncated'],
    ['four octets of length, and no content', '30 84 ffffffff', 'an element is truncated'],
    ['five octets of length', '30 85 0100000000', 'an element is truncated'],
    ['127 octets of length', '30 ff 01', 'an element is truncated'],
    ['an indefinite length', '30 80 0000', 'an element has an indefinite length'],
    ['a long length that could be short', '30 81 01 00', 'a length has more octets than necessary'],
    [
      '127 in two octets',
      `30 81 7f ${'00'.repeat(127)}`,
      'a length has more octets than necessary',
    ],
    ['a zero before the length', '30 82 0001 00', 'a length has more octets than necessary'],
    [
      'a zero before 128',
      `30 82 0080 ${'00'.repeat(128)}`,
      'a length has more octets than necessary',
    ],
    ['a tag number of several octets', '3f 20 00', 'a tag number is too large'],
  ])('with %s is refused', (_, hex, why) => {
    expect(() => reader(hex).any()).toThrow(malformed(why));
  });
});

describe('a reader', () => {
  test('takes one element after the other', () => {
    const fields = reader('30 06 020101 020102').into(DerTag.sequence);
    expect([fields.any().content[0], fields.any().content[0]]).toEqual([1, 2]);
    expect(fields.atEnd).toBe(true);
    expect(() => {
      fields.end();
    }).not.toThrow();
  });

  test('does not leave the element that it is in', () => {
    // The INTEGER would end in its neighbour.
    const outer = reader('30 03 020201 30 00');
    const inner = outer.into(DerTag.sequence);
    expect(() => inner.any()).toThrow(malformed('an element is truncated'));
  });

  test('refuses another element than the one wanted', () => {
    expect(() => reader('02 01 01').read(DerTag.sequence)).toThrow(
      malformed('an element has an unexpected tag'),
    );
  });

  test('refuses more than belongs there', () => {
    const fields = reader('02 01 01 00');
    fields.any();
    expect(() => {
      fields.end();
    }).toThrow(malformed('there is unexpected data at the end'));
  });

  test('takes an optional element only where it is', () => {
    const fields = reader('a1 00 02 01 01');
    expect(fields.optional(contextTag(0, 'constructed'))).toBeUndefined();
    expect(fields.optional(contextTag(1, 'constructed'))?.tag).toBe(0xa1);
    expect(fields.optional(contextTag(1, 'primitive'))).toBeUndefined();
    fields.read(DerTag.integer);
    expect(fields.optional(DerTag.integer)).toBeUndefined();
  });

  test('reads whatever was written, and nothing but that', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (contents) => {
        const written = sequence(...contents.map((content) => der(0x04, content)));
        const fields = new DerReader(written, 'the test').into(DerTag.sequence);
        for (const content of contents) {
          expect(Buffer.from(fields.read(0x04).content)).toEqual(Buffer.from(content));
        }
        fields.end();
        expect(() => new DerReader(written.subarray(0, -1), 'the test').any()).toThrow(
          malformed('an element is truncated'),
        );
      }),
    );
  });

  test('takes bytes in one way only: what is read can be written again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (input) => {
        const source = new DerReader(input, 'the test');
        let element;
        try {
          element = source.any();
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_SECUR32_INVALID_ARGUMENT' });
          return;
        }
        expect(Buffer.from(element.bytes)).toEqual(der(element.tag, element.content));
      }),
      { numRuns: 5_000 },
    );
  });
});

test.each(['1.2.840.113549.1.1.11', '2.16.840.1.101.3.4.3.16', '1.3.14.3.2.29', '2.5.4.3'])(
  '%s is encoded as others encode it',
  (dotted) => {
    expect(objectIdentifierHex(dotted)).toBe(oid(dotted).subarray(2).toString('hex'));
  },
);

test('an OBJECT IDENTIFIER is encoded as X.690 shows it', () => {
  expect(objectIdentifierHex('1.2.840.113549')).toBe('2a864886f70d');
  expect(oid('1.2.840.113549')).toEqual(bytes('06 06 2a864886f70d'));
  expect(integer(1)).toEqual(bytes('02 01 01'));
});
