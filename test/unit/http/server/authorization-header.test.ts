import { describe, expect, test } from '@jest/globals';

import { readAuthorization } from '../../../../lib/http/server/request/authorization-header.js';
import { continuesLogon } from '../../../../lib/http/server/logon/continued-token.js';
import type { Scheme } from '../../../../lib/http/schemes.js';

const BOTH: readonly Scheme[] = ['Negotiate', 'NTLM'];

const read = (fields: readonly string[], schemes = BOTH, tokenBytes = 30) =>
  readAuthorization(
    ['Host', 'web', ...fields.flatMap((field) => ['Authorization', field])],
    schemes,
    tokenBytes,
  );

const token = (bytes: string, scheme: Scheme = 'Negotiate') => ({
  kind: 'token',
  scheme,
  token: Buffer.from(bytes),
});

describe('a field', () => {
  test.each([
    ['Negotiate dG9rZW4=', token('token')],
    ['negotiate dG9rZW4=', token('token')],
    ['NEGOTIATE dG9rZW4=', token('token')],
    ['Negotiate   dG9rZW4=', token('token')],
    ['NTLM dG9rZW4=', token('token', 'NTLM')],
    ['ntlm dG9rZW4=', token('token', 'NTLM')],
    ['nTlM dG9rZW4=', token('token', 'NTLM')],
    ['Negotiate +/+/', { kind: 'token', scheme: 'Negotiate', token: Buffer.of(251, 255, 191) }],
  ])('%j is a token', (field, result) => {
    expect(read([field])).toEqual(result);
  });

  test.each([[[]], [['']], [['Negotiate']], [['NTLM']], [['ntlm ']], [['Negotiate   ']]])(
    '%j says nothing',
    (fields) => {
      expect(read(fields)).toEqual({ kind: 'none' });
    },
  );

  test.each([
    ['Basic YWxpY2U6cGFzc3dvcmQ='],
    ['Bearer abc.def-ghi'],
    ['Digest username="alice", realm="web"'],
    ['NegotiateX dG9rZW4='],
    ['Nego dG9rZW4='],
    ['NTLMv2 dG9rZW4='],
    [`Bearer ${'x'.repeat(10_000)}`],
    ['Basic'],
  ])('%.40j is of another scheme', (field) => {
    expect(read([field])).toEqual({ kind: 'other' });
  });

  test('of a scheme that is not offered is of another scheme', () => {
    expect(read(['NTLM dG9rZW4='], ['Negotiate'])).toEqual({ kind: 'other' });
    expect(read(['Negotiate dG9rZW4='], ['NTLM'])).toEqual({ kind: 'other' });
  });

  test.each([
    ['Negotiate dG9rZW4', 'no padding'],
    ['Negotiate dG9rZW4==', 'too much padding'],
    ['Negotiate dG9rZW5=', 'bits behind the last byte'],
    ['Negotiate dG9 rZW4=', 'a space'],
    ['Negotiate dG9\trZW4=', 'a tab'],
    ['Negotiate dG9rZW4=,', 'a comma'],
    ['Negotiate dG9rZW4=, Negotiate dG9rZW4=', 'a list'],
    ['Negotiate token="dG9rZW4="', 'a parameter'],
    ['Negotiate -_-_', 'the alphabet of URLs'],
    ['Negotiate ====', 'padding alone'],
    ['Negotiate d', 'a character alone'],
    ['Negotiate dG9r=ZW4', 'padding inside'],
    ['Negotiate dG9rZW4=\u00e9', 'a letter that is none of them'],
    ['Negotiate \0\0\0\0', 'zeros'],
    ['Negotiate dG9rZW4=\r\n dG9r', 'a folded line'],
    ['Negotiate\tdG9rZW4=', 'a tab for a space'],
    ['Negotiate,dG9rZW4=', 'a comma for a space'],
    ['Negotiate=dG9rZW4=', 'no space'],
    [' dG9rZW4=', 'no scheme'],
    ['"Negotiate" dG9rZW4=', 'a scheme in quotes'],
    ['N\u00e9gotiate dG9rZW4=', 'a scheme that is no token'],
  ])('%j is malformed: %s', (field) => {
    expect(read([field])).toMatchObject({ kind: 'malformed' });
  });
});

describe('several fields', () => {
  test.each([
    [['Negotiate dG9rZW4=', 'Negotiate dG9rZW4=']],
    [['Negotiate dG9rZW4=', '']],
    [['Basic YTpi', 'Negotiate dG9rZW4=']],
    [['Negotiate', 'Negotiate']],
  ])('%j are malformed', (fields) => {
    expect(read(fields)).toEqual({
      kind: 'malformed',
      fault: 'there is more than one Authorization field',
    });
  });

  test('are found by every way to write their name', () => {
    const raw = ['authorization', 'Negotiate dG9rZW4=', 'AUTHORIZATION', 'Negotiate dG9rZW4='];
    expect(readAuthorization(raw, BOTH, 30)).toMatchObject({ kind: 'malformed' });
  });

  // The empty one in front hides nothing.
  test('are malformed also behind an empty one', () => {
    expect(read(['', 'Negotiate dG9rZW4='])).toMatchObject({ kind: 'malformed' });
  });

  test('that only look alike are none', () => {
    const raw = ['Proxy-Authorization', 'Negotiate dG9rZW4=', 'X-Authorization', 'NTLM dG9rZW4='];
    expect(readAuthorization(raw, BOTH, 30)).toEqual({ kind: 'none' });
    expect(readAuthorization(['X', 'Authorization', 'Y', 'z'], BOTH, 30)).toEqual({ kind: 'none' });
  });
});

describe('the size', () => {
  const negotiate = (bytes: number) => `Negotiate ${Buffer.alloc(bytes, 7).toString('base64')}`;
  const TOO_LARGE = { kind: 'malformed', fault: 'the token is too large' };

  test.each([[1], [2], [3], [31], [32], [33], [48_000], [65_536]])(
    'of %d bytes is taken where it is the limit, and one more is not',
    (limit) => {
      expect(read([negotiate(limit)], BOTH, limit)).toMatchObject({
        kind: 'token',
        token: Buffer.alloc(limit, 7),
      });
      expect(read([negotiate(limit + 1)], BOTH, limit)).toEqual(TOO_LARGE);
      expect(read([negotiate(limit + 2)], BOTH, limit)).toEqual(TOO_LARGE);
      expect(read([negotiate(limit + 500)], BOTH, limit)).toEqual(TOO_LARGE);
    },
  );

  test('is refused before anything is decoded', () => {
    const decode = Buffer.from.bind(Buffer);
    let decoded = 0;
    Buffer.from = (...args: Parameters<typeof decode>) => {
      decoded++;
      return decode(...args);
    };
    try {
      expect(read([`Negotiate ${'A'.repeat(4_000_000)}`])).toEqual(TOO_LARGE);
      expect(decoded).toBe(0);
    } finally {
      Buffer.from = decode;
    }
  });

  test('of spaces hides no token behind them', () => {
    expect(read([`Negotiate${' '.repeat(1000)}dG9rZW4=`])).toEqual(TOO_LARGE);
    expect(read([`Negotiate${' '.repeat(54)}dG9rZW4=`])).toMatchObject({ kind: 'token' });
  });
});

describe('a token continues a logon', () => {
  const ntlm = (type: number) =>
    Buffer.concat([Buffer.from('NTLMSSP\0'), Buffer.of(type, 0, 0, 0)]);

  test.each([
    ['an AUTHENTICATE of NTLM', ntlm(3)],
    ['the same with more behind it', Buffer.concat([ntlm(3), Buffer.alloc(100)])],
    ['a NegTokenResp', Buffer.of(0xa1, 3, 0x30, 1, 0)],
  ])('as %s does', (_, bytes) => {
    expect(continuesLogon(bytes)).toBe(true);
  });

  test.each([
    ['a NEGOTIATE of NTLM', ntlm(1)],
    ['a CHALLENGE of NTLM', ntlm(2)],
    ['half an AUTHENTICATE', ntlm(3).subarray(0, 11)],
    ['a NegTokenInit', Buffer.of(0x60, 3, 0x30, 1, 0)],
    ['nothing', Buffer.alloc(0)],
    ['anything', Buffer.from('anything at all')],
  ])('as %s does not', (_, bytes) => {
    expect(continuesLogon(bytes)).toBe(false);
  });
});
