/** Requests about which no decision can be made: they reach no handler, whatever the application does with errors. */

import { fake } from '../../../instruments/support/fake-native.js';

import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import type { Duplex } from 'node:stream';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { fastifyIntegratedAuth } from '../../../../lib/http/server/adapters/fastify.js';
import { koaIntegratedAuth } from '../../../../lib/http/server/adapters/koa.js';
import {
  integratedAuth,
  type IntegratedAuth,
} from '../../../../lib/http/server/adapters/middleware.js';
import { Authenticator } from '../../../../lib/http/server/authenticator.js';
import { RECOMMENDED_MAX_HEADER_SIZE } from '../../../../lib/http/server/header-limit.js';
import type { HttpAuthEvent } from '../../../../lib/http/server/events.js';
import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import { argumentError } from '../../../instruments/support/fake-handles.js';
import { closeServers, serve } from '../../../instruments/support/http-server.js';
import {
  closeWires,
  requestBytes,
  WireClient,
  type WireResponse,
} from '../../../instruments/support/http-wire.js';
import { webSocketRequest } from '../../../instruments/support/websocket.js';

const open: (() => unknown)[] = [];
let warn: jest.Spied<typeof process.emitWarning>;

beforeEach(() => {
  warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
});

afterEach(async () => {
  await closeWires();
  for (const close of open.splice(0).reverse()) await close();
  await closeServers();
  warn.mockRestore();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

/** Lets everybody through; the one after it is the stricter one. */
const LAX = { anonymous: 'pass' } as const;

const ANSWER =
  'HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nCache-Control: no-store\r\n' +
  'Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 18\r\n\r\n' +
  'The logon failed.\n';

/** The Date stands at another place in the answer to an upgrade. */
const rawOf = (response: WireResponse): string => response.raw;

const TWO = 'another integratedAuth or Authenticator has already decided on this request.';

function makeAuth(options: IntegratedAuthOptions = {}): {
  auth: IntegratedAuth;
  events: HttpAuthEvent[];
} {
  const events: HttpAuthEvent[] = [];
  const auth = integratedAuth({ logger: (event) => events.push(event), ...options });
  open.push(() => auth.close());
  return { auth, events };
}

describe('a second middleware', () => {
  test('answers 500 itself, whatever is done with its errors, and says why once (S9)', async () => {
    const { auth, events } = makeAuth({ deny: [] });
    const nexts: unknown[][] = [];
    const { port } = await serve(LAX, {
      handler: (request, response) => {
        auth(request, response, (...errors) => {
          nexts.push(errors);
          response.end('in');
        });
      },
    });
    for (const method of ['GET', 'POST']) {
      const client = await WireClient.connect(port);
      const response = await client.request({ method, ...(method === 'POST' && { body: 'x' }) });
      expect(rawOf(response)).toBe(ANSWER);
      await client.closed;
    }
    const head = await WireClient.connect(port);
    head.write(requestBytes({ method: 'HEAD' }));
    await head.closed;
    expect(nexts).toEqual([]);
    expect(events).toHaveLength(3);
    expect(events[0]).toEqual({
      type: 'rejection',
      code: 'ERR_SECUR32_INVALID_ARGUMENT',
      reason: expect.stringContaining(TWO),
      error: argumentError(TWO),
    });
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^integratedAuth answered a request with status 500: another integratedAuth or Authenticator has/,
        ),
        { code: 'SECUR32_HTTP_FAILURE' },
      ],
    ]);
  });

  test('writes nothing after what was answered already (S9)', async () => {
    const { auth } = makeAuth();
    const { port } = await serve(LAX, {
      handler: (request, response) => {
        response.end('answered');
        auth(request, response, () => undefined);
      },
    });
    const client = await WireClient.connect(port);
    expect((await client.request()).body).toBe('answered');
    expect((await client.request()).body).toBe('answered');
  });

  test('answers an upgrade, and ends its connection (S9)', async () => {
    const [lax, strict] = [makeAuth(LAX).auth, makeAuth().auth];
    let upgraded = 0;
    const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE });
    // As Socket.IO calls its middleware; this one ignores errors.
    server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      const response = new ServerResponse(request);
      response.assignSocket(socket as never);
      lax(request, response, () => {
        strict(request, response, () => {
          upgraded++;
          socket.end();
        });
      });
    });
    const client = await WireClient.connect(await listen(server));
    const response = await client.request(webSocketRequest());
    expect([response.status, response.body]).toEqual([500, 'The logon failed.\n']);
    expect(response.header('connection')).toBe('close');
    await client.closed;
    expect(upgraded).toBe(0);
  });

  test('answers over HTTP/2 (S9)', async () => {
    const [lax, strict] = [makeAuth(LAX).auth, makeAuth().auth];
    let handled = 0;
    const server = createHttp2Server((request, response) => {
      const [req, res] = [request, response] as unknown as [IncomingMessage, ServerResponse];
      lax(req, res, () => {
        strict(req, res, () => {
          handled++;
          response.end('in');
        });
      });
    });
    Object.assign(server, { maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE });
    const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
    open.push(() => {
      session.destroy();
    });
    const stream = session.request({ ':path': '/' });
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(headers).toMatchObject({ ':status': 500, 'cache-control': 'no-store' });
    stream.resume();
    await once(stream, 'end');
    expect(handled).toBe(0);
  });
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('a simulated request is answered with 500, whatever is done with errors (S9)', async () => {
  const { auth } = makeAuth({ anonymous: 'pass' });
  const request = new IncomingMessage({} as never);
  const response = new ServerResponse(request);
  let nexts = 0;
  auth(request, response, () => nexts++);
  while (!response.writableEnded) await new Promise((resolve) => setImmediate(resolve));
  expect([response.statusCode, nexts]).toEqual([500, 0]);
  expect(warn.mock.calls).toEqual([
    [
      expect.stringContaining('status 500: the request has no connection'),
      { code: 'SECUR32_HTTP_FAILURE' },
    ],
  ]);
});

describe('an adapter whose framework takes errors rejects (S9):', () => {
  /** What a second authenticator does with a request that a lax one let through. */
  async function errorOfSecond(
    decide: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>,
  ): Promise<unknown> {
    const outcomes: unknown[] = [];
    const { port } = await serve(LAX, {
      handler: (request, response) => {
        decide(request, response)
          .then(
            () => outcomes.push('decided'),
            (error: unknown) => outcomes.push(error),
          )
          .finally(() => response.end());
      },
    });
    await (await WireClient.connect(port)).request();
    expect(outcomes).toHaveLength(1);
    return outcomes[0];
  }

  test('Koa, which calls nothing after it', async () => {
    const auth = koaIntegratedAuth();
    open.push(() => auth.close());
    let nexts = 0;
    const error = await errorOfSecond((req, res) =>
      auth({ req, res, state: {} }, () => Promise.resolve(nexts++)),
    );
    expect(error).toEqual(argumentError(TWO));
    expect(nexts).toBe(0);
  });

  test('Fastify', async () => {
    const hooks: Record<string, (...args: unknown[]) => Promise<unknown>> = {};
    await fastifyIntegratedAuth()({
      addHook: (name: string, hook: unknown) => Object.assign(hooks, { [name]: hook }),
    });
    open.push(() => hooks['onClose']?.());
    const error = await errorOfSecond(async (raw, response) =>
      hooks['onRequest']?.({ raw }, { raw: response, hijack: () => undefined }),
    );
    expect(error).toEqual(argumentError(TWO));
  });

  test('Authenticator, each time it is asked', async () => {
    const authenticator = new Authenticator();
    open.push(() => authenticator.close());
    const error = await errorOfSecond(async (request, response) => {
      await authenticator.decide(request, response).catch(() => undefined);
      await authenticator.decide(request, response);
    });
    expect(error).toEqual(argumentError(TWO));
  });
});
