/** Which tokens are NTLM's, at a server that takes Kerberos only. */

import { fake } from '../../../instruments/support/fake-native.js';

import { afterEach, describe, expect, test } from '@jest/globals';

import { SEC_I_CONTINUE_NEEDED } from '../../../../lib/constants/status.js';
import { isNtlmToken } from '../../../../lib/http/server/logon/ntlm-token.js';
import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import { countOpenHandshakes } from '../../../../lib/http/server/logon/handshake-slots.js';
import { der, explicit, oid, sequence } from '../../../instruments/support/der.js';
import {
  ntlmAuthenticate,
  ntlmNegotiate,
  queueLogon,
} from '../../../instruments/support/fake-logons.js';
import { closeServers, reasons, serve } from '../../../instruments/support/http-server.js';
import { closeWires, WireClient } from '../../../instruments/support/http-wire.js';

afterEach(async () => {
  await closeWires();
  await closeServers();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

const SPNEGO = oid('1.3.6.1.5.5.2');
const NTLM = oid('1.3.6.1.4.1.311.2.2.10');
const KERBEROS = oid('1.2.840.113554.1.2.2');
const WINDOWS_KERBEROS = oid('1.2.840.48018.1.2.2');
const USER_TO_USER = oid('1.2.840.113554.1.2.2.3');
const IAKERB = oid('1.3.6.1.5.2.5');
const NEGOEX = oid('1.3.6.1.4.1.311.2.2.30');

const framed = (mechanism: Uint8Array, inner: Uint8Array) => der(0x60, mechanism, inner);
const octets = (content: Uint8Array) => der(0x04, content);

/** The NegTokenInit of these mechanisms, the first of which sent this token. */
function negTokenInit(types: readonly Uint8Array[], token?: Uint8Array): Buffer {
  return explicit(
    0,
    sequence(
      explicit(0, sequence(...types)),
      ...(token === undefined ? [] : [explicit(2, octets(token))]),
    ),
  );
}

const init = (types: readonly Uint8Array[], token?: Uint8Array) =>
  framed(SPNEGO, negTokenInit(types, token));

/** A NegTokenResp, accept-incomplete. */
const response = (token: Uint8Array) =>
  explicit(1, sequence(explicit(0, der(0x0a, Buffer.of(1))), explicit(2, octets(token))));

const NEGOTIATE = ntlmNegotiate('more of it');
const TICKET = framed(KERBEROS, Buffer.from([1, 0, 0x6e, 0x01, 0x00]));

/** From Windows: a browser without a ticket. */
const OF_WINDOWS = Buffer.from(
  'YEgGBisGAQUFAqA+MDygDjAMBgorBgEEAYI3AgIKoioEKE5UTE1TU1AAAQAAAJeyCOIAAAAAAAAAAAAAAAAAAAAABgGxHQAAAA8=',
  'base64',
);

const WHOLE = init([KERBEROS, NTLM], NEGOTIATE);

const NTLM_TOKENS: [string, Buffer][] = [
  ['a message as Wine and curl send it', NEGOTIATE],
  ['an authenticate message', ntlmAuthenticate('x')],
  ['a message that is cut off', Buffer.from('NTLMSSP\0')],
  ['a message in the frame of GSS-API', framed(NTLM, NEGOTIATE)],
  ['what Windows wraps', OF_WINDOWS],
  ['NTLM as the only mechanism', init([NTLM], NEGOTIATE)],
  ['NTLM as the only mechanism, without a token', init([NTLM])],
  ['NTLM as the first mechanism', init([NTLM, KERBEROS], NEGOTIATE)],
  ['NTLM as the first mechanism, without a token', init([NTLM, WINDOWS_KERBEROS, KERBEROS])],
  ['a message of NTLM under the name of Kerberos', init([KERBEROS, NTLM], NEGOTIATE)],
  ['a framed message of NTLM in SPNEGO', init([KERBEROS], framed(NTLM, NEGOTIATE))],
  ['NEGOEX and NTLM, but no Kerberos', init([NEGOEX, NTLM], Buffer.from('NEGOEXTS'))],
  ['a NegTokenInit without its frame', negTokenInit([NTLM], NEGOTIATE)],
  [
    'a NegTokenInit without mechanisms',
    framed(SPNEGO, explicit(0, sequence(explicit(2, octets(NEGOTIATE))))),
  ],
  ['a later message in SPNEGO', response(ntlmAuthenticate('x'))],
  ['a message in SPNEGO that is cut off', WHOLE.subarray(0, -1)],
  ['a message in SPNEGO with something after it', Buffer.concat([WHOLE, Buffer.of(0)])],
  [
    'a message in SPNEGO of an indefinite length',
    Buffer.concat([Buffer.of(0x60, 0x80), WHOLE.subarray(2), Buffer.of(0, 0)]),
  ],
  [
    'a message in SPNEGO whose length has more octets than it needs',
    Buffer.concat([Buffer.of(0x60, 0x81), WHOLE.subarray(1)]),
  ],
  [
    'a message whose own frame in SPNEGO has more octets than it needs',
    init([KERBEROS], Buffer.concat([Buffer.of(0x60, 0x81), framed(NTLM, NEGOTIATE).subarray(1)])),
  ],
  ['two messages in no frame', Buffer.concat([Buffer.of(0), NEGOTIATE, NEGOTIATE])],
  [
    'NTLM with flags and what is behind the token',
    framed(
      SPNEGO,
      explicit(
        0,
        sequence(
          explicit(0, sequence(NTLM)),
          explicit(1, der(0x03, Buffer.of(1, 0))),
          explicit(2, octets(NEGOTIATE)),
          explicit(3, octets(Buffer.from('a checksum'))),
        ),
      ),
    ),
  ],
];

const OTHER_TOKENS: [string, Buffer][] = [
  ['a ticket', TICKET],
  ['a ticket in SPNEGO', init([KERBEROS], TICKET)],
  ['a ticket in SPNEGO, with NTLM as an alternative', init([KERBEROS, NTLM], TICKET)],
  ['a ticket as Windows sends it', init([WINDOWS_KERBEROS, KERBEROS, NEGOEX, NTLM], TICKET)],
  ['Kerberos without a token, with NTLM as an alternative', init([KERBEROS, NTLM])],
  ['NEGOEX first, with Kerberos and NTLM behind it', init([NEGOEX, KERBEROS, NTLM])],
  ['user to user, with NTLM as an alternative', init([USER_TO_USER, NTLM])],
  ['IAKERB, with NTLM as an alternative', init([IAKERB, NTLM])],
  ['NEGOEX alone', init([NEGOEX])],
  ['no mechanism', init([])],
  ['a later token of Kerberos in SPNEGO', response(TICKET)],
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('a token of the client')],
  ['a signature that is not at the beginning', Buffer.from('x NTLMSSP\0')],
  ['SPNEGO that is cut off', init([NTLM]).subarray(0, -1)],
  [
    'a ticket in SPNEGO with something after it',
    Buffer.concat([init([KERBEROS, NTLM], TICKET), Buffer.of(0)]),
  ],
  [
    'a ticket in SPNEGO whose length has more octets than it needs',
    Buffer.concat([Buffer.of(0x60, 0x81), init([KERBEROS, NTLM], TICKET).subarray(1)]),
  ],
  ['a list with something else in it', init([NTLM, octets(Buffer.from('x'))])],
  ['an element that reaches out of its own', Buffer.from('6004060a2b06', 'hex')],
  ['very many frames', Buffer.alloc(65_536, Buffer.of(0xa0, 0x80))],
];

describe('a token of NTLM is', () => {
  test.each(NTLM_TOKENS)('%s', (_, token) => {
    expect(isNtlmToken(token)).toBe(true);
  });
});

describe('a token of NTLM is not', () => {
  test.each(OTHER_TOKENS)('%s', (_, token) => {
    expect(isNtlmToken(token)).toBe(false);
  });
});

test('every token that is cut off, or has a wrong byte, is read to an end', () => {
  for (const [, token] of [...NTLM_TOKENS, ...OTHER_TOKENS].filter(
    ([, { length }]) => length < 999,
  )) {
    for (let at = 0; at < token.length; at++) {
      const changed = Buffer.from(token);
      changed.writeUInt8(changed.readUInt8(at) ^ 0xff, at);
      for (const other of [changed, token.subarray(0, at)]) {
        expect(typeof isNtlmToken(other)).toBe('boolean');
      }
    }
  }
});

test('a list of very many mechanisms is read once', () => {
  const many = Array.from({ length: 8000 }, () => NEGOEX);
  expect(isNtlmToken(init([...many, NTLM]))).toBe(true);
});

describe.each<[string, IntegratedAuthOptions]>([
  ['ntlm: false', { ntlm: false }],
  ['packages: { Negotiate: Kerberos }', { packages: { Negotiate: 'Kerberos' } }],
])('a server with %s', (_, options) => {
  test.each(NTLM_TOKENS)('asks again after %s, and no package sees it', async (_case, token) => {
    const server = await serve(options);
    const client = await WireClient.connect(server.port);
    const bare = await client.request();
    const answer = await client.request({ token });
    expect(answer.raw).toBe(bare.raw);
    expect([answer.status, answer.all('www-authenticate')]).toEqual([401, ['Negotiate']]);
    expect(fake.legs).toEqual([]);
    expect(countOpenHandshakes()).toBe(0);
    expect(reasons(server, 'rejection')).toEqual([expect.stringContaining('only Kerberos')]);
    // The connection is as good as before.
    queueLogon({ negotiated: 'Kerberos' });
    expect((await client.request({ token: TICKET })).status).toBe(200);
  });

  const begins = OTHER_TOKENS.filter(([, token]) => token.length > 0 && token[0] !== 0xa1);
  test.each(begins)('gives the package %s', async (_case, token) => {
    const { port } = await serve(options);
    const client = await WireClient.connect(port);
    queueLogon({ negotiated: 'Kerberos' });
    expect((await client.request({ token })).status).toBe(200);
    expect(fake.legs).toHaveLength(1);
  });

  test('does not go on by NTLM in the middle of a logon', async () => {
    const server = await serve(options);
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push({ status: SEC_I_CONTINUE_NEEDED, output: ['go on'] });
    expect((await client.request({ token: init([KERBEROS, NTLM]) })).token?.toString()).toBe(
      'go on',
    );
    const answer = await client.request({ token: response(NEGOTIATE) });
    expect([answer.status, answer.all('www-authenticate')]).toEqual([401, ['Negotiate']]);
    expect(fake.legs).toHaveLength(1);
    expect(fake.open.context).toBe(0);
  });
});

test('a server that has NTLM beside Kerberos offers it to a client that sent it in Negotiate', async () => {
  const { port } = await serve({
    schemes: ['Negotiate', 'NTLM'],
    packages: { Negotiate: 'Kerberos' },
  });
  const client = await WireClient.connect(port);
  const answer = await client.request({ token: NEGOTIATE });
  expect([answer.status, answer.all('www-authenticate')]).toEqual([401, ['Negotiate', 'NTLM']]);
  expect(fake.legs).toEqual([]);
  fake.legAnswers.push({ status: SEC_I_CONTINUE_NEEDED, output: ['go on'] });
  expect((await client.request({ scheme: 'NTLM', token: NEGOTIATE })).token?.toString()).toBe(
    'go on',
  );
});

test.each([
  ['as it is', NEGOTIATE],
  ['as Windows wraps it', OF_WINDOWS],
])('a server of Negotiate gives its package a message of NTLM %s', async (_, token) => {
  const { port } = await serve();
  const client = await WireClient.connect(port);
  queueLogon({ negotiated: 'NTLM' });
  expect((await client.request({ token })).status).toBe(200);
});
