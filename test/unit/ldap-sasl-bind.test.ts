/** What the bind of examples/ldap takes from a server, before and after it trusts it. */

import { expect, test } from '@jest/globals';

import { runChild } from '../instruments/support/child.js';

const SUCCESS = 0;
const IN_PROGRESS = 14;
const INVALID_CREDENTIALS = 49;

const LATE = 'Error: the server does not answer';

function tlv(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag, content.length), content]);
}

interface Response {
  id: number;
  code: number;
  text?: string;
  token?: Uint8Array;
}

/** A bind response (RFC 4511, 4.2.2) in hexadecimal digits. */
function response({ id, code, text = '', token }: Response): string {
  return tlv(
    0x30,
    tlv(0x02, Buffer.of(id)),
    tlv(
      0x61,
      tlv(0x0a, Buffer.of(code)),
      tlv(0x04),
      tlv(0x04, Buffer.from(text)),
      ...(token === undefined ? [] : [tlv(0x87, token)]),
    ),
  ).toString('hex');
}

const token = response({ id: 1, code: IN_PROGRESS, token: Buffer.from('token') });
const done = response({ id: 3, code: SUCCESS });

function offer(...bytes: number[]): string {
  return response({ id: 2, code: IN_PROGRESS, token: Buffer.from(bytes) });
}

/** What comes of it, for every way in which a server may answer. */
const expectations: [string, (string | null)[], unknown][] = [
  ['all layers', [token, offer(7, 1, 2, 3), done], { send: 0x010203, receive: 0x10000 }],
  ['encryption only', [token, offer(4, 0, 16, 0), done], { send: 4096, receive: 0x10000 }],
  ['one byte', [token, offer(4, 0, 0, 62), done], { send: 62, receive: 0x10000 }],
  ['less than a byte', [token, offer(4, 0, 0, 61), done], /takes no message that is large enough/],
  ['nothing at all', [token, offer(7, 0, 0, 0), done], /takes no message that is large enough/],
  ['no layer', [token, offer(1, 0, 0, 0), done], 'Error: the server does not offer encryption'],
  ['signing', [token, offer(3, 1, 0, 0), done], 'Error: the server does not offer encryption'],
  ['a short offer', [token, offer(7, 1, 0), done], 'Error: an offer that is not RFC 4752'],
  ['a long offer', [token, offer(7, 1, 0, 0, 0), done], 'Error: an offer that is not RFC 4752'],
  ['no offer', [token, response({ id: 2, code: IN_PROGRESS })], /not RFC 4752/],
  [
    'success at once',
    [response({ id: 1, code: SUCCESS })],
    'Error: the logon ends with code 0: ""',
  ],
  ['success without an offer', [token, response({ id: 2, code: SUCCESS })], /ends with code 0/],
  ['no end', [token, offer(7, 1, 0, 0), response({ id: 3, code: IN_PROGRESS })], /with code 14/],
  [
    'a refusal that writes to terminals',
    [response({ id: 1, code: INVALID_CREDENTIALS, text: 'no\u001b[2J' })],
    String.raw`Error: the logon ends with code 49: "no\u001b[2J"`,
  ],
  ['another request', [response({ id: 2, code: IN_PROGRESS })], /an answer to another request/],
  ['two answers', [token + token], /an answer that nobody asked for/],
  ['no LDAP', [Buffer.from('HTTP/1.1 400').toString('hex')], /an answer that is not LDAP/],
  ['no length', ['3080'], /an answer that is not LDAP/],
  ['a length of five bytes', ['30850000000001'], /an answer that is not LDAP/],
  ['a huge length', ['3084ffffffff'], /an answer that is too large/],
  ['a length that is too large', ['308300fffd'], /an answer that is too large/],
  ['an empty message', ['3000'], /Error: /],
  ['another message', ['300c02010165070a010004000400'], /Error: /],
  ['fields that are cut', ['30050201016100'], /Error: the logon ends with code null: null/],
  ['half an answer', [token.slice(0, -2)], LATE],
  ['nothing', [], LATE],
  ['an end', [null], 'Error: the server closed the connection'],
  ['an end later', [token, null], 'Error: the server closed the connection'],
];

test('the bind of examples/ldap believes no more than it has to', async () => {
  const scripts = Object.fromEntries(
    expectations.map(([name, answers, outcome]) => [
      name,
      // Only who is to be late has little time.
      { answers, timeoutMs: outcome === LATE ? 200 : 20_000 },
    ]),
  );
  const { output, errors } = await runChild('unit/children/sasl-bind.js', { input: scripts });
  expect(errors).toBe('');
  expect(output).toEqual(
    Object.fromEntries(
      expectations.map(([name, , outcome]) => [
        name,
        outcome instanceof RegExp ? expect.stringMatching(outcome) : outcome,
      ]),
    ),
  );
});
