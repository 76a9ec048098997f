/** HTTP/2, over which nobody can log on. */

import { fake } from '../../../instruments/support/fake-native.js';

import { once } from 'node:events';
import {
  connect,
  constants,
  createSecureServer,
  createServer,
  type ClientHttp2Session,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo, Server } from 'node:net';

import { afterEach, describe, expect, test } from '@jest/globals';

import { getAuthentication, getIdentity } from '../../../../lib/http/server/authentication.js';
import { Authenticator } from '../../../../lib/http/server/authenticator.js';
import type { ServerDecision } from '../../../../lib/http/server/decision.js';
import type { HttpAuthEvent } from '../../../../lib/http/server/events.js';
import { RECOMMENDED_MAX_HEADER_SIZE } from '../../../../lib/http/server/header-limit.js';
import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import { coded } from '../../../instruments/support/fake-handles.js';
import { ntlmNegotiate, queueLogon } from '../../../instruments/support/fake-logons.js';
import { closeWires, WireClient } from '../../../instruments/support/http-wire.js';
import { ECDSA_PEM } from '../../../instruments/support/tls-fixtures.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  await closeWires();
  for (const close of open.splice(0).reverse()) await close();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

interface Http2TestServer {
  port: number;
  decisions: ServerDecision['kind'][];
  events: HttpAuthEvent[];
  closeAuth: () => Promise<void>;
}

async function serveHttp2(
  options: IntegratedAuthOptions,
  secure = false,
): Promise<Http2TestServer> {
  const events: HttpAuthEvent[] = [];
  const decisions: ServerDecision['kind'][] = [];
  const authenticator = new Authenticator({ logger: (event) => events.push(event), ...options });
  await authenticator.ready;
  const listener = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    void authenticator.decide(request, response).then(({ kind }) => {
      decisions.push(kind);
      if (kind === 'answered') return;
      if (kind === 'anonymous') {
        expect(getAuthentication(request as never)).toBeUndefined();
        expect(() => getIdentity(request as never)).toThrow(coded('ERR_SECUR32_NOT_AUTHENTICATED'));
      }
      response.end(kind);
    });
  };
  const server: Server = secure
    ? createSecureServer({ key: ECDSA_PEM, cert: ECDSA_PEM, allowHTTP1: true }, listener)
    : createServer(listener);
  // There is no option for it.
  Object.assign(server, { maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => {
    server.close();
    await authenticator.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    decisions,
    events,
    closeAuth: () => authenticator.close(),
  };
}

function session(port: number): ClientHttp2Session {
  const client = connect(`http://127.0.0.1:${port}`);
  open.push(() => {
    client.destroy();
  });
  return client;
}

/** The code that a stream is reset with; 0 for none. */
async function resetCode(
  client: ClientHttp2Session,
  headers: Record<string, string>,
): Promise<{ code: number | undefined; status: number | undefined; body: string }> {
  const stream = client.request({ ':path': '/', ...headers });
  let status: number | undefined;
  let body = '';
  stream.on('response', (fields) => (status = fields[':status']));
  stream.on('data', (chunk: Buffer) => (body += chunk.toString()));
  stream.on('error', () => undefined);
  stream.end();
  await new Promise((resolve) => stream.once('close', resolve));
  return { code: stream.rstCode, status, body };
}

describe('a request over HTTP/2', () => {
  const PREFLIGHT = {
    ':method': 'OPTIONS',
    origin: 'http://evil.test',
    'access-control-request-method': 'PUT',
  };

  test.each<[string, Record<string, string>, IntegratedAuthOptions?]>([
    ['without a logon', {}],
    ['with a token', { authorization: 'Negotiate dG9rZW4=' }],
    ['with nonsense', { authorization: 'Negotiate !' }],
    ['that asks what it may send', PREFLIGHT],
    ["that asks what it may send, with preflight: 'pass'", PREFLIGHT, { preflight: 'pass' }],
  ])('%s is sent to HTTP/1.1', async (_, headers, options = {}) => {
    const server = await serveHttp2(options);
    const { code, status } = await resetCode(session(server.port), headers);
    expect(code).toBe(constants.NGHTTP2_HTTP_1_1_REQUIRED);
    expect(status).toBeUndefined();
    expect(server.decisions).toEqual(['answered']);
    expect(server.events).toMatchObject([{ type: 'rejection' }]);
    expect(fake.legs).toEqual([]);
  });

  test('does not end the others of its connection', async () => {
    const server = await serveHttp2({ anonymous: 'pass' });
    const client = session(server.port);
    const [refused, passed] = await Promise.all([
      resetCode(client, { authorization: 'Negotiate dG9rZW4=' }),
      resetCode(client, {}),
    ]);
    expect(refused.code).toBe(constants.NGHTTP2_HTTP_1_1_REQUIRED);
    expect(passed).toMatchObject({ code: 0, status: 200, body: 'anonymous' });
  });

  test('whose client has gone again harms nobody', async () => {
    const server = await serveHttp2({});
    const client = session(server.port);
    const stream = client.request({ ':path': '/' });
    stream.on('error', () => undefined);
    stream.close(constants.NGHTTP2_CANCEL);
    await new Promise((resolve) => stream.once('close', resolve));
    expect((await resetCode(client, {})).code).toBe(constants.NGHTTP2_HTTP_1_1_REQUIRED);
  });
});

test('after close() no request passes, not even one that needs no logon', async () => {
  const server = await serveHttp2({ anonymous: 'pass' });
  await server.closeAuth();
  const { code } = await resetCode(session(server.port), {});
  expect(code).toBe(constants.NGHTTP2_HTTP_1_1_REQUIRED);
  expect(server.decisions).toEqual(['answered']);
});

test('the same server lets somebody log on over HTTP/1.1', async () => {
  const { port, decisions } = await serveHttp2(
    { schemes: ['NTLM'], extendedProtection: 'whenSupported' },
    true,
  );
  const client = await WireClient.connect(port, { tls: { ALPNProtocols: ['http/1.1'] } });
  expect((await client.request()).status).toBe(401);
  queueLogon();
  expect((await client.request({ scheme: 'NTLM', token: ntlmNegotiate() })).status).toBe(200);
  expect(decisions).toEqual(['answered', 'authenticated']);
});
