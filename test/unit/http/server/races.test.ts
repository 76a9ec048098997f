/** Clients that come at the wrong time, or go; legs that take too long; servers that end. */

import { fake, Gate, settle } from '../../../instruments/support/fake-native.js';

import type { Socket } from 'node:net';

import { afterEach, describe, expect, test } from '@jest/globals';

import { countOpenHandshakes } from '../../../../lib/http/server/logon/handshake-slots.js';
import {
  CONTINUE,
  ntlmAuthenticate,
  ntlmNegotiate,
  queueLogon,
} from '../../../instruments/support/fake-logons.js';
import {
  closeServers,
  reasons,
  serve,
  until,
  type TestServer,
} from '../../../instruments/support/http-server.js';
import { closeWires, requestBytes, WireClient } from '../../../instruments/support/http-wire.js';

afterEach(async () => {
  await closeWires();
  await closeServers();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

const NTLM = { schemes: ['NTLM'] } as const;
const BEGIN = requestBytes({ scheme: 'NTLM', token: ntlmNegotiate() });
const END = requestBytes({ scheme: 'NTLM', token: ntlmAuthenticate() });
const ALICE = { name: 'TEST\\alice' };

/** A leg that waits for a gate. */
function gatedLeg(gate: Gate, leg = CONTINUE): void {
  fake.legAnswers.push({ ...leg, until: gate.opened });
}

/** Waits until a leg of the connection is under way. */
const legRuns = (count = 1) => until(() => fake.legs.length === count);

/** Waits until the server knows that its clients are gone. */
const serverSawEnd = ({ sockets }: TestServer) => until(() => sockets.size === 0);

describe('a request behind a leg that runs', () => {
  test.each([
    ['without a token', requestBytes({ path: '/second' })],
    ['with the next token', END],
    ['with a first token', BEGIN],
    ['with a foreign origin', requestBytes({ headers: [['Origin', 'http://evil.test']] })],
    ['that says that it was forwarded', requestBytes({ headers: [['Via', '1.1 x']] })],
    ['with nonsense', requestBytes({ headers: [['Authorization', 'NTLM !']] })],
  ])('%s ends logon and connection: both are refused, in order', async (_, second) => {
    const server = await serve(NTLM);
    const client = await WireClient.connect(server.port);
    const gate = new Gate();
    gatedLeg(gate, {});
    client.write(BEGIN);
    await legRuns();
    client.write(second);
    expect((await client.next()).status).toBe(400);
    await client.closed;
    gate.open();
    await settle();
    expect(server.handled).toEqual([]);
    expect(fake.legs).toHaveLength(1);
    expect(countOpenHandshakes()).toBe(0);
  });

  test('in the same packet is refused, too, and nobody is let in for it', async () => {
    const server = await serve(NTLM);
    const client = await WireClient.connect(server.port);
    const gate = new Gate();
    gatedLeg(gate, {});
    client.write(Buffer.concat([BEGIN, requestBytes({ path: '/second' }), END]));
    expect((await client.next()).status).toBe(400);
    await client.closed;
    gate.open();
    fake.legAnswers.splice(0);
    expect(server.handled).toEqual([]);
  });

  test('behind one that is held up in front of the middleware finds no logon', async () => {
    const gate = new Gate();
    const held: string[] = [];
    const server = await serve(NTLM, {
      before: (request, _, next) => {
        held.push(request.url ?? '');
        if (held.length === 1) void gate.opened.then(next);
        else next();
      },
    });
    const client = await WireClient.connect(server.port);
    queueLogon(ALICE);
    client.write(Buffer.concat([BEGIN, requestBytes({ path: '/second' })]));
    await until(() => held.length === 2);
    await settle();
    gate.open();
    expect((await client.next()).status).toBe(200);
    expect((await client.next()).status).toBe(401);
    expect(server.handled).toEqual(['/']);
  });

  test('of a session is handled in order', async () => {
    const server = await serve(NTLM);
    const client = await WireClient.connect(server.port);
    queueLogon(ALICE);
    client.write(BEGIN);
    expect((await client.next()).json).toMatchObject(ALICE);
    client.write(Buffer.concat([1, 2, 3].map((n) => requestBytes({ path: `/${n}` }))));
    for (let i = 0; i < 3; i++) expect((await client.next()).json).toMatchObject(ALICE);
    expect(server.handled).toEqual(['/', '/1', '/2', '/3']);
  });
});

describe('a leg that takes too long', () => {
  test('is given up, and its slot is kept until it ends', async () => {
    const server = await serve({ ...NTLM, limits: { legTimeoutMs: 20 } });
    const client = await WireClient.connect(server.port);
    const gate = new Gate();
    gatedLeg(gate);
    client.write(BEGIN);
    const response = await client.next();
    expect(response.status).toBe(503);
    expect(response.all('www-authenticate')).toEqual([]);
    await client.closed;
    expect(reasons(server, 'drop')).toEqual(['the leg timed out']);
    expect(countOpenHandshakes()).toBe(1);
    gate.open();
    await until(() => countOpenHandshakes() === 0);
    expect(fake.open.context).toBe(0);
  });

  test('lets nobody in, however it ends', async () => {
    const server = await serve({ ...NTLM, limits: { legTimeoutMs: 20 } });
    const client = await WireClient.connect(server.port);
    const gate = new Gate();
    gatedLeg(gate, {});
    client.write(BEGIN);
    expect((await client.next()).status).toBe(503);
    gate.open();
    await until(() => countOpenHandshakes() === 0);
    expect(server.handled).toEqual([]);
    expect(fake.open.context).toBe(0);
  });

  test('makes no more of them than there are slots, however often clients come and go', async () => {
    const server = await serve({
      ...NTLM,
      limits: { handshakesPerAddress: 3, legTimeoutMs: 60_000 },
    });
    const gate = new Gate();
    for (let i = 0; i < 3; i++) {
      gatedLeg(gate);
      const client = await WireClient.connect(server.port);
      client.write(BEGIN);
      await legRuns(i + 1);
      client.destroy();
      await serverSawEnd(server);
    }
    const late = await WireClient.connect(server.port);
    const response = await late.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    expect(response.status).toBe(503);
    expect(response.header('retry-after')).toBe('5');
    expect(fake.legs).toHaveLength(3);
    gate.open();
    await until(() => countOpenHandshakes() === 0);
    queueLogon(ALICE);
    expect((await late.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(200);
  });
});

describe('the next leg', () => {
  test('that does not come is not waited for', async () => {
    const server = await serve({ ...NTLM, limits: { legTimeoutMs: 20 } });
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(401);
    await until(() => countOpenHandshakes() === 0);
    expect(fake.open.context).toBe(0);
    expect(reasons(server, 'drop')).toEqual(['the client did not send its next token in time']);
    const late = await client.request({ scheme: 'NTLM', token: ntlmAuthenticate() });
    expect(late.status).toBe(400);
    expect(late.body).toContain('took too long');
  });

  test('in time is not given up by the time of the one before', async () => {
    const { port } = await serve({ ...NTLM, limits: { legTimeoutMs: 200, legs: 1e6 } });
    const client = await WireClient.connect(port);
    // Many legs together take longer than one may.
    const began = Date.now();
    while (Date.now() - began < 400) {
      fake.legAnswers.push(CONTINUE);
      expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(401);
    }
    queueLogon(ALICE);
    expect((await client.request({ scheme: 'NTLM', token: ntlmAuthenticate() })).status).toBe(200);
  });
});

describe('a client that goes', () => {
  test('while its leg runs leaves nothing', async () => {
    const server = await serve(NTLM);
    const client = await WireClient.connect(server.port);
    const gate = new Gate();
    gatedLeg(gate, {});
    client.write(BEGIN);
    await legRuns();
    client.destroy();
    await serverSawEnd(server);
    expect(reasons(server, 'drop')).toEqual(['the connection was closed']);
    gate.open();
    await until(() => countOpenHandshakes() === 0);
    expect(server.handled).toEqual([]);
    expect(fake.open.context).toBe(0);
  });

  test('between two legs leaves nothing', async () => {
    const server = await serve(NTLM);
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push(CONTINUE);
    await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    client.destroy();
    await until(() => countOpenHandshakes() === 0);
    expect(fake.open.context).toBe(0);
  });

  test('while the server is not ready leaves nothing', async () => {
    const gate = new Gate();
    fake.acquireAnswers.push({ until: gate.opened });
    const server = await serve(NTLM, { ready: false });
    const client = await WireClient.connect(server.port);
    client.write(BEGIN);
    await until(() => countOpenHandshakes() === 1);
    client.destroy();
    await serverSawEnd(server);
    gate.open();
    await until(() => countOpenHandshakes() === 0);
    expect(fake.legs).toEqual([]);
  });

  test('before the middleware is reached leaves nothing, and nobody is logged on', async () => {
    const gate = new Gate();
    const waiting: string[] = [];
    const server = await serve(NTLM, {
      before: (request, _, next) => {
        waiting.push(request.url ?? '');
        void gate.opened.then(next);
      },
    });
    const client = await WireClient.connect(server.port);
    client.write(BEGIN);
    await until(() => waiting.length === 1);
    client.destroy();
    await serverSawEnd(server);
    gate.open();
    await settle();
    expect(fake.legs).toEqual([]);
    expect(server.handled).toEqual([]);
    // Nothing was begun that had to be given up: nobody would hear of its end.
    expect(server.events).toMatchObject([
      { type: 'rejection', reason: 'the connection was closed' },
    ]);
    expect(server.events).toHaveLength(1);
  });
});

describe('a server that is not ready', () => {
  test('lets a logon wait, and then goes on with it', async () => {
    const gate = new Gate();
    fake.acquireAnswers.push({ until: gate.opened });
    const server = await serve(NTLM, { ready: false });
    const client = await WireClient.connect(server.port);
    client.write(BEGIN);
    await until(() => countOpenHandshakes() === 1);
    expect(fake.legs).toEqual([]);
    queueLogon(ALICE);
    gate.open();
    expect((await client.next()).json).toMatchObject(ALICE);
  });

  test('does not let it wait for ever', async () => {
    const gate = new Gate();
    fake.acquireAnswers.push({ until: gate.opened });
    const server = await serve({ ...NTLM, limits: { legTimeoutMs: 20 } }, { ready: false });
    const client = await WireClient.connect(server.port);
    expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(503);
    expect(countOpenHandshakes()).toBe(0);
    gate.open();
    await server.auth.ready;
  });

  test('and never will be, lets nobody in', async () => {
    fake.acquireAnswers.push({ status: 0x80090305 });
    const server = await serve(NTLM, { ready: false });
    await expect(server.auth.ready).rejects.toMatchObject({ code: 'SEC_E_SECPKG_NOT_FOUND' });
    const client = await WireClient.connect(server.port);
    expect((await client.request()).status).toBe(401);
    expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(503);
    expect(server.handled).toEqual([]);
    expect(countOpenHandshakes()).toBe(0);
  });

  test('because its rules name nobody, lets nobody in', async () => {
    const server = await serve({ ...NTLM, allow: [''] }, { ready: false });
    const client = await WireClient.connect(server.port);
    expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(503);
    expect(server.handled).toEqual([]);
  });
});

describe('credentials that expire', () => {
  const ago = BigInt((Date.now() + 11_644_473_600_000 - 1000) * 10_000);

  test('are acquired again, once for all that come, and the old ones given back', async () => {
    fake.acquireAnswers.push({ expiry: ago });
    const server = await serve(NTLM);
    const gate = new Gate();
    fake.acquireAnswers.push({ until: gate.opened });
    const clients = await Promise.all([1, 2, 3].map(() => WireClient.connect(server.port)));
    for (const client of clients) {
      queueLogon(ALICE);
      client.write(BEGIN);
    }
    await until(() => countOpenHandshakes() === 3);
    gate.open();
    for (const client of clients) expect((await client.next()).status).toBe(200);
    expect(fake.acquisitions).toHaveLength(2);
    expect(fake.open.credential).toBe(1);
  });

  test('and cannot be acquired are tried again by the next one', async () => {
    fake.acquireAnswers.push({ expiry: ago }, { status: 0x80090311 });
    const server = await serve(NTLM);
    const client = await WireClient.connect(server.port);
    const response = await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    expect(response.status).toBe(503);
    expect(fake.open.credential).toBe(0);
    queueLogon(ALICE);
    expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(200);
  });
});

describe('close()', () => {
  test('ends legs that run, logons under way and those that hold, and refuses what comes', async () => {
    const server = await serve(NTLM);
    const [running, between, held] = await Promise.all([
      WireClient.connect(server.port),
      WireClient.connect(server.port),
      WireClient.connect(server.port),
    ]);
    queueLogon(ALICE);
    await held.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    fake.legAnswers.push(CONTINUE);
    await between.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    const gate = new Gate();
    gatedLeg(gate, {});
    running.write(BEGIN);
    await legRuns(3);
    await server.auth.close();
    await server.auth.close();
    expect((await running.next()).status).toBe(503);
    expect((await between.request({ scheme: 'NTLM', token: ntlmAuthenticate() })).status).toBe(503);
    expect((await held.request()).status).toBe(503);
    gate.open();
    await until(() => countOpenHandshakes() === 0);
    expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
    expect(server.handled).toHaveLength(1);
  });

  test('in the moment in which a logon begins, begins none', async () => {
    const gate = new Gate();
    fake.acquireAnswers.push({ until: gate.opened });
    const server = await serve(NTLM, { ready: false });
    const client = await WireClient.connect(server.port);
    client.write(BEGIN);
    await until(() => countOpenHandshakes() === 1);
    // As late as it can be: what waits for the credentials goes on behind this.
    const closed = gate.opened.then(() => server.auth.close());
    gate.open();
    expect((await client.next()).status).toBe(503);
    await closed;
    expect(fake.legs).toEqual([]);
  });

  test.each(Array.from({ length: 31 }, (_, turns) => turns))(
    '%d turns after the credentials came lets nobody in behind it',
    async (turns) => {
      const gate = new Gate();
      fake.acquireAnswers.push({ until: gate.opened });
      const server = await serve(NTLM, { ready: false });
      const client = await WireClient.connect(server.port);
      const legGate = new Gate();
      fake.legAnswers.push({ until: legGate.opened });
      client.write(BEGIN);
      await until(() => countOpenHandshakes() === 1);
      gate.open();
      for (let i = 0; i < turns; i++) await Promise.resolve();
      const closed = server.auth.close();
      await settle();
      legGate.open();
      expect((await client.next()).status).toBe(503);
      await closed;
      fake.legAnswers.splice(0);
      expect(server.handled).toEqual([]);
    },
  );

  test('before the server is ready gives back what is acquired later', async () => {
    const gate = new Gate();
    fake.acquireAnswers.push({ until: gate.opened });
    const server = await serve(NTLM, { ready: false });
    const closed = server.auth.close();
    gate.open();
    await closed;
    expect(fake.acquisitions).toHaveLength(1);
    expect(fake.open.credential).toBe(0);
  });
});

test('a connection does not collect listeners', async () => {
  const sockets: Socket[] = [];
  const server = await serve(NTLM, {
    handler: ({ socket }, response) => {
      sockets.push(socket);
      response.end();
    },
  });
  const client = await WireClient.connect(server.port);
  const counts: number[] = [];
  for (let i = 0; i < 20; i++) {
    queueLogon(ALICE);
    await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    await client.request();
    counts.push(sockets[0]?.listenerCount('close') ?? NaN);
  }
  expect(new Set(sockets).size).toBe(1);
  expect(new Set(counts).size).toBe(1);
});
