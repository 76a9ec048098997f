/** Requests of every version and form that Node.js reads on a connection of HTTP/1: each gets an answer, or its connection ends. */

import { fake } from '../../../instruments/support/fake-native.js';

import type { IncomingMessage, ServerResponse } from 'node:http';

import { afterEach, describe, expect, test } from '@jest/globals';

import { getIdentity } from '../../../../lib/http/server/authentication.js';
import {
  CONTINUE,
  ntlmAuthenticate,
  ntlmNegotiate,
  queueLogon,
} from '../../../instruments/support/fake-logons.js';
import { closeServers, serve, tellWho, until } from '../../../instruments/support/http-server.js';
import {
  closeWires,
  requestBytes,
  WireClient,
  type WireRequest,
} from '../../../instruments/support/http-wire.js';

afterEach(async () => {
  await closeWires();
  await closeServers();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

const NTLM = { schemes: ['NTLM'] } as const;
const KEEP_ALIVE = [['Connection', 'keep-alive']] as const;

/** A request whose first line names another version. */
const ofVersion = (version: string, request?: WireRequest): string =>
  requestBytes(request).toString('latin1').replace(' HTTP/1.1\r\n', ` ${version}\r\n`);

/** A version without chunks needs the length. */
function nameWithLength(request: IncomingMessage, response: ServerResponse): void {
  const { name = '' } = getIdentity(request);
  response.setHeader('Content-Length', name.length);
  response.end(name);
}

describe('a request of a version that Node.js reads', () => {
  test.each([['HTTP/1.0'], ['HTTP/1.1'], ['HTTP/2.0'], ['HTTP/0.9']])(
    '%s without a logon is answered',
    async (version) => {
      const server = await serve(NTLM);
      const client = await WireClient.connect(server.port);
      client.write(ofVersion(version));
      const response = await client.next();
      expect(response.status).toBe(401);
      expect(response.all('www-authenticate')).toEqual(['NTLM']);
      expect(response.header('connection')).toBe(version === 'HTTP/1.1' ? 'keep-alive' : 'close');
      if (version !== 'HTTP/1.1') await client.closed;
      expect(server.handled).toEqual([]);
    },
  );

  test.each([['HTTP/1.0'], ['HTTP/2.0']])(
    '%s that keeps its connection logs on over it',
    async (version) => {
      const server = await serve(NTLM, { handler: nameWithLength });
      const client = await WireClient.connect(server.port);
      fake.legAnswers.push(CONTINUE);
      const token = ntlmNegotiate();
      client.write(ofVersion(version, { scheme: 'NTLM', token, headers: KEEP_ALIVE }));
      expect((await client.next()).token?.toString()).toBe('challenge');
      queueLogon({ name: 'TEST\\alice' });
      const last = { scheme: 'NTLM', token: ntlmAuthenticate(), headers: KEEP_ALIVE };
      client.write(ofVersion(version, last));
      expect((await client.next()).body).toBe('TEST\\alice');
    },
  );

  test('HTTP/2.0 does not hold up the end of the server', async () => {
    const { port, server } = await serve(NTLM);
    const clients = await Promise.all(Array.from({ length: 5 }, () => WireClient.connect(port)));
    for (const client of clients) client.write(ofVersion('HTTP/2.0'));
    for (const client of clients) expect((await client.next()).status).toBe(401);
    await new Promise((resolve) => server.close(resolve));
  });

  test("HTTP/2.0 passes with anonymous: 'pass', as any version does", async () => {
    const server = await serve({ ...NTLM, anonymous: 'pass' });
    const client = await WireClient.connect(server.port);
    client.write(ofVersion('HTTP/2.0'));
    expect((await client.next()).status).toBe(200);
  });
});

test.each([['HTTP/1.2'], ['HTTP/3.0'], ['HTTP/9.9'], ['HTTP/11.1'], ['HTTP/2'], ['ICE/1.0']])(
  'a request of the version %s is answered by Node.js, or its connection ends',
  async (version) => {
    const server = await serve(NTLM);
    const client = await WireClient.connect(server.port);
    client.write(ofVersion(version));
    const response = await client.maybeNext();
    if (response !== undefined) expect([400, 401, 505]).toContain(response.status);
    await client.closed;
    expect(server.handled).toEqual([]);
  },
);

test('the preface of HTTP/2 ends a connection of HTTP/1', async () => {
  const server = await serve(NTLM);
  const client = await WireClient.connect(server.port);
  client.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
  const response = await client.maybeNext();
  if (response !== undefined) expect(response.status).toBe(400);
  await client.closed;
  expect(server.handled).toEqual([]);
});

test('a request without a version ends its connection', async () => {
  const server = await serve(NTLM);
  const client = await WireClient.connect(server.port);
  client.write('GET /\r\n\r\n');
  await client.closed;
  expect(server.handled).toEqual([]);
});

test.each([
  ['http://web.test/'],
  ['https://evil.test/x'],
  ['//evil.test/'],
  ['/?a=http://evil.test'],
])('a request for %s is answered like any other', async (path) => {
  const { port } = await serve(NTLM);
  const client = await WireClient.connect(port);
  expect((await client.request({ path })).status).toBe(401);
});

test('CONNECT ends its connection where no one listens for it', async () => {
  const server = await serve(NTLM);
  const client = await WireClient.connect(server.port);
  client.write(requestBytes({ method: 'CONNECT', path: 'web.test:80' }));
  await client.closed;
  expect(server.events).toEqual([]);
});

describe('what a request expects', () => {
  const expects = (value: string): WireRequest => ({
    method: 'POST',
    headers: [['Expect', value]],
    body: 'hello',
  });

  test('100-continue is answered, and the body behind it is thrown away', async () => {
    const { port } = await serve(NTLM);
    const client = await WireClient.connect(port);
    client.write(requestBytes(expects('100-continue')));
    expect((await client.next()).status).toBe(100);
    expect((await client.next()).status).toBe(401);
    expect((await client.request()).status).toBe(401);
  });

  test.each([
    ['100-continue', 'checkContinue', 401],
    ['something else', 'checkExpectation', 401],
    ['something else', undefined, 417],
  ] as const)('%s is answered where the server listens for %s', async (value, event, status) => {
    const { port, server, auth } = await serve(NTLM);
    if (event !== undefined) {
      server.on(event, (request: IncomingMessage, response: ServerResponse) => {
        auth(request, response, () => {
          tellWho(request, response);
        });
      });
    }
    const client = await WireClient.connect(port);
    client.write(requestBytes(expects(value)));
    expect((await client.next()).status).toBe(status);
  });
});

test('a request whose client has gone writes nothing, and its connection has ended', async () => {
  let goOn: (() => void) | undefined;
  const server = await serve(NTLM, { before: (_request, _response, next) => (goOn = next) });
  const client = await WireClient.connect(server.port);
  client.write(requestBytes());
  await until(() => goOn !== undefined);
  client.destroy();
  await until(() => server.sockets.size === 0);
  goOn?.();
  await until(() => server.events.length === 1);
  expect(server.events).toMatchObject([{ type: 'rejection', reason: 'the connection was closed' }]);
});
