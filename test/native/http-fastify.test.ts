/** The plugin in Fastify: for which routes it holds, when it ends, and what has no connection. */

import type { AddressInfo } from 'node:net';

import { afterEach, expect, test } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';

import { getIdentity } from '../../lib/http/server/authentication.js';
import { fastifyIntegratedAuth } from '../../lib/http/server/adapters/fastify.js';
import { RECOMMENDED_MAX_HEADER_SIZE } from '../../lib/http/server/header-limit.js';
import type { IntegratedAuthOptions } from '../../lib/http/server/options.js';
import { runChild } from '../instruments/support/child.js';
import {
  byNegotiate,
  byNtlm,
  closeConnections,
  HttpConnection,
} from '../instruments/support/http-logons.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { testIf, testWithAccount } from '../instruments/support/skip.js';
import { domain, wine } from '../instruments/support/system.js';

const testWithUser = testIf(wine === undefined || domain !== undefined, 'needs a domain');

let app: FastifyInstance | undefined;
function newApp(): FastifyInstance {
  app = fastify({ http: { maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE } });
  return app;
}
afterEach(async () => {
  closeConnections();
  await app?.close();
  await expectNothingLive();
});

async function listen(instance: FastifyInstance): Promise<HttpConnection> {
  await instance.listen({ port: 0, host: '127.0.0.1' });
  return new HttpConnection((instance.server.address() as AddressInfo).port);
}

testWithUser('it holds for all routes of its instance and below, whenever they came', async () => {
  const instance = newApp();
  instance.get('/before', () => 'before');
  await instance.register(fastifyIntegratedAuth());
  instance.get('/after', () => 'after');
  await instance.register((below, _options, done) => {
    below.get('/below', () => 'below');
    done();
  });
  const connection = await listen(instance);
  for (const path of ['/before', '/after', '/below']) {
    expect((await connection.send({ path })).status).toBe(401);
    const { status, body } = await connection.logOn(byNegotiate, { path });
    expect([status, `/${body}`]).toEqual([200, path]);
  }
  // Nobody else learns what is not there.
  expect((await connection.send({ path: '/nothing' })).status).toBe(401);
  expect((await connection.logOn(byNegotiate, { path: '/nothing' })).status).toBe(404);
});

testWithUser('it does not hold above its instance, where getIdentity throws', async () => {
  const instance = newApp();
  await instance.register(async (closed) => {
    await closed.register(fastifyIntegratedAuth());
    closed.get('/closed', (request) => getIdentity(request).source);
  });
  instance.get('/open', () => 'open');
  instance.get('/forgotten', (request) => getIdentity(request).source);
  const connection = await listen(instance);
  expect((await connection.send({ path: '/closed' })).status).toBe(401);
  expect((await connection.logOn(byNegotiate, { path: '/closed' })).status).toBe(200);
  expect((await connection.send({ path: '/open' })).body).toBe('open');
  const forgotten = await connection.logOn(byNegotiate, { path: '/forgotten' });
  expect(forgotten.status).toBe(500);
  expect(JSON.parse(forgotten.body)).toMatchObject({ code: 'ERR_SECUR32_NOT_AUTHENTICATED' });
});

testWithUser('a hook of the application that comes first may answer by itself', async () => {
  const instance = newApp();
  instance.addHook('onRequest', (request, reply, done) => {
    if (request.url === '/health') reply.send('well');
    else done();
  });
  await instance.register(fastifyIntegratedAuth());
  instance.get('/health', () => 'not reached');
  const connection = await listen(instance);
  expect((await connection.send({ path: '/health' })).body).toBe('well');
});

testWithUser('hooks hear of answers that the plugin gave', async () => {
  const instance = newApp();
  const answered: number[] = [];
  await instance.register(fastifyIntegratedAuth());
  instance.addHook('onResponse', (_request, reply, done) => {
    answered.push(reply.raw.statusCode);
    done();
  });
  instance.get('/', () => 'in');
  const connection = await listen(instance);
  await connection.send();
  await connection.logOn(byNegotiate);
  expect([answered[0], answered.at(-1)]).toEqual([401, 200]);
});

test('inject, which has no connection, fails and says why', async () => {
  // In jest it does not load.
  const { status, output, errors } = await runChild('native/children/fastify-inject.js');
  expect([status, errors]).toEqual([0, '']);
  expect(output).toEqual({ handled: false, replies: [refusal, refusal] });
});
const refusal = {
  status: 500,
  body: {
    statusCode: 500,
    error: 'Internal Server Error',
    code: 'ERR_SECUR32_INVALID_ARGUMENT',
    message: expect.stringContaining('fastify.inject'),
  },
};

testWithAccount('it closes with the instance: logons end, nothing is left', async () => {
  const instance = newApp();
  await instance.register(fastifyIntegratedAuth({ schemes: ['NTLM'] }));
  instance.get('/', () => 'in');
  const connection = await listen(instance);
  expect((await connection.logOn(byNtlm)).status).toBe(200);
  instance.server.closeAllConnections();
  await instance.close();
  await expectNothingLive();
});

test('a rule for somebody whom nobody knows fails the start, and leaves nothing', async () => {
  const instance = newApp();
  instance.register(fastifyIntegratedAuth({ allow: ['NOWHERE\\nobody'] }));
  await expect(instance.ready()).rejects.toMatchObject({
    code: expect.stringMatching(/^ERR_SECUR32_(?:UNKNOWN_ACCOUNT|SYSTEM_ERROR)$/),
  });
  await expectNothingLive();
});

test('an option that is none fails the start', async () => {
  const options = { denied: [] } as IntegratedAuthOptions;
  await expect(newApp().register(fastifyIntegratedAuth(options)).ready()).rejects.toThrow(
    "Unknown option 'denied'",
  );
});
