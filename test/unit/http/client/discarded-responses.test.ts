/** Responses whose body the client discards during a logon are bounded in size and in time. */

import { fake, settle } from '../../../instruments/support/fake-native.js';

import { request } from 'node:http';
import { createServer, type Socket } from 'node:net';

import { afterEach, describe, expect, test } from '@jest/globals';

import { endAgents, httpAgentFor, responseTo } from '../../../instruments/support/http-agents.js';
import {
  agentFor,
  alwaysNtlm,
  destroyAgents,
  get,
  last,
  NTLM_3,
  ntlmLegs,
  perConnection,
  tokens,
} from '../../../instruments/support/http-client.js';
import {
  closeServers,
  serve,
  serveRaw,
  tokenIn,
  type TestServer,
} from '../../../instruments/support/plain-http-server.js';

afterEach(async () => {
  await destroyAgents();
  await endAgents();
  await closeServers();
  expect(fake.liveCounts()).toEqual([0, 0, 0, 0]);
});

const MIB = 1024 * 1024;

/** Sends a head, and then a byte every 10 ms. A request with a token gets a token. */
async function serveDripping(head: string, byte = 'x') {
  let connections = 0;
  const port = await serveRaw(
    createServer((socket: Socket) => {
      connections += 1;
      socket.once('data', (chunk: Buffer) => {
        const token = /authorization: Negotiate/i.test(chunk.toString()) ? ' c2Vjb25k' : '';
        socket.write(head.replaceAll('Negotiate', `Negotiate${token}`));
        const drip = setInterval(() => socket.write(byte), 10);
        socket.once('close', () => {
          clearInterval(drip);
        });
      });
    }),
  );
  return { origin: `http://localhost:${port}`, connections: () => connections };
}

const ASKS = 'WWW-Authenticate: Negotiate\r\nProxy-Authenticate: Negotiate\r\n';
const limits = { legTimeoutMs: 100, headersTimeoutMs: 100 };
const lateBody = (what: string) => ({
  code: 'ERR_SECUR32_CONNECTION_LOST',
  message: `the body of the ${what} took longer than 100 ms (limits.legTimeoutMs)`,
});
const framings = [
  ['a length', 'Content-Length: 100000\r\n\r\n', 'x'],
  ['chunks', 'Transfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n'],
  ['no end', 'Connection: keep-alive\r\n\r\n', 'x'],
] as const;

describe('a refusal that drips', () => {
  test.each(framings)('with %s is left in time (C12)', async (_, fields, byte) => {
    const server = await serveDripping(`HTTP/1.1 401 No\r\n${ASKS}${fields}`, byte);
    alwaysNtlm();
    await expect(get(server.origin, agentFor({ limits }))).rejects.toMatchObject(
      lateBody('401 response'),
    );
    expect(server.connections()).toBe(2);
  });

  test.each(framings)('with %s, to a probe, is left in time (C12)', async (_, fields, byte) => {
    const server = await serveDripping(`HTTP/1.1 401 No\r\n${ASKS}${fields}`, byte);
    alwaysNtlm();
    const sent = request(server.origin, { agent: httpAgentFor({ limits }) });
    await expect(responseTo(sent)).rejects.toMatchObject({
      code: 'ERR_SECUR32_CONNECTION_NOT_LOGGED_ON',
      message:
        'the body of the 401 response to GET / took longer than 100 ms (limits.legTimeoutMs); set probe.path to another page',
    });
    expect(server.connections()).toBe(2);
  });

  test.each(framings.slice(0, 2))(
    'with %s, of a proxy, is left in time (C12)',
    async (_, fields, byte) => {
      const proxy = await serveDripping(`HTTP/1.1 407 No\r\n${ASKS}${fields}`, byte);
      alwaysNtlm();
      const agent = agentFor({ limits, proxy: { url: proxy.origin, hosts: ['localhost'] } });
      await expect(get('https://localhost:8/', agent)).rejects.toMatchObject(
        lateBody("proxy's 407 response"),
      );
      expect(proxy.connections()).toBe(2);
    },
  );

  test('is left, and the next connection begins with a token (C12)', async () => {
    const server = await serve((seen, response) => {
      if (tokenIn(seen.headers.authorization) === 'ticket') response.end('yes');
      else response.writeHead(401, { 'www-authenticate': 'Negotiate' }).write('x');
    });
    fake.legAnswers.push(last('ticket'));
    await expect(get(server.origin, agentFor({ limits }))).resolves.toMatchObject({ text: 'yes' });
    expect(tokens(server)).toEqual([
      [undefined, 1],
      ['ticket', 2],
    ]);
  });

  test('in its head, to a probe, is left in time (C12)', async () => {
    const server = await serveDripping('HTTP/1.1 401 No\r\nX: ');
    const sent = request(server.origin, { agent: httpAgentFor({ limits }) });
    await expect(responseTo(sent)).rejects.toMatchObject({
      code: 'ERR_SECUR32_CONNECTION_LOST',
      message: 'the server did not answer the probe in time',
    });
  });

  test('in its head, of a proxy, is left in time (C12)', async () => {
    const proxy = await serveDripping('HTTP/1.1 407 No\r\nX: ');
    const agent = agentFor({ limits, proxy: { url: proxy.origin, hosts: ['localhost'] } });
    await expect(get('https://localhost:8/', agent)).rejects.toMatchObject({
      code: 'ERR_SECUR32_CONNECTION_LOST',
      message: 'the proxy did not answer in time',
    });
  });

  test('is a refusal: the response that is returned may take longer than a leg (C12)', async () => {
    const server = await serve((seen, response) => {
      if (tokenIn(seen.headers.authorization) === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end();
        return;
      }
      response.write('o');
      setTimeout(() => response.end('k'), 200);
    });
    fake.legAnswers.push(last('ticket'));
    await expect(get(server.origin, agentFor({ limits }))).resolves.toMatchObject({ text: 'ok' });
  });
});

describe('a page over limits.discardedBodyBytes', () => {
  function requests({ seen }: TestServer) {
    return seen.map(({ url, connection }) => [url, connection]);
  }

  test.each([
    [MIB, 200],
    [MIB + 1, undefined],
  ])('of a probe, with %i bytes, is told as the reason (C12)', async (bytes, status) => {
    const respond = perConnection();
    const server = await serve((seen, response, n) => {
      if (tokenIn(seen.headers.authorization) === NTLM_3) {
        const end = response.end.bind(response);
        response.end = () => end('x'.repeat(bytes));
      }
      respond(seen, response, n);
    });
    fake.legAnswers.push(...ntlmLegs());
    const answer = responseTo(request(server.origin, { agent: httpAgentFor() }));
    if (status !== undefined) await expect(answer).resolves.toMatchObject({ status });
    else {
      await expect(answer).rejects.toMatchObject({
        code: 'ERR_SECUR32_CONNECTION_NOT_LOGGED_ON',
        message:
          'the body of the 200 response to GET / is larger than 1048576 bytes (limits.discardedBodyBytes); set probe.path to another page',
      });
      // Another connection would meet the same page.
      expect(requests(server)).toEqual(Array(3).fill(['/', 1]));
      while (server.sockets.size > 0) await settle();
    }
  });

  test.each([
    [
      'a probe',
      'ERR_SECUR32_CONNECTION_NOT_LOGGED_ON',
      ' to GET /',
      '; set probe.path to another page',
    ],
    ['a request', 'ERR_SECUR32_CONNECTION_LOST', '', ''],
  ])('in each refusal of %s is told as the reason (C12)', async (what, code, to, advice) => {
    const server = await serve((seen, response) => {
      const head = { 'www-authenticate': 'Negotiate' };
      if (tokenIn(seen.headers.authorization) === undefined) response.writeHead(401, head);
      else response.writeHead(401, { 'www-authenticate': 'Negotiate c2Vjb25k' });
      response.end('x'.repeat(1001));
    });
    alwaysNtlm();
    const bounded = { limits: { discardedBodyBytes: 1000 } };
    const answer =
      what === 'a probe'
        ? responseTo(request(server.origin, { agent: httpAgentFor(bounded) }))
        : get(server.origin, agentFor(bounded));
    await expect(answer).rejects.toMatchObject({
      code,
      message: `the body of the 401 response${to} is larger than 1000 bytes (limits.discardedBodyBytes)${advice}`,
    });
    expect(server.connections()).toBe(2);
  });

  test('in the first refusal of a probe is left: the next connection begins with a token (C12)', async () => {
    const server = await serve((seen, response) => {
      response.setHeader('persistent-auth', 'true');
      if (tokenIn(seen.headers.authorization) === 'ticket') response.end('yes');
      else response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end('x'.repeat(1001));
    });
    fake.legAnswers.push(last('ticket'));
    const agent = httpAgentFor({ limits: { discardedBodyBytes: 1000 } });
    await expect(responseTo(request(server.origin, { agent }))).resolves.toMatchObject({
      status: 401,
    });
    expect(requests(server)).toEqual([
      ['/', 1],
      ['/', 2],
      ['/', 2],
    ]);
  });
});
