/** What the adapters promise to Fastify and Koa; stand-ins call them as these do. */

import { fake } from '../../../instruments/support/fake-native.js';

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, test } from '@jest/globals';

import { getIdentity } from '../../../../lib/http/server/authentication.js';
import { fastifyIntegratedAuth } from '../../../../lib/http/server/adapters/fastify.js';
import { RECOMMENDED_MAX_HEADER_SIZE } from '../../../../lib/http/server/header-limit.js';
import { koaIntegratedAuth } from '../../../../lib/http/server/adapters/koa.js';
import { integratedAuth } from '../../../../lib/http/server/adapters/middleware.js';
import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import { ntlmNegotiate, queueLogon } from '../../../instruments/support/fake-logons.js';
import { closeWires, WireClient } from '../../../instruments/support/http-wire.js';

const NTLM: IntegratedAuthOptions = { schemes: ['NTLM'] };
const FIRST = { scheme: 'NTLM', token: ntlmNegotiate() };
const open: (() => unknown)[] = [];

afterEach(async () => {
  await closeWires();
  for (const close of open.splice(0).reverse()) await close();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

async function listen(listener: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    server.close();
  });
  return WireClient.connect((server.address() as AddressInfo).port);
}

describe('Fastify', () => {
  type Hook = (request: { raw: IncomingMessage }, reply: Reply) => Promise<unknown>;
  class Reply {
    hijacked = false;
    constructor(readonly raw: ServerResponse) {}
    hijack(): this {
      this.hijacked = true;
      return this;
    }
  }

  async function register(options: IntegratedAuthOptions = {}) {
    const onRequest: Hook[] = [];
    const onClose: (() => Promise<void>)[] = [];
    const preClose: (() => Promise<void>)[] = [];
    const plugin = fastifyIntegratedAuth(options);
    const registered = plugin({
      addHook: (name: string, hook: unknown) => {
        if (name === 'onRequest') onRequest.push(hook as Hook);
        else if (name === 'onClose') onClose.push(hook as () => Promise<void>);
        else preClose.push(hook as () => Promise<void>);
      },
    });
    open.push(() => onClose[0]?.());
    await registered;
    return { onRequest, onClose, preClose, plugin };
  }

  test('waits for what the server needs, and holds for its whole instance', async () => {
    const { onRequest, onClose, preClose, plugin } = await register(NTLM);
    expect([onRequest.length, preClose.length, onClose.length]).toEqual([1, 1, 1]);
    expect(fake.acquisitions).toHaveLength(1);
    expect(Object.getOwnPropertyDescriptor(plugin, Symbol.for('skip-override'))?.value).toBe(true);
  });

  test('does not start where the server cannot authenticate', async () => {
    fake.acquireAnswers.push({ status: 0x80090305 });
    await expect(register(NTLM)).rejects.toMatchObject({ code: 'SEC_E_SECPKG_NOT_FOUND' });
  });

  test('lets a request go on, or takes it over', async () => {
    const { onRequest } = await register(NTLM);
    const results: [hijacked: boolean, result: unknown][] = [];
    const client = await listen((request, response) => {
      const reply = new Reply(response);
      void onRequest[0]?.({ raw: request }, reply).then((result) => {
        results.push([reply.hijacked, result === reply]);
        if (!reply.hijacked) response.end(getIdentity({ raw: request }).name);
      });
    });
    expect((await client.request()).status).toBe(401);
    queueLogon({ name: 'TEST\\alice' });
    expect((await client.request(FIRST)).body).toBe('TEST\\alice');
    expect(results).toEqual([
      [true, true],
      [false, false],
    ]);
  });
});

describe('Koa', () => {
  test('answers itself, or goes on with who it is', async () => {
    const auth = koaIntegratedAuth(NTLM);
    open.push(() => auth.close());
    await auth.ready;
    const contexts: { respond?: boolean | undefined; state: Record<string, unknown> }[] = [];
    const client = await listen((request, response) => {
      const context = { req: request, res: response, state: {} as Record<string, unknown> };
      contexts.push(context);
      void auth(context, async () => {
        await Promise.resolve();
        expect(context.state['identity']).toBe(getIdentity(context));
        response.end(getIdentity(context).name);
      });
    });
    expect((await client.request()).status).toBe(401);
    expect(contexts[0]?.respond).toBe(false);
    queueLogon({ name: 'TEST\\alice' });
    expect((await client.request(FIRST)).body).toBe('TEST\\alice');
    expect(contexts[1]?.respond).toBeUndefined();
  });

  test('knows nobody in a request that passes', async () => {
    const auth = koaIntegratedAuth({ ...NTLM, anonymous: 'pass' });
    open.push(() => auth.close());
    const state: Record<string, unknown> = { identity: 'left over' };
    const client = await listen((request, response) => {
      void auth({ req: request, res: response, state }, () => Promise.resolve(response.end()));
    });
    expect((await client.request()).status).toBe(200);
    expect(state).toEqual({ identity: undefined });
  });

  test('hands on what what is behind it throws', async () => {
    const auth = koaIntegratedAuth({ ...NTLM, anonymous: 'pass' });
    open.push(() => auth.close());
    const errors: unknown[] = [];
    const fault = new Error('of the handler');
    const client = await listen((request, response) => {
      auth({ req: request, res: response, state: {} }, () => Promise.reject(fault)).catch(
        (error: unknown) => {
          errors.push(error);
          response.end();
        },
      );
    });
    await client.request();
    expect(errors).toEqual([fault]);
  });
});

describe('connect', () => {
  test('a second look at the same request is the first one', async () => {
    const auth = integratedAuth(NTLM);
    open.push(() => auth.close());
    await auth.ready;
    const client = await listen((request, response) => {
      auth(request, response, () => {
        auth(request, response, () => {
          response.end(getIdentity(request).name);
        });
      });
    });
    queueLogon({ name: 'TEST\\alice' });
    expect((await client.request(FIRST)).body).toBe('TEST\\alice');
    expect(fake.legs).toHaveLength(1);
    expect((await client.request()).body).toBe('TEST\\alice');
  });

  test('two of them on one server know nothing of each other', async () => {
    const both = { '/a': integratedAuth(NTLM), '/b': integratedAuth(NTLM) };
    for (const auth of Object.values(both)) open.push(() => auth.close());
    const client = await listen((request, response) => {
      both[request.url as '/a'](request, response, () => {
        response.end(getIdentity(request).name);
      });
    });
    queueLogon({ name: 'TEST\\alice' });
    expect((await client.request({ ...FIRST, path: '/a' })).body).toBe('TEST\\alice');
    expect((await client.request({ path: '/b' })).status).toBe(401);
    expect((await client.request({ path: '/a' })).body).toBe('TEST\\alice');
  });
});
