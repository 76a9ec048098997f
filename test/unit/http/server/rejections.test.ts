/** Tokens that a package refuses: what the client hears tells nothing of the account, and nothing of other domains. */

import { fake, Gate } from '../../../instruments/support/fake-native.js';

import { afterEach, describe, expect, test } from '@jest/globals';

import { ASC_RET_EXTENDED_ERROR } from '../../../../lib/constants/asc-flags.js';
import {
  SEC_E_INVALID_TOKEN,
  SEC_E_LOGON_DENIED,
  SEC_E_NO_AUTHENTICATING_AUTHORITY,
  SEC_I_CONTINUE_NEEDED,
  STATUS_NO_LOGON_SERVERS,
  STATUS_TABLE,
  WIN32_STATUS_TABLE,
} from '../../../../lib/constants/status.js';
import { SspiError } from '../../../../lib/core/errors.js';
import { getFailure } from '../../../../lib/http/server/logon/failures.js';
import { isFailure, plainStatus, statusHex, statusName } from '../../../../lib/core/status.js';
import { ntlmNegotiate, queueLogon } from '../../../instruments/support/fake-logons.js';
import { ENABLED, GUESTS } from '../../../instruments/support/fake-tokens.js';
import { closeServers, serve, type TestServer } from '../../../instruments/support/http-server.js';
import {
  closeWires,
  WireClient,
  type WireResponse,
} from '../../../instruments/support/http-wire.js';
import { challengeOf, claimOf } from '../../../instruments/support/ntlm-names.js';

afterEach(async () => {
  await closeWires();
  await closeServers();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

const NAMES = { 1: 'WEB', 2: 'EXAMPLE', 3: 'web.example.test', 4: 'example.test' };
const CHALLENGE = challengeOf(NAMES);

/** The answer to a last leg, on a connection of its own. */
async function refusedWith(
  server: TestServer,
  status: number,
  {
    legs = 2,
    token = claimOf('EXAMPLE', 'alice'),
    output = 'a token of the failure',
    challenge = CHALLENGE,
  } = {},
): Promise<WireResponse> {
  const client = await WireClient.connect(server.port);
  for (let leg = 1; leg < legs; leg++) {
    fake.legAnswers.push({ status: SEC_I_CONTINUE_NEEDED, output: [challenge.toString('latin1')] });
    expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(401);
  }
  fake.legAnswers.push({ status, attr: ASC_RET_EXTENDED_ERROR, output: [output] });
  const response = await client.request({ scheme: 'NTLM', token });
  client.destroy();
  return response;
}

const names = (list: string) => list.split(/\s+/);

const OPTIONS = { schemes: ['Negotiate', 'NTLM'] as const };

describe('every refusal is the one of a wrong password, byte for byte', () => {
  const named = [...STATUS_TABLE.keys()].filter(isFailure);
  const hresults = [
    ...named.filter((status) => status >= 0xc000_0000).map((status) => status + 0x1000_0000),
    ...[...WIN32_STATUS_TABLE.keys()].map((error) => 0x8007_0000 + error),
  ];
  const unnamed = [0x8009ffff, 0xc000ffff, 0xc0220001, 0xd000ffff, 0x8007ffff];
  const others = names(`SEC_E_MULTIPLE_ACCOUNTS SEC_E_SMARTCARD_LOGON_REQUIRED STATUS_ACCESS_DENIED
    STATUS_ACCOUNT_DISABLED STATUS_ACCOUNT_EXPIRED STATUS_ACCOUNT_LOCKED_OUT STATUS_ACCOUNT_RESTRICTION
    STATUS_AUTHENTICATION_FIREWALL_FAILED STATUS_INVALID_LOGON_HOURS STATUS_INVALID_WORKSTATION STATUS_LOGON_FAILURE
    STATUS_LOGON_TYPE_NOT_GRANTED STATUS_NO_SUCH_DOMAIN STATUS_NO_SUCH_USER STATUS_NTLM_BLOCKED STATUS_PASSWORD_EXPIRED
    STATUS_PASSWORD_MUST_CHANGE STATUS_TOO_MANY_CONTEXT_IDS STATUS_WRONG_PASSWORD`);
  const refusals = [...named, ...hresults, ...unnamed].filter(
    (status) =>
      others.includes(statusName(plainStatus(status))) ||
      getFailure(new SspiError('AcceptSecurityContext', status, [])).status === 401,
  );

  test.each([1, 2, 3])('on leg %d, whatever token the package made', async (legs) => {
    const server = await serve(OPTIONS);
    const options = legs === 1 ? { legs, token: ntlmNegotiate() } : { legs };
    const wrongPassword = (await refusedWith(server, SEC_E_LOGON_DENIED, options)).raw;
    expect(wrongPassword).toMatch(/^HTTP\/1\.1 401 /);
    expect(refusals.length).toBeGreaterThan(100);
    for (const status of refusals) {
      const output = statusHex(status);
      const { raw } = await refusedWith(server, status, { ...options, output });
      expect([statusHex(status), raw]).toEqual([statusHex(status), wrongPassword]);
    }
    // The log has them all.
    const codes = server.events.filter(({ type }) => type === 'rejection').map(({ code }) => code);
    expect(new Set(codes).size).toBe(refusals.length);
  });

  test('also for a first token that the package cannot read, and the client may go on (S12)', async () => {
    const server = await serve(OPTIONS);
    const options = { legs: 1, token: ntlmNegotiate() };
    const wrongPassword = (await refusedWith(server, SEC_E_LOGON_DENIED, options)).raw;
    const malformed = named.filter(
      (status) => getFailure(new SspiError('AcceptSecurityContext', status, [])).status === 400,
    );
    expect(malformed.map(statusName)).toContain('SEC_E_INVALID_TOKEN');
    for (const status of malformed) {
      const response = await refusedWith(server, status, options);
      expect([statusName(status), response.raw]).toEqual([statusName(status), wrongPassword]);
      expect(server.events.at(-1)).toMatchObject({ status: 401, code: statusName(status) });
      // It is not the next token of a logon.
      expect([2, (await refusedWith(server, status)).status]).toEqual([2, 400]);
    }
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push({ status: SEC_E_INVALID_TOKEN });
    const response = await client.request({ token: Buffer.from('garbage') });
    expect(response.status).toBe(401);
    expect(response.all('www-authenticate')).toEqual(['Negotiate', 'NTLM']);
    queueLogon();
    expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(200);
  });

  test('also where Windows takes an unknown name for the guest account', async () => {
    const server = await serve(OPTIONS);
    const wrongPassword = await refusedWith(server, SEC_E_LOGON_DENIED, {
      legs: 1,
      token: ntlmNegotiate(),
    });
    const client = await WireClient.connect(server.port);
    queueLogon({ token: { groups: [[GUESTS, ENABLED]] } });
    const guest = await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    expect(guest.raw).toBe(wrongPassword.raw);
    expect(server.handled).toEqual([]);
    expect(server.events.at(-1)).toMatchObject({ reason: 'the client is a guest', status: 401 });
  });

  test('also for a guest whose package may be NTLM, where only Kerberos logs on', async () => {
    const server = await serve({ ntlm: false });
    const request = { token: Buffer.from('a ticket') };
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push({ status: SEC_E_LOGON_DENIED });
    const wrongPassword = await client.request(request);
    queueLogon({ negotiated: 'NTLM', token: { groups: [[GUESTS, ENABLED]] } });
    expect((await client.request(request)).raw).toBe(wrongPassword.raw);
    expect(server.events.at(-1)).toMatchObject({ reason: 'the client is a guest', status: 401 });
  });
});

describe('a leg that takes too long', () => {
  const LIMITS = { limits: { legTimeoutMs: 50 } };

  /** The answer to a leg that ends when the answer has come. */
  async function slow(
    server: TestServer,
    { legs = 2, token }: { legs?: number; token: Buffer },
  ): Promise<WireResponse> {
    const gate = new Gate();
    const client = await WireClient.connect(server.port);
    if (legs === 2) {
      fake.legAnswers.push({
        status: SEC_I_CONTINUE_NEEDED,
        output: [CHALLENGE.toString('latin1')],
      });
      expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(401);
    }
    fake.legAnswers.push({ status: SEC_E_NO_AUTHENTICATING_AUTHORITY, until: gate.opened });
    const response = await client.request({ scheme: 'NTLM', token });
    gate.open();
    return response;
  }

  test.each<[string, { legs?: number; token: Buffer }]>([
    ['a domain that the client made up', { token: claimOf('MADEUP', 'alice') }],
    ['a domain within the name of the user', { token: claimOf('EXAMPLE', 'alice@made.up') }],
    ['a realm of IAKERB', { legs: 1, token: Buffer.from('600806062b0601050205', 'hex') }],
  ])('because of %s is a wrong password', async (_, options) => {
    const server = await serve({ ...OPTIONS, ...LIMITS });
    const wrongPassword = await refusedWith(server, SEC_E_LOGON_DENIED);
    expect((await slow(server, options)).raw).toBe(wrongPassword.raw);
    expect(server.events.at(-1)).toMatchObject({
      type: 'rejection',
      status: 401,
      reason: 'the leg timed out; the client chose the authority',
    });
  });

  test.each<[string, { legs?: number; token: Buffer }]>([
    ['the domain of the server', { token: claimOf('EXAMPLE', 'alice') }],
    ['a ticket of Kerberos', { legs: 1, token: Buffer.from('a ticket') }],
    ['the first message of NTLM', { legs: 1, token: ntlmNegotiate() }],
  ])('with %s is 503', async (_, options) => {
    expect((await slow(await serve({ ...OPTIONS, ...LIMITS }), options)).status).toBe(503);
  });
});

describe.each([
  ['SEC_E_NO_AUTHENTICATING_AUTHORITY', SEC_E_NO_AUTHENTICATING_AUTHORITY],
  ['STATUS_NO_LOGON_SERVERS', STATUS_NO_LOGON_SERVERS],
  ['the HRESULT of ERROR_NO_LOGON_SERVERS', 0x8007051f],
])('%s', (_, status) => {
  test.each([
    ['the domain of the server', 'EXAMPLE'],
    ['that domain in other letters', 'Example'],
    ['its DNS name', 'example.test'],
    ['the server itself', 'WEB'],
  ])('is 503 for a client of %s, and no state of the server', async (_case, domain) => {
    const server = await serve(OPTIONS);
    const response = await refusedWith(server, status, { token: claimOf(domain, 'alice') });
    expect(response.status).toBe(503);
    expect(response.all('www-authenticate')).toEqual([]);
    // Nothing tells a load balancer to leave the server alone.
    expect(response.all('retry-after')).toEqual([]);
    expect(response.header('connection')).toBe('keep-alive');
    // A health check, and everybody else, goes on as before.
    const other = await WireClient.connect(server.port);
    expect((await other.request()).status).toBe(401);
    queueLogon();
    expect((await other.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(200);
  });

  const latin1 = claimOf('EXAMPLE', 'alice', { unicode: false });
  test('is 503 for a client that has no Unicode', async () => {
    const challenge = challengeOf(NAMES, { unicode: false });
    const options = { token: latin1, challenge };
    expect((await refusedWith(await serve(OPTIONS), status, options)).status).toBe(503);
  });

  const claim = claimOf('EXAMPLE', 'alice');
  test.each<[string, Buffer]>([
    ['a domain that it made up', claimOf('MADEUP', 'alice')],
    ['a domain that only begins like it', claimOf('EXAMPLE2', 'alice')],
    ['no domain', claimOf('', 'alice')],
    ['a domain whose letters are other ones in Unicode, which was agreed on', latin1],
    ['a domain within the name of the user', claimOf('EXAMPLE', 'alice@made.up')],
    ['a domain behind the end of the message', claim.subarray(0, 64)],
    ['two messages', Buffer.concat([claim, claimOf('MADEUP', 'alice')])],
    ['no message that can be read', Buffer.from('NTLMSSP\0\x03\0\0\0')],
    ['no message at all behind a challenge', Buffer.from('split')],
  ])('is a wrong password for a client that names %s', async (_case, token) => {
    const server = await serve(OPTIONS);
    const wrongPassword = await refusedWith(server, SEC_E_LOGON_DENIED, { token: claim });
    const response = await refusedWith(server, status, { token });
    expect(response.raw).toBe(wrongPassword.raw);
    expect(server.events.at(-1)).toMatchObject({
      type: 'rejection',
      status: 401,
      reason: expect.stringContaining('the client chose the authority'),
    });
  });

  test('is 503 for a ticket of Kerberos, which names none', async () => {
    const token = Buffer.from('a ticket');
    expect((await refusedWith(await serve(OPTIONS), status, { legs: 1, token })).status).toBe(503);
  });

  test('is a wrong password for IAKERB, which asks any realm', async () => {
    const token = Buffer.from('600806062b0601050205', 'hex');
    expect((await refusedWith(await serve(OPTIONS), status, { legs: 1, token })).status).toBe(401);
  });
});
