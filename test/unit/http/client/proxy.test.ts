import { fake, settle } from '../../../instruments/support/fake-native.js';

import { createServer, type Socket } from 'node:net';

import { afterEach, describe, expect, test } from '@jest/globals';

import type { IntegratedClientOptions } from '../../../../lib/http/client/options.js';
import { coded } from '../../../instruments/support/fake-handles.js';
import {
  agentFor,
  destroyAgents,
  get,
  last,
  NTLM_1,
  NTLM_3,
  ntlmLegs,
  perConnection,
  perRequest,
  tokens,
} from '../../../instruments/support/http-client.js';
import { serveProxy, type Judge, type TestProxy } from '../../../instruments/support/http-proxy.js';
import {
  closeServers,
  serve,
  serveRaw,
  tokenIn,
  withToken,
} from '../../../instruments/support/plain-http-server.js';
import { RSA_PEM } from '../../../instruments/support/tls-fixtures.js';

afterEach(async () => {
  await destroyAgents();
  await closeServers();
});

/** Requires an NTLM logon of each connection. */
function ntlmProxy(more: object = {}): Judge {
  const loggedOn = new Set<number>();
  return ({ authorization, connection }) => {
    const token = tokenIn(authorization);
    if (token === NTLM_3) loggedOn.add(connection);
    if (loggedOn.has(connection)) return undefined;
    const challenge = token === NTLM_1 ? withToken('Negotiate', 'second') : 'Negotiate';
    return { status: 407, headers: { 'proxy-authenticate': challenge }, body: 'log on', ...more };
  };
}

/** Requires a token with each request. */
const ticketProxy: Judge = ({ authorization }) =>
  tokenIn(authorization) === 'proxy'
    ? undefined
    : { status: 407, headers: { 'proxy-authenticate': 'Negotiate' } };

function through(proxy: TestProxy, options: Partial<IntegratedClientOptions> = {}) {
  return agentFor({
    hosts: [],
    connect: { rejectUnauthorized: false },
    ...options,
    proxy: { url: proxy.url, hosts: ['localhost'], ...options.proxy },
  });
}

/** [method, token or undefined, number of the connection] of each request that the proxy got. */
function proxyTokens({ seen }: TestProxy) {
  return seen.map(({ method, authorization, connection }) => [
    method,
    tokenIn(authorization),
    connection,
  ]);
}

describe('a proxy for http', () => {
  test('gets whole URLs, and passes them on', async () => {
    const server = await serve((seen, response) => {
      response.end(`${seen.url} ${seen.headers.host ?? ''}`);
    });
    const proxy = await serveProxy(() => undefined);
    const { text } = await get(`${server.origin}/a?b`, through(proxy));
    expect(text).toBe(`/a?b localhost:${server.port}`);
    expect(proxy.seen.map(({ url }) => url)).toEqual([`${server.origin}/a?b`]);
  });

  test('is logged on to by NTLM, once for a connection', async () => {
    const server = await serve((_, response) => {
      response.end('hello');
    });
    const proxy = await serveProxy(ntlmProxy());
    const agent = through(proxy);
    fake.legAnswers.push(...ntlmLegs());
    await expect(get(server.origin, agent)).resolves.toMatchObject({ text: 'hello' });
    await expect(get(server.origin, agent)).resolves.toMatchObject({ text: 'hello' });
    expect(proxyTokens(proxy)).toEqual([
      ['GET', undefined, 1],
      ['GET', NTLM_1, 1],
      ['GET', NTLM_3, 1],
      ['GET', undefined, 1],
    ]);
    expect(fake.legs[0]?.targetName).toBe('HTTP/localhost');
    expect(server.seen).toHaveLength(2);
  });

  test('that wants a token with each request gets one', async () => {
    const server = await serve((_, response) => {
      response.end('hello');
    });
    const proxy = await serveProxy(ticketProxy);
    const agent = through(proxy);
    fake.legAnswers.push(last('proxy'), last('proxy'));
    await get(server.origin, agent);
    await get(server.origin, agent);
    expect(proxyTokens(proxy)).toEqual([
      ['GET', undefined, 1],
      ['GET', 'proxy', 1],
      ['GET', 'proxy', 1],
    ]);
  });

  test('has a list of its own: a host that servers are allowed to have is not enough', async () => {
    const server = await serve(perRequest('ticket'));
    const proxy = await serveProxy(ticketProxy);
    const agent = agentFor({ hosts: ['localhost'], proxy: { url: proxy.url, hosts: [] } });
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 407 });
    expect(fake.legs).toEqual([]);
  });

  test('keeps its field from servers, and theirs from it', async () => {
    const server = await serve(perRequest('ticket'));
    const proxy = await serveProxy(ticketProxy, {
      'proxy-support': 'Session-Based-Authentication',
    });
    const agent = through(proxy, { hosts: ['localhost'] });
    fake.legAnswers.push(last('proxy'), last('ticket'), last('proxy'));
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200 });
    expect(proxyTokens(proxy).map(([, token]) => token)).toEqual([undefined, 'proxy', 'proxy']);
    expect(tokens(server).map(([token]) => token)).toEqual([undefined, 'ticket']);
  });

  test('that may mix connections gets no logon for servers', async () => {
    const server = await serve(perConnection());
    const proxy = await serveProxy(() => undefined);
    const agent = through(proxy, { hosts: ['localhost'], preemptive: true });
    fake.legAnswers.push(last('proxy'));
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 401 });
    expect(tokens(server).map(([token]) => token)).toEqual([undefined]);
  });

  test('does not take a field of the request’s own', async () => {
    const proxy = await serveProxy(() => undefined);
    const headers = { 'proxy-authorization': 'x' };
    await expect(get('http://localhost:8/', through(proxy), { headers })).rejects.toMatchObject({
      code: 'ERR_SECUR32_INVALID_ARGUMENT',
    });
  });

  test('cannot answer in place of a server that is to prove itself', async () => {
    const proxy = await serveProxy(() => ({ status: 407, headers: {}, body: 'forged' }));
    const agent = through(proxy, { hosts: ['localhost'], mutualAuth: true });
    await expect(get('http://localhost:8/', agent)).rejects.toEqual(
      coded('ERR_SECUR32_SERVER_NOT_PROVEN'),
    );
  });
});

describe('a tunnel for https', () => {
  async function secured() {
    const server = await serve(perRequest('ticket'), { tls: { cert: RSA_PEM, key: RSA_PEM } });
    return { server, url: `https://localhost:${server.port}/` };
  }

  test.each([
    ['with a length', {}],
    ['in chunks', { chunked: true }],
    ['without a body', { body: '' }],
  ])('is logged on to, after refusals %s, and then the server in it', async (_, more) => {
    const { server, url } = await secured();
    const proxy = await serveProxy(ntlmProxy(more));
    const agent = through(proxy, { hosts: ['localhost'] });
    fake.legAnswers.push(...ntlmLegs(), last('ticket'), last('ticket'));
    await expect(get(url, agent)).resolves.toMatchObject({ status: 200 });
    await expect(get(url, agent)).resolves.toMatchObject({ status: 200 });
    expect(proxyTokens(proxy)).toEqual([
      ['CONNECT', undefined, 1],
      ['CONNECT', NTLM_1, 1],
      ['CONNECT', NTLM_3, 1],
    ]);
    expect(proxy.seen[0]?.url).toBe(`localhost:${server.port}`);
    expect(tokens(server).map(([token]) => token)).toEqual([undefined, 'ticket', 'ticket']);
    expect(server.seen.every(({ headers }) => headers['proxy-authorization'] === undefined)).toBe(
      true,
    );
  });

  test('takes another connection where the proxy closes the first one, with the token at once', async () => {
    const { url } = await secured();
    const proxy = await serveProxy((seen) => {
      const answer = ticketProxy(seen);
      return answer && { ...answer, headers: { ...answer.headers, connection: 'close' } };
    });
    fake.legAnswers.push(last('proxy'), last('ticket'));
    await expect(get(url, through(proxy, { hosts: ['localhost'] }))).resolves.toMatchObject({
      status: 200,
    });
    expect(proxyTokens(proxy)).toEqual([
      ['CONNECT', undefined, 1],
      ['CONNECT', 'proxy', 2],
    ]);
  });

  test('that is closed between two legs again and again is an error', async () => {
    const { url } = await secured();
    const judge = ntlmProxy();
    const proxy = await serveProxy((seen) => {
      const answer = judge(seen);
      return answer && { ...answer, headers: { ...answer.headers, connection: 'close' } };
    });
    fake.legAnswers.push(ntlmLegs()[0] ?? {});
    await expect(get(url, through(proxy))).rejects.toEqual(coded('ERR_SECUR32_CONNECTION_LOST'));
  });

  test.each<[string, Judge, number]>([
    ['says no', () => ({ status: 403, headers: {} }), 403],
    [
      'does not take the logon',
      () => ({ status: 407, headers: { 'proxy-authenticate': 'Negotiate' } }),
      407,
    ],
    [
      'wants another one',
      () => ({ status: 407, headers: { 'proxy-authenticate': 'Basic realm=x' } }),
      407,
    ],
  ])('is an error where the proxy %s', async (how, judge, status) => {
    const { url, server } = await secured();
    const proxy = await serveProxy(judge);
    if (how.includes('take')) fake.legAnswers.push(last('proxy'));
    await expect(get(url, through(proxy))).rejects.toMatchObject({
      code: 'ERR_SECUR32_PROXY_REFUSED',
      status,
    });
    expect(server.connections()).toBe(0);
  });

  test.each([
    [
      'more than it may have',
      'HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\nContent-Length: 2000\r\n\r\n' +
        'x'.repeat(2000),
    ],
    ['no end', 'HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\n\r\nx'],
    [
      'two responses',
      'HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n',
    ],
    [
      'bad chunks',
      'HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['HTTP/1.0', 'HTTP/1.0 407 x\r\nProxy-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n'],
  ])('goes on with another connection after a refusal with %s', async (_, bytes) => {
    let connections = 0;
    const port = await serveRaw(
      createServer((socket) => {
        connections += 1;
        socket.once('data', () => {
          socket.write(connections === 1 ? bytes : 'HTTP/1.1 502 x\r\nContent-Length: 0\r\n\r\n');
        });
      }),
    );
    fake.legAnswers.push(last('proxy'));
    const agent = through(
      { url: `http://localhost:${port}`, seen: [] },
      { limits: { discardedBodyBytes: 1000 } },
    );
    await expect(get('https://localhost:8/', agent)).rejects.toMatchObject({
      code: 'ERR_SECUR32_PROXY_REFUSED',
      status: 502,
    });
    expect(connections).toBe(2);
  });

  test('is an error where the proxy says nothing, or nonsense', async () => {
    const silent = await serveRaw(createServer(() => undefined));
    const broken = await serveRaw(
      createServer((socket) => {
        socket.end('nonsense\r\n\r\n');
      }),
    );
    for (const port of [silent, broken]) {
      const proxy = { url: `http://localhost:${port}`, seen: [] };
      const agent = through(proxy, { limits: { headersTimeoutMs: 50 } });
      await expect(get('https://localhost:8/', agent)).rejects.toEqual(
        coded('ERR_SECUR32_CONNECTION_LOST'),
      );
    }
  });

  test('is one of the most connections, however often it is begun, and ends with the agent', async () => {
    const sockets = new Set<Socket>();
    let most = 0;
    let connections = 0;
    const port = await serveRaw(
      createServer((socket) => {
        const nth = (connections += 1);
        sockets.add(socket.once('close', () => sockets.delete(socket)));
        // Do not count those that the client has ended and this side is about to end.
        most = Math.max(most, [...sockets].filter(({ readableEnded }) => !readableEnded).length);
        socket.once('data', () => {
          // The TLS handshake in the tunnel waits forever.
          if (nth > 1) socket.write('HTTP/1.1 200 x\r\n\r\n');
          else socket.write('HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\n\r\n');
        });
      }),
    );
    fake.legAnswers.push(last('proxy'));
    const agent = through({ url: `http://localhost:${port}`, seen: [] }, { connections: 1 });
    const all = [1, 2, 3].map(() => get('https://localhost:8/', agent));
    const ended = Promise.allSettled(all);
    while (connections < 2) await settle();
    for (let i = 0; i < 20; i++) await settle();
    expect([connections, most, sockets.size]).toEqual([2, 1, 1]);
    await agent.destroy();
    while (sockets.size > 0) await settle();
    for (const { status } of await ended) expect(status).toBe('rejected');
    expect(connections).toBe(2);
  });

  test('can be aborted', async () => {
    const port = await serveRaw(createServer(() => undefined));
    const abort = new AbortController();
    const agent = through({ url: `http://localhost:${port}`, seen: [] });
    const got = get('https://localhost:8/', agent, { signal: abort.signal });
    setImmediate(() => {
      abort.abort(new Error('enough'));
    });
    await expect(got).rejects.toThrow('enough');
  });
});
