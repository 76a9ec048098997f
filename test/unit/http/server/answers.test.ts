/** What clients get that are not let in. */

import { fake } from '../../../instruments/support/fake-native.js';

import { createServer } from 'node:http';

import { afterEach, describe, expect, jest, test } from '@jest/globals';

import { ASC_RET_EXTENDED_ERROR } from '../../../../lib/constants/asc-flags.js';
import {
  SEC_E_INTERNAL_ERROR,
  SEC_E_LOGON_DENIED,
  SEC_E_TIME_SKEW,
  STATUS_TABLE,
} from '../../../../lib/constants/status.js';
import { isFailure, statusHex, statusName } from '../../../../lib/core/status.js';
import { CONTINUE, ntlmNegotiate, queueLogon } from '../../../instruments/support/fake-logons.js';
import { tokenTuple } from '../../../instruments/support/fake-tokens.js';
import { closeServers, reasons, serve, until } from '../../../instruments/support/http-server.js';
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

const TICKET = { token: Buffer.from('ticket') };

test('without a logon each scheme is asked for, in a field of its own', async () => {
  const { port } = await serve({ schemes: ['NTLM', 'Negotiate'] });
  const client = await WireClient.connect(port);
  const response = await client.request();
  expect(response.status).toBe(401);
  expect(response.all('www-authenticate')).toEqual(['NTLM', 'Negotiate']);
  expect(response.header('cache-control')).toBe('no-store');
  expect(response.header('x-content-type-options')).toBe('nosniff');
  expect(response.header('connection')).toBe('keep-alive');
});

test('the answer to HEAD has no body, and the next one is its own', async () => {
  const { port } = await serve();
  const client = await WireClient.connect(port);
  client.write(requestBytes({ method: 'HEAD' }));
  // A client knows that no body comes, whatever the length says.
  const head = await new Promise<string>((resolve) => {
    let text = '';
    client.socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\r\n\r\n')) resolve(text);
    });
  });
  expect(head).toMatch(/^HTTP\/1\.1 401 /);
  expect(head.endsWith('\r\n\r\n')).toBe(true);
});

test.each([...STATUS_TABLE.keys()].filter(isFailure).map((status) => [statusName(status), status]))(
  '%s is answered without a word of it, and everything is given back',
  async (name, status) => {
    const server = await serve({ schemes: ['Negotiate', 'NTLM'] });
    const client = await WireClient.connect(server.port);
    fake.legAnswers.push({ status: Number(status) });
    const response = await client.request(TICKET);
    expect([400, 401, 403, 500, 503]).toContain(response.status);
    const text = JSON.stringify([response.headers, response.body]);
    expect(text).not.toMatch(/SEC_|STATUS_|CERT_E|CRYPT_|ERR_|E_NOTIMPL|AcceptSecurityContext/i);
    expect(text).not.toContain(statusHex(Number(status)));
    expect(text).not.toMatch(/alice|bob/i);
    expect(response.all('www-authenticate')).toEqual(
      response.status === 401 ? ['Negotiate', 'NTLM'] : [],
    );
    expect(fake.open.context).toBe(0);
    expect(server.handled).toEqual([]);
    const [rejection] = server.events.filter(({ type }) => type === 'rejection');
    expect(rejection).toMatchObject({ code: name, status: response.status, scheme: 'Negotiate' });
  },
);

test.each([
  ['a wrong password', SEC_E_LOGON_DENIED, 401],
  ['a clock that differs', SEC_E_TIME_SKEW, 401],
  ['what another logon would not help', SEC_E_INTERNAL_ERROR, 500],
])('the token of a failure is not sent for %s', async (_, status, answered) => {
  const { port } = await serve();
  const client = await WireClient.connect(port);
  fake.legAnswers.push({ status, attr: ASC_RET_EXTENDED_ERROR, output: ['sorry'] });
  const response = await client.request(TICKET);
  expect(response.status).toBe(answered);
  expect(response.all('www-authenticate')).toEqual(answered === 401 ? ['Negotiate'] : []);
});

describe('a refused body', () => {
  test('is thrown away, and the request behind it is the next one', async () => {
    const { port } = await serve();
    const client = await WireClient.connect(port);
    const smuggled = requestBytes({ path: '/smuggled' });
    const first = await client.request({ method: 'POST', body: smuggled });
    expect(first.status).toBe(401);
    queueLogon();
    expect((await client.request(TICKET)).status).toBe(200);
  });

  test('that comes slowly does not stand in the way of its answer', async () => {
    const { port } = await serve();
    const client = await WireClient.connect(port);
    const bytes = requestBytes({ method: 'POST', body: 'x'.repeat(1000) });
    client.write(bytes.subarray(0, -500));
    expect((await client.next()).status).toBe(401);
    client.write(bytes.subarray(-500));
    expect((await client.request()).status).toBe(401);
  });

  test('that says that it is too large ends the connection behind the answer', async () => {
    const { port } = await serve({ limits: { discardedBodyBytes: 100 } });
    const client = await WireClient.connect(port);
    client.write(requestBytes({ method: 'POST', headers: [['Content-Length', '101']] }));
    const response = await client.next();
    expect(response.status).toBe(401);
    expect(response.header('connection')).toBe('close');
    await client.closed;
  });

  test('that turns out to be too large ends the connection', async () => {
    const { port } = await serve({ limits: { discardedBodyBytes: 100 } });
    const client = await WireClient.connect(port);
    const chunked = [['Transfer-Encoding', 'chunked']] as const;
    client.write(requestBytes({ method: 'POST', headers: chunked }));
    expect((await client.next()).status).toBe(401);
    client.write(`65\r\n${'x'.repeat(0x65)}\r\n`);
    await client.closed;
  });

  test('that does not end ends the connection', async () => {
    const { port } = await serve({ limits: { legTimeoutMs: 20 } });
    const client = await WireClient.connect(port);
    client.write(requestBytes({ method: 'POST', headers: [['Content-Length', '10']] }));
    expect((await client.next()).status).toBe(401);
    await client.closed;
  });

  test('of none at all may be refused', async () => {
    const { port } = await serve({ limits: { discardedBodyBytes: 0 } });
    const client = await WireClient.connect(port);
    expect((await client.request({ method: 'POST', body: '' })).header('connection')).toBe(
      'keep-alive',
    );
    expect((await client.request({ method: 'POST', body: 'x' })).header('connection')).toBe(
      'close',
    );
  });
});

describe('a request', () => {
  const many = (count: number): (readonly [string, string])[] =>
    Array.from({ length: count }, (_, i) => [`A${i}`, 'b'] as const);

  test('of whose fields Node.js drops some is refused: what it hides could be an origin', async () => {
    const server = await serve({ schemes: ['NTLM'] });
    const client = await WireClient.connect(server.port);
    queueLogon();
    expect((await client.request({ ...TICKET, scheme: 'NTLM' })).status).toBe(200);
    const headers = [...many(1500), ['Origin', 'http://evil.test']] as const;
    const response = await client.request({ method: 'POST', headers });
    expect(response.status).toBe(431);
    await client.closed;
    expect(server.handled).toHaveLength(1);
  });

  test('of as many fields as the server takes is refused, one of less is not', async () => {
    const { port, server } = await serve();
    server.maxHeadersCount = 40;
    const client = await WireClient.connect(port);
    expect((await client.request({ headers: many(38) })).status).toBe(401);
    expect((await client.request({ headers: many(39) })).status).toBe(431);
  });

  test('with a folded field does not get as far as this', async () => {
    const { port, events } = await serve();
    const client = await WireClient.connect(port);
    client.write('GET / HTTP/1.1\r\nHost: web\r\nAuthorization: Negotiate\r\n dG9rZW4=\r\n\r\n');
    expect((await client.next()).status).toBe(400);
    expect(events).toEqual([]);
  });

  test.each<[string, WireRequest]>([
    [
      'two fields',
      {
        headers: [
          ['Authorization', 'NTLM'],
          ['authorization', 'NTLM'],
        ],
      },
    ],
    ['no base64', { headers: [['Authorization', 'Negotiate !']] }],
    ['the alphabet of URLs', { headers: [['Authorization', 'Negotiate _-_-']] }],
    ['too large a token', { token: Buffer.alloc(65_537) }],
  ])('with %s is malformed and ends its connection', async (_, request) => {
    const server = await serve();
    const client = await WireClient.connect(server.port);
    const response = await client.request(request);
    expect(response.status).toBe(400);
    expect(response.header('connection')).toBe('close');
    expect(fake.legs).toEqual([]);
    await client.closed;
    expect(reasons(server, 'rejection')).toHaveLength(1);
  });

  test('with the largest token is understood', async () => {
    const { port } = await serve();
    const client = await WireClient.connect(port);
    queueLogon();
    expect((await client.request({ token: Buffer.alloc(65_536, 'x') })).status).toBe(200);
  });
});

test('the token of the last leg is on the answer of the handler, whatever that is', async () => {
  const { port } = await serve(
    {},
    {
      handler: (_, response) => {
        response.statusCode = 304;
        response.end();
      },
    },
  );
  const client = await WireClient.connect(port);
  queueLogon({ leg: { output: ['proof'] } });
  const response = await client.request(TICKET);
  expect(response.status).toBe(304);
  expect(response.token?.toString()).toBe('proof');
});

test('an answer that somebody else gave meanwhile is left alone', async () => {
  const server = await serve(
    { schemes: ['NTLM'] },
    {
      before: ({ url }, response, next) => {
        next();
        if (url === '/later') return;
        response.statusCode = 504;
        response.end('too late');
      },
    },
  );
  const client = await WireClient.connect(server.port);
  fake.legAnswers.push(CONTINUE);
  const first = await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
  expect([first.status, first.body]).toEqual([504, 'too late']);
  fake.legAnswers.push({});
  fake.tokenAnswers.push([0]);
  fake.informationAnswers.push(tokenTuple());
  const second = await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
  expect([second.status, second.body]).toEqual([504, 'too late']);
  await until(() => fake.open.context === 0);
  expect(server.handled).toEqual([]);
  // Nobody was told of a logon, and there is none.
  expect(server.events.filter(({ type }) => type === 'logon')).toEqual([]);
  expect((await client.request({ path: '/later' })).status).toBe(401);
});

describe('a limit of the server that tickets do not fit in', () => {
  const LIMIT = expect.stringContaining('16384 bytes of header fields');

  test('is told once, to the log and as a warning of the process', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const server = await serve({}, { http: { maxHeaderSize: 16_384 } });
    const client = await WireClient.connect(server.port);
    await client.request();
    await client.request();
    await (await WireClient.connect(server.port)).request();
    expect(reasons(server, 'warning')).toEqual([LIMIT]);
    expect(warn.mock.calls).toEqual([[LIMIT, { code: 'SECUR32_HTTP_HEADER_LIMIT' }]]);
    warn.mockRestore();
  });

  test('is told at once where the server is given', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const given = createServer({ maxHeaderSize: 16_384 });
    const server = await serve({ server: given });
    expect(reasons(server, 'warning')).toEqual([LIMIT]);
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  test('that they fit in is not', async () => {
    const server = await serve();
    await (await WireClient.connect(server.port)).request();
    expect(reasons(server, 'warning')).toEqual([]);
  });
});
