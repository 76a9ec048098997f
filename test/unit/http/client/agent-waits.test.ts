/** Requests of node:http while their agent logs on: what ends them, and how many connections there are. */

import { fake, Gate, settle } from '../../../instruments/support/fake-native.js';

import { request, type Agent, type ClientRequest, type RequestOptions } from 'node:http';

import { afterEach, describe, expect, jest, test } from '@jest/globals';

import { patience } from '../../../instruments/support/patience.js';
import { coded } from '../../../instruments/support/fake-handles.js';
import { endAgents, httpAgentFor, responseTo } from '../../../instruments/support/http-agents.js';
import {
  going,
  last,
  NTLM_1,
  ntlmLegs,
  perConnection,
} from '../../../instruments/support/http-client.js';
import {
  serve,
  type Respond,
  type TestServer,
} from '../../../instruments/support/plain-http-server.js';

afterEach(endAgents);

interface Sent {
  made: ClientRequest;
  /** Events of the request, in order. */
  events: string[];
  status: Promise<number | undefined>;
}

function send(server: TestServer, agent: Agent, options: RequestOptions = {}): Sent {
  const events: string[] = [];
  const made = request(server.origin, { agent, ...options });
  for (const name of ['abort', 'timeout', 'error', 'close'] as const) {
    made.on(name, () => events.push(name));
  }
  const status = responseTo(made).then((answer) => answer.status);
  status.catch(() => undefined);
  return { made, events, status };
}

/** Waits for a condition; fails if it does not become true in time. */
async function until(there: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !there(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 5 * patience));
  }
  expect(there()).toBe(true);
}

/** Where the logon of the next connection hangs. */
const stages: [string, (gate: Gate) => Respond][] = [
  [
    'the credentials',
    (gate) => {
      fake.acquireAnswers.push({ until: gate.opened });
      return perConnection();
    },
  ],
  [
    'the security package',
    (gate) => {
      fake.legAnswers.push({ ...going(NTLM_1), until: gate.opened });
      return perConnection();
    },
  ],
  ['the first answer', () => () => undefined],
  [
    'the answer to a token',
    () => {
      fake.legAnswers.push(going(NTLM_1));
      const respond = perConnection();
      return (seen, response, n) => {
        if (n === 1) respond(seen, response, n);
      };
    },
  ],
];

/** Waits until the logon hangs. */
async function stay(server: TestServer): Promise<void> {
  const count = () => [server.seen.length, fake.legs.length, fake.acquisitions.length].join();
  for (let before = '', quiet = 0; quiet < 5;) {
    await settle();
    quiet = before === count() && server.seen.length > 0 ? quiet + 1 : 0;
    before = count();
  }
}

describe.each(stages)('while an agent waits for %s,', (_, respond) => {
  async function begin(options: RequestOptions = {}) {
    const gate = new Gate();
    const server = await serve(respond(gate));
    const agent = httpAgentFor({ maxSockets: 1 });
    const sent = send(server, agent, options);
    await stay(server);
    return { server, agent, sent, gate };
  }

  /** Nothing is left of the request, and another one may start. */
  async function expectGone({ server, agent, gate }: Awaited<ReturnType<typeof begin>>) {
    await until(() => server.sockets.size === 0);
    expect([agent.sockets, agent.requests]).toEqual([{}, {}]);
    gate.open();
    await settle();
    expect(fake.liveCounts()[1]).toBe(0);
  }

  test('an abort ends the request with an AbortError', async () => {
    const abort = new AbortController();
    const begun = await begin({ signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(begun.sent.status).rejects.toMatchObject({
      name: 'AbortError',
      code: 'ABORT_ERR',
    });
    await settle();
    expect(begun.sent.events).toEqual(['error', 'close']);
    await expectGone(begun);
  });

  test('destroy() ends it with "socket hang up", or with its own error', async () => {
    const begun = await begin();
    begun.sent.made.destroy();
    await expect(begun.sent.status).rejects.toMatchObject({
      code: 'ECONNRESET',
      message: 'socket hang up',
    });
    await expectGone(begun);
  });

  test('destroy(error) ends it with that error', async () => {
    const begun = await begin();
    const reason = new Error('enough');
    expect(begun.sent.made.destroy(reason)).toBe(begun.sent.made);
    await expect(begun.sent.status).rejects.toBe(reason);
    await expectGone(begun);
  });

  test('a time-out is told, and ends nothing by itself', async () => {
    const begun = await begin({ timeout: 1 });
    const { made, events, status } = begun.sent;
    await until(() => events.includes('timeout'));
    expect(events).toEqual(['timeout']);
    expect(begun.server.sockets.size).toBe(1);
    made.destroy();
    await expect(status).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expectGone(begun);
  });

  test('setTimeout() is told, too', async () => {
    const begun = await begin({ timeout: 1_000_000 });
    await new Promise<void>((resolve) => {
      expect(begun.sent.made.setTimeout(1, resolve)).toBe(begun.sent.made);
    });
    begun.sent.made.destroy();
    await expectGone(begun);
  });

  test('a request that waits for its turn can be aborted, and leaves the logon alone', async () => {
    const begun = await begin();
    const abort = new AbortController();
    const second = send(begun.server, begun.agent, { signal: abort.signal });
    abort.abort();
    await expect(second.status).rejects.toMatchObject({ name: 'AbortError' });
    expect([begun.sent.events, begun.server.sockets.size]).toEqual([[], 1]);
    begun.sent.made.destroy();
    await expectGone(begun);
  });
});

test('a time-out longer than the longest timer is not emitted at once', async () => {
  const server = await serve(() => undefined);
  const { made, events } = send(server, httpAgentFor());
  const ends: number[] = [];
  const timers = jest.spyOn(globalThis, 'setTimeout').mockImplementation(((
    _: () => void,
    milliseconds: number,
  ) => {
    ends.push(milliseconds);
    return { unref: () => undefined };
  }) as never);
  try {
    made.setTimeout(2 ** 31);
  } finally {
    timers.mockRestore();
  }
  expect(ends).toEqual([2 ** 31 - 1]);
  made.destroy();
  await until(() => events.includes('close'));
  expect(events).not.toContain('timeout');
});

test('a signal that is aborted already makes no connection', async () => {
  const server = await serve(perConnection());
  const { status } = send(server, httpAgentFor(), { signal: AbortSignal.abort() });
  await expect(status).rejects.toMatchObject({ name: 'AbortError' });
  expect(server.connections()).toBe(0);
});

test('abort() ends a request without an error, as Node has it', async () => {
  const server = await serve(() => undefined);
  const { made, events } = send(server, httpAgentFor());
  await until(() => server.seen.length > 0);
  (made as unknown as { abort: () => void }).abort();
  await until(() => events.includes('close'));
  expect(events.filter((name) => name !== 'error')).toEqual(['abort', 'close']);
  await until(() => server.sockets.size === 0);
});

test('the next request gets the place of one that was aborted', async () => {
  const gate = new Gate();
  const server = await serve(perConnection());
  fake.legAnswers.push({ ...going(NTLM_1), until: gate.opened });
  const agent = httpAgentFor({ maxSockets: 1 });
  const abort = new AbortController();
  const first = send(server, agent, { signal: abort.signal });
  const second = send(server, agent);
  await until(() => fake.legs.length > 0);
  expect(server.connections()).toBe(1);
  fake.legAnswers.push(...ntlmLegs());
  abort.abort();
  await expect(first.status).rejects.toMatchObject({ name: 'AbortError' });
  await expect(second.status).resolves.toBe(200);
  gate.open();
});

test('the requests after one whose logon fails are not forgotten', async () => {
  let refused = 0;
  const respond = perConnection();
  const server = await serve((seen, response, n) => {
    if (refused === 0) {
      refused += 1;
      response.writeHead(403).end();
    } else respond(seen, response, n);
  });
  fake.legAnswers.push(...ntlmLegs());
  const agent = httpAgentFor({ maxSockets: 1 });
  const all = [1, 2, 3].map(() => send(server, agent));
  await expect(all[0]?.status).rejects.toEqual(coded('ERR_SECUR32_CONNECTION_NOT_LOGGED_ON'));
  await expect(Promise.all(all.slice(1).map(({ status }) => status))).resolves.toEqual([200, 200]);
  expect(server.connections()).toBe(2);
});

test('an agent that is destroyed ends the requests that wait for their turn', async () => {
  const server = await serve(() => undefined);
  const agent = httpAgentFor({ maxSockets: 2 });
  const all = Array.from({ length: 6 }, () => send(server, agent));
  await until(() => server.seen.length === 2);
  agent.destroy();
  for (const { status } of all) await expect(status).rejects.toEqual(coded('ERR_SECUR32_CLOSED'));
  await until(() => server.sockets.size === 0);
  expect([server.connections(), agent.sockets, agent.requests]).toEqual([2, {}, {}]);
});

describe('the bounds of Node.js on connections hold with logons under way:', () => {
  /** Sends requests at the same time; returns the peak number of connections and how many are open. */
  async function sendAll(agent: Agent, server: TestServer, count: number) {
    let most = 0;
    server.server.on('connection', () => {
      most = Math.max(most, server.sockets.size);
    });
    const all = Array.from({ length: count }, () => send(server, agent).status);
    await expect(Promise.all(all)).resolves.toEqual(Array(count).fill(200));
    return { most, open: () => server.sockets.size };
  }
  const answers = (count: number) => {
    for (let i = 0; i < count; i++) fake.legAnswers.push(last('NTLMSSP\0\x03\0\0\0 third'));
  };
  const kept: Respond = (() => {
    const loggedOn = new WeakSet();
    return ({ socket, headers }, response) => {
      if (headers.authorization !== undefined) loggedOn.add(socket);
      if (loggedOn.has(socket)) response.end();
      else response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end();
    };
  })();

  test('maxSockets', async () => {
    const server = await serve(kept);
    answers(2);
    const { most } = await sendAll(httpAgentFor({ maxSockets: 2 }), server, 20);
    expect([most, server.connections()]).toEqual([2, 2]);
  });

  test('maxTotalSockets', async () => {
    const server = await serve(kept);
    answers(3);
    const { most } = await sendAll(httpAgentFor({ maxTotalSockets: 3 }), server, 12);
    expect([most, server.connections()]).toEqual([3, 3]);
  });

  test('maxFreeSockets', async () => {
    const server = await serve(kept);
    answers(4);
    const { open } = await sendAll(httpAgentFor({ maxFreeSockets: 1 }), server, 4);
    await until(() => open() === 1);
    expect(server.connections()).toBe(4);
  });

  test('keepAlive: false, with a logon for each request', async () => {
    const server = await serve(kept);
    answers(3);
    const agent = httpAgentFor({ keepAlive: false });
    for (let i = 0; i < 3; i++) {
      const { open } = await sendAll(agent, server, 1);
      await until(() => open() === 0);
    }
    expect(server.connections()).toBe(3);
  });
});
