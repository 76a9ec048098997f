/** The examples of HTTP servers, with a client of ours; test/peers has others. */

import { hostname } from 'node:os';

import { afterEach, describe, expect } from '@jest/globals';

import { freePort, start, until } from '../instruments/support/examples.js';
import { closeHttpLogons, HttpLogon } from '../instruments/support/http-logon.js';
import {
  byNegotiate,
  closeConnections,
  HttpConnection,
} from '../instruments/support/http-logons.js';
import { closeWires, WireClient } from '../instruments/support/http-wire.js';
import { testIf } from '../instruments/support/skip.js';
import { domain, wine } from '../instruments/support/system.js';
import {
  exchangeMessage,
  nextMessage,
  webSocketRequest,
} from '../instruments/support/websocket.js';

const testWithUser = testIf(wine === undefined || domain !== undefined, 'needs a domain');
afterEach(async () => {
  closeConnections();
  closeHttpLogons();
  await closeWires();
});

/** Whom an example greets. */
const WHO = wine === undefined ? /^\S+\\\S+$/ : /^whoever you are: Secur32 gives no name$/;

describe.each(['node-http', 'express', 'fastify', 'koa'])('%s.mjs', (name) => {
  testWithUser('knows who reads and who writes', async () => {
    const port = await freePort();
    const server = start(`${name}.mjs`, { args: [String(port)] });
    await until(() => server.output().includes('listening'));
    const connection = new HttpConnection(port);
    expect((await connection.send()).status).toBe(401);

    const [welcome, reader] = (await connection.logOn(byNegotiate)).body.trimEnd().split(', ');
    expect(welcome).toBe('welcome');
    expect(reader).toMatch(WHO);
    const note = { path: '/notes', method: 'POST', body: 'hello' };
    const { status, body } = await connection.logOn(byNegotiate, note);
    expect([status, body]).toEqual([201, `5 characters by ${reader ?? ''}\n`]);
    // Who is an administrator over the network depends on the machine.
    const rule = await connection.logOn(byNegotiate, { path: '/administrators' });
    expect([200, 403]).toContain(rule.status);
    expect(server.output()).toBe('listening\n');
  });
});

testWithUser('hello.mjs greets the client by name', async () => {
  const port = await freePort();
  const server = start('hello.mjs', { args: [String(port)] });
  await until(() => server.output().includes('listening'));
  const connection = new HttpConnection(port);
  expect((await connection.send()).status).toBe(401);
  const { status, body } = await connection.logOn(byNegotiate);
  // Wine's Secur32 does not tell the name.
  const name = wine === undefined ? /^Hello, \S+\\\S+\n$/ : /^Hello, undefined\n$/;
  expect([status, body]).toEqual([200, expect.stringMatching(name)]);
});

testWithUser('websocket.mjs knows who opens a WebSocket, and proves who it is itself', async () => {
  const port = await freePort();
  const server = start('websocket.mjs', { args: [String(port)] });
  await until(() => server.output().includes('listening'));
  const nobody = await WireClient.connect(port);
  expect((await nobody.request(webSocketRequest())).status).toBe(401);
  await nobody.closed;

  const client = await WireClient.connect(port);
  const logon = await HttpLogon.begin({
    package: 'Negotiate',
    scheme: 'Negotiate',
    client: { targetName: domain?.spn ?? `HOST/${hostname()}`, mutualAuth: domain !== undefined },
    request: webSocketRequest(),
  });
  const response = await logon.run(client);
  expect(response.status).toBe(101);
  // NTLM, which proves no server, may be all there is without a domain.
  if (domain !== undefined) await logon.next(response);
  expect(logon.context.established).toBe(true);
  const [welcome, who] = (await nextMessage(client)).split(', ');
  expect(welcome).toBe('welcome');
  expect(who).toMatch(WHO);
  expect(await exchangeMessage(client, 'hello')).toBe(`${who ?? ''}: hello`);
  expect(server.output()).toBe('listening\n');
});
