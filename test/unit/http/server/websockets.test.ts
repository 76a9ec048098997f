/** WebSockets of ws, Fastify and Socket.IO behind secur32/http. */

import { fake } from '../../../instruments/support/fake-native.js';

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import { Server as SocketIoServer } from 'socket.io';

import { RECOMMENDED_MAX_HEADER_SIZE } from '../../../../lib/http/server/header-limit.js';
import {
  integratedAuth,
  type IntegratedAuth,
} from '../../../../lib/http/server/adapters/middleware.js';
import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import {
  CONTINUE,
  ntlmAuthenticate,
  ntlmNegotiate,
  queueLogon,
} from '../../../instruments/support/fake-logons.js';
import { closeServers } from '../../../instruments/support/http-server.js';
import {
  closeWires,
  WireClient,
  type WireRequest,
} from '../../../instruments/support/http-wire.js';
import {
  POLLING,
  WEB_SOCKET_FRAMEWORKS,
  type RunningWebSockets,
} from '../../../instruments/support/websocket-frameworks.js';
import { webSocketRequest } from '../../../instruments/support/websocket.js';

const NTLM: IntegratedAuthOptions = { schemes: ['NTLM'] };
const FIRST = { scheme: 'NTLM', token: ntlmNegotiate() };
const LAST = { scheme: 'NTLM', token: ntlmAuthenticate() };
const ALICE = { name: 'TEST\\alice' };

let running: RunningWebSockets | undefined;
afterEach(async () => {
  await closeWires();
  await running?.close();
  running = undefined;
  await closeServers();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

describe.each(WEB_SOCKET_FRAMEWORKS)('%s', (_, { path, requestPath, tellsToken, start, name }) => {
  let client: WireClient;
  beforeEach(async () => {
    running = await start(NTLM);
    client = await WireClient.connect(running.port);
  });
  const ask = (request: WireRequest = {}) => client.request(webSocketRequest({ path, ...request }));

  test('asks for a logon, and ends the connection', async () => {
    const response = await ask();
    expect([response.status, response.all('www-authenticate')]).toEqual([401, ['NTLM']]);
    expect(response.header('connection')).toBe('close');
    await client.closed;
  });

  test('lets no page of another site in', async () => {
    const response = await ask({ ...FIRST, headers: [['Origin', 'http://evil.test']] });
    expect(response.status).toBe(403);
    await client.closed;
    expect(fake.legs).toEqual([]);
  });

  test('knows who logged on with one token', async () => {
    queueLogon({ ...ALICE, leg: { output: ['proof'] } });
    const response = await ask(FIRST);
    expect(response.status).toBe(101);
    expect(response.token?.toString()).toBe(tellsToken ? 'proof' : undefined);
    expect(await name(client)).toBe('TEST\\alice');
  });

  test('knows who logged on with two tokens', async () => {
    fake.legAnswers.push(CONTINUE);
    expect((await ask(FIRST)).token?.toString()).toBe('challenge');
    queueLogon(ALICE);
    expect((await ask(LAST)).status).toBe(101);
    expect(await name(client)).toBe('TEST\\alice');
  });

  test('knows the logon that holds for a connection', async () => {
    queueLogon(ALICE);
    const { status } = await client.request({ path: requestPath, ...FIRST });
    expect([200, 404]).toContain(status);
    expect((await ask()).status).toBe(101);
    expect(await name(client)).toBe('TEST\\alice');
  });

  test('refuses a token that is none', async () => {
    fake.legAnswers.push(CONTINUE, { status: 0x80090308 });
    expect((await ask(FIRST)).status).toBe(401);
    expect((await ask(LAST)).status).toBe(400);
    await client.closed;
  });

  test('ends while a client waits between two legs', async () => {
    fake.legAnswers.push(CONTINUE);
    expect((await ask(FIRST)).status).toBe(401);
    await running?.close();
    running = undefined;
    await client.closed;
  });
});

describe('Socket.IO', () => {
  async function serveExpress(use: (io: SocketIoServer, auth: IntegratedAuth) => void) {
    const auth = integratedAuth(NTLM);
    await auth.ready;
    const app = express();
    app.use(auth);
    const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE }, app);
    const io = new SocketIoServer(server);
    use(io, auth);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    running = {
      port,
      close: async () => {
        await auth.close();
        await io.close();
      },
    };
    return { port };
  }
  const sidIn = (body: string): string => (JSON.parse(body.slice(1)) as { sid: string }).sid;

  test('is not covered by app.use(auth)', async () => {
    const { port } = await serveExpress(() => undefined);
    const polling = await WireClient.connect(port);
    expect((await polling.request()).status).toBe(401);
    expect((await polling.request({ path: POLLING })).status).toBe(200);
    const socket = await WireClient.connect(port);
    const path = '/socket.io/?EIO=4&transport=websocket';
    expect((await socket.request(webSocketRequest({ path }))).status).toBe(101);
  });

  test('asks each connection for a logon with io.engine.use(auth), of every transport', async () => {
    const { port } = await serveExpress((io, auth) => {
      io.engine.use(auth);
    });
    const polling = await WireClient.connect(port);
    expect((await polling.request({ path: POLLING })).status).toBe(401);
    fake.legAnswers.push(CONTINUE);
    const challenge = await polling.request({ path: POLLING, ...FIRST });
    expect(challenge.token?.toString()).toBe('challenge');
    queueLogon(ALICE);
    const opened = await polling.request({ path: POLLING, ...LAST });
    expect([opened.status, opened.body[0]]).toEqual([200, '0']);

    // Who knows the session still has to log on.
    const path = `/socket.io/?EIO=4&transport=websocket&sid=${sidIn(opened.body)}`;
    const socket = await WireClient.connect(port);
    expect((await socket.request(webSocketRequest({ path }))).status).toBe(401);
    const again = await WireClient.connect(port);
    queueLogon(ALICE);
    expect((await again.request(webSocketRequest({ path, ...FIRST }))).status).toBe(101);
  });

  test('answers no preflight before a logon', async () => {
    const { port } = await serveExpress((io, auth) => {
      io.engine.use(auth);
    });
    const client = await WireClient.connect(port);
    const headers = [
      ['Origin', 'http://evil.test'],
      ['Access-Control-Request-Method', 'POST'],
    ] as const;
    expect((await client.request({ method: 'OPTIONS', path: POLLING, headers })).status).toBe(403);
  });
});
