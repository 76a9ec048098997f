/** That the frameworks' own types take what this package has for them. */

import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { createServer } from 'node:http';
import type { Identity } from 'secur32';
import {
  fastifyIntegratedAuth,
  getAuthentication,
  getIdentity,
  integratedAuth,
  koaIntegratedAuth,
} from 'secur32/http';

function use(identity: Identity | undefined): string | undefined {
  return identity?.sid;
}

const auth = integratedAuth();
createServer((request, response) => {
  auth(request, response, (error) => response.end(error ?? use(getIdentity(request))));
});

express()
  .use(auth)
  .get('/', auth, (request, response) => {
    response.send(use(getIdentity(request)));
  });

const app = fastify();
await app.register(fastifyIntegratedAuth({ ntlm: false }));
app.get('/', (request) => use(getIdentity(request)));

new Koa().use(koaIntegratedAuth()).use((ctx) => {
  ctx.body = use(getAuthentication(ctx)?.identity);
});

// @ts-expect-error There is no such option.
integratedAuth({ denied: [] });
// @ts-expect-error Something without a request in it.
getIdentity({ headers: {} });
