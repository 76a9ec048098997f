/** The server of `secur32/http` with the packages of the system, and our client on one socket. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import { afterEach, describe, expect } from '@jest/globals';

import { ChannelBindings } from '../../lib/channel-bindings/channel-bindings.js';
import { getAuthentication, type Authentication } from '../../lib/http/server/authentication.js';
import type { IntegratedAuthOptions } from '../../lib/http/server/options.js';
import { closeHttpLogons, HttpLogon, logOnOverHttp } from '../instruments/support/http-logon.js';
import { closeServers, serve, type ServeOptions } from '../instruments/support/http-server.js';
import {
  closeWires,
  requestBytes,
  WireClient,
  type WireResponse,
} from '../instruments/support/http-wire.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import {
  testOnWindowsWithAccount,
  testOnWine,
  testWithAccount,
  testWithDomain,
} from '../instruments/support/skip.js';
import { alice, bob, domain, present, wine, type Account } from '../instruments/support/system.js';
import { derOf, RSA_PEM } from '../instruments/support/tls-fixtures.js';

afterEach(async () => {
  closeHttpLogons();
  await closeWires();
  await closeServers();
  await expectNothingLive();
});

const logons = new WeakMap<Authentication, number>();
let logonCount = 0;

/** Answers which logon it is, by number: Wine does not say whose. */
function tellLogon(request: IncomingMessage, response: ServerResponse): void {
  const authentication = present(getAuthentication(request));
  const number = logons.get(authentication) ?? ++logonCount;
  logons.set(authentication, number);
  const { persistent, scheme, package: packageName, identity } = authentication;
  request.resume();
  response.end(
    JSON.stringify({ number, persistent, scheme, package: packageName, name: identity.name }),
  );
}

interface Logon {
  number: number;
  persistent: boolean;
  scheme: string;
  package?: string;
  name?: string;
}

const logonIn = (response: WireResponse): Logon => response.json as Logon;

const serveLogons = (options: IntegratedAuthOptions, more: ServeOptions = {}) =>
  serve(options, { handler: tellLogon, ...more });

const NTLM = { schemes: ['NTLM'] } as const;
const byNtlm = (authIdentity: Account) => ({ package: 'NTLM', authIdentity });

describe('NTLM', () => {
  testWithAccount('takes two legs and holds for the connection', async () => {
    const server = await serveLogons(NTLM);
    const connection = await WireClient.connect(server.port);
    const challenge = await connection.request();
    expect([challenge.status, challenge.all('www-authenticate')]).toEqual([401, ['NTLM']]);
    const { response } = await logOnOverHttp(connection, byNtlm(present(alice)));
    expect(response.status).toBe(200);
    expect(response.header('persistent-auth')).toBe('true');
    expect(logonIn(response)).toMatchObject({ persistent: true, scheme: 'NTLM', package: 'NTLM' });
    const later = await connection.request({ method: 'POST', body: 'a body' });
    expect(logonIn(later)).toEqual(logonIn(response));
    expect(later.all('www-authenticate')).toEqual([]);
    expect((await (await WireClient.connect(server.port)).request()).status).toBe(401);
    if (wine === undefined) expect(logonIn(response).name).toContain(present(alice).user);
  });

  testWithAccount('takes requests with bodies on each leg', async () => {
    const server = await serveLogons(NTLM);
    const connection = await WireClient.connect(server.port);
    const body = Buffer.alloc(100_000, 'x').toString();
    const { response } = await logOnOverHttp(connection, {
      ...byNtlm(present(alice)),
      request: { method: 'POST', body },
    });
    expect(response.status).toBe(200);
    expect((await connection.request()).status).toBe(200);
  });

  testWithAccount('with a wrong password is refused, without a word why', async () => {
    const server = await serveLogons(NTLM);
    const connection = await WireClient.connect(server.port);
    const wrong = { ...present(alice), password: `wrong ${present(alice).password}` };
    const { response } = await logOnOverHttp(connection, byNtlm(wrong));
    expect(response.status).toBe(401);
    expect(response.body).not.toContain(wrong.user);
    expect(server.events.at(-1)).toMatchObject({ type: 'rejection', code: 'SEC_E_LOGON_DENIED' });
    expect((await connection.request()).status).toBe(401);
    const again = await logOnOverHttp(connection, byNtlm(present(alice)));
    expect(again.response.status).toBe(200);
    expect(server.handled).toHaveLength(1);
  });

  testWithAccount('of somebody else replaces the logon of a connection', async () => {
    const server = await serveLogons(NTLM);
    const connection = await WireClient.connect(server.port);
    const first = await logOnOverHttp(connection, byNtlm(present(alice)));
    const logon = await HttpLogon.begin(byNtlm(present(bob ?? alice)));
    const challenge = await connection.request(present(await logon.next()));
    expect(challenge.status).toBe(401);
    const second = await connection.request(present(await logon.next(challenge)));
    const later = await connection.request();
    expect(logonIn(second).number).not.toBe(logonIn(first.response).number);
    expect(logonIn(later).number).toBe(logonIn(second).number);
  });

  testWithAccount('that another one begins and does not finish is gone', async () => {
    const server = await serveLogons(NTLM);
    const connection = await WireClient.connect(server.port);
    await logOnOverHttp(connection, byNtlm(present(alice)));
    const logon = await HttpLogon.begin(byNtlm(present(alice)));
    await connection.request(present(await logon.next()));
    expect((await connection.request()).status).toBe(401);
  });

  testWithAccount('of an altered last message is refused', async () => {
    const server = await serveLogons(NTLM);
    // Where the message says that its response and its user's name are.
    for (const field of [24, 40]) {
      const connection = await WireClient.connect(server.port);
      const logon = await HttpLogon.begin(byNtlm(present(alice)));
      const challenge = await connection.request(present(await logon.next()));
      const last = present(await logon.next(challenge));
      const token = Buffer.from(present(last.token));
      const place = token.readUInt32LE(field);
      token.writeUInt8(token.readUInt8(place) ^ 1, place);
      const response = await connection.request({ ...last, token });
      expect([400, 401]).toContain(response.status);
    }
    expect(server.handled).toEqual([]);
  });

  testWithAccount('behind which a request comes too early is refused', async () => {
    const server = await serveLogons(NTLM);
    const connection = await WireClient.connect(server.port);
    const logon = await HttpLogon.begin(byNtlm(present(alice)));
    const challenge = await connection.request(present(await logon.next()));
    const last = requestBytes(present(await logon.next(challenge)));
    connection.write(Buffer.concat([last, requestBytes({ path: '/early' })]));
    expect((await connection.next()).status).toBe(400);
    await connection.closed;
    expect(server.handled).toEqual([]);
  });

  testWithAccount('where rules need to know who it is, lets in whom they name', async () => {
    // Wine does not say who it is: then nobody comes in.
    const server = await serveLogons({ ...NTLM, allow: ['S-1-1-0'] });
    const connection = await WireClient.connect(server.port);
    const { response } = await logOnOverHttp(connection, byNtlm(present(alice)));
    expect(response.status).toBe(wine === undefined ? 200 : 403);
  });
});

describe.each([
  ['Kerberos', { packages: { Negotiate: 'Kerberos' } }],
  ['Negotiate', {}],
] as const)('the package %s', (packageName, options) => {
  const byTicket = (mutualAuth: boolean) => ({
    package: packageName,
    scheme: 'Negotiate' as const,
    client: { targetName: present(domain).spn, mutualAuth },
  });

  testWithDomain('takes one leg, for one request', async () => {
    const server = await serveLogons(options);
    const connection = await WireClient.connect(server.port);
    const challenge = await connection.request();
    expect([challenge.status, challenge.all('www-authenticate')]).toEqual([401, ['Negotiate']]);
    const { response } = await logOnOverHttp(connection, byTicket(false));
    expect(response.status).toBe(200);
    expect(response.header('persistent-auth')).toBe('false');
    expect(logonIn(response)).toMatchObject({
      persistent: false,
      scheme: 'Negotiate',
      package: 'Kerberos',
    });
    expect((await connection.request()).status).toBe(401);
    const { response: next } = await logOnOverHttp(connection, byTicket(false));
    expect(logonIn(next).number).not.toBe(logonIn(response).number);
  });

  testWithDomain('proves the server, too: the client takes the last token', async () => {
    const server = await serveLogons(options);
    const connection = await WireClient.connect(server.port);
    const { response, context } = await logOnOverHttp(connection, byTicket(true));
    expect(response.status).toBe(200);
    expect(context.established).toBe(false);
    await context.step(present(response.token));
    expect(context.established).toBe(true);
    expect(context.attributes.mutualAuth).toBe(true);
  });

  testWithDomain('holds for the connection with persistKerberos', async () => {
    const server = await serveLogons({ ...options, persistKerberos: true });
    const connection = await WireClient.connect(server.port);
    const { response } = await logOnOverHttp(connection, byTicket(false));
    expect(response.header('persistent-auth')).toBe('true');
    expect(logonIn(await connection.request())).toEqual(logonIn(response));
    expect((await (await WireClient.connect(server.port)).request()).status).toBe(401);
  });

  testWithDomain('refuses a ticket that was altered', async () => {
    const server = await serveLogons(options);
    const connection = await WireClient.connect(server.port);
    const logon = await HttpLogon.begin(byTicket(false));
    const request = present(await logon.next());
    const token = Buffer.from(present(request.token));
    token[token.length - 20] = (token[token.length - 20] ?? 0) ^ 1;
    const response = await connection.request({ ...request, token });
    expect(response.status).not.toBe(200);
    expect(server.handled).toEqual([]);
  });

  testWithDomain('works with ntlm: false, and behind a proxy that mixes clients', async () => {
    for (const more of [{ ntlm: false }, { reverseProxy: 'multiplexing' }] as const) {
      const server = await serveLogons({ ...options, ...more });
      const connection = await WireClient.connect(server.port);
      const { response } = await logOnOverHttp(connection, byTicket(false));
      expect(response.status).toBe(200);
      expect((await connection.request()).status).toBe(401);
    }
  });
});

describe('a token of NTLM in Negotiate', () => {
  testWithAccount('is refused on the first leg by a server of Kerberos alone', async () => {
    for (const options of [{ ntlm: false }, { packages: { Negotiate: 'Kerberos' } }]) {
      const server = await serveLogons(options);
      const connection = await WireClient.connect(server.port);
      const bare = await connection.request();
      const logon = await HttpLogon.begin({
        package: 'NTLM',
        scheme: 'Negotiate',
        authIdentity: present(alice),
      });
      const answer = await connection.request(present(await logon.next()));
      expect(answer.raw).toBe(bare.raw);
      expect(server.events.at(-1)).toMatchObject({
        type: 'rejection',
        status: 401,
        reason: expect.stringContaining('accepts only Kerberos'),
      });
      expect(server.handled).toEqual([]);
    }
  });
});

describe('over TLS', () => {
  const TLS = { tls: { key: RSA_PEM, cert: RSA_PEM } };
  const bindings = present(ChannelBindings.fromCertificate(derOf(RSA_PEM)));

  testOnWine('the default is refused by packages that ignore channel bindings', async () => {
    for (const options of [{}, { extendedProtection: 'always' }] as const) {
      const server = await serveLogons({ ...NTLM, ...options }, TLS);
      const connection = await WireClient.connect(server.port, { tls: {} });
      const { response } = await logOnOverHttp(connection, byNtlm(present(alice)));
      expect(response.status).toBe(500);
      expect(server.events.at(-1)).toMatchObject({
        code: 'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED',
      });
      expect(server.handled).toEqual([]);
    }
  });

  testWithAccount('whenSupported lets clients in that know nothing of bindings', async () => {
    const server = await serveLogons({ ...NTLM, extendedProtection: 'whenSupported' }, TLS);
    const connection = await WireClient.connect(server.port, { tls: {} });
    const { response } = await logOnOverHttp(connection, byNtlm(present(alice)));
    // A client of Windows that was given no bindings says so, by sixteen zeros, and
    // is refused for it (W4): it knows of them.
    const status = wine === undefined ? 401 : 200;
    expect(response.status).toBe(status);
    expect((await connection.request()).status).toBe(status);
  });

  testOnWindowsWithAccount(
    'the default lets in who has the bindings of this connection',
    async () => {
      const server = await serveLogons(NTLM, TLS);
      const connection = await WireClient.connect(server.port, { tls: {} });
      const client = { channelBindings: bindings };
      const right = await logOnOverHttp(connection, { ...byNtlm(present(alice)), client });
      expect(right.response.status).toBe(200);
      const without = await logOnOverHttp(connection, byNtlm(present(alice)));
      expect(without.response.status).toBe(401);
      expect((await connection.request()).status).toBe(401);
    },
  );
});
