/** The middleware in Koa: among others, and with errors. */

import { afterEach, expect } from '@jest/globals';
import Koa from 'koa';

import { getIdentity } from '../../lib/http/server/authentication.js';
import { koaIntegratedAuth } from '../../lib/http/server/adapters/koa.js';
import type { IntegratedAuthOptions } from '../../lib/http/server/options.js';
import { listen } from '../instruments/support/frameworks.js';
import {
  byNegotiate,
  closeConnections,
  HttpConnection,
} from '../instruments/support/http-logons.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { testIf } from '../instruments/support/skip.js';
import { domain, wine } from '../instruments/support/system.js';

const testWithUser = testIf(wine === undefined || domain !== undefined, 'needs a domain');

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  closeConnections();
  for (const close of closing.splice(0).reverse()) await close();
  await expectNothingLive();
});

/** An application, with what stands in front of the middleware and behind it. */
async function serve(
  before: Koa.Middleware,
  behind: Koa.Middleware,
  options: IntegratedAuthOptions = {},
): Promise<{ connection: HttpConnection; errors: unknown[] }> {
  const auth = koaIntegratedAuth(options);
  closing.push(() => auth.close());
  await auth.ready;
  const errors: unknown[] = [];
  const app = new Koa();
  app.on('error', (error) => errors.push(error));
  app.use(before).use(auth).use(behind);
  const { port, close } = await listen(app.callback());
  closing.push(close);
  return { connection: new HttpConnection(port), errors };
}

testWithUser('what stands in front sees the answers, and cannot change refusals', async () => {
  const seen: number[] = [];
  const { connection, errors } = await serve(
    async (ctx, next) => {
      await next();
      seen.push(ctx.status);
      if (ctx.status === 401) ctx.body = 'come in';
    },
    (ctx) => {
      ctx.body = 'in';
    },
  );
  expect(await connection.send()).toMatchObject({ status: 401, body: 'You are not logged on.\n' });
  expect((await connection.logOn(byNegotiate)).body).toBe('in');
  expect([seen[0], seen.at(-1), errors]).toEqual([401, 200, []]);
});

testWithUser(
  'ctx.state.identity is who it is; nobody where the options let nobody in',
  async () => {
    const { connection } = await serve(
      (_ctx, next) => next(),
      (ctx) => {
        const { identity } = ctx.state;
        ctx.body = identity === undefined ? 'nobody' : String(identity === getIdentity(ctx));
      },
      { anonymous: 'pass' },
    );
    expect((await connection.send()).body).toBe('nobody');
    expect((await connection.logOn(byNegotiate)).body).toBe('true');
  },
);

testWithUser("an error's answer keeps the last token, and no other field", async () => {
  const { connection, errors } = await serve(
    (ctx, next) => {
      ctx.set('X-Other', 'one');
      return next();
    },
    (ctx) => ctx.throw(403, 'not you', { headers: { 'X-Why': 'because' } }),
  );
  const reply = await connection.logOn(byNegotiate);
  expect([reply.status, reply.body, reply.established]).toEqual([403, 'not you', true]);
  expect(reply.headers).toMatchObject({
    'persistent-auth': expect.any(String),
    'x-why': 'because',
  });
  expect(reply.headers).not.toHaveProperty('x-other');
  expect(errors).toHaveLength(1);
});

testWithUser('it is the way in only for what stands behind it', async () => {
  const { connection, errors } = await serve(
    async (ctx, next) => {
      if (ctx.path === '/open') ctx.body = 'open';
      else if (ctx.path === '/forgotten') ctx.body = getIdentity(ctx).source;
      else await next();
    },
    (ctx) => {
      ctx.body = 'in';
    },
  );
  expect((await connection.send({ path: '/open' })).body).toBe('open');
  expect((await connection.logOn(byNegotiate, { path: '/forgotten' })).status).toBe(500);
  expect(errors).toMatchObject([{ code: 'ERR_SECUR32_NOT_AUTHENTICATED' }]);
});
