/** Upgrades (WebSocket) and CONNECT: logons over them, and the end of those that are refused. */

import { fake, Gate, settle } from '../../../instruments/support/fake-native.js';

import { once } from 'node:events';
import { createServer, ServerResponse, type IncomingMessage } from 'node:http';
import { createSecureServer } from 'node:http2';
import { connect, type AddressInfo, type Server } from 'node:net';
import type { Duplex } from 'node:stream';

import { afterEach, describe, expect, test } from '@jest/globals';

import { getAuthentication, getIdentity } from '../../../../lib/http/server/authentication.js';
import { Authenticator } from '../../../../lib/http/server/authenticator.js';
import { countOpenHandshakes } from '../../../../lib/http/server/logon/handshake-slots.js';
import { RECOMMENDED_MAX_HEADER_SIZE } from '../../../../lib/http/server/header-limit.js';
import { integratedAuth } from '../../../../lib/http/server/adapters/middleware.js';
import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import { argumentError } from '../../../instruments/support/fake-handles.js';
import {
  CONTINUE,
  ntlmAuthenticate,
  ntlmNegotiate,
  queueLogon,
} from '../../../instruments/support/fake-logons.js';
import { closeServers, reasons, until } from '../../../instruments/support/http-server.js';
import { serveUpgrades } from '../../../instruments/support/http-upgrades.js';
import {
  closeWires,
  requestBytes,
  WireClient,
  type WireRequest,
} from '../../../instruments/support/http-wire.js';
import { ECDSA_PEM } from '../../../instruments/support/tls-fixtures.js';
import {
  exchangeMessage,
  nextMessage,
  webSocketRequest,
} from '../../../instruments/support/websocket.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  await closeWires();
  for (const close of open.splice(0).reverse()) await close();
  await closeServers();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

const NTLM: IntegratedAuthOptions = { schemes: ['NTLM'] };
const TLS = { key: ECDSA_PEM, cert: ECDSA_PEM };
const FIRST = { scheme: 'NTLM', token: ntlmNegotiate() };
const LAST = { scheme: 'NTLM', token: ntlmAuthenticate() };
const EVIL = ['Origin', 'http://evil.test'] as const;
const PREFLIGHT = [EVIL, ['Access-Control-Request-Method', 'PUT']] as const;
const ALICE = { name: 'TEST\\alice' };

const upgrade = (request?: WireRequest): Buffer => requestBytes(webSocketRequest(request));

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

describe.each([
  ['http', undefined],
  ['https', TLS],
])('an upgrade of %s', (_, tls) => {
  const serve = (options: IntegratedAuthOptions = {}) =>
    serveUpgrades(
      { ...NTLM, ...(tls && { extendedProtection: 'whenSupported' }), ...options },
      { ...(tls && { tls }) },
    );
  const connectTo = (port: number) => WireClient.connect(port, { ...(tls && { tls: {} }) });

  test('without a logon is asked for one, by an answer after which the connection ends', async () => {
    const server = await serve({ schemes: ['NTLM', 'Negotiate'] });
    const client = await connectTo(server.port);
    const response = await client.request(webSocketRequest());
    expect(response.status).toBe(401);
    expect(response.all('www-authenticate')).toEqual(['NTLM', 'Negotiate']);
    expect(response.header('connection')).toBe('close');
    expect(response.header('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.header('date')).toBeDefined();
    expect(response.body).toBe('You are not logged on.\n');
    await client.closed;
    await until(() => server.sockets.size === 0);
    expect(server.decisions).toEqual([{ kind: 'answered' }]);
  });

  test('with the only token of a logon is let in, and knows the server', async () => {
    const server = await serve();
    const client = await connectTo(server.port);
    queueLogon({ ...ALICE, leg: { output: ['proof'] } });
    const response = await client.request(webSocketRequest(FIRST));
    expect([response.status, response.token?.toString()]).toEqual([101, 'proof']);
    expect(response.header('persistent-auth')).toBe('true');
    expect(await nextMessage(client)).toBe('TEST\\alice');
    expect(await exchangeMessage(client, 'hello')).toBe('hello');
  });

  test('takes a logon of two legs, over one connection', async () => {
    const server = await serve();
    let connections = 0;
    server.server.on(tls ? 'secureConnection' : 'connection', () => (connections += 1));
    const client = await connectTo(server.port);
    fake.legAnswers.push(CONTINUE);
    const challenge = await client.request(webSocketRequest(FIRST));
    expect([challenge.status, challenge.token?.toString()]).toEqual([401, 'challenge']);
    expect(challenge.header('connection')).toBe('keep-alive');
    queueLogon(ALICE);
    expect((await client.request(webSocketRequest(LAST))).status).toBe(101);
    expect(await nextMessage(client)).toBe('TEST\\alice');
    expect(await exchangeMessage(client, 'hello')).toBe('hello');
    expect(server.sockets.size).toBe(1);
    // The server sees the connection again for each further leg.
    expect(connections).toBe(2);
    const [socket] = server.upgraded;
    expect(socket?.listenerCount('data')).toBe(1);
  });

  test('goes on with a logon that a request began, and the other way round', async () => {
    const { port } = await serve();
    const one = await connectTo(port);
    fake.legAnswers.push(CONTINUE);
    expect((await one.request(FIRST)).token?.toString()).toBe('challenge');
    queueLogon(ALICE);
    expect((await one.request(webSocketRequest(LAST))).status).toBe(101);
    expect(await nextMessage(one)).toBe('TEST\\alice');

    const two = await connectTo(port);
    fake.legAnswers.push(CONTINUE);
    expect((await two.request(webSocketRequest(FIRST))).token?.toString()).toBe('challenge');
    queueLogon(ALICE);
    expect((await two.request(LAST)).json).toMatchObject(ALICE);
    expect((await two.request()).json).toMatchObject(ALICE);
  });

  test('knows the logon that holds for its connection', async () => {
    const { port } = await serve();
    const client = await connectTo(port);
    queueLogon(ALICE);
    expect((await client.request(FIRST)).status).toBe(200);
    expect((await client.request(webSocketRequest())).status).toBe(101);
    expect(await nextMessage(client)).toBe('TEST\\alice');
  });

  test('whose logon is given up between two legs ends its connection', async () => {
    const server = await serve({ limits: { legTimeoutMs: 50 } });
    const client = await connectTo(server.port);
    fake.legAnswers.push(CONTINUE);
    expect((await client.request(webSocketRequest(FIRST))).status).toBe(401);
    await client.closed;
    await until(() => server.sockets.size === 0);
    expect(reasons(server, 'drop')).toEqual(['the client did not send its next token in time']);
  });

  test('that the end of the authentication meets between two legs ends its connection', async () => {
    const server = await serve();
    const client = await connectTo(server.port);
    fake.legAnswers.push(CONTINUE);
    expect((await client.request(webSocketRequest(FIRST))).status).toBe(401);
    await server.auth.close();
    await client.closed;
    await new Promise((resolve) => server.server.close(resolve));
  });
});

describe('a refused upgrade is answered whole, and its connection ends:', () => {
  test.each<[string, WireRequest, number, IntegratedAuthOptions?]>([
    ['of another site', { headers: [EVIL] }, 403],
    ['of another site, with a token', { ...FIRST, headers: [EVIL] }, 403],
    ['of no origin that can be read', { headers: [['Origin', 'null']] }, 403],
    [
      'of another site that names no origin',
      {
        headers: [
          ['Sec-Fetch-Site', 'cross-site'],
          ['Sec-Fetch-Mode', 'websocket'],
          ['Sec-Fetch-Dest', 'websocket'],
        ],
      },
      403,
    ],
    [
      'of another site that looks like a link',
      {
        headers: [
          ['Sec-Fetch-Site', 'cross-site'],
          ['Sec-Fetch-Mode', 'navigate'],
          ['Sec-Fetch-Dest', 'document'],
        ],
      },
      403,
    ],
    ['of the own site, without a logon', { headers: [['Origin', 'http://web.test']] }, 401],
    [
      'of a listed site, without a logon',
      { headers: [EVIL] },
      401,
      { crossSite: { origins: ['http://evil.test'] } },
    ],
    ['that was forwarded', { headers: [['Via', '1.1 x']] }, 403],
    ['that looks like a preflight', { method: 'OPTIONS', headers: PREFLIGHT }, 403],
    [
      "that looks like a preflight, with preflight: 'pass'",
      { method: 'OPTIONS', headers: PREFLIGHT },
      403,
      { preflight: 'pass' },
    ],
    [
      'with two logons',
      {
        headers: [
          ['Authorization', 'NTLM'],
          ['Authorization', 'NTLM'],
        ],
      },
      400,
    ],
    ['with a token that continues nothing', LAST, 400],
    ['of another scheme', { headers: [['Authorization', 'Basic YTpi']] }, 401],
    ['with a body', { body: 'hello' }, 400],
    ['with a body in chunks', { headers: [['Transfer-Encoding', 'chunked']] }, 400],
    ['that wants TLS first', FIRST, 403, { extendedProtection: 'always' }],
    ['that comes late', FIRST, 503, { limits: { handshakes: 1 } }],
  ])('%s', async (what, request, status, options = {}) => {
    const server = await serveUpgrades({ ...NTLM, ...options });
    if (what === 'that comes late') {
      fake.legAnswers.push(CONTINUE);
      await (await WireClient.connect(server.port)).request(FIRST);
    }
    const client = await WireClient.connect(server.port);
    const response = await client.request(webSocketRequest(request));
    expect([response.status, response.header('connection')]).toEqual([status, 'close']);
    await client.closed;
    expect(server.decisions).toEqual([{ kind: 'answered' }]);
    expect(server.handled).toEqual([]);
  });

  test.each([
    ['a logon that fails', { status: 0x8009030c }, 401],
    ['a token that is none', { status: 0x80090308 }, 400],
    ['a package that cannot', { status: 0x80090304 }, 500],
  ])('%s', async (_, leg, status) => {
    const server = await serveUpgrades(NTLM);
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE, leg);
    expect((await client.request(webSocketRequest(FIRST))).status).toBe(401);
    const response = await client.request(webSocketRequest(LAST));
    expect([response.status, response.header('connection')]).toEqual([status, 'close']);
    await client.closed;
  });

  test('a user whom the rules keep out', async () => {
    const { port } = await serveUpgrades({ ...NTLM, allow: [] });
    const client = await WireClient.connect(port);
    queueLogon(ALICE);
    expect((await client.request(webSocketRequest(FIRST))).status).toBe(403);
    await client.closed;
  });

  test('one after close()', async () => {
    const { port, auth } = await serveUpgrades(NTLM);
    const client = await WireClient.connect(port);
    await auth.close();
    expect((await client.request(webSocketRequest(FIRST))).status).toBe(503);
    await client.closed;
  });

  test('one whose fields Node.js may have left out', async () => {
    const { port, server } = await serveUpgrades(NTLM);
    server.maxHeadersCount = 4;
    const client = await WireClient.connect(port);
    expect((await client.request(webSocketRequest())).status).toBe(431);
    await client.closed;
  });

  test('the answer to HEAD has no body', async () => {
    const { port } = await serveUpgrades(NTLM);
    const client = await WireClient.connect(port);
    client.write(upgrade({ method: 'HEAD' }));
    let text = '';
    client.socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await client.closed;
    expect(text).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n[^]*\r\n\r\n$/);
  });
});

test('nothing is left of 50 refused upgrades, whether their clients have gone or not', async () => {
  const server = await serveUpgrades(NTLM);
  const clients = await Promise.all(
    Array.from({ length: 50 }, () => WireClient.connect(server.port)),
  );
  for (const [i, client] of clients.entries()) {
    client.write(upgrade(i % 3 === 0 ? { headers: [EVIL] } : {}));
    if (i % 2 === 0) client.socket.end();
  }
  await Promise.all(clients.map((client) => client.closed));
  await until(() => server.sockets.size === 0);
  await new Promise((resolve) => server.server.close(resolve));
});

test('a refused client that does not end its side is not waited for', async () => {
  const server = await serveUpgrades(NTLM);
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.write(upgrade());
  await until(() => server.decisions.length === 1 && server.sockets.size === 0);
  socket.destroy();
});

describe('what comes behind an upgrade', () => {
  const SMUGGLED = requestBytes({ path: '/smuggled' });

  test('in its packet is refused with it', async () => {
    const server = await serveUpgrades(NTLM);
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    client.write(Buffer.concat([upgrade(FIRST), SMUGGLED]));
    expect((await client.next()).status).toBe(400);
    await client.closed;
    expect([fake.legs, server.handled]).toEqual([[], []]);
    fake.legAnswers.splice(0);
  });

  test('while its leg runs ends logon and connection', async () => {
    const server = await serveUpgrades(NTLM);
    const client = await WireClient.connect(server.port);
    const gate = new Gate();
    fake.legAnswers.push({ ...CONTINUE, until: gate.opened });
    client.write(upgrade(FIRST));
    await until(() => fake.legs.length === 1);
    client.write(SMUGGLED);
    const [socket] = server.sockets;
    await until(() => (socket?.readableLength ?? 0) > 0);
    gate.open();
    expect((await client.next()).status).toBe(400);
    await client.closed;
    expect(server.handled).toEqual([]);
    expect(countOpenHandshakes()).toBe(0);
  });

  test.each([
    ['a length', { body: SMUGGLED }],
    ['chunks', { headers: [['Transfer-Encoding', 'chunked']] as const }],
  ])('as a body with %s is not taken for a request', async (_, request) => {
    const server = await serveUpgrades(NTLM);
    const client = await WireClient.connect(server.port);
    const bytes = requestBytes(webSocketRequest({ ...FIRST, ...request }));
    client.write(Buffer.concat([bytes, SMUGGLED]));
    expect((await client.next()).status).toBe(400);
    expect(await client.maybeNext()).toBeUndefined();
    expect([fake.legs, server.handled]).toEqual([[], []]);
  });
});

test('an upgrade that announces a body is refused before that comes', async () => {
  const server = await serveUpgrades(NTLM);
  const client = await WireClient.connect(server.port);
  const headers = [['Content-Length', '100']] as const;
  expect((await client.request(webSocketRequest({ ...FIRST, headers }))).status).toBe(400);
  await client.closed;
  expect(fake.legs).toEqual([]);
});

test('an upgrade before the answer to another request ends the connection', async () => {
  const held: (() => void)[] = [];
  const server = await serveUpgrades(NTLM, {
    before: (_request, _response, next) => held.push(next),
  });
  const client = await WireClient.connect(server.port);
  client.write(requestBytes());
  await until(() => held.length === 1);
  client.write(upgrade(FIRST));
  expect(await client.maybeNext()).toBeUndefined();
  expect(fake.legs).toEqual([]);
  expect(reasons(server, 'rejection')).toEqual([expect.stringContaining('before the answer')]);
  held[0]?.();
  await until(() => server.events.length === 2);
});

test.each([
  ['short', 'an answer'],
  ['long', 'a'.repeat(5_000_000)],
])(
  'an upgrade after two requests ends the connection, although the first one got its %s answer',
  async (_, answer) => {
    const held: ServerResponse[] = [];
    const server = await serveUpgrades(NTLM, {
      before: ({ url }, response) => {
        if (url === '/answered') response.end(answer);
        else held.push(response);
      },
    });
    const client = await WireClient.connect(server.port);
    const first = requestBytes({ path: '/answered' });
    client.write(Buffer.concat([first, requestBytes({ path: '/held' }), upgrade(FIRST)]));
    await client.closed;
    const answers: string[] = [];
    for (let next = await client.maybeNext(); next; next = await client.maybeNext()) {
      answers.push(next.body);
    }
    // The connection may end in the middle of the long one.
    expect(answers).toEqual(answers.map(() => answer));
    expect(held).toHaveLength(1);
    expect(fake.legs).toEqual([]);
    expect(reasons(server, 'rejection')).toEqual([expect.stringContaining('before the answer')]);
  },
);

test('an upgrade may come as soon as the answer to another request is there', async () => {
  const server = await serveUpgrades(NTLM, { tls: TLS });
  for (let i = 0; i < 20; i++) {
    const client = await WireClient.connect(server.port, { tls: {} });
    expect((await client.request()).status).toBe(401);
    expect((await client.request(webSocketRequest())).status).toBe(401);
  }
});

describe('a connection cannot be handed back', () => {
  test.each([
    ['where it ends with the request', { headers: [['Connection', 'close']] as const }],
    ['of HTTP/1.0', {}],
  ])('%s: a logon of two legs is refused', async (what, request) => {
    const server = await serveUpgrades(NTLM);
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    const text = requestBytes(webSocketRequest({ ...FIRST, ...request })).toString('latin1');
    client.write(what === 'of HTTP/1.0' ? text.replace('HTTP/1.1', 'HTTP/1.0') : text);
    const response = await client.next();
    expect([response.status, response.all('www-authenticate')]).toEqual([400, []]);
    await client.closed;
    expect(reasons(server, 'drop')).toEqual(['the connection cannot carry the next leg']);
  });

  test('more often than limits.legs', async () => {
    const server = await serveUpgrades({ ...NTLM, limits: { legs: 3 } });
    const client = await WireClient.connect(server.port);
    for (let i = 0; i < 3; i++) {
      fake.legAnswers.push(CONTINUE);
      expect((await client.request(webSocketRequest(FIRST))).status).toBe(401);
      // Without a token the logon is given up, and the connection goes on.
      expect((await client.request()).status).toBe(401);
    }
    fake.legAnswers.push(CONTINUE);
    const response = await client.request(webSocketRequest(FIRST));
    expect([response.status, response.header('connection')]).toEqual([400, 'close']);
    await client.closed;
  });
});

describe('a socket whose upgrade is being decided about', () => {
  test('may fail: nothing is thrown, and nothing is left', async () => {
    const server = await serveUpgrades(NTLM);
    const client = await WireClient.connect(server.port);
    const gate = new Gate();
    fake.legAnswers.push({ ...CONTINUE, until: gate.opened });
    client.write(upgrade(FIRST));
    await until(() => fake.legs.length === 1);
    const [socket] = server.sockets;
    expect(socket?.listenerCount('error')).toBeGreaterThan(0);
    client.socket.resetAndDestroy();
    socket?.destroy(new Error('ECONNRESET, as a network would say'));
    await until(() => server.sockets.size === 0);
    gate.open();
    await settle();
    expect(countOpenHandshakes()).toBe(0);
  });

  test('may fail also after it was let in, and after it was handed back', async () => {
    const server = await serveUpgrades({ ...NTLM, anonymous: 'pass' });
    const one = await WireClient.connect(server.port);
    expect((await one.request(webSocketRequest())).status).toBe(101);
    server.upgraded[0]?.destroy(new Error('of the network'));
    await one.closed;
    const two = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    expect((await two.request(webSocketRequest(FIRST))).status).toBe(401);
    for (const socket of server.sockets) socket.destroy(new Error('of the network'));
    await two.closed;
  });

  test('that has gone before leaves nothing', async () => {
    const auth = integratedAuth(NTLM);
    open.push(() => auth.close());
    await auth.ready;
    const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE });
    const decided: string[] = [];
    server.on('upgrade', (request, socket, head) => {
      socket.destroy();
      void auth.decideUpgrade(request, socket, head).then(({ kind }) => decided.push(kind));
    });
    const client = await WireClient.connect(await listen(server));
    client.write(upgrade(FIRST));
    await until(() => decided.length === 1);
    expect([decided, fake.legs]).toEqual([['answered'], []]);
  });
});

test("with anonymous: 'pass' an upgrade passes without an identity, also from another site", async () => {
  const { port } = await serveUpgrades({ ...NTLM, anonymous: 'pass' });
  for (const headers of [[], [EVIL]]) {
    const client = await WireClient.connect(port);
    expect((await client.request(webSocketRequest({ headers }))).status).toBe(101);
    expect(await nextMessage(client)).toBe('nobody');
  }
});

test('a kept context is open as long as the WebSocket', async () => {
  const { port } = await serveUpgrades({ keepContext: true });
  const client = await WireClient.connect(port);
  queueLogon({ ...ALICE, negotiated: 'Kerberos' });
  const { status } = await client.request(webSocketRequest({ token: Buffer.from('ticket') }));
  expect(status).toBe(101);
  expect(await nextMessage(client)).toBe('TEST\\alice');
  expect(await exchangeMessage(client, 'hello')).toBe('hello');
  expect(fake.open.context).toBe(1);
  client.destroy();
  await until(() => fake.open.context === 0);
});

describe('CONNECT', () => {
  async function serveConnect(options: IntegratedAuthOptions) {
    const auth = integratedAuth(options);
    open.push(() => auth.close());
    await auth.ready;
    const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE });
    server.on('connect', (request, socket, head) => {
      void auth.decideUpgrade(request, socket, head).then(({ kind }) => {
        if (kind !== 'answered') socket.end(`HTTP/1.1 200 OK\r\n\r\n${getIdentity(request).name}`);
      });
    });
    return WireClient.connect(await listen(server));
  }
  const CONNECT: WireRequest = { method: 'CONNECT', path: 'web.test:80' };

  test('is refused without a logon, and its connection ends', async () => {
    const client = await serveConnect(NTLM);
    const response = await client.request(CONNECT);
    expect([response.status, response.header('connection')]).toEqual([401, 'close']);
    await client.closed;
  });

  test('takes a logon of two legs', async () => {
    const client = await serveConnect(NTLM);
    fake.legAnswers.push(CONTINUE);
    expect((await client.request({ ...CONNECT, ...FIRST })).token?.toString()).toBe('challenge');
    queueLogon(ALICE);
    expect((await client.request({ ...CONNECT, ...LAST })).status).toBe(200);
    expect((await client.bytes(10)).toString()).toBe('TEST\\alice');
  });
});

test('a server of HTTP/2 hands connections of HTTP/1.1 back, too', async () => {
  const auth = integratedAuth({ ...NTLM, extendedProtection: 'whenSupported' });
  open.push(() => auth.close());
  await auth.ready;
  const server = createSecureServer({ ...TLS, allowHTTP1: true });
  Object.assign(server, { maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void auth.decideUpgrade(request, socket, head).then(({ kind }) => {
      if (kind !== 'answered') socket.end(`HTTP/1.1 101 Yes\r\n\r\n${getIdentity(request).name}`);
    });
  });
  const client = await WireClient.connect(await listen(server), {
    tls: { ALPNProtocols: ['http/1.1'] },
  });
  fake.legAnswers.push(CONTINUE);
  expect((await client.request(webSocketRequest(FIRST))).token?.toString()).toBe('challenge');
  queueLogon(ALICE);
  expect((await client.request(webSocketRequest(LAST))).status).toBe(101);
  expect((await client.bytes(10)).toString()).toBe('TEST\\alice');
});

describe('decide() with an upgrade', () => {
  /** As frameworks call it that have one way for all requests. */
  async function serveDecided(assign: boolean) {
    const authenticator = new Authenticator(NTLM);
    open.push(() => authenticator.close());
    await authenticator.ready;
    const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE });
    const closed: IncomingMessage[] = [];
    server.on('upgrade', (request, socket) => {
      const response = new ServerResponse(request);
      if (assign) response.assignSocket(request.socket);
      response.on('close', () => closed.push(request));
      void authenticator.decide(request, response).then(({ kind }) => {
        if (kind === 'answered') return;
        const { name } = getAuthentication(request)?.identity ?? {};
        socket.end(
          `HTTP/1.1 101 Yes\r\nX-Token: ${String(response.getHeader('WWW-Authenticate'))}\r\n\r\n${name ?? ''}`,
        );
      });
    });
    return { client: await WireClient.connect(await listen(server)), server, closed };
  }

  test.each([
    ['assigned to the socket', true],
    ['of its own', false],
  ])('and a response %s: a refusal is written, and the connection ends', async (_, assign) => {
    const { client, closed } = await serveDecided(assign);
    const response = await client.request(webSocketRequest());
    expect([response.status, response.header('connection')]).toEqual([401, 'close']);
    await client.closed;
    if (assign) await until(() => closed.length === 1);
  });

  test.each([
    ['assigned to the socket', true],
    ['of its own', false],
  ])('and a response %s: a logon of two legs comes in', async (_, assign) => {
    const { client } = await serveDecided(assign);
    fake.legAnswers.push(CONTINUE);
    expect((await client.request(webSocketRequest(FIRST))).token?.toString()).toBe('challenge');
    queueLogon({ ...ALICE, leg: { output: ['proof'] } });
    const response = await client.request(webSocketRequest(LAST));
    expect(response.status).toBe(101);
    expect(response.header('x-token')).toBe(`NTLM ${Buffer.from('proof').toString('base64')}`);
    expect((await client.bytes(10)).toString()).toBe('TEST\\alice');
  });
});

describe('decideUpgrade', () => {
  async function rejectionOf(
    decide: (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<unknown>,
  ): Promise<unknown> {
    const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE });
    const results: unknown[] = [];
    server.on('upgrade', (request, socket, head) => {
      decide(request, socket, head).then(
        () => results.push('it did not reject'),
        (error: unknown) => results.push(error),
      );
    });
    const client = await WireClient.connect(await listen(server));
    client.write(upgrade());
    await client.closed;
    await until(() => results.length === 1);
    return results[0];
  }

  test('rejects what another one has decided about, and ends the connection', async () => {
    const [one, two] = [integratedAuth({ ...NTLM, anonymous: 'pass' }), integratedAuth(NTLM)];
    open.push(() => Promise.all([one.close(), two.close()]));
    const error = await rejectionOf(async (...upgraded) => {
      await one.decideUpgrade(...upgraded);
      await two.decideUpgrade(...upgraded);
    });
    expect(error).toEqual(argumentError('another integratedAuth'));
  });

  test('rejects the request of another event, and ends the connection', async () => {
    const auth = integratedAuth(NTLM);
    open.push(() => auth.close());
    const error = await rejectionOf((request, socket, head) => {
      Object.assign(request, { upgrade: false });
      return auth.decideUpgrade(request, socket, head);
    });
    expect(error).toEqual(argumentError("'upgrade' or 'connect'"));
  });

  test('decides once', async () => {
    const auth = integratedAuth({ ...NTLM, anonymous: 'pass' });
    open.push(() => auth.close());
    await auth.ready;
    const result = await rejectionOf(async (...upgraded) => {
      const first = await auth.decideUpgrade(...upgraded);
      expect(await auth.decideUpgrade(...upgraded)).toBe(first);
      expect(first).toEqual({ kind: 'anonymous' });
      upgraded[1].destroy();
    });
    expect(result).toBe('it did not reject');
  });
});
