/** CORS preflights: who answers an OPTIONS request for which no browser logs on. */

import { fake, Gate, settle } from '../../../instruments/support/fake-native.js';

import { afterEach, describe, expect, test } from '@jest/globals';

import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import { resemblesPreflight, isPreflight } from '../../../../lib/http/server/request/preflight.js';
import {
  CONTINUE,
  ntlmAuthenticate,
  ntlmNegotiate,
  queueLogon,
} from '../../../instruments/support/fake-logons.js';
import { FRAMEWORKS } from '../../../instruments/support/frameworks.js';
import { message } from '../../../instruments/support/http-message.js';
import { closeServers, reasons, serve, until } from '../../../instruments/support/http-server.js';
import {
  closeWires,
  requestBytes,
  WireClient,
  type WireRequest,
} from '../../../instruments/support/http-wire.js';

afterEach(async () => {
  await closeWires();
  await closeServers();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

type Fields = [string, string][];
const ASKS: Fields = [
  ['Origin', 'http://evil.test'],
  ['Access-Control-Request-Method', 'PUT'],
];
const PREFLIGHT: WireRequest = { method: 'OPTIONS', headers: ASKS };
const NTLM: IntegratedAuthOptions = { schemes: ['NTLM'] };
const FIRST: WireRequest = { scheme: 'NTLM', token: ntlmNegotiate() };
const LAST: WireRequest = { scheme: 'NTLM', token: ntlmAuthenticate() };
const REFUSED = 'This server does not answer CORS preflight requests.\n';

const PASS: IntegratedAuthOptions = { ...NTLM, preflight: 'pass' };
const MULTIPLEXING: IntegratedAuthOptions = {
  schemes: ['Negotiate'],
  reverseProxy: 'multiplexing',
};
const asks = (more: Fields): WireRequest => ({ ...PREFLIGHT, headers: [...ASKS, ...more] });

async function statusOf(options: IntegratedAuthOptions, request: WireRequest): Promise<number> {
  const { port } = await serve(options);
  return (await (await WireClient.connect(port)).request(request)).status;
}

describe('is what a browser can have sent:', () => {
  const BODY: Fields = [['Content-Length', '1']];

  test.each<[string, string, Fields, [asks: boolean, preflight: boolean]]>([
    ['an OPTIONS with both fields', 'OPTIONS', ASKS, [true, true]],
    ['one that says it has no body', 'OPTIONS', [...ASKS, ['Content-Length', '0']], [true, true]],
    ['one of another method', 'GET', ASKS, [false, false]],
    ['one without an origin', 'OPTIONS', ASKS.slice(1), [false, false]],
    ['one that asks for no method', 'OPTIONS', ASKS.slice(0, 1), [false, false]],
    ['one with a logon', 'OPTIONS', [...ASKS, ['Authorization', 'Negotiate YQ==']], [false, false]],
    ['one with an empty logon', 'OPTIONS', [...ASKS, ['Authorization', '']], [false, false]],
    [
      'one with two origins',
      'OPTIONS',
      [...ASKS, ['Origin', 'http://web.example.com']],
      [true, false],
    ],
    ['one with the same origin twice', 'OPTIONS', [...ASKS, ...ASKS.slice(0, 1)], [true, false]],
    [
      'one that asks for two methods',
      'OPTIONS',
      [...ASKS, ['Access-Control-Request-Method', 'GET']],
      [true, false],
    ],
    ['one with a body', 'OPTIONS', [...ASKS, ...BODY], [true, false]],
    [
      'one with a body in chunks',
      'OPTIONS',
      [...ASKS, ['Transfer-Encoding', 'chunked']],
      [true, false],
    ],
  ])('%s', (_, method, fields, [mayAsk, preflight]) => {
    const request = message(fields, { method });
    expect([resemblesPreflight(request), isPreflight(request)]).toEqual([mayAsk, preflight]);
  });
});

describe('by default', () => {
  test.each<[string, WireRequest, IntegratedAuthOptions?]>([
    ['of another origin', PREFLIGHT],
    [
      'of the own origin',
      { ...PREFLIGHT, headers: [['Origin', 'http://web.test'], ...ASKS.slice(1)] },
    ],
    ['of a listed origin', PREFLIGHT, { crossSite: { origins: ['http://evil.test'] } }],
    ['where all origins may come', PREFLIGHT, { crossSite: 'allow' }],
    ['of no path', { ...PREFLIGHT, path: '*' }],
    ['behind a proxy', asks([['Via', '1.1 x']]), { reverseProxy: 'pinned' }],
    ['behind a proxy that mixes clients', asks([['Via', '1.1 x']]), MULTIPLEXING],
    ['with each field twice', { ...PREFLIGHT, headers: [...ASKS, ...ASKS] }],
    ['with a body', { ...PREFLIGHT, body: 'x'.repeat(100_000) }],
  ])(
    'a preflight %s is answered with 403 and reaches no handler',
    async (_, request, more = {}) => {
      const server = await serve({ ...NTLM, ...more });
      const client = await WireClient.connect(server.port);
      const response = await client.request(request);
      expect([response.status, response.body]).toEqual([403, REFUSED]);
      const names = response.headers.map(([name]) => name.toLowerCase());
      expect(names.filter((name) => /^(access-control|allow|www-auth)/.test(name))).toEqual([]);
      expect(server.handled).toEqual([]);
      expect(server.events).toMatchObject([
        { type: 'rejection', status: 403, reason: expect.stringContaining('CORS preflight') },
      ]);
      // The next request is the next one.
      expect((await client.request()).status).toBe(401);
    },
  );

  test('the answer is the same for every path', async () => {
    const { port } = await serve(NTLM);
    const client = await WireClient.connect(port);
    const answers = [];
    for (const path of ['/', '/there', '/nothing', '/?x=1']) {
      const { status, body, headers } = await client.request({ ...PREFLIGHT, path });
      answers.push(JSON.stringify([status, body, headers.filter(([name]) => name !== 'Date')]));
    }
    expect(new Set(answers).size).toBe(1);
  });

  test('a body that is too large ends the connection', async () => {
    const { port } = await serve({ ...NTLM, limits: { discardedBodyBytes: 100 } });
    const client = await WireClient.connect(port);
    client.write(requestBytes(asks([['Content-Length', '101']])));
    const response = await client.next();
    expect([response.status, response.header('connection')]).toEqual([403, 'close']);
    await client.closed;
  });

  test('an OPTIONS that is none is asked to log on, as any request', async () => {
    expect(await statusOf(NTLM, { method: 'OPTIONS' })).toBe(401);
    expect(await statusOf(NTLM, { method: 'OPTIONS', headers: ASKS.slice(1) })).toBe(401);
    expect(await statusOf(NTLM, { method: 'OPTIONS', headers: ASKS.slice(0, 1) })).toBe(403);
  });

  test.each(FRAMEWORKS)('%s has no request of nobody', async (_, start) => {
    const running = await start(NTLM);
    try {
      const client = await WireClient.connect(running.port);
      for (const path of ['/', '/body', '/throws', '/nothing']) {
        const response = await client.request({ ...PREFLIGHT, path, body: 'x'.repeat(1000) });
        expect([response.status, response.body]).toEqual([403, REFUSED]);
      }
      expect([running.handled, running.errors]).toEqual([[], []]);
    } finally {
      await closeWires();
      await running.close();
      await running.closeAuth?.();
    }
  });
});

describe("with preflight: 'pass'", () => {
  test.each<[string, WireRequest, IntegratedAuthOptions?]>([
    ['of another origin', PREFLIGHT],
    ['that says it has no body', asks([['Content-Length', '0']])],
    ['behind a proxy', asks([['Via', '1.1 x']]), { reverseProxy: 'pinned' }],
    ['behind a proxy that mixes clients', asks([['Via', '1.1 x']]), MULTIPLEXING],
  ])('a preflight %s reaches the handler, without an identity', async (_, request, more = {}) => {
    const server = await serve({ ...PASS, ...more });
    const client = await WireClient.connect(server.port);
    const response = await client.request(request);
    expect([response.status, response.json]).toEqual([200, {}]);
    expect(server.events).toEqual([]);
  });

  test.each<[string, WireRequest, number]>([
    ['with a body', { ...PREFLIGHT, body: 'x' }, 403],
    ['with a body in chunks', asks([['Transfer-Encoding', 'chunked']]), 403],
    ['with two origins', asks([['Origin', 'http://web.test']]), 403],
    ['with two methods', asks([['Access-Control-Request-Method', 'GET']]), 403],
    ['that was forwarded', asks([['Via', '1.1 x']]), 403],
    ['with a logon', asks([['Authorization', 'NTLM !']]), 403],
    ['with a logon of another scheme', asks([['Authorization', 'Basic YTpi']]), 403],
    [
      'of the own origin, with a body',
      { ...PREFLIGHT, headers: [['Origin', 'http://web.test'], ...ASKS.slice(1)], body: 'x' },
      401,
    ],
    ['without an origin', { method: 'OPTIONS', headers: ASKS.slice(1) }, 401],
  ])('a request %s is like any other one', async (_, request, status) => {
    const server = await serve(PASS);
    const client = await WireClient.connect(server.port);
    if (request.headers?.some(([name]) => name === 'Transfer-Encoding')) {
      client.write(Buffer.concat([requestBytes(request), Buffer.from('1\r\nx\r\n0\r\n\r\n')]));
      expect((await client.next()).status).toBe(status);
    } else {
      expect((await client.request(request)).status).toBe(status);
    }
    expect(server.handled).toEqual([]);
  });

  test('close() ends it, as it ends all else', async () => {
    const server = await serve(PASS);
    const client = await WireClient.connect(server.port);
    await server.auth.close();
    expect((await client.request(PREFLIGHT)).status).toBe(503);
    expect(server.handled).toEqual([]);
  });

  test('of whose fields Node.js drops some is refused', async () => {
    const { port, server } = await serve(PASS);
    server.maxHeadersCount = 10;
    const client = await WireClient.connect(port);
    const many: Fields = Array.from({ length: 10 }, (_, i) => [`A${i}`, 'b']);
    expect((await client.request(asks(many))).status).toBe(431);
  });
});

test("with anonymous: 'pass' it passes, as all requests without a logon do", async () => {
  expect(await statusOf({ ...NTLM, anonymous: 'pass' }, PREFLIGHT)).toBe(200);
  expect(await statusOf({ ...NTLM, anonymous: 'pass', preflight: 'refuse' }, PREFLIGHT)).toBe(200);
});

describe.each<[string, IntegratedAuthOptions, number]>([
  ['refused', NTLM, 403],
  ['let through', PASS, 200],
])('a preflight that is %s', (_, options, status) => {
  test('on a connection with a logon neither uses it nor ends it', async () => {
    const server = await serve(options);
    const client = await WireClient.connect(server.port);
    queueLogon({ name: 'TEST\\alice' });
    expect((await client.request(FIRST)).status).toBe(200);
    for (const origin of ['http://evil.test', 'http://web.test']) {
      const headers: Fields = [['Origin', origin], ...ASKS.slice(1)];
      const response = await client.request({ ...PREFLIGHT, headers });
      expect(response.status).toBe(status);
      expect(response.body).not.toContain('alice');
    }
    expect((await client.request()).json).toMatchObject({ name: 'TEST\\alice' });
  });

  test('between two legs does not end the logon', async () => {
    const server = await serve(options);
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    expect((await client.request(FIRST)).token?.toString()).toBe('challenge');
    expect((await client.request(PREFLIGHT)).status).toBe(status);
    queueLogon({ name: 'TEST\\alice' });
    expect((await client.request(LAST)).json).toMatchObject({ name: 'TEST\\alice' });
    expect(reasons(server, 'drop')).toEqual([]);
  });

  test('while a leg runs ends logon and connection, as any request does', async () => {
    const server = await serve(options);
    const client = await WireClient.connect(server.port);
    const gate = new Gate();
    fake.legAnswers.push({ until: gate.opened });
    client.write(requestBytes(FIRST));
    await until(() => fake.legs.length === 1);
    client.write(requestBytes(PREFLIGHT));
    expect((await client.next()).status).toBe(400);
    await client.closed;
    gate.open();
    await settle();
    expect(server.handled).toEqual([]);
  });

  test('that says it was forwarded ends the logon of its connection', async () => {
    const server = await serve(options);
    const client = await WireClient.connect(server.port);
    queueLogon({ name: 'TEST\\alice' });
    expect((await client.request(FIRST)).status).toBe(200);
    expect((await client.request(asks([['Via', '1.1 x']]))).status).toBe(403);
    expect((await client.request()).status).toBe(401);
    expect(reasons(server, 'rejection')).toEqual([expect.stringContaining('forwarded')]);
  });
});
