/** The frameworks' own types accept the middleware, and the server's option types have their names. */

import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { createServer } from 'node:http';
import type { Identity } from 'secur32';
import {
  Authenticator,
  fastifyIntegratedAuth,
  getAuthentication,
  getIdentity,
  integratedAuth,
  koaIntegratedAuth,
  type ReverseProxyMode,
  type ServerDecision,
  type ServerLimits,
  type ServerLogger,
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

const reverseProxy: ReverseProxyMode = 'pinned';
const limits: Partial<ServerLimits> = { discardedBodyBytes: 0 };
const logger: ServerLogger = ({ type, reason }) => {
  console.log(type, reason);
};
const authenticator = new Authenticator({ reverseProxy, limits, logger });
createServer((request, response) => {
  void authenticator.decide(request, response).then((decision: ServerDecision) => {
    if (decision.kind === 'authenticated') use(decision.authentication.identity);
  });
});

// @ts-expect-error There is no such option.
integratedAuth({ denied: [] });
// @ts-expect-error The client's option has this name.
integratedAuth({ proxy: 'pinned' });
// @ts-expect-error It contains no request.
getIdentity({ headers: {} });
