/** Every framework behind secur32/http, with real logons. */

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { FRAMEWORKS, type Running } from '../instruments/support/frameworks.js';
import {
  byNegotiate,
  byNtlm,
  closeConnections,
  HttpConnection,
  type Reply,
} from '../instruments/support/http-logons.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { testIf, testWithAccount } from '../instruments/support/skip.js';
import { domain, wine } from '../instruments/support/system.js';

const testWithUser = testIf(wine === undefined || domain !== undefined, 'needs a domain');

/** What the identity of somebody is read from here. */
const source = wine === undefined ? 'token' : 'none';
const BODY = 'x'.repeat(100_000);

describe.each(FRAMEWORKS)('%s', (_name, start) => {
  let server: Running;
  beforeEach(async () => {
    server = await start();
  });
  afterEach(async () => {
    closeConnections();
    await server.close();
    await server.closeAuth?.();
    await expectNothingLive();
  });

  const connect = (): HttpConnection => new HttpConnection(server.port);
  function expectWho({ status, body }: Reply): void {
    expect([status, body]).toEqual([200, JSON.stringify({ source, same: true })]);
  }

  test('no handler gets a request of nobody', async () => {
    for (const request of [
      {},
      { path: '/nothing' },
      { path: '/body', method: 'POST', body: BODY },
    ]) {
      const reply = await connect().send(request);
      expect([reply.status, reply.body]).toEqual([401, 'You are not logged on.\n']);
      expect(reply.headers['www-authenticate']).toBe('Negotiate, NTLM');
    }
    expect(server.handled).toEqual([]);
  });

  testWithUser('Negotiate: the handler knows the identity, the client the server', async () => {
    const reply = await connect().logOn(byNegotiate);
    expectWho(reply);
    expect(reply.established).toBe(true);
    expect(server.handled).toEqual(['/']);
  });

  testIf(domain !== undefined, 'needs a domain')(
    'Kerberos holds for one request, and its body',
    async () => {
      const connection = connect();
      const reply = await connection.logOn(byNegotiate, {
        path: '/body',
        method: 'POST',
        body: BODY,
      });
      expect([reply.status, reply.body]).toEqual([200, String(BODY.length)]);
      expect(reply.headers['persistent-auth']).toBe('false');
      const next = await connection.send();
      expect([next.status, next.port]).toEqual([401, reply.port]);
    },
  );

  testWithAccount('NTLM holds for the connection, and for no other one', async () => {
    const connection = connect();
    const reply = await connection.logOn(byNtlm);
    expectWho(reply);
    expect(reply.headers['persistent-auth']).toBe('true');
    for (let i = 0; i < 3; i++) {
      const next = await connection.send();
      expectWho(next);
      expect(next.port).toBe(reply.port);
    }
    const sent = await connection.send({ path: '/body', method: 'POST', body: BODY });
    expect(sent.body).toBe(String(BODY.length));
    expect((await connect().send()).status).toBe(401);
  });

  testWithAccount('a body that comes with each leg is there in the end', async () => {
    const reply = await connect().logOn(byNtlm, { path: '/body', method: 'POST', body: BODY });
    expect([reply.status, reply.body]).toEqual([200, String(BODY.length)]);
  });

  testWithUser("errors of handlers are the framework's, and the connection goes on", async () => {
    const connection = connect();
    for (const path of ['/throws', '/rejects']) {
      const reply = await connection.logOn(byNegotiate, { path });
      expect(reply.status).toBe(500);
      expect(server.errors.at(-1)).toMatchObject({ message: path });
      // Whoever sent the error is who the client wanted to speak to.
      expect(reply.established).toBe(true);
      expect(reply.headers['persistent-auth']).toBeDefined();
    }
    expectWho(await connection.logOn(byNegotiate));
    expect(server.errors).toHaveLength(2);
  });

  test('a malformed logon is answered, and is no error of the framework', async () => {
    const reply = await connect().send({ authorization: 'Negotiate !' });
    expect([reply.status, reply.headers.connection]).toEqual([400, 'close']);
    expect([server.handled, server.errors]).toEqual([[], []]);
  });

  testWithAccount('a client that goes away in the middle of a logon leaves nothing', async () => {
    const connection = connect();
    // The first message of NTLM, with no names.
    const first = Buffer.from('NTLMSSP\0\x01\0\0\0\x07\x82\x08\xa2'.padEnd(40, '\0'), 'latin1');
    const reply = await connection.send({ authorization: `NTLM ${first.toString('base64')}` });
    expect(reply.headers['www-authenticate']).toMatch(/^NTLM TlRMTVNTUAAC/);
    // afterEach expects that its context is given back.
  });
});

// Fastify closes both at once, see http-fastify.test.ts.
describe.each(FRAMEWORKS.filter(([name]) => name !== 'Fastify'))('%s', (_name, start) => {
  testWithUser('close() ends the logons; what comes then is refused', async () => {
    const server = await start();
    try {
      const connection = new HttpConnection(server.port);
      expect((await connection.logOn(byNegotiate)).status).toBe(200);
      await server.closeAuth?.();
      await expectNothingLive();
      expect((await connection.send()).status).toBe(503);
      expect(server.handled).toEqual(['/']);
    } finally {
      closeConnections();
      await server.close();
    }
  });
});
