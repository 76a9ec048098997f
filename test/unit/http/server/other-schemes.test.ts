/** Credentials that are not for this package, and clients whose logon has ended: who becomes anonymous. */

import { fake } from '../../../instruments/support/fake-native.js';

import { afterEach, describe, expect, test } from '@jest/globals';

import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import { CONTINUE, queueLogon } from '../../../instruments/support/fake-logons.js';
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

const NTLM = { schemes: ['NTLM'] } as const;
const LOGON = { scheme: 'NTLM', token: Buffer.from('ticket') };

describe('credentials of another scheme', () => {
  const BEARER: WireRequest = { path: '/bearer', headers: [['Authorization', 'Bearer x']] };

  async function logOn(client: WireClient): Promise<void> {
    queueLogon({ name: 'TEST\\alice' });
    expect((await client.request(LOGON)).json).toMatchObject({ name: 'TEST\\alice' });
  }

  test.each<IntegratedAuthOptions>([{}, { anonymous: 'pass' }, { otherSchemes: 'challenge' }])(
    'are challenged with %j (S11)',
    async (options) => {
      const { port, handled } = await serve({ ...NTLM, ...options });
      const client = await WireClient.connect(port);
      const response = await client.request(BEARER);
      expect([response.status, response.all('www-authenticate')]).toEqual([401, ['NTLM']]);
      expect(handled).toEqual([]);
    },
  );

  test('end the logon of the connection, for the log, too, and nobody comes in as nobody (S11)', async () => {
    const server = await serve({ ...NTLM, anonymous: 'pass' });
    const client = await WireClient.connect(server.port);
    expect((await client.request()).json).toEqual({});
    await logOn(client);
    expect((await client.request(BEARER)).status).toBe(401);
    expect(reasons(server, 'drop')).toEqual(['a request had credentials of another scheme']);
    // The client is told once that its logon has ended.
    const next = await client.request();
    expect([next.status, next.all('www-authenticate')]).toEqual([401, ['NTLM']]);
    expect((await client.request()).json).toEqual({});
    await logOn(client);
    expect((await client.request()).json).toMatchObject({ name: 'TEST\\alice' });
    expect(server.handled).not.toContain('/bearer');
  });

  test('pass if the application says so, and leave the logon of the connection (S11)', async () => {
    const { port } = await serve({ ...NTLM, otherSchemes: 'pass' });
    const client = await WireClient.connect(port);
    expect((await client.request(BEARER)).json).toEqual({});
    expect((await client.request()).status).toBe(401);
    await logOn(client);
    expect((await client.request(BEARER)).json).toEqual({});
    expect((await client.request()).json).toMatchObject({ name: 'TEST\\alice' });
  });

  test('that pass end a logon that is under way (S11)', async () => {
    const server = await serve({ ...NTLM, otherSchemes: 'pass' });
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    expect((await client.request(LOGON)).status).toBe(401);
    expect((await client.request(BEARER)).status).toBe(200);
    expect(reasons(server, 'drop')).toEqual(['the request had no token']);
    expect(fake.open.context).toBe(0);
  });

  test.each<[string, IntegratedAuthOptions, number]>([
    ['from another site', { otherSchemes: 'pass' }, 403],
    ['from another site, with anonymous: pass', { anonymous: 'pass' }, 403],
    ['from another site, with both', { anonymous: 'pass', otherSchemes: 'pass' }, 200],
  ])('%s (S11)', async (_, options, status) => {
    const { port } = await serve({ ...NTLM, ...options });
    const client = await WireClient.connect(port);
    const headers = [...(BEARER.headers ?? []), ['Origin', 'http://evil.test'] as const];
    expect((await client.request({ headers })).status).toBe(status);
  });
});

describe('with anonymous: pass, a client whose logon has ended is asked for a new one, once,', () => {
  test('because it has expired (S11)', async () => {
    const expiry = (Date.now() + 11_644_473_600_000 + 300) * 10_000;
    const server = await serve({ ...NTLM, anonymous: 'pass' });
    const client = await WireClient.connect(server.port);
    queueLogon({ leg: { expiry: BigInt(expiry) } });
    expect((await client.request(LOGON)).status).toBe(200);
    let response = await client.request();
    while (response.status === 200 && response.body !== '{}') response = await client.request();
    expect(response.status).toBe(401);
    expect(reasons(server, 'drop')).toEqual(['the logon expired']);
    expect((await client.request()).json).toEqual({});
  });

  test('because a new one failed (S11)', async () => {
    const { port } = await serve({ ...NTLM, anonymous: 'pass' });
    const client = await WireClient.connect(port);
    queueLogon();
    expect((await client.request(LOGON)).status).toBe(200);
    fake.legAnswers.push({ status: 0x8009030c });
    expect((await client.request(LOGON)).status).toBe(401);
    expect((await client.request()).status).toBe(401);
    expect((await client.request()).json).toEqual({});
  });

  test('because a request was forwarded (S11)', async () => {
    const { port } = await serve({ ...NTLM, anonymous: 'pass' });
    const client = await WireClient.connect(port);
    queueLogon();
    expect((await client.request(LOGON)).status).toBe(200);
    expect((await client.request({ headers: [['Via', '1.1 x']] })).json).toEqual({});
    expect((await client.request()).status).toBe(401);
    expect((await client.request()).json).toEqual({});
  });
});
