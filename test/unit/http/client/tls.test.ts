import { fake, settle } from '../../../instruments/support/fake-native.js';

import { connect, type Server, type TLSSocket } from 'node:tls';

import { afterEach, expect, test } from '@jest/globals';

import {
  ChannelBindings,
  secChannelBindings,
} from '../../../../lib/channel-bindings/channel-bindings.js';
import { SECBUFFER_CHANNEL_BINDINGS } from '../../../../lib/constants/sec-buffers.js';
import type { IntegratedClientOptions } from '../../../../lib/http/client/options.js';
import { coded } from '../../../instruments/support/fake-handles.js';
import {
  agentFor,
  destroyAgents,
  get,
  last,
  ntlmLegs,
  perConnection,
  perRequest,
  tokens,
} from '../../../instruments/support/http-client.js';
import { lookupLoopback } from '../../../instruments/support/loopback.js';
import {
  closeServers,
  serve,
  type Respond,
} from '../../../instruments/support/plain-http-server.js';
import {
  certificateOf,
  ECDSA_PEM,
  ED25519_PEM,
  RSA_PEM,
} from '../../../instruments/support/tls-fixtures.js';

afterEach(async () => {
  await destroyAgents();
  await closeServers();
});

const NAME = 'tls.sspi.test';

async function serveTls(pem: string, respond: Respond) {
  const server = await serve(respond, { tls: { cert: pem, key: pem } });
  const agent = (options: Partial<IntegratedClientOptions> = {}) =>
    agentFor({
      hosts: [`https://${NAME}:${server.port}`],
      ...options,
      connect: { ca: certificateOf(pem), lookup: lookupLoopback, ...options.connect },
    });
  return { server, agent, url: `https://${NAME}:${server.port}/` };
}

/** The channel bindings that the fake got on each leg. */
function bindingsOnLegs(): (string | undefined)[] {
  return fake.legs.map(
    ({ input }) => input.find(([type]) => type === SECBUFFER_CHANNEL_BINDINGS)?.[1],
  );
}

test.each([
  ['tls-rsa', RSA_PEM],
  ['tls', ECDSA_PEM],
])('each leg has the bindings of the certificate of %s', async (_, pem) => {
  const { agent, url } = await serveTls(pem, perConnection());
  fake.legAnswers.push(...ntlmLegs());
  await expect(get(url, agent())).resolves.toMatchObject({ status: 200 });
  const bindings = ChannelBindings.fromCertificate(certificateOf(pem));
  if (bindings === undefined) throw new Error('the certificate has bindings');
  const expected = secChannelBindings(bindings).toString();
  expect(expected).toContain('tls-server-end-point:');
  expect(bindingsOnLegs()).toEqual([expected, expected]);
});

test('bindings are of the connection, not of an earlier one', async () => {
  const first = await serveTls(RSA_PEM, perRequest('ticket', { connection: 'close' }));
  const agent = first.agent({
    hosts: [NAME],
    connect: { ca: [RSA_PEM, ECDSA_PEM].map(certificateOf) },
    connections: 1,
  });
  fake.legAnswers.push(last('ticket'), last('ticket'));
  await get(first.url, agent);
  // Another certificate from here on, as after a renewal.
  const pem = ECDSA_PEM;
  (first.server.server as unknown as Pick<Server, 'setSecureContext'>).setSecureContext({
    cert: pem,
    key: pem,
  });
  await get(first.url, agent);
  const [one, two] = bindingsOnLegs();
  expect(one).not.toBe(two);
});

test('the session of an earlier connection is not taken up', async () => {
  const { agent, url, server } = await serveTls(RSA_PEM, perRequest('ticket'));
  const reused: boolean[] = [];
  server.server.on('secureConnection', (socket: TLSSocket) => {
    reused.push(socket.isSessionReused());
  });
  const options = {
    port: server.port,
    host: '127.0.0.1',
    servername: NAME,
    ca: certificateOf(RSA_PEM),
  };
  const session = await new Promise<Buffer>((resolve) => {
    const socket = connect(options).once('session', (made: Buffer) => {
      socket.destroy();
      resolve(made);
    });
    socket.resume();
  });
  fake.legAnswers.push(last('ticket'));
  await get(url, agent({ connect: { session } as object }));
  const again = connect({ ...options, session });
  while (reused.length < 3) await settle();
  again.destroy();
  expect(reused).toEqual([false, false, true]);
});

test('a plain connection has none', async () => {
  const server = await serve(perRequest('ticket'));
  fake.legAnswers.push(last('ticket'));
  await get(server.origin, agentFor());
  expect(bindingsOnLegs()).toEqual([undefined]);
});

test('sendChannelBindings: false leaves them out', async () => {
  const { agent, url } = await serveTls(RSA_PEM, perRequest('ticket'));
  fake.legAnswers.push(last('ticket'));
  await get(url, agent({ sendChannelBindings: false }));
  expect(bindingsOnLegs()).toEqual([undefined]);
});

test('a certificate without bindings is refused, unless they are left out', async () => {
  const { agent, url, server } = await serveTls(ED25519_PEM, perRequest('ticket'));
  await expect(get(url, agent())).rejects.toEqual(
    coded('ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED'),
  );
  expect(tokens(server).map(([token]) => token)).toEqual([undefined]);
  fake.legAnswers.push(last('ticket'));
  await expect(get(url, agent({ sendChannelBindings: false }))).resolves.toMatchObject({
    status: 200,
  });
});

test('a certificate that nobody vouches for, or of another name, gets no request', async () => {
  const { agent, url, server } = await serveTls(RSA_PEM, perRequest('ticket'));
  const eager = { preemptive: true, hosts: 'any' as const };
  await expect(get(url, agent({ ...eager, connect: { ca: [] } }))).rejects.toMatchObject({
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });
  await expect(get(`https://localhost:${server.port}/`, agent(eager))).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
  expect(server.seen).toEqual([]);
  expect(fake.legs).toEqual([]);
});

test('a certificate that is not checked gets a logon with bindings, and none without', async () => {
  const { agent, url, server } = await serveTls(RSA_PEM, perConnection());
  const connect = { ca: [], rejectUnauthorized: false };
  await expect(get(url, agent({ connect, sendChannelBindings: false }))).rejects.toEqual(
    coded('ERR_SECUR32_SERVER_NOT_PROVEN'),
  );
  expect([tokens(server), fake.legs]).toEqual([[[undefined, 1]], []]);
  fake.legAnswers.push(...ntlmLegs());
  await expect(get(url, agent({ connect }))).resolves.toMatchObject({ status: 200 });
  expect(bindingsOnLegs()).toEqual([
    expect.stringContaining('tls-server-end-point:'),
    expect.stringContaining('tls-server-end-point:'),
  ]);
});
