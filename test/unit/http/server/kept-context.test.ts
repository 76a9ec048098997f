/** How long the context of `keepContext` is open. */

import { fake, Gate, settle } from '../../../instruments/support/fake-native.js';

import type { ServerResponse } from 'node:http';

import { afterEach, expect, test } from '@jest/globals';

import { getAuthentication } from '../../../../lib/http/server/authentication.js';
import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import type { ServerContext } from '../../../../lib/context/server-context.js';
import { CONTINUE, ntlmNegotiate, queueLogon } from '../../../instruments/support/fake-logons.js';
import { tokenTuple } from '../../../instruments/support/fake-tokens.js';
import {
  closeServers,
  serve,
  until,
  type TestServer,
} from '../../../instruments/support/http-server.js';
import { closeWires, requestBytes, WireClient } from '../../../instruments/support/http-wire.js';

afterEach(async () => {
  await closeWires();
  await closeServers();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

const KEEP = { keepContext: true, schemes: ['Negotiate', 'NTLM'] } as const;
const TICKET = { token: Buffer.from('ticket') };
const NTLM = { scheme: 'NTLM', token: ntlmNegotiate() };

interface Waiting extends TestServer {
  contexts: (ServerContext | undefined)[];
  /** Answers that handlers have not given yet. */
  answers: ServerResponse[];
}

/** A server whose handlers answer when the test says. */
async function serveWaiting(options: IntegratedAuthOptions = KEEP): Promise<Waiting> {
  const contexts: (ServerContext | undefined)[] = [];
  const answers: ServerResponse[] = [];
  const server = await serve(options, {
    handler: (request, response) => {
      contexts.push(getAuthentication(request)?.context);
      answers.push(response);
    },
  });
  return { ...server, contexts, answers };
}

async function logOn(server: Waiting, request = NTLM): Promise<WireClient> {
  const client = await WireClient.connect(server.port);
  const answered = server.answers.length;
  queueLogon();
  client.write(requestBytes(request));
  await until(() => server.answers.length > answered);
  return client;
}

test('without the option there is none, and it is closed before the handler runs', async () => {
  const server = await serveWaiting({ schemes: ['NTLM'] });
  await logOn(server);
  expect(server.contexts).toEqual([undefined]);
  expect(fake.open.context).toBe(0);
});

test('of one request it is open while the handler runs, and no longer', async () => {
  const server = await serveWaiting();
  const client = await logOn(server, { scheme: 'Negotiate', ...TICKET });
  expect(server.contexts[0]?.closed).toBe(false);
  await settle();
  expect(fake.open.context).toBe(1);
  server.answers[0]?.end();
  await client.next();
  await until(() => fake.open.context === 0);
});

test('of a connection it is open as long as that, for all its requests', async () => {
  const server = await serveWaiting();
  const client = await logOn(server);
  server.answers[0]?.end();
  await client.next();
  client.write(requestBytes());
  await until(() => server.answers.length === 2);
  expect(server.contexts[1]).toBe(server.contexts[0]);
  expect(server.contexts[0]?.closed).toBe(false);
  server.answers[1]?.end();
  await client.next();
  await settle();
  expect(fake.open.context).toBe(1);
  client.destroy();
  await until(() => fake.open.context === 0);
});

test('of a logon that another one replaces it stays until the handler of the old one is done', async () => {
  const server = await serveWaiting();
  const client = await logOn(server);
  fake.legAnswers.push(CONTINUE);
  // Its answer waits for the one before.
  client.write(requestBytes(NTLM));
  await until(() => fake.legs.length === 2);
  await settle();
  expect(server.contexts[0]?.closed).toBe(false);
  server.answers[0]?.end();
  await client.next();
  await until(() => server.contexts[0]?.closed === true);
  expect((await client.next()).status).toBe(401);
});

test('of a client that goes it is closed, also where answers wait for one another', async () => {
  const server = await serveWaiting();
  const client = await logOn(server);
  client.write(Buffer.concat([requestBytes(), requestBytes(), requestBytes()]));
  await until(() => server.answers.length === 4);
  client.destroy();
  await until(() => fake.open.context === 0);
  expect(server.contexts.map((context) => context?.closed)).toEqual([true, true, true, true]);
});

test('of one request that waits for another answer it is closed with the client', async () => {
  const server = await serveWaiting();
  const client = await logOn(server, { scheme: 'Negotiate', ...TICKET });
  queueLogon();
  client.write(requestBytes(TICKET));
  await until(() => server.answers.length === 2);
  expect(fake.open.context).toBe(2);
  client.destroy();
  await until(() => fake.open.context === 0);
});

test('of a client that went before its turn it is closed at once', async () => {
  const gate = new Gate();
  const server = await serve(KEEP, {
    before: (request, _, next) => {
      if (request.url === '/') next();
      else void gate.opened.then(next);
    },
  });
  const client = await WireClient.connect(server.port);
  queueLogon();
  await client.request(NTLM);
  client.write(requestBytes({ path: '/later' }));
  await settle();
  client.destroy();
  await until(() => server.sockets.size === 0);
  gate.open();
  await settle();
  expect(fake.open.context).toBe(0);
});

test('of a request that is answered already it is not held', async () => {
  const server = await serve(KEEP, {
    before: (_, response, next) => {
      response.end('too late');
      response.once('close', next);
    },
  });
  const client = await WireClient.connect(server.port);
  fake.legAnswers.push({});
  fake.tokenAnswers.push([0]);
  fake.informationAnswers.push(tokenTuple());
  expect((await client.request({ scheme: 'Negotiate', ...TICKET })).body).toBe('too late');
  await until(() => fake.legs.length === 1);
  await until(() => fake.open.context === 0);
});

test('of somebody who may not come in it is closed', async () => {
  const server = await serve({ ...KEEP, allow: [] });
  const client = await WireClient.connect(server.port);
  queueLogon();
  expect((await client.request(NTLM)).status).toBe(403);
  expect(fake.open.context).toBe(0);
});

test('close() ends it when the handler is done', async () => {
  const server = await serveWaiting();
  const client = await logOn(server);
  await server.auth.close();
  expect(server.contexts[0]?.closed).toBe(false);
  server.answers[0]?.end();
  await client.next();
  await until(() => fake.open.context === 0);
});
