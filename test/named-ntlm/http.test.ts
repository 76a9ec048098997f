/**
 * Real logons of two users over HTTP, at a server whose package says who logged
 * on: no request is ever handled as somebody else's.
 */

import { once } from 'node:events';
import { createServer as createTcpServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect } from '@jest/globals';

import type { IntegratedAuthOptions } from '../../lib/http/server/options.js';
import { closeHttpLogons, HttpLogon, logOnOverHttp } from '../instruments/support/http-logon.js';
import {
  closeServers,
  reasons,
  serve,
  type TestServer,
} from '../instruments/support/http-server.js';
import {
  closeWires,
  requestBytes,
  WireClient,
  type WireRequest,
  type WireResponse,
} from '../instruments/support/http-wire.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { NAMED_NTLM, nameOf, randomNumbers } from '../instruments/support/named-ntlm.js';
import { patience } from '../instruments/support/patience.js';
import { testWithAccount } from '../instruments/support/skip.js';
import { alice, bob, present, type Account } from '../instruments/support/system.js';

const proxies: (() => void)[] = [];

afterEach(async () => {
  closeHttpLogons();
  await closeWires();
  for (const close of proxies.splice(0)) close();
  await closeServers();
  await expectNothingLive();
});

const serveNamed = (options: IntegratedAuthOptions = {}) =>
  serve({ schemes: ['NTLM'], packages: { NTLM: NAMED_NTLM }, ...options });

const ofAccount = (authIdentity: Account, request?: WireRequest) => ({
  package: NAMED_NTLM,
  authIdentity,
  ...(request && { request }),
});

const nameIn = (response: WireResponse): unknown =>
  response.status === 200 ? (response.json as { name?: string }).name : response.status;

async function logOn(connection: WireClient, account: Account, request?: WireRequest) {
  return nameIn((await logOnOverHttp(connection, ofAccount(account, request))).response);
}

const ask = async (connection: WireClient, request?: WireRequest): Promise<unknown> =>
  nameIn(await connection.request(request));

const other = (account: Account): Account => present(account === alice ? bob : alice);
const wrong = (account: Account): Account => ({ ...account, password: `${account.password}!` });

describe('thousands of requests of two users', () => {
  const SEED = 20_261_125;
  const CONNECTIONS = 16;
  const REQUESTS = 4000;
  const LOGONS_IN_BETWEEN = 12;

  testWithAccount(
    `on ${CONNECTIONS} connections that change hands, are each handled as their own (seed ${SEED})`,
    async () => {
      const server = await serveNamed();
      const random = randomNumbers(SEED);
      const slots = await Promise.all(
        Array.from({ length: CONNECTIONS }, async (_, i) => {
          const connection = await WireClient.connect(server.port);
          return { connection, account: present(i % 2 === 0 ? alice : bob), free: true };
        }),
      );
      const mistakes: string[] = [];
      const check = (is: unknown, account: Account, what: string) => {
        if (is !== nameOf(account)) mistakes.push(`${what} of ${account.user}: ${String(is)}`);
      };
      await Promise.all(
        slots.map(async ({ connection, account }) => {
          check(await logOn(connection, account), account, 'logon');
        }),
      );
      let asked = 0;
      let changed = 0;
      const worker = async (): Promise<void> => {
        while (asked < REQUESTS) {
          const free = slots.filter((slot) => slot.free);
          const slot = present(free[Math.floor(random() * free.length)]);
          slot.free = false;
          if (changed < LOGONS_IN_BETWEEN && asked > (changed + 1) * (REQUESTS / 16)) {
            changed++;
            slot.account = other(slot.account);
            check(await logOn(slot.connection, slot.account), slot.account, 'another logon');
          }
          asked++;
          check(await ask(slot.connection, { path: `/${asked}` }), slot.account, 'request');
          slot.free = true;
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      expect(mistakes).toEqual([]);
      expect(changed).toBe(LOGONS_IN_BETWEEN);
      expect(server.handled.length).toBeGreaterThanOrEqual(REQUESTS + CONNECTIONS + changed);
    },
    120_000 * patience,
  );
});

describe('what went wrong elsewhere does not here:', () => {
  testWithAccount('two users who log on at the same time are each themselves', async () => {
    const server = await serveNamed();
    const accounts = Array.from({ length: 8 }, (_, i) => present(i % 2 === 0 ? alice : bob));
    const connections = await Promise.all(accounts.map(() => WireClient.connect(server.port)));
    const logons = await Promise.all(
      accounts.map((account) => HttpLogon.begin(ofAccount(account))),
    );
    // Leg by leg, all of them at once.
    let answers: (WireResponse | undefined)[] = accounts.map(() => undefined);
    for (let leg = 0; leg < 2; leg++) {
      const requests = await Promise.all(logons.map((logon, i) => logon.next(answers[i])));
      answers = await Promise.all(
        requests.map((request, i) => present(connections[i]).request(present(request))),
      );
    }
    const names = accounts.map(nameOf);
    expect(answers.map((response) => nameIn(present(response)))).toEqual(names);
    expect(await Promise.all(connections.map((connection) => ask(connection)))).toEqual(names);
  });

  testWithAccount('legs of two logons in turn do not break each other', async () => {
    const server = await serveNamed();
    const [one, two] = await Promise.all([
      WireClient.connect(server.port),
      WireClient.connect(server.port),
    ]);
    const [a, b] = [
      await HttpLogon.begin(ofAccount(present(alice))),
      await HttpLogon.begin(ofAccount(present(bob))),
    ];
    const challengeA = await one.request(present(await a.next()));
    const challengeB = await two.request(present(await b.next()));
    const lastA = present(await a.next(challengeA));
    const lastB = present(await b.next(challengeB));
    expect(nameIn(await two.request(lastB))).toBe(nameOf(present(bob)));
    expect(nameIn(await one.request(lastA))).toBe(nameOf(present(alice)));
  });

  for (const reverseProxy of ['none', 'pinned'] as const) {
    testWithAccount(
      `forged X-Forwarded-For, Forwarded and cookies give a second socket nothing (reverseProxy: ${reverseProxy})`,
      async () => {
        const server = await serveNamed({ reverseProxy });
        const headers = [
          ['X-Forwarded-For', '192.0.2.7'],
          ['Forwarded', 'for=192.0.2.7;proto=http'],
          ['Cookie', 'connect.sid=1; session=1'],
          ['Connection', 'keep-alive'],
        ] as const;
        const victim = await WireClient.connect(server.port);
        // Without a proxy a client that says so would be refused itself.
        const own = reverseProxy === 'none' ? {} : { headers };
        expect(await logOn(victim, present(alice), own)).toBe(nameOf(present(alice)));
        const thief = await WireClient.connect(server.port);
        expect(await ask(thief, { headers })).toBe(reverseProxy === 'none' ? 403 : 401);
        expect(await logOn(thief, present(bob), own)).toBe(nameOf(present(bob)));
        expect(await ask(victim, own)).toBe(nameOf(present(alice)));
        expect(await ask(thief, own)).toBe(nameOf(present(bob)));
      },
    );
  }

  testWithAccount('forged headers do not take over a logon that is under way', async () => {
    const server = await serveNamed({ reverseProxy: 'pinned' });
    const headers = [['X-Forwarded-For', '192.0.2.7']] as const;
    const victim = await WireClient.connect(server.port);
    const thief = await WireClient.connect(server.port);
    const logon = await HttpLogon.begin(ofAccount(present(alice), { headers }));
    const challenge = await victim.request(present(await logon.next()));
    const last = present(await logon.next(challenge));
    // The thief answers for the victim, first and after it.
    expect((await thief.request(last)).status).toBe(400);
    expect(nameIn(await victim.request(last))).toBe(nameOf(present(alice)));
    const again = await WireClient.connect(server.port);
    expect((await again.request(last)).status).toBe(400);
  });

  testWithAccount('behind a proxy that mixes clients nobody is another one', async () => {
    const server = await serveNamed();
    const connection = await WireClient.connect(server.port);
    // One connection, two clients; the proxy says for whom it speaks.
    const from = (client: string): WireRequest => ({ headers: [['X-Forwarded-For', client]] });
    expect(await logOn(connection, present(alice), from('192.0.2.1'))).toBe(403);
    expect(await ask(connection, from('192.0.2.2'))).toBe(403);
    // Also where it says so for one of them only.
    expect(await logOn(connection, present(alice))).toBe(nameOf(present(alice)));
    expect(await ask(connection, from('192.0.2.2'))).toBe(403);
    expect(await ask(connection)).toBe(401);
    expect(reasons(server, 'rejection').every((reason) => reason.includes('forwarded'))).toBe(true);
  });

  testWithAccount('a proxy that sends the legs over two connections is told so', async () => {
    const server = await serveNamed();
    const [one, two] = await Promise.all([
      WireClient.connect(server.port),
      WireClient.connect(server.port),
    ]);
    const logon = await HttpLogon.begin(ofAccount(present(alice)));
    const challenge = await one.request(present(await logon.next()));
    const response = await two.request(present(await logon.next(challenge)));
    expect(response.status).toBe(400);
    expect(response.body).toMatch(/proxy or load balancer/);
  });

  testWithAccount('a client from the address and port of one that is gone is nobody', async () => {
    const server = await serveNamed({ reverseProxy: 'pinned' });
    // A proxy that uses one local port for one client after the other.
    const victim = await WireClient.connect(server.port);
    const { localPort } = victim.socket;
    expect(await logOn(victim, present(alice))).toBe(nameOf(present(alice)));
    victim.destroy();
    await victim.closed;
    const thief = await reconnectFrom(server, present(localPort));
    thief.write(requestBytes());
    const [chunk] = (await once(thief, 'data')) as [Buffer];
    expect(chunk.toString()).toMatch(/^HTTP\/1\.1 401 /);
    thief.destroy();
  });

  testWithAccount('good credentials log on after bad ones, on the same connection', async () => {
    const server = await serveNamed();
    const connection = await WireClient.connect(server.port);
    for (let i = 0; i < 2; i++) {
      expect(await logOn(connection, wrong(present(alice)))).toBe(401);
      expect(await ask(connection)).toBe(401);
    }
    expect(await logOn(connection, present(alice))).toBe(nameOf(present(alice)));
  });

  testWithAccount('bad credentials after good ones leave nobody logged on', async () => {
    const server = await serveNamed();
    const connection = await WireClient.connect(server.port);
    expect(await logOn(connection, present(alice))).toBe(nameOf(present(alice)));
    expect(await logOn(connection, wrong(present(bob)))).toBe(401);
    expect(await ask(connection)).toBe(401);
    expect(await logOn(connection, present(bob))).toBe(nameOf(present(bob)));
    expect(await ask(connection)).toBe(nameOf(present(bob)));
  });

  testWithAccount(
    'a wrong password, an unknown user and a domain that there is not get the same bytes',
    async () => {
      const server = await serveNamed();
      const bytesFor = async (account: Account) => {
        const connection = await WireClient.connect(server.port);
        const { response } = await logOnOverHttp(connection, ofAccount(account));
        return response.raw;
      };
      const wrongPassword = await bytesFor(wrong(present(bob)));
      expect(wrongPassword).toMatch(/^HTTP\/1\.1 401 /);
      expect(await bytesFor({ ...present(bob), user: 'nobody-of-that-name' })).toBe(wrongPassword);
      expect(await bytesFor({ ...present(bob), domain: 'MADEUP' })).toBe(wrongPassword);
    },
  );

  testWithAccount("bad credentials of one do not end another one's logon", async () => {
    const server = await serveNamed();
    const [good, bad] = await Promise.all([
      WireClient.connect(server.port),
      WireClient.connect(server.port),
    ]);
    const logon = await HttpLogon.begin(ofAccount(present(alice)));
    const challenge = await good.request(present(await logon.next()));
    expect(await logOn(bad, wrong(present(bob)))).toBe(401);
    const last = await good.request(present(await logon.next(challenge)));
    expect(nameIn(last)).toBe(nameOf(present(alice)));
  });

  testWithAccount('the answer to the challenge of another connection logs nobody on', async () => {
    const server = await serveNamed();
    const [one, two] = await Promise.all([
      WireClient.connect(server.port),
      WireClient.connect(server.port),
    ]);
    const [a, b] = await Promise.all([
      HttpLogon.begin(ofAccount(present(alice))),
      HttpLogon.begin(ofAccount(present(bob))),
    ]);
    const challengeA = await one.request(present(await a.next()));
    const challengeB = await two.request(present(await b.next()));
    const lastA = present(await a.next(challengeA));
    const lastB = present(await b.next(challengeB));
    // Each on the connection of the other.
    expect([400, 401]).toContain((await one.request(lastB)).status);
    expect([400, 401]).toContain((await two.request(lastA)).status);
    expect(server.handled).toEqual([]);
  });

  testWithAccount('who repeats and breaks off a request at once harms nobody', async () => {
    const server = await serveNamed();
    const known = await WireClient.connect(server.port);
    expect(await logOn(known, present(alice))).toBe(nameOf(present(alice)));
    for (let i = 0; i < 10; i++) {
      const hasty = await WireClient.connect(server.port);
      const logon = await HttpLogon.begin(ofAccount(present(bob)));
      const first = present(await logon.next());
      if (i % 2 === 0) {
        hasty.write(requestBytes(first));
      } else {
        hasty.write(requestBytes(present(await logon.next(await hasty.request(first)))));
      }
      hasty.destroy();
      expect(await ask(known)).toBe(nameOf(present(alice)));
    }
  });

  testWithAccount(
    'a request behind the last leg is not handled as whoever that logs on',
    async () => {
      const server = await serveNamed();
      const connection = await WireClient.connect(server.port);
      const logon = await HttpLogon.begin(ofAccount(present(alice)));
      const challenge = await connection.request(present(await logon.next()));
      const last = present(await logon.next(challenge));
      connection.write(Buffer.concat([requestBytes(last), requestBytes({ path: '/smuggled' })]));
      expect((await connection.next()).status).toBe(400);
      await connection.closed;
      expect(server.handled).toEqual([]);
    },
  );

  testWithAccount('a proxy that pins its connections serves two users side by side', async () => {
    const server = await serveNamed({ reverseProxy: 'pinned' });
    const port = await pinningProxy(server.port);
    const [one, two] = await Promise.all([WireClient.connect(port), WireClient.connect(port)]);
    const names = await Promise.all([logOn(one, present(alice)), logOn(two, present(bob))]);
    expect(names).toEqual([nameOf(present(alice)), nameOf(present(bob))]);
    for (let i = 0; i < 50; i++) {
      expect(await Promise.all([ask(one), ask(two)])).toEqual(names);
    }
  });
});

/** A connection from a port that was somebody else's until now. */
async function reconnectFrom({ port }: TestServer, localPort: number): Promise<Socket> {
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.1', localPort });
    const connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    if (connected) return socket;
    socket.destroy();
    // The system keeps a port for a while after its connection.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A proxy that gives each client a connection of its own. */
async function pinningProxy(port: number): Promise<number> {
  const proxy = createTcpServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  proxies.push(() => proxy.close());
  return (proxy.address() as AddressInfo).port;
}
