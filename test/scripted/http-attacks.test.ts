/**
 * Attacks on the server of `secur32/http`, in node.exe, with a package that
 * counts: whatever a client does and however long a call hangs, everything is
 * given back, and nobody is let in who did not log on.
 */

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { SECBUFFER_CHANNEL_BINDINGS } from '../../lib/constants/sec-buffers.js';
import { SEC_E_LOGON_DENIED, SEC_I_CONTINUE_NEEDED } from '../../lib/constants/status.js';
import {
  ChannelBindings,
  secChannelBindings,
} from '../../lib/channel-bindings/channel-bindings.js';
import { countOpenHandshakes } from '../../lib/http/server/logon/handshake-slots.js';
import { until, type TestServer } from '../instruments/support/http-server.js';
import {
  endOfHttpTest,
  FIRST,
  script,
  serveScripted,
  TOKEN,
} from '../instruments/support/http-scripted.js';
import { requestBytes, WireClient, type WireRequest } from '../instruments/support/http-wire.js';
import { isLong } from '../instruments/support/long.js';
import { patience } from '../instruments/support/patience.js';
import {
  callsAtGates,
  Gate,
  getAcquainted,
  journalOf,
  leftovers,
  takeJournal,
  type ScriptedAnswer,
} from '../instruments/support/scripted.js';
import { derOf, ECDSA_PEM, RSA_PEM } from '../instruments/support/tls-fixtures.js';

beforeAll(() => getAcquainted(['Scripted']));
afterEach(endOfHttpTest);

const CONTINUE: ScriptedAnswer = { status: SEC_I_CONTINUE_NEEDED, output: ['challenge'] };
/** The first message of NTLM and the last one: what the server can tell apart. */
const ntlm = (type: number): WireRequest => ({
  scheme: 'NTLM',
  token: Buffer.concat([Buffer.from('NTLMSSP\0'), Buffer.of(type, 0, 0, 0)]),
});

const contextsLeft = () => leftovers()['contexts of the package'] ?? NaN;
const nothingUnderWay = () => until(() => contextsLeft() === 0 && countOpenHandshakes() === 0);
const allGone = (server: TestServer) => until(() => server.sockets.size === 0);

/** Both legs of a logon. */
async function logOn(client: WireClient): Promise<void> {
  script()
    .on('accept', CONTINUE)
    .on('accept', { output: [''] });
  expect((await client.request(ntlm(1))).status).toBe(401);
  expect((await client.request(ntlm(3))).status).toBe(200);
}

describe('a leg that hangs', () => {
  test.each([
    [1, 503],
    // A client whose last message names no domain that can be read may have named any, and a slow one.
    [2, 401],
  ])('the %d. time is given up; its context ends with the call', async (leg, status) => {
    const server = await serveScripted({ limits: { legTimeoutMs: 100 } });
    const client = await WireClient.connect(server.port);
    const gate = new Gate();
    if (leg === 2) {
      script().on('accept', CONTINUE);
      await client.request(ntlm(1));
    }
    script().on('accept', { gate });
    expect((await client.request(ntlm(leg === 1 ? 1 : 3))).status).toBe(status);
    // The answer of a wrong password leaves the connection open.
    if (status === 503) await client.closed;
    else client.destroy();
    await callsAtGates(1);
    expect(countOpenHandshakes()).toBe(1);
    gate.open();
    await nothingUnderWay();
    expect(server.handled).toEqual([]);
  });

  test.each([1, 2])('the %d. time, and whose client goes, lets nobody in', async (leg) => {
    const server = await serveScripted();
    const client = await WireClient.connect(server.port);
    const gate = new Gate();
    if (leg === 2) {
      script().on('accept', CONTINUE);
      await client.request(ntlm(1));
    }
    script().on('accept', { gate });
    client.write(requestBytes(ntlm(leg === 1 ? 1 : 3)));
    await callsAtGates(1);
    client.destroy();
    await allGone(server);
    gate.open();
    await nothingUnderWay();
    expect(server.handled).toEqual([]);
  });

  test('and behind which a request comes lets nobody in', async () => {
    const server = await serveScripted();
    const client = await WireClient.connect(server.port);
    const gate = new Gate();
    script().on('accept', { gate });
    client.write(requestBytes(ntlm(1)));
    await callsAtGates(1);
    client.write(Buffer.concat([requestBytes(), requestBytes(ntlm(3)), requestBytes()]));
    expect((await client.next()).status).toBe(400);
    await client.closed;
    gate.open();
    await nothingUnderWay();
    expect(server.handled).toEqual([]);
  });

  test('does not hold up those who have logged on', async () => {
    const server = await serveScripted();
    const known = await WireClient.connect(server.port);
    await logOn(known);
    const gate = new Gate();
    const hanging = await Promise.all([1, 2, 3].map(() => WireClient.connect(server.port)));
    for (const client of hanging) {
      script().on('accept', { gate });
      client.write(requestBytes(ntlm(1)));
    }
    await callsAtGates(3);
    for (let i = 0; i < 20; i++) expect((await known.request()).status).toBe(200);
    gate.open();
    for (const client of hanging) expect((await client.next()).status).toBe(200);
  });
});

describe('a client that breaks off', () => {
  // Each request of a logon, cut behind each of its bytes.
  test.each([
    ['the first leg', requestBytes({ ...ntlm(1), method: 'POST', body: 'a body' }), 0],
    ['the last leg', requestBytes({ ...ntlm(3), method: 'POST', body: 'a body' }), 1],
  ])(
    'in %s, behind each byte, leaves nothing',
    async (_, bytes, legsBefore) => {
      const server = await serveScripted();
      for (let cut = 0; cut <= bytes.length; cut++) {
        const client = await WireClient.connect(server.port);
        if (legsBefore > 0) {
          script().on('accept', CONTINUE);
          await client.request(ntlm(1));
        }
        client.write(bytes.subarray(0, cut));
        // What is whole is seen; the rest is ended while the server waits for it.
        client.socket.end();
        client.socket.resume();
        await client.closed;
        await nothingUnderWay();
      }
      takeJournal();
      await allGone(server);
      // Only a head that is whole lets in: from its last byte on.
      const heads = bytes.length - bytes.indexOf('\r\n\r\n') - 4 + 1;
      expect(server.handled.length).toBeLessThanOrEqual(heads);
    },
    60_000 * patience,
  );

  test('as soon as it has sent a leg leaves nothing, at whatever moment', async () => {
    const server = await serveScripted();
    for (let i = 0; i < 100; i++) {
      const client = await WireClient.connect(server.port);
      client.write(requestBytes(ntlm(1)));
      for (let turn = 0; turn < i % 10; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      client.destroy();
    }
    await allGone(server);
    await nothingUnderWay();
    takeJournal();
  });

  test(
    `again and again leaves nothing, ${isLong ? '10,000' : '200'} times`,
    async () => {
      const server = await serveScripted();
      const times = isLong ? 10_000 : 200;
      for (let i = 0; i < times; i++) {
        const client = await WireClient.connect(server.port);
        if (i % 3 !== 0) script().on('accept', CONTINUE);
        if (i % 3 === 1) {
          await client.request(ntlm(1));
        } else if (i % 3 === 2) {
          await client.request(ntlm(1));
          await client.request(ntlm(3));
        }
        client.destroy();
        if (i % 100 === 0) {
          await allGone(server);
          takeJournal();
        }
      }
      await allGone(server);
      await nothingUnderWay();
      expect(server.handled).toHaveLength(Math.floor(times / 3));
    },
    (isLong ? 600_000 : 60_000) * patience,
  );
});

describe('a flood', () => {
  test('of logons that nobody goes on with is held up by address, and only that', async () => {
    const server = await serveScripted(
      { limits: { handshakes: 12, handshakesPerAddress: 5 } },
      { host: '0.0.0.0' },
    );
    const flood = await Promise.all(
      Array.from({ length: 10 }, () => WireClient.connect(server.port)),
    );
    for (let i = 0; i < 5; i++) script().on('accept', CONTINUE);
    const answers = await Promise.all(flood.map((client) => client.request(ntlm(1))));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(5).fill(401), ...Array<number>(5).fill(503)]);
    for (const answer of answers.filter(({ status }) => status === 503)) {
      expect(answer.header('retry-after')).toBe('5');
      expect(answer.header('connection')).toBe('keep-alive');
    }
    // Somebody else is let in.
    const other = await WireClient.connect(server.port, { from: '127.0.0.2' });
    await logOn(other);
    // When the others go there is room again.
    for (const client of flood) client.destroy();
    await nothingUnderWay();
    await logOn(await WireClient.connect(server.port));
  });

  test('from everywhere is held up all the same', async () => {
    const server = await serveScripted({ limits: { handshakes: 6 } }, { host: '0.0.0.0' });
    const clients = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        WireClient.connect(server.port, { from: `127.0.0.${i + 1}` }),
      ),
    );
    for (let i = 0; i < 6; i++) script().on('accept', CONTINUE);
    const answers = await Promise.all(clients.map((client) => client.request(ntlm(1))));
    expect(answers.filter(({ status }) => status === 503)).toHaveLength(6);
    expect(countOpenHandshakes()).toBe(6);
  });

  test('of legs that hang makes no more calls than there are slots, whoever goes', async () => {
    const server = await serveScripted({ limits: { handshakesPerAddress: 4 } });
    const gate = new Gate();
    for (let i = 0; i < 4; i++) script().on('accept', { gate });
    let refused = 0;
    for (let i = 0; i < 20; i++) {
      const client = await WireClient.connect(server.port);
      if (i < 4) {
        client.write(requestBytes(ntlm(1)));
        await until(() => countOpenHandshakes() === i + 1);
      } else if ((await client.request(ntlm(1))).status === 503) {
        refused++;
      }
      client.destroy();
      await allGone(server);
    }
    expect(refused).toBe(16);
    gate.open();
    await nothingUnderWay();
    expect(journalOf('accept')).toHaveLength(4);
  });

  test('of connections that say nothing costs no logon', async () => {
    const server = await serveScripted({ limits: { handshakes: 2 } });
    const silent = await Promise.all(
      Array.from({ length: 50 }, () => WireClient.connect(server.port)),
    );
    for (const client of silent)
      client.write('GET / HTTP/1.1\r\nHost: web\r\nAuthorization: NTLM ');
    expect(countOpenHandshakes()).toBe(0);
    await logOn(await WireClient.connect(server.port));
  });
});

describe('a token', () => {
  test('that is sent again, on another connection, is another logon, as the package sees it', async () => {
    const server = await serveScripted();
    const [one, other] = await Promise.all([
      WireClient.connect(server.port),
      WireClient.connect(server.port),
    ]);
    script()
      .on('accept', { output: [''] })
      .on('accept', { status: SEC_E_LOGON_DENIED, attributes: 0 });
    expect((await one.request(FIRST)).status).toBe(200);
    expect((await other.request(FIRST)).status).toBe(401);
    expect((await other.request()).status).toBe(401);
    const [first, second] = journalOf('accept');
    expect(first?.context).toBeUndefined();
    expect(second?.context).toBeUndefined();
  });

  test('that ends a logon and is sent again on its own connection is refused', async () => {
    const server = await serveScripted();
    const client = await WireClient.connect(server.port);
    await logOn(client);
    expect((await client.request(ntlm(3))).status).toBe(400);
    await client.closed;
    expect(server.handled).toHaveLength(1);
  });

  test('of the second leg on another connection reaches no context', async () => {
    const server = await serveScripted();
    const [one, other] = await Promise.all([
      WireClient.connect(server.port),
      WireClient.connect(server.port),
    ]);
    script().on('accept', CONTINUE);
    await one.request(ntlm(1));
    takeJournal();
    expect((await other.request(ntlm(3))).status).toBe(400);
    expect(journalOf('accept')).toEqual([]);
    script().on('accept', { output: [''] });
    expect((await one.request(ntlm(3))).status).toBe(200);
  });

  test('and every other reaches the context of its own connection', async () => {
    const server = await serveScripted();
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => WireClient.connect(server.port)),
    );
    const token = (i: number, leg: number) => Buffer.from(`client ${i}, leg ${leg}`);
    for (const leg of [1, 2, 3]) {
      const answers = clients.map((client, i) => {
        script().on('accept', leg < 3 ? CONTINUE : { output: [''] });
        return client.request({ scheme: 'NTLM', token: token(i, leg) });
      });
      for (const { status } of await Promise.all(answers)) expect(status).toBe(leg < 3 ? 401 : 200);
    }
    const contexts = new Map<string, Set<number>>();
    for (const { input, context, created } of journalOf('accept')) {
      const [client = ''] = input?.[0]?.data?.toString().split(',') ?? [];
      const known = contexts.get(client) ?? new Set();
      contexts.set(client, known.add(context ?? created ?? NaN));
    }
    expect([...contexts.values()].map((known) => known.size)).toEqual(Array(20).fill(1));
  });
});

describe('the channel bindings that the package gets', () => {
  test.each([
    ['RSA', RSA_PEM],
    ['ECDSA', ECDSA_PEM],
  ])('are of the certificate of the connection, on every leg: %s', async (_, pem) => {
    const server = await serveScripted({}, { tls: { key: pem, cert: pem } });
    const client = await WireClient.connect(server.port, { tls: {} });
    await logOn(client);
    const bindings = ChannelBindings.fromCertificate(derOf(pem));
    const expected = bindings && secChannelBindings(bindings);
    const got = journalOf('accept').map(
      ({ input }) => input?.find(({ type }) => type === SECBUFFER_CHANNEL_BINDINGS)?.data,
    );
    expect(got).toEqual([expected, expected]);
  });

  test('are none without TLS', async () => {
    const server = await serveScripted();
    await logOn(await WireClient.connect(server.port));
    const types = journalOf('accept').flatMap(({ input }) => input?.map(({ type }) => type));
    expect(types).not.toContain(SECBUFFER_CHANNEL_BINDINGS);
  });
});

describe('under load', () => {
  /** Clients in every state of a logon, some of them in calls that hang. */
  async function load(server: TestServer, gate: Gate) {
    let gone = 0;
    server.server.on('connection', (socket) => socket.once('close', () => gone++));
    const clients = await Promise.all(
      Array.from({ length: 30 }, () => WireClient.connect(server.port)),
    );
    await Promise.all(
      clients.map(async (client, i) => {
        if (i % 5 === 0) return;
        if (i % 5 === 1) {
          client.write('POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 10\r\n\r\n123');
          return;
        }
        if (i % 5 === 2) {
          await client.request({ scheme: 'Negotiate', token: TOKEN });
          return;
        }
        client.write(requestBytes({ scheme: 'Negotiate', token: TOKEN }));
        if (i % 5 === 3) client.destroy();
      }),
    );
    // The package has answered all of these, or the next answers might be theirs.
    await until(() => gone >= 6 && server.handled.length >= 12 && countOpenHandshakes() === 0);
    script().on('accept', { gate }).on('accept', { gate }).on('accept', CONTINUE);
    const late = await Promise.all([1, 2].map(() => WireClient.connect(server.port)));
    for (const client of late) client.write(requestBytes(ntlm(1)));
    await callsAtGates(2);
    const between = await WireClient.connect(server.port);
    expect((await between.request(ntlm(1))).status).toBe(401);
    return { late, between };
  }

  test('close() ends everything, and everything is given back', async () => {
    const server = await serveScripted();
    const gate = new Gate();
    const { late, between } = await load(server, gate);
    const closed = server.auth.close();
    for (const client of late) expect((await client.next()).status).toBe(503);
    expect((await between.request(ntlm(3))).status).toBe(503);
    gate.open();
    await closed;
    await nothingUnderWay();
    await until(() => leftovers()['credentials of the package'] === 0);
  });

  test('server.close() and closeAllConnections() leave nothing of a logon', async () => {
    const server = await serveScripted();
    const gate = new Gate();
    const { late } = await load(server, gate);
    server.server.close();
    server.server.closeAllConnections();
    await Promise.all(late.map(({ closed }) => closed));
    gate.open();
    await allGone(server);
    await nothingUnderWay();
  });
});

describe('slowly', () => {
  test('sent headers come in as well as others', async () => {
    const server = await serveScripted();
    const client = await WireClient.connect(server.port);
    script().on('accept', { output: [''] });
    for (const byte of requestBytes(FIRST)) {
      client.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.next()).status).toBe(200);
  });

  test('sent bodies of those who are refused are not waited for', async () => {
    const server = await serveScripted({ limits: { legTimeoutMs: 50 } });
    const clients = await Promise.all([1, 2, 3].map(() => WireClient.connect(server.port)));
    for (const client of clients) {
      client.write('POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 1000\r\n\r\n1');
      expect((await client.next()).status).toBe(401);
    }
    await allGone(server);
  });

  test('read answers keep nothing of a logon', async () => {
    const server = await serveScripted(
      { keepContext: true },
      {
        handler: (_, response) => {
          response.end(Buffer.alloc(10_000_000));
        },
      },
    );
    const client = await WireClient.connect(server.port);
    script().on('accept', { output: [''] });
    client.socket.pause();
    client.write(requestBytes({ scheme: 'Negotiate', token: TOKEN }));
    await until(() => server.handled.length === 1);
    expect(countOpenHandshakes()).toBe(0);
    client.destroy();
    await nothingUnderWay();
  });
});
