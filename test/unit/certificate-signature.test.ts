import { describe, expect, test } from '@jest/globals';

import { certificateSignatureHash } from '../../lib/channel-bindings/certificate-signature.js';
import {
  algorithm,
  certificate,
  der,
  explicit,
  integer,
  nothing,
  oid,
  sequence,
} from '../instruments/support/der.js';

const PSS = '1.2.840.113549.1.1.10';
const MGF1 = '1.2.840.113549.1.1.8';
const HASHES = {
  md5: '1.2.840.113549.2.5',
  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  'sha512-224': '2.16.840.1.101.3.4.2.5',
  'sha512-256': '2.16.840.1.101.3.4.2.6',
  'sha3-224': '2.16.840.1.101.3.4.2.7',
  'sha3-256': '2.16.840.1.101.3.4.2.8',
  'sha3-384': '2.16.840.1.101.3.4.2.9',
  'sha3-512': '2.16.840.1.101.3.4.2.10',
};

const hashOf = (identifier: Uint8Array) =>
  certificateSignatureHash(certificate({ algorithm: identifier }));
const pss = (...parameters: readonly Uint8Array[]) => algorithm(PSS, sequence(...parameters));
const message = (hash: string) => explicit(0, algorithm(hash, nothing));
const mask = (hash: string) => explicit(1, algorithm(MGF1, algorithm(hash, nothing)));
const saltLength = explicit(2, integer(32));
const trailer = explicit(3, integer(1));

const malformed = (message: string) =>
  expect.objectContaining({
    name: 'TypeError',
    code: 'ERR_SECUR32_INVALID_ARGUMENT',
    message,
  });
const invalid = (why: string) => malformed(`the certificate is not valid DER: ${why}`);
const CUT_OFF = 'an element is truncated';
const OTHER = 'an element has an unexpected tag';
const MORE = 'there is unexpected data at the end';

describe('algorithms that no fixture has', () => {
  test.each([
    ['RSA with SHA-1 by its other name', '1.3.14.3.2.29', 'sha1'],
    ['RSA with MD2', '1.2.840.113549.1.1.2', undefined],
    ['RSA with MD4', '1.2.840.113549.1.1.3', undefined],
    ['RSASSA-PSS with SHAKE256', '1.3.6.1.5.5.7.6.31', undefined],
    ['ECDSA with SHAKE128', '1.3.6.1.5.5.7.6.32', undefined],
    ['ML-DSA-65', '2.16.840.1.101.3.4.3.18', undefined],
    ['one with 128 bits in an arc', '2.25.340282366920938463463374607431768211455', undefined],
  ])('%s', (_, dotted, hash) => {
    expect(hashOf(algorithm(dotted))).toBe(hash);
    expect(hashOf(algorithm(dotted, nothing))).toBe(hash);
  });

  test('the parameters of one that is not known are not looked into', () => {
    expect(hashOf(algorithm('1.2.3.4', sequence(integer(1), integer(2))))).toBeUndefined();
  });

  test('a hash function by itself signs nothing', () => {
    expect(hashOf(algorithm(HASHES.sha256, nothing))).toBeUndefined();
  });
});

describe('RSASSA-PSS', () => {
  test.each(Object.entries(HASHES))('with %s for message and mask', (hash, dotted) => {
    expect(hashOf(pss(message(dotted), mask(dotted), saltLength))).toBe(hash);
  });

  test('means SHA-1 by what it leaves out', () => {
    expect(hashOf(pss())).toBe('sha1');
    expect(hashOf(pss(message(HASHES.sha1)))).toBe('sha1');
    expect(hashOf(pss(mask(HASHES.sha1)))).toBe('sha1');
    expect(hashOf(pss(saltLength))).toBe('sha1');
    expect(hashOf(pss(message(HASHES.sha1), mask(HASHES.sha1), saltLength, trailer))).toBe('sha1');
  });

  test('takes hash functions with and without NULL', () => {
    const bare = (hash: string) => [
      explicit(0, algorithm(hash)),
      explicit(1, algorithm(MGF1, algorithm(hash))),
    ];
    expect(hashOf(pss(...bare(HASHES.sha384)))).toBe('sha384');
    expect(hashOf(pss(message(HASHES.sha384), ...bare(HASHES.sha384).slice(1)))).toBe('sha384');
  });

  test.each([
    ['another one for the mask', pss(message(HASHES.sha256), mask(HASHES.sha1))],
    ['SHA-1 for the mask, by leaving it out', pss(message(HASHES.sha256))],
    ['SHA-1 for the message, by leaving it out', pss(mask(HASHES.sha256))],
    ['one that is not known', pss(message('1.2.3.4'), mask('1.2.3.4'))],
    [
      'another mask generation',
      pss(message(HASHES.sha256), explicit(1, algorithm('1.2.3.4', algorithm(HASHES.sha256)))),
    ],
  ])('with %s has no single hash', (_, identifier) => {
    expect(hashOf(identifier)).toBeUndefined();
  });

  test.each([
    ['without parameters', algorithm(PSS), invalid(CUT_OFF)],
    ['with NULL for parameters', algorithm(PSS, nothing), invalid(OTHER)],
    ['with something behind the parameters', algorithm(PSS, sequence(), nothing), invalid(MORE)],
    ['with fields in another order', pss(mask(HASHES.sha1), message(HASHES.sha1)), invalid(MORE)],
    ['with a field twice', pss(message(HASHES.sha1), message(HASHES.sha256)), invalid(MORE)],
    ['with an unknown field', pss(explicit(4, integer(1))), invalid(MORE)],
    [
      'with two hash functions in one field',
      pss(explicit(0, Buffer.concat([algorithm(HASHES.sha1), algorithm(HASHES.sha256)]))),
      invalid(MORE),
    ],
    ['with an empty field', pss(explicit(0, Buffer.alloc(0))), invalid(CUT_OFF)],
    ['with a mask without hash', pss(explicit(1, algorithm(MGF1))), invalid(CUT_OFF)],
  ])('%s is refused', (_, identifier, error) => {
    expect(() => hashOf(identifier)).toThrow(error);
  });
});

describe('the certificate', () => {
  const sha256 = algorithm('1.2.840.113549.1.1.11', nothing);
  const sha384 = algorithm('1.2.840.113549.1.1.12', nothing);
  const whole = certificate({ algorithm: sha256 });

  test('may have all that RFC 5280 lets it have', () => {
    const extensions = [
      der(0x81, Buffer.alloc(2)),
      der(0x82, Buffer.alloc(2)),
      explicit(3, sequence()),
    ];
    expect(certificateSignatureHash(certificate({ algorithm: sha256, extensions }))).toBe('sha256');
  });

  test('can be large', () => {
    const extensions = [explicit(3, sequence(der(0x04, Buffer.alloc(100_000))))];
    expect(certificateSignatureHash(certificate({ algorithm: sha256, extensions }))).toBe('sha256');
  });

  test('that names two algorithms is refused', () => {
    const named = malformed('the certificate names two different signature algorithms');
    const withoutNull = algorithm('1.2.840.113549.1.1.11');
    for (const signedAlgorithm of [sha384, withoutNull]) {
      expect(() =>
        certificateSignatureHash(certificate({ algorithm: sha256, signedAlgorithm })),
      ).toThrow(named);
    }
  });

  test.each([
    ['nothing', Buffer.alloc(0), CUT_OFF],
    ['an empty sequence', sequence(), CUT_OFF],
    ['no sequence', integer(1), OTHER],
    ['a certificate with a byte behind it', Buffer.concat([whole, Buffer.from([0])]), MORE],
    ['two certificates', Buffer.concat([whole, whole]), MORE],
    ['a certificate in a sequence', sequence(whole), CUT_OFF],
    ['a signature of another type', sequence(sequence(), sha256, integer(1)), OTHER],
    ['fields behind the signature', sequence(sequence(), sha256, der(3), nothing), MORE],
    ['nothing that is signed', sequence(sequence(), sha256, der(3)), CUT_OFF],
    [
      'an unknown field in what is signed',
      certificate({ algorithm: sha256, extensions: [explicit(4, sequence())] }),
      MORE,
    ],
    ['an algorithm without identifier', certificate({ algorithm: sequence() }), CUT_OFF],
    ['an algorithm that is NULL', certificate({ algorithm: sequence(nothing) }), OTHER],
    [
      'an algorithm with two parameters',
      certificate({ algorithm: algorithm('1.2.840.113549.1.1.11', nothing, nothing) }),
      MORE,
    ],
  ])('%s is none', (_, bytes, why) => {
    expect(() => certificateSignatureHash(bytes)).toThrow(invalid(why));
  });

  test('the algorithm is compared as a whole, not by how it begins', () => {
    const longer = der(
      0x06,
      Buffer.concat([oid('1.2.840.113549.1.1.11').subarray(2), Buffer.of(1)]),
    );
    expect(hashOf(sequence(longer, nothing))).toBeUndefined();
  });
});
