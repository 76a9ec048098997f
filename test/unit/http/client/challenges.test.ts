import { describe, expect, test } from '@jest/globals';

import {
  readChallenges,
  readPersistentAuth,
  supportsSessions,
} from '../../../../lib/http/client/logon/challenges.js';
import { coded } from '../../../instruments/support/fake-handles.js';

const read = (field: string | string[] | undefined, tokenBytes = 100) =>
  [...readChallenges(field, tokenBytes, ['Negotiate', 'NTLM'])].map(([scheme, token]) => [
    scheme,
    token?.toString(),
  ]);

describe('challenges', () => {
  test.each<[string | string[] | undefined, (readonly [string, string | undefined])[]]>([
    [undefined, []],
    ['', []],
    ['Negotiate', [['Negotiate', undefined]]],
    ['  negotiate  ', [['Negotiate', undefined]]],
    ['NEGOTIATE YWJj', [['Negotiate', 'abc']]],
    ['Negotiate   YWJjZA==', [['Negotiate', 'abcd']]],
    [
      ['Negotiate', 'NTLM'],
      [
        ['Negotiate', undefined],
        ['NTLM', undefined],
      ],
    ],
    [
      'Negotiate, NTLM',
      [
        ['Negotiate', undefined],
        ['NTLM', undefined],
      ],
    ],
    [',, Negotiate ,', [['Negotiate', undefined]]],
    ['Basic realm="a, NTLM", Negotiate', [['Negotiate', undefined]]],
    ['Basic realm="a\\", NTLM ", Negotiate YQ==', [['Negotiate', 'a']]],
    ['Digest realm="x", nonce="NTLM", qop="auth,auth-int"', []],
    ['Basic realm="unterminated, Negotiate', []],
    ['NegotiateX, XNTLM', []],
  ])('%j', (field, expected) => {
    expect(read(field)).toEqual(expected);
  });

  test.each([
    'Negotiate YWJ',
    'Negotiate YW Jj',
    'Negotiate =',
    'Negotiate YWJj=',
    'Negotiate YWJjZB==',
    'Negotiate Y-_j',
    'Negotiate YWJj, negotiate',
    'Negotiate YWJj, Negotiate YWJk',
  ])('%s is malformed', (field) => {
    expect(() => read(field)).toThrow(coded('ERR_SECUR32_MALFORMED_CHALLENGE'));
  });

  test.each<[string, (readonly [string, string | undefined])[]]>([
    ['Negotiate realm="x"', []],
    ['Negotiate realm=x', []],
    ['Negotiate realm = "x", NTLM', [['NTLM', undefined]]],
    ['Negotiate realm="x", Negotiate YWJj', [['Negotiate', 'abc']]],
    ['Digest realm="x", negotiate="y", ntlm = "z"', []],
    ['Negotiate, Negotiate', [['Negotiate', undefined]]],
    ['Negotiate YWJj, negotiate YWJj', [['Negotiate', 'abc']]],
  ])('%s: those with parameters, and repetitions, are ignored (C11)', (field, expected) => {
    expect(read(field)).toEqual(expected);
  });

  test('of schemes that are not in use are not read (C11)', () => {
    const field = 'Negotiate YWJ, Negotiate, NTLM';
    expect([...readChallenges(field, 100, ['NTLM'])]).toEqual([['NTLM', undefined]]);
    expect([...readChallenges(field, 100, [])]).toEqual([]);
  });

  test('with a token beyond the bound are not decoded', () => {
    const token = (bytes: number) => `Negotiate ${Buffer.alloc(bytes).toString('base64')}`;
    expect(read(token(100))).toHaveLength(1);
    for (const bytes of [101, 102, 1000]) {
      expect(() => read(token(bytes))).toThrow(coded('ERR_SECUR32_TOKEN_TOO_LARGE'));
    }
  });

  test('Persistent-Auth is true, false or nothing', () => {
    const fields = ['true', ' TRUE ', 'false', 'yes', '', undefined, ['true', 'false']];
    expect(fields.map(readPersistentAuth)).toEqual([
      true,
      true,
      false,
      ...Array<undefined>(4).fill(undefined),
    ]);
  });

  test('Proxy-Support says that a connection stays together, or it does not', () => {
    const fields = [
      'Session-Based-Authentication',
      ' session-based-authentication',
      'x',
      undefined,
    ];
    expect(fields.map(supportsSessions)).toEqual([true, true, false, false]);
  });
});
