import { fake, Gate, settle } from '../../../instruments/support/fake-native.js';

import { createServer, type Socket } from 'node:net';

import { afterEach, describe, expect, test } from '@jest/globals';
import { type Client, type Dispatcher } from 'undici';

import type { ClientLimits } from '../../../../lib/http/client/limits.js';
import { Attempt } from '../../../../lib/http/client/undici/attempt.js';
import { coded } from '../../../instruments/support/fake-handles.js';
import {
  agentFor,
  destroyAgents,
  get,
  going,
  last,
  NTLM_1,
  NTLM_3,
  ntlmLegs,
  perConnection,
  tokens,
} from '../../../instruments/support/http-client.js';
import { lookupLoopback } from '../../../instruments/support/loopback.js';
import {
  closeServers,
  serve,
  serveRaw,
  tokenIn,
  withToken,
} from '../../../instruments/support/plain-http-server.js';

afterEach(async () => {
  await destroyAgents();
  await closeServers();
  expect(fake.liveCounts()).toEqual([0, 0, 0, 0]);
});

describe('a server that closes connections', () => {
  test('after the first refusal gets the logon on another one', async () => {
    const server = await serve((seen, response) => {
      if (tokenIn(seen.headers.authorization) === 'ticket') response.end('yes');
      else response.writeHead(401, { 'www-authenticate': 'Negotiate', connection: 'close' }).end();
    });
    fake.legAnswers.push(last('ticket'));
    await expect(get(server.origin, agentFor())).resolves.toMatchObject({ status: 200 });
    expect(tokens(server)).toEqual([
      [undefined, 1],
      ['ticket', 2],
    ]);
  });

  test.each([
    ['says so', 'close'],
    ['does so', 'keep-alive'],
  ])('between two legs once is tried once more: it %s', async (_, connection) => {
    let closed = false;
    const respond = perConnection();
    const server = await serve((seen, response, n) => {
      if (!closed && tokenIn(seen.headers.authorization) === NTLM_1) {
        closed = true;
        response.once('finish', () => {
          seen.socket.destroySoon();
        });
        const challenge = { 'www-authenticate': withToken('Negotiate', 'second'), connection };
        response.writeHead(401, challenge).end();
      } else respond(seen, response, n);
    });
    const agent = agentFor();
    // If the server only closes, the client may have run its next step already.
    const gate = new Gate();
    fake.legAnswers.push(going(NTLM_1));
    if (connection === 'keep-alive') fake.legAnswers.push({ ...last('lost'), until: gate.opened });
    fake.legAnswers.push(...ntlmLegs());
    const got = get(server.origin, agent);
    while (server.connections() < 1 || server.sockets.size > 0) await settle();
    gate.open();
    await expect(got).resolves.toMatchObject({ status: 200 });
    expect(tokens(server)).toEqual([
      [undefined, 1],
      [NTLM_1, 1],
      [NTLM_1, 2],
      [NTLM_3, 2],
    ]);
  });

  test('between two legs always is an error', async () => {
    const server = await serve((seen, response) => {
      const token = tokenIn(seen.headers.authorization);
      const challenge = token === undefined ? 'Negotiate' : withToken('Negotiate', 'second');
      const headers = { 'www-authenticate': challenge, connection: token ? 'close' : 'keep-alive' };
      response.writeHead(401, headers).end();
    });
    fake.legAnswers.push(going(NTLM_1), going(NTLM_1));
    await expect(get(server.origin, agentFor())).rejects.toEqual(
      coded('ERR_SECUR32_CONNECTION_LOST'),
    );
    expect(server.connections()).toBe(2);
  });

  test('in place of the response to a POST with the last token does not get it twice', async () => {
    const server = await serve((seen, response) => {
      if (seen.headers.authorization) seen.socket.destroy();
      else response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end();
    });
    fake.legAnswers.push(last('ticket'));
    await expect(get(server.origin, agentFor(), { method: 'POST', body: 'x' })).rejects.toEqual(
      coded('ERR_SECUR32_CONNECTION_LOST'),
    );
    expect(server.seen).toHaveLength(2);
  });

  test('in place of the response to a GET gets it twice, and no more', async () => {
    const server = await serve((seen, response) => {
      if (seen.headers.authorization) seen.socket.destroy();
      else response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end();
    });
    fake.legAnswers.push(last('ticket'), last('ticket'));
    await expect(get(server.origin, agentFor())).rejects.toEqual(
      coded('ERR_SECUR32_CONNECTION_LOST'),
    );
    expect(tokens(server)).toEqual([
      [undefined, 1],
      ['ticket', 1],
      ['ticket', 2],
    ]);
  });

  test('and asks for no logon gives the error of undici', async () => {
    const server = await serve((seen) => seen.socket.destroy());
    await expect(get(server.origin, agentFor())).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
    expect(server.seen).toHaveLength(1);
  });

  test('while they are idle gets the next request on another one', async () => {
    const server = await serve(perConnection());
    const agent = agentFor();
    fake.legAnswers.push(...ntlmLegs(), ...ntlmLegs());
    await get(server.origin, agent);
    for (const socket of server.sockets) socket.destroy();
    while (server.sockets.size > 0) await settle();
    await settle();
    await expect(get(server.origin, agent, { method: 'POST', body: 'x' })).resolves.toMatchObject({
      status: 200,
    });
    expect(server.connections()).toBe(2);
  });

  test('behind the first request gets one that is repeated on a new one, not on another old one', async () => {
    const gate = new Gate();
    const counts = new Map<number, number>();
    const server = await serve((seen, response) => {
      const count = (counts.get(seen.connection) ?? 0) + 1;
      counts.set(seen.connection, count);
      if (count > 1) seen.socket.destroy();
      else void gate.opened.then(() => response.end('yes'));
    });
    const agent = agentFor();
    const both = [get(server.origin, agent), get(server.origin, agent)];
    while (server.seen.length < 2) await settle();
    gate.open();
    await Promise.all(both);
    await expect(get(server.origin, agent)).resolves.toMatchObject({ text: 'yes' });
    expect(server.connections()).toBe(3);
  });

  test('with a refusal that has no end is left', async () => {
    const server = await serve((seen, response) => {
      if (tokenIn(seen.headers.authorization) === 'ticket') response.end('yes');
      else {
        response.writeHead(401, { 'www-authenticate': 'Negotiate' });
        response.write('x'.repeat(1001));
      }
    });
    fake.legAnswers.push(last('ticket'));
    const agent = agentFor({ limits: { discardedBodyBytes: 1000 } });
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200 });
    expect(tokens(server)).toEqual([
      [undefined, 1],
      ['ticket', 2],
    ]);
  });
});

describe('the second connection of a request that is repeated', () => {
  /** A server that answers only on these connections and closes the others; also the peak number of connections. */
  async function serveOn(answers: (connection: number) => boolean) {
    let most = 0;
    const server = await serve((seen, response) => {
      if (answers(seen.connection)) response.end('yes');
      else if (seen.headers.authorization !== undefined) seen.socket.destroy();
      else response.writeHead(401, { 'www-authenticate': 'Negotiate', connection: 'close' }).end();
    });
    server.server.on('connection', () => {
      // Do not count those that the client has ended and this side is about to end.
      const open = [...server.sockets].filter(({ readableEnded }) => !readableEnded);
      most = Math.max(most, open.length);
    });
    return { server, most: () => most };
  }

  test('belongs to its pool: it serves the next request, and ends with the agent', async () => {
    const { server } = await serveOn((connection) => connection % 2 === 0);
    const agent = agentFor({ connections: 1 });
    for (let i = 0; i < 4; i++) {
      fake.legAnswers.push(last('ticket'));
      await expect(get(server.origin, agent)).resolves.toMatchObject({ text: 'yes' });
    }
    expect([server.connections(), server.sockets.size]).toEqual([2, 1]);
    await agent.destroy();
    while (server.sockets.size > 0) await settle();
  });

  test('ends with an agent that is closed', async () => {
    const { server } = await serveOn((connection) => connection > 1);
    const agent = agentFor({ connections: 1 });
    fake.legAnswers.push(last('ticket'));
    await get(server.origin, agent);
    expect(server.sockets.size).toBe(1);
    await agent.close();
    while (server.sockets.size > 0) await settle();
  });

  test('is one of the most that there may be, with requests that wait for it', async () => {
    const { server, most } = await serveOn((connection) => connection > 1);
    const agent = agentFor({ connections: 1 });
    const all = Array.from({ length: 5 }, () => {
      fake.legAnswers.push(last('ticket'));
      return get(server.origin, agent);
    });
    for (const got of await Promise.all(all)) expect(got).toMatchObject({ text: 'yes' });
    expect([server.sockets.size, most()]).toEqual([1, 1]);
  });

  test('goes when its request is aborted before it is there', async () => {
    let lookups = 0;
    const { server } = await serveOn((connection) => connection > 1);
    const lookup: typeof lookupLoopback = (host, options, found) => {
      lookups += 1;
      if (lookups === 1) lookupLoopback(host, options, found);
    };
    const agent = agentFor({ connect: { lookup } });
    const got = get(server.origin, agent);
    while (lookups < 2) await settle();
    await agent.destroy(new Error('enough'));
    await expect(got).rejects.toThrow('enough');
    while (server.sockets.size > 0) await settle();
  });
});

describe('requests beyond the most connections', () => {
  test('wait, and go over the same one', async () => {
    const server = await serve(perConnection());
    const agent = agentFor({ connections: 1 });
    fake.legAnswers.push(...ntlmLegs());
    const got = await Promise.all([1, 2, 3].map(() => get(server.origin, agent)));
    expect(got.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(server.connections()).toBe(1);
  });

  test('that are aborted while they wait leave their turn to others', async () => {
    const gate = new Gate();
    const server = await serve((_, response) => {
      void gate.opened.then(() => response.end('yes'));
    });
    const agent = agentFor({ connections: 1 });
    const first = get(server.origin, agent);
    const abort = new AbortController();
    const second = get(server.origin, agent, { signal: abort.signal });
    const third = get(server.origin, agent);
    await settle();
    abort.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    gate.open();
    await expect(Promise.all([first, third])).resolves.toHaveLength(2);
    expect(server.seen).toHaveLength(2);
  });
});

test('a response waits at its head, and not in memory, until somebody wants it', async () => {
  const states: boolean[] = [];
  const controller = {
    paused: false,
    aborted: false,
    reason: null,
    abort: () => undefined,
    pause: () => states.push(true),
    resume: () => states.push(false),
  };
  const client = {
    dispatch: (_: unknown, handler: Dispatcher.DispatchHandler) => {
      handler.onRequestStart?.(controller, {});
      handler.onResponseStart?.(controller, 103, {});
      handler.onResponseStart?.(controller, 200, {});
    },
  } as unknown as Client;
  const attempt = new Attempt(client, { path: '/', method: 'GET' });
  await expect(attempt.head).resolves.toMatchObject({ status: 200 });
  expect(states).toEqual([true]);
  const bounds = { discardedBodyBytes: 10, legTimeoutMs: 30_000 } as ClientLimits;
  const discarded = attempt.drain('401 response', bounds);
  expect(states).toEqual([true, false]);
  attempt.onResponseEnd(controller, {});
  await expect(discarded).resolves.toBeUndefined();
});

test('a response that comes without a request ends the connection', async () => {
  const sockets: Socket[] = [];
  const port = await serveRaw(
    createServer((socket) => {
      sockets.push(socket);
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na');
        setImmediate(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb'));
      });
    }),
  );
  const agent = agentFor();
  const url = `http://localhost:${port}/`;
  await expect(get(url, agent)).resolves.toMatchObject({ text: 'a' });
  while (sockets[0]?.destroyed === false) await settle();
  await expect(get(url, agent)).resolves.toMatchObject({ text: 'a' });
});
