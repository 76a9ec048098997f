/** Connections that end in the middle of a logon, and clients that wait with their body. */

import { fake } from '../../../instruments/support/fake-native.js';

import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

import { afterEach, describe, expect, jest, test } from '@jest/globals';

import { countOpenHandshakes } from '../../../../lib/http/server/logon/handshake-slots.js';
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
  type TestServer,
} from '../../../instruments/support/http-server.js';
import {
  closeWires,
  requestBytes,
  WireClient,
  type WireRequest,
  type WireResponse,
} from '../../../instruments/support/http-wire.js';

afterEach(async () => {
  jest.restoreAllMocks();
  await closeWires();
  await closeServers();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

const NTLM = { schemes: ['NTLM'] } as const;

async function first(client: WireClient, more: WireRequest = {}): Promise<WireResponse> {
  fake.legAnswers.push(CONTINUE);
  return client.request({ scheme: 'NTLM', token: ntlmNegotiate(), ...more });
}

async function last(client: WireClient, more: WireRequest = {}): Promise<WireResponse> {
  queueLogon();
  return client.request({ scheme: 'NTLM', token: ntlmAuthenticate(), ...more });
}

/** The connection ends, the client hears it, the log knows why, and nothing is left. */
async function expectNotKeptAlive(
  server: TestServer,
  client: WireClient,
  answer: WireResponse,
  why: string,
): Promise<void> {
  expect([answer.status, answer.header('connection')]).toEqual([400, 'close']);
  expect(answer.all('www-authenticate')).toEqual([]);
  expect(answer.body).toContain('a connection that stays open');
  expect(reasons(server, 'rejection')).toEqual([expect.stringContaining(why)]);
  expect(reasons(server, 'drop')).toEqual(['the connection cannot carry the next leg']);
  expect([fake.open.context, countOpenHandshakes()]).toEqual([0, 0]);
  await client.closed;
}

const quiet = () => jest.spyOn(process, 'emitWarning').mockReturnValue();

async function serveAtMost(requests: number, options: IntegratedAuthOptions = NTLM) {
  const server = await serve(options);
  server.server.maxRequestsPerSocket = requests;
  return { server, client: await WireClient.connect(server.port) };
}

describe('where the answer to a first leg would end the connection the logon is refused:', () => {
  test('the last request of maxRequestsPerSocket', async () => {
    quiet();
    const { server, client } = await serveAtMost(2);
    expect((await client.request()).header('connection')).toBe('keep-alive');
    await expectNotKeptAlive(server, client, await first(client), 'maxRequestsPerSocket');
  });

  test('the last one of several that were answered', async () => {
    const { server, client } = await serveAtMost(5);
    await first(client);
    expect((await last(client)).status).toBe(200);
    await client.request();
    await client.request();
    server.events.length = 0;
    await expectNotKeptAlive(server, client, await first(client), 'maxRequestsPerSocket');
  });

  test.each([['close'], ['Close'], ['x, close'], [['x', 'close']]])(
    'a field Connection: %p that something in front of it set',
    async (value) => {
      const server = await serve(NTLM, {
        before: (_, response, next) => {
          response.setHeader('Connection', value);
          next();
        },
      });
      const client = await WireClient.connect(server.port);
      await expectNotKeptAlive(
        server,
        client,
        await first(client),
        'set Connection: close on the response',
      );
    },
  );

  test('shouldKeepAlive, which something in front of it took away', async () => {
    const server = await serve(NTLM, {
      before: (_, response, next) => {
        response.shouldKeepAlive = false;
        next();
      },
    });
    const client = await WireClient.connect(server.port);
    await expectNotKeptAlive(server, client, await first(client), 'ends after this request');
  });

  test.each([
    ['HTTP/1.0', '1.0', ''],
    ['Connection: close', '1.1', 'Connection: close\r\n'],
  ])('a request of %s', async (_, version, field) => {
    const server = await serve(NTLM);
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    const token = ntlmNegotiate().toString('base64');
    client.write(
      `GET / HTTP/${version}\r\nHost: web.test\r\n${field}Authorization: NTLM ${token}\r\n\r\n`,
    );
    await expectNotKeptAlive(server, client, await client.next(), 'Connection: close, or is');
  });

  test('a body that is larger than what is read of it', async () => {
    const server = await serve({ ...NTLM, limits: { discardedBodyBytes: 10 } });
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    const headers = [['Content-Length', '11']] as const;
    client.write(requestBytes({ method: 'POST', scheme: 'NTLM', token: ntlmNegotiate(), headers }));
    await expectNotKeptAlive(server, client, await client.next(), 'limits.discardedBodyBytes');
  });
});

describe('where it does not', () => {
  test.each([
    ['three requests, after a challenge', 3, true],
    ['two requests, at once', 2, false],
  ])('a logon fits into %s', async (_, requests, challenged) => {
    quiet();
    const { client } = await serveAtMost(requests);
    if (challenged) await client.request();
    expect((await first(client)).header('connection')).toBe('keep-alive');
    const done = await last(client);
    expect([done.status, done.header('connection')]).toEqual([200, 'close']);
  });

  test('a logon of one leg fits into the last request', async () => {
    quiet();
    const { client } = await serveAtMost(1);
    expect((await last(client, { token: Buffer.from('ticket') })).status).toBe(200);
  });

  test('a challenge without a token may end the connection: a logon begins on another one', async () => {
    quiet();
    const { server, client } = await serveAtMost(1);
    const challenge = await client.request();
    expect([challenge.status, challenge.header('connection')]).toEqual([401, 'close']);
    expect(challenge.all('www-authenticate')).toEqual(['NTLM']);
    expect(reasons(server, 'rejection')).toEqual([]);
  });

  test('a refused logon may, too', async () => {
    quiet();
    const { server, client } = await serveAtMost(1);
    fake.legAnswers.push({ status: 0x8009030c });
    const refused = await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    expect([refused.status, refused.header('connection')]).toEqual([401, 'close']);
    expect(reasons(server, 'rejection')).toEqual([expect.stringContaining('SEC_E_LOGON_DENIED')]);
  });

  test('a logon that is under way when the server closes can finish', async () => {
    const server = await serve(NTLM, {
      before: ({ url }, _, next) => {
        if (url === '/closing') server.server.close();
        next();
      },
    });
    const client = await WireClient.connect(server.port);
    expect((await first(client, { path: '/closing' })).header('connection')).toBe('keep-alive');
    expect((await last(client)).status).toBe(200);
  });
});

describe('a limit of the server that no logon fits in', () => {
  const options = (more: IntegratedAuthOptions = {}): IntegratedAuthOptions => ({
    ...NTLM,
    ...more,
  });

  test.each([
    ['maxRequestsPerSocket', 1, 'SECUR32_HTTP_MAX_REQUESTS'],
    ['maxRequestsPerSocket', 2, 'SECUR32_HTTP_MAX_REQUESTS'],
    ['keepAliveTimeout', 1, 'SECUR32_HTTP_KEEP_ALIVE_TIMEOUT'],
    ['keepAliveTimeout', 999, 'SECUR32_HTTP_KEEP_ALIVE_TIMEOUT'],
  ] as const)('is told once: %s %d', async (limit, value, code) => {
    const warn = quiet();
    const given = createServer({ maxHeaderSize: 98_304 });
    given[limit] = value;
    const server = await serve(options({ server: given }));
    const told = [expect.stringContaining(limit)];
    expect(reasons(server, 'warning')).toEqual(told);
    expect(warn.mock.calls).toEqual([[told[0], { code }]]);
    // Also where it is set after the start.
    server.server[limit] = value;
    await (await WireClient.connect(server.port)).request();
    await (await WireClient.connect(server.port)).request();
    expect(reasons(server, 'warning')).toEqual([...told, ...told]);
  });

  test.each([
    ['maxRequestsPerSocket', 0],
    ['maxRequestsPerSocket', 3],
    ['keepAliveTimeout', 0],
    ['keepAliveTimeout', 1000],
  ] as const)('is not %s %d', async (limit, value) => {
    const warn = quiet();
    const server = await serve(options());
    server.server[limit] = value;
    await (await WireClient.connect(server.port)).request();
    expect(warn).not.toHaveBeenCalled();
  });

  test.each<[string, IntegratedAuthOptions]>([
    ['ntlm: false', { schemes: ['Negotiate'], ntlm: false }],
    ['the package Kerberos', { schemes: ['Negotiate'], packages: { Negotiate: 'Kerberos' } }],
    ["reverseProxy: 'multiplexing'", { schemes: ['Negotiate'], reverseProxy: 'multiplexing' }],
  ])('is none with %s, where a logon is one request', async (_, more) => {
    const warn = quiet();
    const given = createServer({ maxHeaderSize: 98_304 });
    Object.assign(given, { maxRequestsPerSocket: 1, keepAliveTimeout: 1 });
    await serve(options({ ...more, server: given }));
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('a client that waits for 100 with its body', () => {
  const BODY = 'x'.repeat(1000);
  const EXPECT = [
    ['Expect', '100-continue'],
    ['Content-Length', String(BODY.length)],
  ] as const;
  const waiting = (request: WireRequest = {}) =>
    requestBytes({ method: 'POST', scheme: 'NTLM', headers: EXPECT, ...request });

  /** A server that decides before it asks for the body. */
  async function serveDeciding(options: IntegratedAuthOptions = NTLM) {
    const bodies: string[] = [];
    const server = await serve(options, {
      handler: (request, response) => {
        void text(request).then((body) => {
          bodies.push(body);
          response.end('read');
        });
      },
    });
    server.server.on('checkContinue', (request, response) => {
      server.auth(request, response, () => {
        response.writeContinue();
        // The middleware of the application runs again, and decides as before.
        server.server.emit('request', request, response);
      });
    });
    return { server, bodies, client: await WireClient.connect(server.port) };
  }

  test('is told to send it by a plain server, whatever is decided', async () => {
    const { port } = await serve(NTLM);
    const client = await WireClient.connect(port);
    client.write(waiting());
    expect((await client.next()).status).toBe(100);
    expect((await client.next()).status).toBe(401);
    client.write(BODY);
    await first(client);
    expect((await last(client)).status).toBe(200);
  });

  test('is not told to send it where the Authenticator decides first and says no', async () => {
    const { client, bodies } = await serveDeciding();
    client.write(waiting());
    const challenge = await client.next();
    expect([challenge.status, challenge.header('connection')]).toEqual([401, 'close']);
    await client.closed;
    expect(bodies).toEqual([]);
  });

  test('logs on by NTLM, and its body is asked for once it has', async () => {
    const { server, client, bodies } = await serveDeciding();
    // As curl does it: nothing to send with the first leg.
    expect((await first(client, { method: 'POST', body: '' })).status).toBe(401);
    queueLogon();
    client.write(waiting({ token: ntlmAuthenticate() }));
    expect((await client.next()).status).toBe(100);
    expect(bodies).toEqual([]);
    expect(reasons(server, 'logon')).toHaveLength(1);
    client.write(BODY);
    expect((await client.next()).body).toBe('read');
    expect(bodies).toEqual([BODY]);
  });

  test('logs on by NTLM also where it waits on the first leg: that body is thrown away', async () => {
    const { client, bodies } = await serveDeciding();
    fake.legAnswers.push(CONTINUE);
    client.write(waiting({ token: ntlmNegotiate() }));
    expect((await client.next()).status).toBe(100);
    const challenge = await client.next();
    expect([challenge.status, challenge.header('connection')]).toEqual([401, 'keep-alive']);
    client.write(BODY);
    queueLogon();
    client.write(waiting({ token: ntlmAuthenticate() }));
    expect((await client.next()).status).toBe(100);
    client.write(BODY);
    expect((await client.next()).status).toBe(200);
    expect(bodies).toEqual([BODY]);
  });

  test('is asked for no body that is too large for the first leg', async () => {
    const { server, client } = await serveDeciding({
      ...NTLM,
      limits: { discardedBodyBytes: 999 },
    });
    fake.legAnswers.push(CONTINUE);
    client.write(waiting({ token: ntlmNegotiate() }));
    await expectNotKeptAlive(server, client, await client.next(), 'limits.discardedBodyBytes');
  });

  test.each([
    ['is refused', 0x8009030c, 401],
    ['is not allowed', 0, 403],
  ])('is not told to send it where its last token %s', async (_, status, answered) => {
    const { client, bodies } = await serveDeciding({ ...NTLM, allow: [] });
    await first(client);
    if (status === 0) queueLogon();
    else fake.legAnswers.push({ status });
    client.write(waiting({ token: ntlmAuthenticate() }));
    const answer = await client.next();
    expect([answer.status, answer.header('connection')]).toEqual([answered, 'close']);
    await client.closed;
    expect(bodies).toEqual([]);
  });

  test('is known on a connection that has logged on', async () => {
    const { client, bodies } = await serveDeciding();
    await first(client, { method: 'POST', body: '' });
    expect((await last(client)).status).toBe(200);
    client.write(waiting());
    expect((await client.next()).status).toBe(100);
    client.write(BODY);
    expect((await client.next()).status).toBe(200);
    expect(bodies).toEqual(['', BODY]);
  });
});
