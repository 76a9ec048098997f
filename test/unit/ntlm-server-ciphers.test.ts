/** What the NTLM server is made of, against the vectors of others. */

import { createHash } from 'node:crypto';

import { expect, test } from '@jest/globals';

import { channelBindingsHash } from '../instruments/ntlm-server/channel-bindings.js';
import { crc32 } from '../instruments/ntlm-server/crc32.js';
import { des } from '../instruments/ntlm-server/des.js';
import { bytes } from '../instruments/ntlm-server/examples.js';
import { hmacMd5 } from '../instruments/ntlm-server/hashes.js';
import { md4 } from '../instruments/ntlm-server/md4.js';
import { Rc4, rc4 } from '../instruments/ntlm-server/rc4.js';
import { upperCase } from '../instruments/ntlm-server/text.js';

const ascii = (text: string) => Buffer.from(text, 'latin1');

// RFC 1320 A.5; the last ones are longer than a block, or end where its length stands.
test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
  [
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
    '043f8582f241db351ce627e153e7f0e4',
  ],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    'e33b4ddc9c38f2199c3e7b164fcc0536',
  ],
])('MD4 of %j', (message, digest) => {
  expect(md4(ascii(message)).toString('hex')).toBe(digest);
});

// RFC 6229, offset 0.
test.each([
  ['0102030405', 'b2396305f03dc027ccc3524a0a1118a8'],
  ['01020304050607', '293f02d47f37c9b633f2af5285feb46b'],
  ['0102030405060708090a0b0c0d0e0f10', '9ac7cc9a609d1ef7b2932899cde41b97'],
])('RC4 with the key %s', (key, stream) => {
  expect(rc4(bytes(key), Buffer.alloc(16)).toString('hex')).toBe(stream);
});

test('RC4 goes on where it was', () => {
  const cipher = new Rc4(bytes('0102030405'));
  const pieces = [1, 0, 7, 8].map((size) => cipher.update(Buffer.alloc(size)));
  expect(Buffer.concat(pieces).toString('hex')).toBe('b2396305f03dc027ccc3524a0a1118a8');
});

test('DES, whose key has no parity here', () => {
  // FIPS 46's well-known example has the key 133457799BBCDFF1.
  const key = bytes('12695bc9b7b7f8');
  expect(des(key, bytes('0123456789abcdef')).toString('hex')).toBe('85e813540f0ab405');
});

test('CRC-32 of its check string', () => {
  expect(crc32(ascii('123456789'))).toBe(0xcbf4_3926);
  expect(crc32(Buffer.alloc(0))).toBe(0);
});

test('HMAC-MD5 of RFC 2202', () => {
  const digest = hmacMd5(Buffer.alloc(16, 0x0b), ascii('Hi '), ascii('There'));
  expect(digest.toString('hex')).toBe('9294727a3638bb1c13f48ef8158bfc9d');
});

test('capitals are as many as there were letters', () => {
  expect(upperCase('User-straße-ñ-é-名')).toBe('USER-STRAßE-Ñ-É-名');
});

test('channel bindings: a hash that others made of a certificate', () => {
  const certificate = bytes('e3ca49271e5089cc48ce82109f1324f41dbeddc29a777410c738f7868c4ff405');
  const bindings = Buffer.concat([ascii('tls-server-end-point:'), certificate]);
  const hash = channelBindingsHash(bindings);
  expect(hash.toString('hex')).toBe('6ea19df066da4622051f9c4f92c6df74');
  // The same, written out: two empty addresses, a length, the data.
  const structure = Buffer.concat([Buffer.alloc(16), bytes('35000000'), bindings]);
  expect(hash).toEqual(createHash('md5').update(structure).digest());
});
