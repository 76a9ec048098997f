/** The same server in every framework, with the framework's own handling of errors and bodies. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { jest } from '@jest/globals';
import express5, { type ErrorRequestHandler } from 'express';
import fastify from 'fastify';
import Koa from 'koa';

import { getIdentity } from '../../../lib/http/server/authentication.js';
import { fastifyIntegratedAuth } from '../../../lib/http/server/adapters/fastify.js';
import { RECOMMENDED_MAX_HEADER_SIZE } from '../../../lib/http/server/header-limit.js';
import { koaIntegratedAuth } from '../../../lib/http/server/adapters/koa.js';
import { integratedAuth } from '../../../lib/http/server/adapters/middleware.js';
import type { IntegratedAuthOptions } from '../../../lib/http/server/options.js';

/** No types of Express 4 are installed; the functions that the tests use are the same. */
const express4: typeof express5 = jest.requireActual('express4');

/** A running server. */
export interface Running {
  port: number;
  /** The requests that reached a handler. */
  handled: string[];
  /** The errors that reached the framework's own error handler. */
  errors: unknown[];
  /** Closes the authentication, but not the server; not for Fastify, where the two are closed together. */
  closeAuth?: () => Promise<void>;
  close: () => Promise<void>;
}

/**
 * It has `/` (who it is), `/body` (how much came), `/throws` and `/rejects`
 * (errors of handlers).
 */
export type Framework = (options?: IntegratedAuthOptions) => Promise<Running>;

const NTLM_TOO = { schemes: ['Negotiate', 'NTLM'] } as const;

/** What `/` answers: whether the client is known, and in which ways. */
function who(request: Parameters<typeof getIdentity>[0], raw: IncomingMessage): string {
  const identity = getIdentity(request);
  const same = 'identity' in raw && raw.identity === identity;
  return JSON.stringify({ source: identity.source, same });
}

/** Starts a server with a framework's request handler. */
export async function listen(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE });
  server.on('request', listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

const nodeHttp: Framework = async (options) => {
  const [handled, errors]: [string[], unknown[]] = [[], []];
  const auth = integratedAuth({ ...NTLM_TOO, ...options });
  await auth.ready;
  const handle = async (request: IncomingMessage): Promise<string> => {
    handled.push(request.url ?? '');
    if (request.url === '/throws' || request.url === '/rejects') throw new Error(request.url);
    if (request.url === '/body') return String((await text(request)).length);
    return who(request, request);
  };
  const { port, close } = await listen((request, response) => {
    const fail = (error: unknown): void => {
      errors.push(error);
      response.writeHead(500).end('handled');
    };
    auth(request, response, (error) => {
      if (error !== undefined) fail(error);
      else handle(request).then((answer) => response.end(answer), fail);
    });
  });
  return { port, handled, errors, close, closeAuth: () => auth.close() };
};

const withExpress =
  (express: typeof express5): Framework =>
  async (options) => {
    const [handled, errors]: [string[], unknown[]] = [[], []];
    const auth = integratedAuth({ ...NTLM_TOO, ...options });
    await auth.ready;
    const app = express();
    app.use(auth, (request, _response, next) => {
      handled.push(request.path);
      next();
    });
    app.get('/', (request, response) => {
      response.send(who(request, request));
    });
    app.post('/body', express.text({ limit: '1mb' }), (request, response) => {
      response.send(String((request.body as string).length));
    });
    app.get('/throws', () => {
      throw new Error('/throws');
    });
    app.get('/rejects', (_request, _response, next) => {
      // Express 4 ignores promises.
      if (express === express5) return Promise.reject(new Error('/rejects'));
      next(new Error('/rejects'));
      return undefined;
    });
    // Express recognizes an error handler by its four parameters.
    const onError: ErrorRequestHandler = (error, _request, response, next) => {
      errors.push(error);
      if (response.headersSent) next(error);
      else response.status(500).send('handled');
    };
    app.use(onError);
    const { port, close } = await listen(app);
    return { port, handled, errors, close, closeAuth: () => auth.close() };
  };

const withFastify: Framework = async (options) => {
  const [handled, errors]: [string[], unknown[]] = [[], []];
  const app = fastify({ http: { maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE } });
  await app.register(fastifyIntegratedAuth({ ...NTLM_TOO, ...options }));
  app.addHook('preHandler', (request, _reply, done) => {
    handled.push(request.url);
    done();
  });
  app.setErrorHandler((error, _request, reply) => {
    errors.push(error);
    return reply.code(500).send('handled');
  });
  app.get('/', (request) => who(request, request.raw));
  app.post('/body', (request) => String((request.body as string).length));
  app.get('/throws', () => {
    throw new Error('/throws');
  });
  app.get('/rejects', () => Promise.reject(new Error('/rejects')));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    app.server.closeAllConnections();
    await app.close();
  };
  return { port, handled, errors, close };
};

const withKoa: Framework = async (options) => {
  const [handled, errors]: [string[], unknown[]] = [[], []];
  const auth = koaIntegratedAuth({ ...NTLM_TOO, ...options });
  await auth.ready;
  const app = new Koa();
  app.on('error', (error) => errors.push(error));
  app.use(auth);
  app.use(async (ctx) => {
    handled.push(ctx.path);
    if (ctx.path === '/throws' || ctx.path === '/rejects') throw new Error(ctx.path);
    if (ctx.path === '/body') ctx.body = String((await text(ctx.req)).length);
    else ctx.body = who(ctx, ctx.req);
  });
  const { port, close } = await listen(app.callback());
  return { port, handled, errors, close, closeAuth: () => auth.close() };
};

export const FRAMEWORKS: readonly [name: string, framework: Framework][] = [
  ['node:http', nodeHttp],
  ['Express 5', withExpress(express5)],
  ['Express 4', withExpress(express4)],
  ['Fastify', withFastify],
  ['Koa', withKoa],
];
