/** Extended Protection of a server's connections. */

import { fake } from '../../../instruments/support/fake-native.js';

import { createHash } from 'node:crypto';
import { createSecureContext } from 'node:tls';

import { afterEach, describe, expect, test } from '@jest/globals';

import { ChannelBindings } from '../../../../lib/channel-bindings/channel-bindings.js';
import {
  ASC_REQ_ALLOW_MISSING_BINDINGS,
  ASC_REQ_PROXY_BINDINGS,
} from '../../../../lib/constants/asc-flags.js';
import { SECBUFFER_CHANNEL_BINDINGS } from '../../../../lib/constants/sec-buffers.js';
import { getAuthentication } from '../../../../lib/http/server/authentication.js';
import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import {
  CONTINUE,
  ntlmAuthenticate,
  ntlmNegotiate,
  queueLogon,
} from '../../../instruments/support/fake-logons.js';
import {
  closeServers,
  reasons,
  serve,
  type Handler,
} from '../../../instruments/support/http-server.js';
import { closeWires, WireClient } from '../../../instruments/support/http-wire.js';
import {
  derOf,
  ECDSA_PEM,
  ED25519_PEM,
  RSA_PEM,
} from '../../../instruments/support/tls-fixtures.js';

afterEach(async () => {
  await closeWires();
  await closeServers();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

const NTLM = { schemes: ['NTLM'] } as const;
const FIRST = { scheme: 'NTLM', token: ntlmNegotiate() };
const LAST = { scheme: 'NTLM', token: ntlmAuthenticate() };
const tls = (pem: string) => ({ key: pem, cert: pem });

/** RFC 5929 for a certificate signed with SHA-256. */
const endPoint = (pem: string): string =>
  Buffer.concat([
    Buffer.from('tls-server-end-point:'),
    createHash('sha256').update(derOf(pem)).digest(),
  ]).toString();

/** The application data of the bindings of each leg; undefined where there were none. */
function bindingsOfLegs(): (string | undefined)[] {
  return fake.legs.map(({ input }) => {
    const [, text] = input.find(([type]) => type === SECBUFFER_CHANNEL_BINDINGS) ?? [];
    return text?.slice(32);
  });
}

const tellLevel: Handler = (request, response) => {
  response.end(getAuthentication(request)?.extendedProtection);
};

const PROXY = ChannelBindings.fromBytes(Buffer.from('tls-server-end-point:of the proxy'));
const NAMES = { targetNames: ['HTTP/web.example.com'] };

describe.each<[string, string | undefined]>([
  ['without TLS', undefined],
  ['with an RSA certificate', RSA_PEM],
  ['with an ECDSA certificate', ECDSA_PEM],
])('a connection %s', (_, pem) => {
  const own = pem === undefined ? undefined : endPoint(pem);
  const missing = ASC_REQ_ALLOW_MISSING_BINDINGS;

  test.each<[IntegratedAuthOptions, string | undefined, number, string]>([
    [{}, own, 0, own === undefined ? 'never' : 'always'],
    [{ extendedProtection: 'never' }, undefined, 0, 'never'],
    [
      { extendedProtection: 'whenSupported' },
      own,
      own === undefined ? 0 : missing,
      own === undefined ? 'never' : 'whenSupported',
    ],
    [{ channelBindings: PROXY }, 'tls-server-end-point:of the proxy', 0, 'always'],
    [
      { channelBindings: PROXY, extendedProtection: 'whenSupported' },
      'tls-server-end-point:of the proxy',
      missing,
      'whenSupported',
    ],
  ])('%j', async (options, bindings, flags, level) => {
    const { port } = await serve(
      { ...NTLM, ...options },
      { handler: tellLevel, ...(pem !== undefined && { tls: tls(pem) }) },
    );
    const client = await WireClient.connect(port, pem === undefined ? {} : { tls: {} });
    fake.legAnswers.push(CONTINUE);
    await client.request(FIRST);
    queueLogon();
    const response = await client.request(LAST);
    expect([response.status, response.body]).toEqual([200, level]);
    expect(bindingsOfLegs()).toEqual([bindings, bindings]);
    for (const { contextReq } of fake.legs) {
      expect(contextReq & (ASC_REQ_ALLOW_MISSING_BINDINGS | ASC_REQ_PROXY_BINDINGS)).toBe(flags);
    }
  });
});

describe('without TLS', () => {
  test.each(['always', 'audit'] as const)('%s lets nobody log on', async (extendedProtection) => {
    const server = await serve({ ...NTLM, extendedProtection });
    const client = await WireClient.connect(server.port);
    const response = await client.request(FIRST);
    expect(response.status).toBe(403);
    expect(response.all('www-authenticate')).toEqual([]);
    expect(response.body).toContain('https');
    expect(fake.legs).toEqual([]);
  });

  test('behindProxy wants bindings of the proxy, and one of the names', async () => {
    const { port, handled } = await serve({ ...NTLM, ...NAMES, extendedProtection: 'behindProxy' });
    const client = await WireClient.connect(port);
    fake.legAnswers.push({});
    fake.attributeAnswers.push([0, 'HTTP/other.example.com']);
    expect((await client.request(FIRST)).status).toBe(403);
    expect(fake.legs[0]?.contextReq).toBeDefined();
    expect((fake.legs[0]?.contextReq ?? 0) & ASC_REQ_PROXY_BINDINGS).toBe(ASC_REQ_PROXY_BINDINGS);
    expect(handled).toEqual([]);
  });
});

describe('with a certificate that has no bindings (Ed25519)', () => {
  const serveEd25519 = (options: IntegratedAuthOptions) =>
    serve({ ...NTLM, ...options }, { handler: tellLevel, tls: tls(ED25519_PEM) });

  test.each<IntegratedAuthOptions>([
    {},
    { extendedProtection: 'always' },
    { extendedProtection: 'audit' },
  ])('%j lets nobody log on, and says why to the log alone', async (options) => {
    const server = await serveEd25519(options);
    const client = await WireClient.connect(server.port, { tls: {} });
    const response = await client.request(FIRST);
    expect(response.status).toBe(500);
    expect(response.body).not.toContain('Ed25519');
    expect(reasons(server, 'rejection')).toEqual([expect.stringContaining('Ed25519')]);
    expect(fake.legs).toEqual([]);
  });

  test('whenSupported and never come in, and are told that nothing was compared', async () => {
    for (const extendedProtection of ['whenSupported', 'never'] as const) {
      const { port } = await serveEd25519({ extendedProtection });
      const client = await WireClient.connect(port, { tls: {} });
      queueLogon();
      expect((await client.request(FIRST)).body).toBe('never');
    }
    expect(bindingsOfLegs()).toEqual([undefined, undefined]);
  });
});

test('the bindings are of the certificate that this client was shown', async () => {
  const { port } = await serve(NTLM, {
    tls: {
      ...tls(RSA_PEM),
      SNICallback: (name, done) => {
        done(null, createSecureContext(tls(name === 'ecdsa.test' ? ECDSA_PEM : RSA_PEM)));
      },
    },
  });
  for (const servername of ['rsa.test', 'ecdsa.test']) {
    const client = await WireClient.connect(port, { tls: { servername } });
    queueLogon();
    expect((await client.request(FIRST)).status).toBe(200);
  }
  expect(bindingsOfLegs()).toEqual([endPoint(RSA_PEM), endPoint(ECDSA_PEM)]);
});

test('the certificate may change while the server runs', async () => {
  const { port, server } = await serve(NTLM, { tls: tls(RSA_PEM) });
  const before = await WireClient.connect(port, { tls: {} });
  (server as unknown as { setSecureContext(options: object): void }).setSecureContext(
    tls(ECDSA_PEM),
  );
  const after = await WireClient.connect(port, { tls: {} });
  for (const client of [before, after]) {
    queueLogon();
    expect((await client.request(FIRST)).status).toBe(200);
  }
  expect(bindingsOfLegs()).toEqual([endPoint(RSA_PEM), endPoint(ECDSA_PEM)]);
});

test('audit says what came out', async () => {
  fake.channelBindingFlags = true;
  const { port } = await serve(
    { ...NTLM, extendedProtection: 'audit' },
    {
      tls: tls(RSA_PEM),
      handler: (request, response) => {
        const { extendedProtection, channelBindingsResult } = getAuthentication(request) ?? {};
        response.end(JSON.stringify({ extendedProtection, channelBindingsResult }));
      },
    },
  );
  const client = await WireClient.connect(port, { tls: {} });
  queueLogon({ leg: { output: [undefined, '\x02\0\0\0'] } });
  expect((await client.request(FIRST)).json).toEqual({
    extendedProtection: 'audit',
    channelBindingsResult: 2,
  });
});
