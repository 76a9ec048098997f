import { createServer, get, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';

import { afterEach, describe, expect } from '@jest/globals';
import { request } from 'undici';

import { ClientContext } from '../../lib/context/client-context.js';
import { Credentials } from '../../lib/context/credentials.js';
import { IntegratedAgent } from '../../lib/http/client/undici/integrated-agent.js';
import { integratedFetch } from '../../lib/http/client/undici/integrated-fetch.js';
import { IntegratedHttpAgent } from '../../lib/http/client/node/integrated-http-agent.js';
import type { IntegratedClientOptions } from '../../lib/http/client/options.js';
import { getAuthentication } from '../../lib/http/server/authentication.js';
import { RECOMMENDED_MAX_HEADER_SIZE } from '../../lib/http/server/header-limit.js';
import { integratedAuth } from '../../lib/http/server/adapters/middleware.js';
import type { IntegratedAuthOptions } from '../../lib/http/server/options.js';
import { lookupLoopback } from '../instruments/support/loopback.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import {
  testIf,
  testOnWine,
  testWithAccount,
  testWithDomain,
} from '../instruments/support/skip.js';
import { alice, bob, domain, present, wine } from '../instruments/support/system.js';
import { certificateOf, RSA_PEM } from '../instruments/support/tls-fixtures.js';

/** In a domain, the name that the service's key is for. */
const HOST = domain?.spn.split('/')[1] ?? hostname();

const testOnWindowsWithAccount = testIf(
  wine === undefined && alice !== undefined,
  'only on Windows',
);

const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
  await expectNothingLive();
});

interface TestServer {
  url: string;
  /** The package and the connection's port of each accepted request. */
  served: { by: string | undefined; port: number | undefined; persistent: boolean | undefined }[];
}

/**
 * A server of this package, which responds with the user and what was sent.
 *
 * @param closes whether it closes a connection at once when it rejects a body on it
 */
async function serve(
  options: IntegratedAuthOptions,
  tls?: { pem: string; name: string },
  closes = false,
): Promise<TestServer> {
  const auth = integratedAuth(options);
  await auth.ready;
  const served: TestServer['served'] = [];
  const known = new WeakSet();
  const respond: Parameters<typeof createServer>[1] = (incoming, response) => {
    const { headers, socket } = incoming;
    const hasBody = (headers['content-length'] ?? '0') !== '0' || 'transfer-encoding' in headers;
    if (closes && hasBody && headers.authorization === undefined && !known.has(socket)) {
      response.once('finish', () => socket.destroy());
      response
        .writeHead(401, { 'WWW-Authenticate': options.schemes?.join(', ') ?? 'Negotiate' })
        .end();
      return;
    }
    known.add(socket);
    auth(incoming, response, (error?: unknown) => {
      if (error !== undefined) {
        response.writeHead(500).end();
        return;
      }
      const authentication = getAuthentication(incoming);
      served.push({
        by: authentication?.package,
        port: incoming.socket.remotePort,
        persistent: authentication?.persistent,
      });
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => (bytes += chunk.length));
      incoming.on('end', () => response.end(`${bytes} bytes`));
    });
  };
  const limits = { maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE };
  const server: Server = tls
    ? createTlsServer({ ...limits, cert: tls.pem, key: tls.pem }, respond)
    : createServer(limits, respond);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  toClose.push(async () => {
    server.closeAllConnections();
    server.close();
    await auth.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: tls ? `https://${tls.name}:${port}/` : `http://${HOST}:${port}/`, served };
}

function agentFor(options: Partial<IntegratedClientOptions> = {}): IntegratedAgent {
  const agent = new IntegratedAgent({
    hosts: [HOST],
    connect: { lookup: lookupLoopback },
    ...options,
  });
  toClose.push(() => agent.destroy());
  return agent;
}

async function send(
  url: string,
  dispatcher: IntegratedAgent,
  body?: string | AsyncIterable<string>,
) {
  const sent = body === undefined ? {} : { method: 'POST' as const, body: body as string };
  const response = await request(url, { dispatcher, ...sent });
  return { status: response.statusCode, text: await response.body.text() };
}

async function* long(): AsyncGenerator<string> {
  for (let i = 0; i < 30; i++) yield await Promise.resolve('x'.repeat(100_000));
}

describe('Kerberos', () => {
  const byKerberos = { packages: { Negotiate: 'Kerberos' } } as const;

  testWithDomain('logs on with each request, over one connection', async () => {
    const { url, served } = await serve(byKerberos);
    const agent = agentFor(byKerberos);
    for (let i = 0; i < 3; i++) {
      await expect(send(url, agent, 'twelve bytes')).resolves.toEqual({
        status: 200,
        text: '12 bytes',
      });
    }
    expect(served).toEqual(
      Array(3).fill({ by: 'Kerberos', port: served[0]?.port, persistent: false }),
    );
  });

  testWithDomain('logs on once where the server keeps it', async () => {
    const { url, served } = await serve({ ...byKerberos, persistKerberos: true });
    const agent = agentFor(byKerberos);
    await send(url, agent);
    await expect(send(url, agent, long())).resolves.toMatchObject({ text: '3000000 bytes' });
    expect(served).toEqual(
      Array(2).fill({ by: 'Kerberos', port: served[0]?.port, persistent: true }),
    );
  });

  testWithDomain('proves the server, in each response', async () => {
    const { url } = await serve(byKerberos);
    const agent = agentFor({ ...byKerberos, mutualAuth: true });
    for (let i = 0; i < 2; i++) {
      await expect(send(url, agent)).resolves.toMatchObject({ status: 200 });
    }
  });

  testWithDomain('finds out that a server does not prove itself', async () => {
    const server = createServer((_, response) => response.end('forged'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    toClose.push(() => server.close());
    const url = `http://${HOST}:${(server.address() as AddressInfo).port}/`;
    const agent = agentFor({ ...byKerberos, mutualAuth: true });
    await expect(send(url, agent)).rejects.toMatchObject({ code: 'ERR_SECUR32_SERVER_NOT_PROVEN' });
  });

  testWithDomain('by Negotiate, as everybody has it', async () => {
    const { url, served } = await serve({});
    await expect(send(url, agentFor(), 'x')).resolves.toMatchObject({ status: 200 });
    expect(served).toMatchObject([{ by: 'Kerberos' }]);
  });

  testWithDomain('streams a body that comes once, to a server that is known', async () => {
    const { url } = await serve(byKerberos);
    const agent = agentFor({ ...byKerberos, preemptive: true });
    await expect(send(url, agent, long())).resolves.toEqual({
      status: 200,
      text: '3000000 bytes',
    });
  });

  testWithDomain('says that nobody has a name', async () => {
    const { url } = await serve(byKerberos);
    const targetName = `HTTP/nowhere.${present(domain).realm.toLowerCase()}`;
    await expect(send(url, agentFor({ ...byKerberos, targetName }))).rejects.toMatchObject({
      call: 'InitializeSecurityContext',
    });
  });

  testWithDomain('by integratedFetch and by the fetch of Node itself', async () => {
    const { url, served } = await serve(byKerberos);
    const integrated = integratedFetch({
      hosts: [HOST],
      connect: { lookup: lookupLoopback },
      ...byKerberos,
    });
    toClose.push(() => integrated.close());
    expect(await (await integrated(url, { method: 'POST', body: 'abc' })).text()).toBe('3 bytes');
    const init = { method: 'POST', body: 'abcd', dispatcher: agentFor(byKerberos) };
    const response = await fetch(url, init as unknown as RequestInit);
    expect(await response.text()).toBe('4 bytes');
    expect(served).toHaveLength(2);
  });

  testWithDomain('by an http.Agent, where the server keeps it', async () => {
    const { url, served } = await serve({ ...byKerberos, persistKerberos: true });
    const agent = new IntegratedHttpAgent({
      hosts: [HOST],
      connect: { lookup: lookupLoopback },
      ...byKerberos,
    });
    toClose.push(() => {
      agent.destroy();
    });
    const status = await new Promise((resolve, reject) => {
      get(url, { agent }, (response) => {
        response.resume().once('end', () => {
          resolve(response.statusCode);
        });
      }).once('error', reject);
    });
    expect(status).toBe(200);
    expect(served.map(({ by }) => by)).toEqual(['Kerberos', 'Kerberos']);
  });

  testWithDomain('by an http.Agent with maxSockets, of requests that are aborted', async () => {
    const { url, served } = await serve({ ...byKerberos, persistKerberos: true });
    const agent = new IntegratedHttpAgent({
      hosts: [HOST],
      connect: { lookup: lookupLoopback },
      maxSockets: 2,
      ...byKerberos,
    });
    toClose.push(() => {
      agent.destroy();
    });
    const results = Array.from(
      { length: 12 },
      (_, i) =>
        new Promise<number | string | undefined>((resolve) => {
          const abort = new AbortController();
          get(url, { agent, signal: abort.signal }, (response) => {
            response.resume().once('end', () => {
              resolve(response.statusCode);
            });
          }).once('error', ({ name }) => {
            resolve(name);
          });
          // Some at once, some during their logon.
          if (i % 4 === 0) abort.abort();
          else if (i === 1)
            setImmediate(() => {
              abort.abort();
            });
        }),
    );
    const got = await Promise.all(results);
    expect(got).toEqual(got.map((_, i) => (i % 4 === 0 || i === 1 ? 'AbortError' : 200)));
    expect(new Set(served.map(({ port }) => port)).size).toBeLessThanOrEqual(3);
  });
});

describe('NTLM', () => {
  const ntlm = { schemes: ['NTLM'] } as const;

  testWithAccount('logs a connection on, and a long stream goes over it', async () => {
    const { url, served } = await serve(ntlm);
    const agent = agentFor({ ...ntlm, authIdentity: present(alice) });
    await expect(send(url, agent, 'twelve bytes')).resolves.toEqual({
      status: 200,
      text: '12 bytes',
    });
    await expect(send(url, agent, long())).resolves.toEqual({ status: 200, text: '3000000 bytes' });
    expect(served).toEqual(Array(2).fill({ by: 'NTLM', port: served[0]?.port, persistent: true }));
  });

  testWithAccount('logs on by a HEAD before a body that comes once', async () => {
    const { url, served } = await serve(ntlm);
    const agent = agentFor({ ...ntlm, authIdentity: present(alice), preemptive: true });
    await expect(send(url, agent, long())).resolves.toEqual({ status: 200, text: '3000000 bytes' });
    expect(served).toHaveLength(2);
  });

  testWithAccount(
    'follows without the body where a refused body costs the connection',
    async () => {
      const { url, served } = await serve(ntlm, undefined, true);
      const agent = agentFor({ ...ntlm, authIdentity: present(alice) });
      const put = { dispatcher: agent, method: 'PUT' as const, reset: true };
      for (const [body, length] of [
        ['abc', 3],
        ['abcd', 4],
        [long(), 3_000_000],
      ] as const) {
        const response = await request(url, { ...put, body: body as string });
        await expect(response.body.text()).resolves.toBe(`${length} bytes`);
      }
      expect(served.filter(({ by }) => by === 'NTLM')).toHaveLength(served.length);
    },
  );

  testWithAccount('with a wrong user is refused, with the response of the server', async () => {
    const { url, served } = await serve(ntlm);
    const authIdentity = { ...present(alice), user: 'nobody-of-that-name' };
    const { status } = await send(url, agentFor({ ...ntlm, authIdentity }));
    expect(status).toBe(401);
    expect(served).toEqual([]);
  });

  testWithAccount('of two users at once, many times, over connections of their own', async () => {
    const { url, served } = await serve(ntlm);
    const agents = [alice, bob ?? alice].map((who) =>
      agentFor({ ...ntlm, authIdentity: present(who), connections: 3 }),
    );
    const all = Array.from({ length: 60 }, (_, i) => send(url, agents[i % 2] ?? agentFor(), 'x'));
    for (const { status } of await Promise.all(all)) expect(status).toBe(200);
    expect(served).toHaveLength(60);
    expect(new Set(served.map(({ port }) => port)).size).toBeLessThanOrEqual(6);
  });

  testWithAccount('with credentials of the caller', async () => {
    const { url, served } = await serve(ntlm);
    const credentials = await Credentials.acquire({
      package: 'NTLM',
      use: 'outbound',
      authIdentity: present(alice),
    });
    toClose.push(() => {
      credentials.close();
    });
    await expect(send(url, agentFor({ credentials }))).resolves.toMatchObject({ status: 200 });
    expect(served).toMatchObject([{ by: 'NTLM' }]);
    // They can still be used.
    new ClientContext(credentials).close();
  });
});

describe('over TLS', () => {
  const ntlm = { schemes: ['NTLM'] } as const;
  /** The host in the certificate, and so the one to log on to. */
  const NAME = 'tls.sspi.test';
  const common = {
    ...ntlm,
    hosts: [NAME],
    connect: { ca: certificateOf(RSA_PEM), lookup: lookupLoopback },
  };

  testOnWine('a logon that cannot be tied to the connection is refused here', async () => {
    const { url, served } = await serve(
      { ...ntlm, extendedProtection: 'never' },
      { pem: RSA_PEM, name: NAME },
    );
    const authIdentity = present(alice);
    await expect(send(url, agentFor({ ...common, authIdentity }))).rejects.toMatchObject({
      code: 'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED',
    });
    const knowingly = agentFor({ ...common, authIdentity, sendChannelBindings: false });
    await expect(send(url, knowingly)).resolves.toMatchObject({ status: 200 });
    expect(served).toMatchObject([{ by: 'NTLM' }]);
  });

  testOnWindowsWithAccount('a logon is tied to the connection', async () => {
    const { url } = await serve(
      { ...ntlm, extendedProtection: 'always' },
      { pem: RSA_PEM, name: NAME },
    );
    const authIdentity = present(alice);
    await expect(send(url, agentFor({ ...common, authIdentity }))).resolves.toMatchObject({
      status: 200,
    });
    const without = agentFor({ ...common, authIdentity, sendChannelBindings: false });
    await expect(send(url, without)).resolves.toMatchObject({ status: 401 });
  });
});
