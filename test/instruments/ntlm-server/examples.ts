/**
 * The examples of MS-NLMP 4.2, and a logon that a Windows client did. None of
 * the bytes come from this server.
 */

import {
  combined,
  NTLMSSP_NEGOTIATE_128,
  NTLMSSP_NEGOTIATE_56,
  NTLMSSP_NEGOTIATE_ALWAYS_SIGN,
  NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
  NTLMSSP_NEGOTIATE_KEY_EXCH,
  NTLMSSP_NEGOTIATE_NTLM,
  NTLMSSP_NEGOTIATE_OEM,
  NTLMSSP_NEGOTIATE_SEAL,
  NTLMSSP_NEGOTIATE_SIGN,
  NTLMSSP_NEGOTIATE_TARGET_INFO,
  NTLMSSP_NEGOTIATE_UNICODE,
  NTLMSSP_NEGOTIATE_VERSION,
  NTLMSSP_TARGET_TYPE_SERVER,
} from './flags.js';

/** Bytes from hexadecimal digits, with spaces wherever they help. */
export function bytes(...lines: readonly string[]): Buffer {
  return Buffer.from(lines.join('').replaceAll(' ', ''), 'hex');
}

const COMMON_FLAGS = [
  NTLMSSP_NEGOTIATE_56,
  NTLMSSP_NEGOTIATE_VERSION,
  NTLMSSP_TARGET_TYPE_SERVER,
  NTLMSSP_NEGOTIATE_ALWAYS_SIGN,
  NTLMSSP_NEGOTIATE_NTLM,
  NTLMSSP_NEGOTIATE_SEAL,
  NTLMSSP_NEGOTIATE_SIGN,
  NTLMSSP_NEGOTIATE_OEM,
  NTLMSSP_NEGOTIATE_UNICODE,
];

/** 4.2.1, and what all messages have. */
export const common = {
  account: { user: 'User', domain: 'Domain', password: 'Password' },
  serverName: 'Server',
  workstation: 'COMPUTER',
  sessionKey: bytes('5555 5555 5555 5555 5555 5555 5555 5555'),
  timestamp: bytes('0000 0000 0000 0000'),
  clientChallenge: bytes('aaaa aaaa aaaa aaaa'),
  serverChallenge: bytes('0123 4567 89ab cdef'),
  serverVersion: bytes('0600 7017 0000 000f'),
  clientVersion: bytes('0501 280a 0000 000f'),
  /** `Plaintext`, the message of 4.2.2.4, 4.2.3.4 and 4.2.4.4. */
  plaintext: bytes('5000 6c00 6100 6900 6e00 7400 6500 7800 7400'),
};

/** 4.2.2: NTLM v1. */
export const v1 = {
  flags: combined(...COMMON_FLAGS, NTLMSSP_NEGOTIATE_KEY_EXCH, NTLMSSP_NEGOTIATE_128),
  flagsInHex: '0xe2028233',
  lmOwf: bytes('e52c ac67 419a 9a22 4a3b 108f 3fa6 cb6d'),
  ntOwf: bytes('a4f4 9c40 6510 bdca b682 4ee7 c30f d852'),
  sessionBaseKey: bytes('d872 62b0 cde4 b1cb 7499 becc cdf1 0784'),
  ntResponse: bytes('67c4 3011 f302 98a2 ad35 ece6 4f16 331c 44bd bed9 2784 1f94'),
  lmResponse: bytes('98de f7b8 7f88 aa5d afe2 df77 9688 a172 def1 1c7d 5ccd ef13'),
  encryptedSessionKey: bytes('5188 22b1 b3f3 50c8 9586 82ec bb3e 3cb7'),
  encryptedSessionKeyNonNt: bytes('7452 ca55 c225 a1ca 04b4 8fae 32cf 56fc'),
  encryptedSessionKeyLm: bytes('4cd7 bb57 d697 ef9b 549f 02b8 f9b3 7864'),
  challenge: bytes(
    '4e54 4c4d 5353 5000 0200 0000 0c00 0c00 3800 0000 3382 02e2 0123 4567 89ab cdef',
    '0000 0000 0000 0000 0000 0000 0000 0000 0600 7017 0000 000f 5300 6500 7200 7600',
    '6500 7200',
  ),
  authenticate: bytes(
    '4e54 4c4d 5353 5000 0300 0000 1800 1800 6c00 0000 1800 1800 8400 0000 0c00 0c00',
    '4800 0000 0800 0800 5400 0000 1000 1000 5c00 0000 1000 1000 9c00 0000 3582 80e2',
    '0501 280a 0000 000f 4400 6f00 6d00 6100 6900 6e00 5500 7300 6500 7200 4300 4f00',
    '4d00 5000 5500 5400 4500 5200 98de f7b8 7f88 aa5d afe2 df77 9688 a172 def1 1c7d',
    '5ccd ef13 67c4 3011 f302 98a2 ad35 ece6 4f16 331c 44bd bed9 2784 1f94 5188 22b1',
    'b3f3 50c8 9586 82ec bb3e 3cb7',
  ),
  sealed: bytes('56fe 04d8 61f9 319a f0d7 238a 2e3b 4d45 7fb8'),
  crc32: bytes('7d84 aa93'),
  /** The signature in the specification shows these where it says itself that zeros are sent. */
  pad: bytes('45c8 44e5'),
  signature: bytes('0100 0000 0000 0000 09dc d1df 2e45 9d36'),
};

/** 4.2.3: NTLM v1 with a challenge of the client's, which is extended session security. */
export const v1Extended = {
  flags: combined(...COMMON_FLAGS, NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY),
  flagsInHex: '0x820a8233',
  ntResponse: bytes('7537 f803 ae36 7128 ca45 8204 bde7 caf8 1e97 ed26 8326 7232'),
  lmResponse: bytes('aaaa aaaa aaaa aaaa 0000 0000 0000 0000 0000 0000 0000 0000'),
  keyExchangeKey: bytes('eb93 429a 8bd9 52f8 b89c 55b8 7f47 5edc'),
  challenge: bytes(
    '4e54 4c4d 5353 5000 0200 0000 0c00 0c00 3800 0000 3382 0a82 0123 4567 89ab cdef',
    '0000 0000 0000 0000 0000 0000 0000 0000 0600 7017 0000 000f 5300 6500 7200 7600',
    '6500 7200',
  ),
  authenticate: bytes(
    '4e54 4c4d 5353 5000 0300 0000 1800 1800 6c00 0000 1800 1800 8400 0000 0c00 0c00',
    '4800 0000 0800 0800 5400 0000 1000 1000 5c00 0000 0000 0000 9c00 0000 3582 0882',
    '0501 280a 0000 000f 4400 6f00 6d00 6100 6900 6e00 5500 7300 6500 7200 4300 4f00',
    '4d00 5000 5500 5400 4500 5200 aaaa aaaa aaaa aaaa 0000 0000 0000 0000 0000 0000',
    '0000 0000 7537 f803 ae36 7128 ca45 8204 bde7 caf8 1e97 ed26 8326 7232',
  ),
  sealKey: bytes('04dd 7f01 4d85 04d2 65a2 5cc8 6a3a 7c06'),
  signKey: bytes('60e7 99be 5c72 fc92 922a e8eb e961 fb8d'),
  sealed: bytes('a023 72f6 5302 73f3 aa1e b901 90ce 5200 c99d'),
  signature: bytes('0100 0000 ff2a eb52 f681 793a 0000 0000'),
};

/** 4.2.4: NTLM v2. */
export const v2 = {
  flags: combined(
    ...COMMON_FLAGS,
    NTLMSSP_NEGOTIATE_KEY_EXCH,
    NTLMSSP_NEGOTIATE_128,
    NTLMSSP_NEGOTIATE_TARGET_INFO,
    NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
  ),
  flagsInHex: '0xe28a8233',
  /** Those of the AUTHENTICATE message. */
  clientFlags: 0xe288_8235,
  targetInfo: bytes(
    '0200 0c00 4400 6f00 6d00 6100 6900 6e00 0100 0c00 5300 6500 7200 7600 6500 7200',
    '0000 0000',
  ),
  ntOwf: bytes('0c86 8a40 3bfd 7a93 a300 1ef2 2ef0 2e3f'),
  sessionBaseKey: bytes('8de4 0cca dbc1 4a82 f15c b0ad 0de9 5ca3'),
  temp: bytes(
    '0101 0000 0000 0000 0000 0000 0000 0000 aaaa aaaa aaaa aaaa 0000 0000 0200 0c00',
    '4400 6f00 6d00 6100 6900 6e00 0100 0c00 5300 6500 7200 7600 6500 7200 0000 0000',
    '0000 0000',
  ),
  lmResponse: bytes('86c3 5097 ac9c ec10 2554 764a 57cc cc19 aaaa aaaa aaaa aaaa'),
  proof: bytes('68cd 0ab8 51e5 1c96 aabc 927b ebef 6a1c'),
  encryptedSessionKey: bytes('c5da d254 4fc9 7990 94ce 1ce9 0bc9 d03e'),
  challenge: bytes(
    '4e54 4c4d 5353 5000 0200 0000 0c00 0c00 3800 0000 3382 8ae2 0123 4567 89ab cdef',
    '0000 0000 0000 0000 2400 2400 4400 0000 0600 7017 0000 000f 5300 6500 7200 7600',
    '6500 7200 0200 0c00 4400 6f00 6d00 6100 6900 6e00 0100 0c00 5300 6500 7200 7600',
    '6500 7200 0000 0000',
  ),
  authenticate: bytes(
    '4e54 4c4d 5353 5000 0300 0000 1800 1800 6c00 0000 5400 5400 8400 0000 0c00 0c00',
    '4800 0000 0800 0800 5400 0000 1000 1000 5c00 0000 1000 1000 d800 0000 3582 88e2',
    '0501 280a 0000 000f 4400 6f00 6d00 6100 6900 6e00 5500 7300 6500 7200 4300 4f00',
    '4d00 5000 5500 5400 4500 5200 86c3 5097 ac9c ec10 2554 764a 57cc cc19 aaaa aaaa',
    'aaaa aaaa 68cd 0ab8 51e5 1c96 aabc 927b ebef 6a1c 0101 0000 0000 0000 0000 0000',
    '0000 0000 aaaa aaaa aaaa aaaa 0000 0000 0200 0c00 4400 6f00 6d00 6100 6900 6e00',
    '0100 0c00 5300 6500 7200 7600 6500 7200 0000 0000 0000 0000 c5da d254 4fc9 7990',
    '94ce 1ce9 0bc9 d03e',
  ),
  sealKey: bytes('59f6 0097 3cc4 960a 2548 0a7c 196e 4c58'),
  signKey: bytes('4788 dc86 1b47 82f3 5d43 fd98 fe1a 2d39'),
  sealed: bytes('54e5 0165 bf19 36dc 9960 20c1 811b 0f06 fb5f'),
  /** As it is before RC4. */
  checksum: bytes('7035 2851 f256 4309'),
  signature: bytes('0100 0000 7fb3 8ec5 c55d 4976 0000 0000'),
  /** The other direction, of which the specification says nothing; other implementations agree on them. */
  serverSignKey: bytes('d04d 6f10 7410 41d1 d246 d641 88d7 a8ad'),
  serverSealKey: bytes('9355 f3a9 57c1 583d 25c4 c2f1 1e40 390e'),
};

/**
 * A logon of a client of Windows 8.1, as the tests of FreeRDP publish it: with an
 * integrity code and a target name, which the specification has no example of.
 */
export const windows = {
  account: { user: 'Username', domain: 'Domain', password: 'P4ss123!' },
  ntOwf: bytes('4c7f 706f 7dde 05a9 d1a0 f4e7 ffe3 bfb8'),
  workstation: 'NEWYEAR',
  targetName: 'HTTP/rw.local',
  negotiate: bytes(
    '4e54 4c4d 5353 5000 0100 0000 0782 08a2 0000 0000 0000 0000 0000 0000 0000 0000',
    '0603 8025 0000 000f',
  ),
  challenge: bytes(
    '4e54 4c4d 5353 5000 0200 0000 0000 0000 3800 0000 0782 88a2 a4f1 baa6 7cdc 1a12',
    '0000 0000 0000 0000 6600 6600 3800 0000 0603 8025 0000 000f 0200 0e00 4e00 4500',
    '5700 5900 4500 4100 5200 0100 0e00 4e00 4500 5700 5900 4500 4100 5200 0400 1c00',
    '6c00 6100 6200 2e00 7700 6100 7900 6b00 2e00 6c00 6f00 6300 6100 6c00 0300 0e00',
    '6e00 6500 7700 7900 6500 6100 7200 0700 0800 3357 bdb1 078b cf01 0000 0000',
  ),
  authenticate: bytes(
    '4e54 4c4d 5353 5000 0300 0000 1800 1800 8200 0000 0801 0801 9a00 0000 0c00 0c00',
    '5800 0000 1000 1000 6400 0000 0e00 0e00 7400 0000 0000 0000 a201 0000 0582 88a2',
    '0603 8025 0000 000f 12e5 5af5 80ee 3f29 e1de 904d 7377 0625 4400 6f00 6d00 6100',
    '6900 6e00 5500 7300 6500 7200 6e00 6100 6d00 6500 4e00 4500 5700 5900 4500 4100',
    '5200 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 6214 68c8 9812',
    'e739 d876 1be9 f754 b5e3 0101 0000 0000 0000 3357 bdb1 078b cf01 20c0 2b3d c061',
    'a773 0000 0000 0200 0e00 4e00 4500 5700 5900 4500 4100 5200 0100 0e00 4e00 4500',
    '5700 5900 4500 4100 5200 0400 1c00 6c00 6100 6200 2e00 7700 6100 7900 6b00 2e00',
    '6c00 6f00 6300 6100 6c00 0300 0e00 6e00 6500 7700 7900 6500 6100 7200 0700 0800',
    '3357 bdb1 078b cf01 0600 0400 0200 0000 0800 3000 3000 0000 0000 0000 0100 0000',
    '0020 0000 1e10 f52c 542f 2e77 1c13 bfc3 3fe1 7b28 7e0b 935a 39d2 ce12 d7bd 8c4e',
    '2bb5 0bf5 0a00 1000 0000 0000 0000 0000 0000 0000 0000 0000 0900 1a00 4800 5400',
    '5400 5000 2f00 7200 7700 2e00 6c00 6f00 6300 6100 6c00 0000 0000 0000 0000 0000',
    '0000',
  ),
};
