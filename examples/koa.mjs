// A server with Windows authentication, with Koa 3.
//
//   node examples/koa.mjs PORT
//   curl --negotiate -u : http://localhost:PORT/
//
//   SECUR32_EXAMPLE_PACKAGE  the security package for the scheme Negotiate; default: Negotiate

import Koa from 'koa';
import { createServer } from 'node:http';
import { AccessRules } from 'secur32';
import { getIdentity, koaIntegratedAuth, RECOMMENDED_MAX_HEADER_SIZE } from 'secur32/http';

import { bodyOf, nameOf } from './support/http.mjs';

const { SECUR32_EXAMPLE_PACKAGE: Negotiate = 'Negotiate' } = process.env;
const auth = koaIntegratedAuth({ schemes: ['Negotiate', 'NTLM'], packages: { Negotiate } });
await auth.ready;
const administrators = await AccessRules.resolve({ allow: ['S-1-5-32-544'] });

const routes = {
  'GET /': async (ctx) => {
    ctx.body = `welcome, ${await nameOf(getIdentity(ctx))}\n`;
  },
  'GET /administrators': (ctx) => {
    if (!administrators.permits(getIdentity(ctx))) ctx.throw(403, 'you are not an administrator\n');
    ctx.body = 'for administrators only\n';
  },
  'POST /notes': async (ctx) => {
    const note = await bodyOf(ctx.req);
    ctx.status = 201;
    ctx.body = `${note.length} characters by ${await nameOf(getIdentity(ctx))}\n`;
  },
};

const app = new Koa();
app.use(auth);
app.use(async (ctx, next) => {
  const route = `${ctx.method} ${ctx.path}`;
  await (Object.hasOwn(routes, route) ? routes[route](ctx) : next());
});

const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE }, app.callback());
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
