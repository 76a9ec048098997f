/** For how long a logon holds, and of what connection. */

import { fake } from '../../../instruments/support/fake-native.js';

import { afterEach, describe, expect, test } from '@jest/globals';

import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import {
  CONTINUE,
  ntlmAuthenticate,
  ntlmNegotiate,
  queueLogon,
  type FakeLogon,
} from '../../../instruments/support/fake-logons.js';
import { closeServers, reasons, serve } from '../../../instruments/support/http-server.js';
import {
  closeWires,
  WireClient,
  type WireRequest,
} from '../../../instruments/support/http-wire.js';

afterEach(async () => {
  await closeWires();
  await closeServers();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

const KERBEROS = { packages: { Negotiate: 'Kerberos' } } as const;
const NTLM = { schemes: ['NTLM'] } as const;
const TICKET = { token: Buffer.from('ticket') };
const ALICE = { name: 'TEST\\alice' };
const BOB = { name: 'TEST\\bob', token: { user: 'S-1-5-21-1-2-3-1105' } };

/** Both legs of NTLM on a connection. */
async function logOn(client: WireClient, logon: FakeLogon, more: WireRequest = {}) {
  fake.legAnswers.push(CONTINUE);
  const challenge = await client.request({ scheme: 'NTLM', token: ntlmNegotiate(), ...more });
  expect(challenge.status).toBe(401);
  expect(challenge.all('www-authenticate')).toEqual([
    `NTLM ${Buffer.from('challenge').toString('base64')}`,
  ]);
  queueLogon(logon);
  return client.request({ scheme: 'NTLM', token: ntlmAuthenticate(), ...more });
}

describe('a logon holds', () => {
  test.each<[string, IntegratedAuthOptions, string, FakeLogon, boolean]>([
    ['by NTLM', NTLM, 'NTLM', {}, true],
    [
      'by NTLM, whatever is said of Kerberos',
      { ...NTLM, persistKerberos: false },
      'NTLM',
      {},
      true,
    ],
    ['by NTLM within Negotiate', {}, 'Negotiate', { negotiated: 'NTLM' }, true],
    ['by Kerberos', KERBEROS, 'Negotiate', {}, false],
    ['by Kerberos within Negotiate', {}, 'Negotiate', { negotiated: 'Kerberos' }, false],
    ['by something unknown within Negotiate', {}, 'Negotiate', {}, false],
    [
      'by Kerberos with persistKerberos',
      { ...KERBEROS, persistKerberos: true },
      'Negotiate',
      {},
      true,
    ],
    ['by something unknown with persistKerberos', { persistKerberos: true }, 'Negotiate', {}, true],
    ['by NTLM behind a proxy that pins', { ...NTLM, reverseProxy: 'pinned' }, 'NTLM', {}, true],
    [
      'by Kerberos behind a proxy',
      { ...KERBEROS, reverseProxy: 'multiplexing' },
      'Negotiate',
      {},
      false,
    ],
    [
      'by NTLM in one leg behind a proxy',
      { reverseProxy: 'multiplexing' },
      'Negotiate',
      { negotiated: 'NTLM' },
      false,
    ],
  ])('%s, or does not', async (_, options, scheme, logon, persistent) => {
    const { port } = await serve(options);
    const client = await WireClient.connect(port);
    queueLogon({ ...ALICE, ...logon });
    const first = await client.request({ scheme, ...TICKET });
    expect(first.status).toBe(200);
    expect(first.json).toMatchObject({ ...ALICE, persistent, scheme });
    expect(first.header('persistent-auth')).toBe(String(persistent));
    const second = await client.request();
    expect(second.status).toBe(persistent ? 200 : 401);
    if (persistent) expect(second.json).toMatchObject(ALICE);
    // The answers of a session say nothing more.
    expect(second.header('persistent-auth')).toBeUndefined();
    expect(fake.open.context).toBe(0);
  });

  test('for its own connection, not for another one of the same client', async () => {
    const { port } = await serve(NTLM);
    const one = await WireClient.connect(port);
    const other = await WireClient.connect(port);
    expect((await logOn(one, ALICE)).json).toMatchObject(ALICE);
    expect((await other.request()).status).toBe(401);
    expect((await one.request()).json).toMatchObject(ALICE);
  });

  test('for its own connection, whatever headers another one sends', async () => {
    const { port } = await serve({ ...NTLM, reverseProxy: 'pinned' });
    const headers = [
      ['Forwarded', 'for=192.0.2.1'],
      ['X-Forwarded-For', '192.0.2.1'],
      ['Connection', 'keep-alive'],
      ['Cookie', 'session=1'],
    ] as const;
    const one = await WireClient.connect(port);
    const other = await WireClient.connect(port);
    expect((await logOn(one, ALICE, { headers })).json).toMatchObject(ALICE);
    expect((await other.request({ headers })).status).toBe(401);
    expect((await logOn(other, BOB, { headers })).json).toMatchObject({ name: BOB.name });
    expect((await one.request({ headers })).json).toMatchObject(ALICE);
  });

  test('until it expires', async () => {
    const expiry = (Date.now() + 11_644_473_600_000 + 500) * 10_000;
    const server = await serve(NTLM);
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    queueLogon({ ...ALICE, leg: { expiry: BigInt(expiry) } });
    expect((await client.request({ scheme: 'NTLM', token: ntlmAuthenticate() })).status).toBe(200);
    let response = await client.request();
    while (response.status === 200) response = await client.request();
    expect(response.status).toBe(401);
    expect(reasons(server, 'drop')).toEqual(['the logon expired']);
    expect((await client.request()).status).toBe(401);
    expect(reasons(server, 'drop')).toHaveLength(1);
  });
});

describe('a logon ends', () => {
  test('when somebody else logs on, on the same connection', async () => {
    const { port } = await serve(NTLM);
    const client = await WireClient.connect(port);
    expect((await logOn(client, ALICE)).json).toMatchObject(ALICE);
    expect((await logOn(client, BOB)).json).toMatchObject({ name: BOB.name });
    expect((await client.request()).json).toMatchObject({ name: BOB.name });
  });

  test('when somebody else begins to, and does not finish', async () => {
    const { port } = await serve(NTLM);
    const client = await WireClient.connect(port);
    await logOn(client, ALICE);
    fake.legAnswers.push(CONTINUE);
    expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(401);
    expect((await client.request()).status).toBe(401);
  });

  test('when a logon fails, and a good one after it holds again', async () => {
    const { port } = await serve(NTLM);
    const client = await WireClient.connect(port);
    await logOn(client, ALICE);
    fake.legAnswers.push(CONTINUE, { status: 0x8009030c });
    await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    expect((await client.request({ scheme: 'NTLM', token: ntlmAuthenticate() })).status).toBe(401);
    expect((await client.request()).status).toBe(401);
    expect((await logOn(client, BOB)).json).toMatchObject({ name: BOB.name });
  });

  test.each<[string, WireRequest, number]>([
    ['a password of Basic', { headers: [['Authorization', 'Basic YTpi']] }, 401],
    ['what is no base64', { headers: [['Authorization', 'NTLM !!!']] }, 400],
    [
      'two fields',
      {
        headers: [
          ['Authorization', 'NTLM'],
          ['Authorization', 'NTLM'],
        ],
      },
      400,
    ],
    ['a message of another logon', { scheme: 'NTLM', token: ntlmAuthenticate() }, 400],
    ['a sign of a proxy', { headers: [['X-Forwarded-For', '192.0.2.1']] }, 403],
  ])('with %s', async (_, request, status) => {
    const { port, handled } = await serve(NTLM);
    const client = await WireClient.connect(port);
    await logOn(client, ALICE);
    expect((await client.request(request)).status).toBe(status);
    if (status === 400) await client.closed;
    else expect((await client.request()).status).toBe(401);
    expect(handled).toHaveLength(1);
  });

  test('with its connection: another one from the same port is nobody', async () => {
    const { port } = await serve(NTLM);
    const client = await WireClient.connect(port);
    await logOn(client, ALICE);
    client.destroy();
    await client.closed;
    const next = await WireClient.connect(port);
    expect((await next.request()).status).toBe(401);
  });
});

describe('behind a proxy that mixes clients', () => {
  test('a logon with two legs is refused, and nothing of it stays', async () => {
    const server = await serve({ reverseProxy: 'multiplexing' });
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    const response = await client.request(TICKET);
    expect(response.status).toBe(403);
    expect(response.all('www-authenticate')).toEqual([]);
    expect(fake.open.context).toBe(0);
    await client.closed;
  });

  test('each request is its own logon, forwarded or not', async () => {
    const { port } = await serve({ ...KERBEROS, reverseProxy: 'multiplexing' });
    const client = await WireClient.connect(port);
    const headers = [['X-Forwarded-For', '192.0.2.1']] as const;
    queueLogon(ALICE);
    queueLogon(BOB);
    expect((await client.request({ ...TICKET, headers })).json).toMatchObject(ALICE);
    expect((await client.request({ headers })).status).toBe(401);
    expect((await client.request({ ...TICKET, headers })).json).toMatchObject({ name: BOB.name });
    expect((await client.request()).status).toBe(401);
  });
});

describe('the second leg', () => {
  test('on another connection is refused, with a hint, and the first one goes on', async () => {
    const server = await serve(NTLM);
    const one = await WireClient.connect(server.port);
    const other = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    await one.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    const refused = await other.request({ scheme: 'NTLM', token: ntlmAuthenticate() });
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('proxy');
    expect(refused.all('www-authenticate')).toEqual([]);
    queueLogon(ALICE);
    expect((await one.request({ scheme: 'NTLM', token: ntlmAuthenticate() })).json).toMatchObject(
      ALICE,
    );
  });

  test('of another scheme is refused, and ends the logon', async () => {
    const server = await serve({ schemes: ['Negotiate', 'NTLM'] });
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    await client.request({ scheme: 'Negotiate', token: ntlmNegotiate() });
    expect((await client.request({ scheme: 'NTLM', token: ntlmAuthenticate() })).status).toBe(400);
    expect(fake.open.context).toBe(0);
    await client.closed;
  });

  test('after a request in between is refused', async () => {
    const server = await serve(NTLM);
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    expect((await client.request()).status).toBe(401);
    expect(fake.open.context).toBe(0);
    expect((await client.request({ scheme: 'NTLM', token: ntlmAuthenticate() })).status).toBe(400);
    expect(reasons(server, 'drop')).toEqual(['the request had no token']);
  });

  test('cannot come on a connection that ends, and the logon does not begin', async () => {
    const server = await serve(NTLM);
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    const response = await client.request({
      scheme: 'NTLM',
      token: ntlmNegotiate(),
      headers: [['Connection', 'close']],
    });
    expect(response.status).toBe(400);
    expect(response.all('www-authenticate')).toEqual([]);
    expect(fake.open.context).toBe(0);
  });

  test('is not asked for without a token to answer', async () => {
    const server = await serve(NTLM);
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push({ ...CONTINUE, output: [''] });
    const response = await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    expect(response.status).toBe(400);
    expect(response.all('www-authenticate')).toEqual([]);
    expect(fake.open.context).toBe(0);
    await client.closed;
  });

  test('comes no more often than limits.legs allows', async () => {
    const { port, handled } = await serve({ ...NTLM, limits: { legs: 3 } });
    const client = await WireClient.connect(port);
    for (let leg = 0; leg < 3; leg++) {
      fake.legAnswers.push(CONTINUE);
      expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(401);
    }
    expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(400);
    expect(fake.open.context).toBe(0);
    expect(handled).toEqual([]);
    await client.closed;
  });
});
