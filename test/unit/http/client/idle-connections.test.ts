/** How long connections are kept: no idle timer runs during a logon, and idle connections outlive others' retries. */

import { fake, Gate, settle } from '../../../instruments/support/fake-native.js';

import { request } from 'node:http';

import { afterEach, describe, expect, jest, test } from '@jest/globals';

import { endAgents, httpAgentFor, responseTo } from '../../../instruments/support/http-agents.js';
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
import { serveProxy } from '../../../instruments/support/http-proxy.js';
import {
  closeServers,
  serve,
  tokenIn,
  withToken,
  type Respond,
} from '../../../instruments/support/plain-http-server.js';

afterEach(async () => {
  await destroyAgents();
  await endAgents();
  await closeServers();
  expect(fake.liveCounts()).toEqual([0, 0, 0, 0]);
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** With this `Keep-Alive` field, or without one: Node.js would add its own. */
function withKeepAlive(respond: Respond, keepAlive?: string): Respond {
  return (seen, response, n) => {
    response.setHeader('connection', 'keep-alive');
    if (keepAlive !== undefined) response.setHeader('keep-alive', keepAlive);
    respond(seen, response, n);
  };
}

const LOGON = [
  [undefined, 1],
  [NTLM_1, 1],
  [NTLM_3, 1],
];

/** The legs of NTLM; the second one ends when the gate opens. */
function slowLegs(): Gate {
  const gate = new Gate();
  fake.legAnswers.push(going(NTLM_1), { ...last(NTLM_3), until: gate.opened });
  return gate;
}

/** Waits until the second leg runs, and then longer than the timers of the test. */
async function waitInSecondLeg(gate: Gate): Promise<void> {
  while (fake.legs.length < 2) await settle();
  await pause(150);
  gate.open();
}

describe('during a logon', () => {
  test.each(['timeout=0', 'timeout=1', 'timeout=2, max=100', 'max=5, timeout=1'])(
    'Keep-Alive: %s does not close the connection (C10)',
    async (keepAlive) => {
      const server = await serve(withKeepAlive(perConnection(), keepAlive));
      fake.legAnswers.push(...ntlmLegs());
      await expect(get(server.origin, agentFor())).resolves.toMatchObject({ status: 200 });
      expect(tokens(server)).toEqual(LOGON);
    },
  );

  test('a leg may take longer than an idle connection is kept (C10)', async () => {
    const server = await serve(withKeepAlive(perConnection()));
    const gate = slowLegs();
    const got = get(server.origin, agentFor({ limits: { keepAliveTimeoutMs: 20 } }));
    await waitInSecondLeg(gate);
    await expect(got).resolves.toMatchObject({ status: 200 });
    expect(tokens(server)).toEqual(LOGON);
  });

  test('on a HEAD before a body, a leg may take longer, too (C10)', async () => {
    const server = await serve(withKeepAlive(perConnection(), 'timeout=1'));
    const gate = slowLegs();
    const limits = { keepAliveTimeoutMs: 20, bufferedBodyBytes: 0 };
    const got = get(server.origin, agentFor({ limits, preemptive: true }), {
      method: 'POST',
      body: (function* () {
        yield 'body';
      })() as unknown as string,
    });
    await waitInSecondLeg(gate);
    await expect(got).resolves.toMatchObject({ text: 'POST body' });
    expect(tokens(server)).toEqual([
      [NTLM_1, 1],
      [NTLM_3, 1],
      [undefined, 1],
    ]);
  });

  test('of an agent of node:http, Keep-Alive does not close the connection (C10)', async () => {
    const server = await serve(withKeepAlive(perConnection(), 'timeout=1'));
    fake.legAnswers.push(...ntlmLegs());
    const answer = responseTo(request(server.origin, { agent: httpAgentFor() }));
    await expect(answer).resolves.toEqual({ status: 200, text: 'GET ' });
    expect(tokens(server)).toEqual([...LOGON, [undefined, 1]]);
  });

  test('of an agent of node:http, a leg may take longer than a response (C10)', async () => {
    const server = await serve(perConnection());
    const gate = slowLegs();
    const agent = httpAgentFor({ limits: { headersTimeoutMs: 50 } });
    const answer = responseTo(request(server.origin, { agent }));
    await waitInSecondLeg(gate);
    await expect(answer).resolves.toEqual({ status: 200, text: 'GET ' });
    expect(server.connections()).toBe(1);
  });

  test('to a proxy that opens tunnels, a leg may take longer than a response (C10)', async () => {
    let seen: readonly unknown[] = [];
    const proxy = await serveProxy(({ authorization, connection }) => {
      const token = tokenIn(authorization);
      seen = [...seen, [token, connection]];
      if (token === NTLM_3) return { status: 502, headers: {} };
      const challenge = token === NTLM_1 ? withToken('Negotiate', 'second') : 'Negotiate';
      return { status: 407, headers: { 'proxy-authenticate': challenge } };
    });
    const gate = slowLegs();
    const agent = agentFor({
      limits: { headersTimeoutMs: 50 },
      proxy: { url: proxy.url, hosts: ['localhost'] },
    });
    const got = get('https://localhost:8/', agent);
    got.catch(() => undefined);
    await waitInSecondLeg(gate);
    await expect(got).rejects.toMatchObject({ code: 'ERR_SECUR32_PROXY_REFUSED', status: 502 });
    expect(seen).toEqual(LOGON);
  });
});

describe('an idle connection', () => {
  /** How long it is kept after a response with this field, in ms. */
  async function kept(keepAlive: string | undefined, keepAliveTimeoutMs: number): Promise<number> {
    const server = await serve(
      withKeepAlive((_, response) => {
        response.end('yes');
      }, keepAlive),
    );
    await get(server.origin, agentFor({ limits: { keepAliveTimeoutMs } }));
    const begin = performance.now();
    while (server.sockets.size > 0 && performance.now() - begin < 2000) await pause(5);
    return performance.now() - begin;
  }

  test('is closed after keepAliveTimeoutMs (C10)', async () => {
    const milliseconds = await kept(undefined, 200);
    expect(milliseconds).toBeGreaterThan(150);
    expect(milliseconds).toBeLessThan(1500);
  });

  test('is closed before the time that the server gives has passed (C10)', async () => {
    const milliseconds = await kept('timeout=1', 60_000);
    expect(milliseconds).toBeGreaterThan(400);
    expect(milliseconds).toBeLessThan(1000);
  });

  test('is closed at once if the server gives no time (C10)', async () => {
    await expect(kept('timeout=0', 60_000)).resolves.toBeLessThan(400);
  });

  test('that is used again in time is not closed (C10)', async () => {
    const server = await serve(withKeepAlive(perConnection()));
    const agent = agentFor({ limits: { keepAliveTimeoutMs: 300 } });
    fake.legAnswers.push(...ntlmLegs());
    for (let i = 0; i < 4; i++) {
      await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200 });
      await pause(120);
    }
    expect(server.connections()).toBe(1);
  });

  /** A server that closes these connections when their second request arrives. */
  async function serveThenClose(closes: (connection: number) => boolean) {
    const counts = new Map<number, number>();
    const gate = new Gate();
    const server = await serve((seen, response) => {
      const count = (counts.get(seen.connection) ?? 0) + 1;
      counts.set(seen.connection, count);
      if (count > 1 && closes(seen.connection)) seen.socket.destroy();
      else void gate.opened.then(() => response.end(String(seen.connection)));
    });
    const opened = async (agent: ReturnType<typeof agentFor>, connections: number) => {
      const all = Array.from({ length: connections }, () => get(server.origin, agent));
      while (server.seen.length < connections) await settle();
      gate.open();
      await Promise.all(all);
    };
    return { server, opened };
  }

  test('stays when a request on another one is repeated (C12)', async () => {
    const { server, opened } = await serveThenClose(() => true);
    const agent = agentFor();
    await opened(agent, 4);
    await expect(get(server.origin, agent)).resolves.toMatchObject({ text: '5' });
    expect([server.connections(), server.sockets.size]).toEqual([5, 4]);
  });

  test('makes room for a repeated request if there are no more connections (C12)', async () => {
    const { server, opened } = await serveThenClose(() => true);
    const agent = agentFor({ connections: 4 });
    await opened(agent, 4);
    // The lost connection makes room itself.
    await expect(get(server.origin, agent)).resolves.toMatchObject({ text: '5' });
    expect([server.connections(), server.sockets.size]).toEqual([5, 4]);
    await agent.destroy();
    while (server.sockets.size > 0) await settle();
  });
});

test('an idle timer does not keep the process (C10)', async () => {
  const server = await serve((_, response) => {
    response.end('yes');
  });
  const agent = agentFor();
  const started = jest.spyOn(globalThis, 'setTimeout');
  try {
    await get(server.origin, agent);
    // That of the connection, which is idle now: 2 s less than this server says.
    const idle = started.mock.results.filter(
      (_, index) => started.mock.calls[index]?.[1] === 58_000,
    );
    expect(idle.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
  } finally {
    started.mockRestore();
  }
});
