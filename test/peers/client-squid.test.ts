/** IntegratedAgent and Squid, which lets through whom it knows (407). */

import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { selfSigned } from '../instruments/support/peers/certificates.js';
import { sendAll } from '../instruments/support/peers/client.js';
import { alice, required } from '../instruments/support/peers/people.js';
import { PROXY_HOST, startSquid, type Squid } from '../instruments/support/peers/squid.js';

const HOST = 'web.sspi.test';
const certificate = selfSigned(HOST);
const respond: Parameters<typeof createServer>[1] = (request, response) => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => (bytes += chunk.length));
  request.on('end', () => response.end(`${request.url ?? ''}: ${bytes} bytes`));
};
const plain = createServer(respond);
const secure = createTlsServer(
  { cert: readFileSync(certificate.certificate), key: readFileSync(certificate.key) },
  respond,
);

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

let url: string;
let secureUrl: string;
beforeAll(async () => {
  url = `http://${HOST}:${await portOf(plain)}`;
  secureUrl = `https://${HOST}:${await portOf(secure)}`;
});
afterAll(() => {
  plain.close();
  secure.close();
});

describe('by Kerberos', () => {
  let squid: Squid;
  const options = () => ({
    hosts: [],
    packages: { Negotiate: 'Kerberos' },
    proxy: { url: squid.url, hosts: [PROXY_HOST] },
  });
  beforeAll(async () => {
    squid = await startSquid();
  });

  test('requests come through, on one connection, and the proxy knows the name', async () => {
    const seen = squid.requests().length;
    const outputs = await sendAll({
      options: options(),
      requests: [{ url: `${url}/1` }, { url: `${url}/2`, bytes: 1000 }],
    });
    expect(outputs).toEqual([
      { status: 200, text: '/1: 0 bytes' },
      { status: 200, text: '/2: 1000 bytes' },
    ]);
    const requests = squid.requests().slice(seen);
    expect(requests.map(({ method, status, user }) => [method, status, user])).toEqual([
      ['GET', 407, undefined],
      ['GET', 200, 'alice@SSPI.TEST'],
      ['POST', 200, 'alice@SSPI.TEST'],
    ]);
    expect(new Set(requests.map(({ port }) => port)).size).toBe(1);
  });

  test('a tunnel is made, and TLS goes through it', async () => {
    const seen = squid.requests().length;
    const outputs = await sendAll({
      options: options(),
      ca: certificate.certificate,
      requests: [{ url: `${secureUrl}/1` }, { url: `${secureUrl}/2`, bytes: 1000 }],
    });
    expect(outputs).toEqual([
      { status: 200, text: '/1: 0 bytes' },
      { status: 200, text: '/2: 1000 bytes' },
    ]);
    const requests = squid.requests().slice(seen);
    expect(requests.map(({ method, user }) => [method, user])).toEqual([
      ['CONNECT', undefined],
      ['CONNECT', 'alice@SSPI.TEST'],
    ]);
  });

  test('a proxy that is not in its list gets nothing', async () => {
    const own = { ...options(), proxy: { url: squid.url, hosts: [] } };
    const outputs = await sendAll({
      options: { ...own, hosts: [PROXY_HOST, HOST] },
      ca: certificate.certificate,
      requests: [{ url }, { url: secureUrl }],
    });
    expect(outputs).toMatchObject([{ status: 407 }, { code: 'ERR_SECUR32_PROXY_REFUSED' }]);
  });
});

test('by NTLM, once for a connection, and for a tunnel', async () => {
  const squid = await startSquid(['NTLM']);
  const { user, password } = alice;
  const outputs = await sendAll({
    options: {
      hosts: [],
      schemes: ['NTLM'],
      authIdentity: { user, password, domain: required('SECUR32_TEST_DOMAIN') },
      proxy: { url: squid.url, hosts: [PROXY_HOST] },
    },
    ca: certificate.certificate,
    requests: [
      { url: `${url}/1` },
      { url: `${url}/2`, bytes: 10 },
      { url: `${secureUrl}/3`, bytes: 10 },
    ],
  });
  expect(outputs).toEqual([
    { status: 200, text: '/1: 0 bytes' },
    { status: 200, text: '/2: 10 bytes' },
    { status: 200, text: '/3: 10 bytes' },
  ]);
  const known = squid.requests().filter(({ user: who }) => who === 'SSPI\\alice');
  expect(known.map(({ method }) => method)).toEqual(['GET', 'POST', 'CONNECT']);
  expect(known[0]?.port).toBe(known[1]?.port);
});
