/** The requests of an IntegratedAgent: what ends them, and which it does not take. */

import { fake, Gate, settle } from '../../../instruments/support/fake-native.js';

import { afterEach, describe, expect, test } from '@jest/globals';
import { request } from 'undici';

import { coded } from '../../../instruments/support/fake-handles.js';
import {
  agentFor,
  destroyAgents,
  get,
  last,
  ntlmLegs,
  perConnection,
  perRequest,
} from '../../../instruments/support/http-client.js';
import { closeServers, serve } from '../../../instruments/support/plain-http-server.js';

afterEach(async () => {
  await destroyAgents();
  await closeServers();
  expect(fake.liveCounts()).toEqual([0, 0, 0, 0]);
});

describe('an abort', () => {
  const enough = new Error('enough');

  test('before the request sends nothing', async () => {
    const server = await serve(perRequest('ticket'));
    await expect(
      get(server.origin, agentFor(), { signal: AbortSignal.abort(enough) }),
    ).rejects.toBe(enough);
    expect(server.seen).toEqual([]);
  });

  test('while the package works closes the context and the connection', async () => {
    const server = await serve(perRequest('ticket'));
    const gate = new Gate();
    fake.legAnswers.push({ ...last('ticket'), until: gate.opened });
    const abort = new AbortController();
    const got = get(server.origin, agentFor(), { signal: abort.signal });
    while (fake.legs.length === 0) await settle();
    abort.abort(enough);
    await expect(got).rejects.toBe(enough);
    gate.open();
    while (server.sockets.size > 0) await settle();
  });

  test('while credentials are acquired does not wait for them', async () => {
    const server = await serve(perRequest('ticket'));
    const gate = new Gate();
    fake.acquireAnswers.push({ until: gate.opened });
    const abort = new AbortController();
    const got = get(server.origin, agentFor(), { signal: abort.signal });
    while (fake.acquisitions.length === 0) await settle();
    abort.abort(enough);
    await expect(got).rejects.toBe(enough);
    gate.open();
    while (server.sockets.size > 0) await settle();
    expect(fake.legs).toEqual([]);
  });

  test.each([
    ['for the answer to a token', 1],
    ['for the final response', 2],
  ])('while it waits %s', async (_, legs) => {
    const respond = perConnection();
    const server = await serve((seen, response, n) => {
      if (n <= legs) respond(seen, response, n);
    });
    fake.legAnswers.push(...ntlmLegs().slice(0, legs));
    const abort = new AbortController();
    const got = get(server.origin, agentFor(), { signal: abort.signal });
    while (server.seen.length <= legs) await settle();
    abort.abort(enough);
    await expect(got).rejects.toBe(enough);
    while (server.sockets.size > 0) await settle();
  });

  test('while the body comes', async () => {
    const server = await serve((_, response) => {
      response.write('begin');
    });
    const abort = new AbortController();
    const agent = agentFor();
    const { body } = await request(server.origin, { dispatcher: agent, signal: abort.signal });
    body.once('data', () => {
      abort.abort(enough);
    });
    await expect(body.text()).rejects.toThrow();
    while (server.sockets.size > 0) await settle();
  });

  test('while the connection is made', async () => {
    const lookup = () => undefined; // never
    const abort = new AbortController();
    const got = get('http://localhost:1/', agentFor({ connect: { lookup } }), {
      signal: abort.signal,
    });
    await settle();
    abort.abort(enough);
    await expect(got).rejects.toBe(enough);
  });
});

describe('the time of', () => {
  test('a connection is bounded', async () => {
    const agent = agentFor({
      connect: { lookup: () => undefined },
      limits: { connectTimeoutMs: 1 },
    });
    await expect(get('http://localhost:1/', agent)).rejects.toEqual(
      coded('ERR_SECUR32_CONNECTION_LOST'),
    );
  });

  test('a response is bounded by the request, and by the agent', async () => {
    const server = await serve(() => undefined);
    await expect(get(server.origin, agentFor(), { headersTimeout: 1 })).rejects.toMatchObject({
      code: 'UND_ERR_HEADERS_TIMEOUT',
    });
    const agent = agentFor({ limits: { headersTimeoutMs: 1 } });
    await expect(get(server.origin, agent)).rejects.toMatchObject({
      code: 'UND_ERR_HEADERS_TIMEOUT',
    });
  });
});

describe('an agent', () => {
  test('that is closed waits for what runs and takes nothing more', async () => {
    const gate = new Gate();
    const server = await serve((_, response) => {
      void gate.opened.then(() => response.end('yes'));
    });
    const agent = agentFor();
    const got = get(server.origin, agent);
    while (server.seen.length === 0) await settle();
    const closed = agent.close();
    await expect(get(server.origin, agent)).rejects.toEqual(coded('ERR_SECUR32_CLOSED'));
    gate.open();
    await expect(got).resolves.toMatchObject({ text: 'yes' });
    await closed;
    expect([agent.closed, agent.destroyed]).toEqual([true, true]);
    while (server.sockets.size > 0) await settle();
    await agent.close();
  });

  test('that is destroyed ends what runs, with the reason', async () => {
    const server = await serve(() => undefined);
    const agent = agentFor();
    const got = get(server.origin, agent);
    while (server.seen.length === 0) await settle();
    const reason = new Error('the end');
    const destroyed = agent.destroy(reason);
    await expect(got).rejects.toBe(reason);
    await destroyed;
    await new Promise<void>((resolve) => {
      agent.destroy(resolve);
    });
  });

  test.each([
    [{ method: 'CONNECT' as const }, /^method CONNECT is not supported/],
    [{ upgrade: 'websocket' }, /does not support upgrades/],
    [{ origin: 'ftp://web', path: '/' }, /^origin must be an http or https URL$/],
    [{ origin: 'nonsense', path: '/' }, /^origin must be a URL/],
    [{ headers: { AUTHORIZATION: 'Basic x' } }, /Authorization/],
    [{ headers: ['authorization', 'x'] }, /Authorization/],
  ])('does not take %j', async (options, message) => {
    const agent = agentFor();
    const error = await new Promise((resolve) => {
      agent.dispatch(
        { origin: 'http://localhost:1', path: '/', method: 'GET', ...options },
        {
          onRequestStart: () => undefined,
          onResponseError: (_, failure) => {
            resolve(failure);
          },
        },
      );
    });
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  test('passes the Authorization field of hosts that it does not log on to', async () => {
    const server = await serve((seen, response) => {
      response.end(seen.headers.authorization);
    });
    const { text } = await get(server.origin, agentFor({ hosts: [] }), {
      headers: { authorization: 'Bearer x' },
    });
    expect(text).toBe('Bearer x');
  });

  test('closes the connection after a request that says so', async () => {
    const server = await serve(perConnection());
    const agent = agentFor();
    fake.legAnswers.push(...ntlmLegs());
    await get(server.origin, agent, { headers: { connection: 'close' } });
    expect(server.connections()).toBe(1);
    while (server.sockets.size > 0) await settle();
  });
});
