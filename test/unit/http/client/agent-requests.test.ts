/** Requests of node:http by an agent that logs on must be for the host of their connection. */

import { fake, settle } from '../../../instruments/support/fake-native.js';

import { request, type RequestOptions } from 'node:http';
import { request as requestTls, type RequestOptions as TlsRequestOptions } from 'node:https';

import { afterEach, describe, expect, test } from '@jest/globals';

import type { IntegratedHttpAgentOptions } from '../../../../lib/http/client/node/integrated-http-agent.js';
import { argumentError, coded } from '../../../instruments/support/fake-handles.js';
import {
  endAgents,
  httpAgentFor,
  httpsAgentFor,
  responseTo,
  serveTls,
  TLS_HOST,
} from '../../../instruments/support/http-agents.js';
import { ntlmLegs, perConnection } from '../../../instruments/support/http-client.js';
import { serve } from '../../../instruments/support/plain-http-server.js';

afterEach(endAgents);

/** Resolves to the status at the end of the response. */
async function send(options: TlsRequestOptions, make: typeof request = request) {
  return (await responseTo(make(options))).status;
}

const ownHost = { host: 'localhost', path: '/' };

describe('an agent of node:http refuses', () => {
  test.each<[string, RequestOptions & { setHost?: boolean }]>([
    ['the Host of another one', { headers: { host: 'other' } }],
    ['the Host of another port', { headers: { Host: 'localhost:1' } }],
    ['a Host that only a URL decodes', { headers: ['Host', '%6cocalhost:PORT'] as never }],
    ['a host that only a URL decodes', { host: '%6cocalhost' }],
    ['the Host without its port', { headers: { Host: 'localhost' } }],
    ['a Host in an array of fields', { headers: ['Host', 'other'] as never }],
    ['an array of fields without Host', { headers: ['X', 'y'] as never }],
    ['two Hosts', { headers: ['Host', 'localhost:PORT', 'host', 'localhost:PORT'] as never }],
    ['a Host that is sent early', { headers: { host: 'other', expect: '100-continue' } }],
    ['a request without Host', { setHost: false }],
    ['a whole URL', { path: 'http://other/' }],
    ['a user in the place of the path', { path: '@other/' }],
    ['a backslash', { path: '/\\other' }],
    ['CONNECT', { method: 'CONNECT', path: 'other:80' }],
    ['Authorization', { headers: { authorization: 'Negotiate x' } }],
    [
      'Authorization in an array',
      { headers: ['Host', 'localhost:PORT', 'AUTHORIZATION', 'x'] as never },
    ],
    ['auth', { auth: 'user:password' }],
    ['a host with a user', { host: 'user@localhost' }],
    ['a host with a path', { host: 'localhost/x' }],
    ['a host with a port', { host: 'localhost:1' }],
    ['a host with a query', { host: 'localhost?x' }],
    ['a host with a backslash', { host: 'localhost\\x' }],
    ['a host with a space', { host: 'localhost ' }],
    ['a port with more behind it', { port: '80x' }],
    ['a port that is too large', { port: 65536 }],
  ])('%s', async (_, options) => {
    const server = await serve(perConnection());
    const agent = httpAgentFor({ hosts: 'any' });
    const headers: unknown = options.headers;
    const given = {
      ...ownHost,
      port: server.port,
      agent,
      ...options,
      ...(Array.isArray(headers) && {
        headers: headers.map((text) => String(text).replace('PORT', String(server.port))) as never,
      }),
    };
    await expect(send(given)).rejects.toEqual(argumentError());
    expect(server.seen).toEqual([]);
    expect(fake.log).toEqual([]);
  });

  test.each<[string, (made: ReturnType<typeof request>) => void]>([
    ['Host', (made) => made.setHeader('Host', 'other')],
    ['its path', (made) => (made.path = 'http://other/')],
    ['its method', (made) => (made.method = 'CONNECT')],
    ['Authorization', (made) => made.setHeader('authorization', 'Negotiate x')],
    [
      'a Host that is gone',
      (made) => {
        made.removeHeader('host');
      },
    ],
  ])('a request that changes %s before it is sent', async (_, change) => {
    const server = await serve(perConnection());
    const agent = httpAgentFor();
    for (const send of ['end', 'flushHeaders', 'write'] as const) {
      const made = request({ ...ownHost, port: server.port, agent }).on('error', () => undefined);
      change(made);
      expect(() => made[send]('x')).toThrow(argumentError());
      made.destroy();
    }
    await settle();
    expect(server.seen.filter(({ headers }) => headers.authorization === undefined)).toEqual([]);
  });
});

test('an agent of node:http takes a Host field that names its host in another way', async () => {
  const server = await serve(perConnection());
  const agent = httpAgentFor();
  fake.legAnswers.push(...ntlmLegs());
  const options = { ...ownHost, host: 'localhost.', port: server.port, agent };
  await expect(send({ ...options, headers: { Host: `LOCALHOST:${server.port}` } })).resolves.toBe(
    200,
  );
  expect(fake.legs[0]?.targetName).toBe('HTTP/localhost');
});

test('an agent of node:http leaves requests to other hosts as they are', async () => {
  const server = await serve((seen, response) => {
    response.setHeader('x-host', seen.headers.host ?? '').end();
  });
  const agent = httpAgentFor({ hosts: ['other'] });
  const options = { ...ownHost, port: server.port, agent };
  await expect(
    send({ ...options, path: 'http://other/', headers: { host: 'other', authorization: 'x' } }),
  ).resolves.toBe(200);
  expect(server.seen).toMatchObject([
    { url: 'http://other/', headers: { host: 'other', authorization: 'x' } },
  ]);
});

describe('an agent of node:https', () => {
  const agentFor = (options: Partial<IntegratedHttpAgentOptions> = {}) =>
    httpsAgentFor({ hosts: [TLS_HOST, 'other.sspi.test'], ...options });

  test('checks the certificate for the host that is logged on to', async () => {
    const { port } = await serveTls();
    fake.legAnswers.push(...ntlmLegs());
    const agent = agentFor();
    await expect(send({ host: TLS_HOST, port, agent }, requestTls)).resolves.toBe(200);
    await expect(send({ host: 'other.sspi.test', port, agent }, requestTls)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(fake.legs.map(({ targetName }) => targetName)).toEqual([
      `HTTP/${TLS_HOST}`,
      `HTTP/${TLS_HOST}`,
    ]);
  });

  test.each<[string, TlsRequestOptions]>([
    ['a Host field', { headers: { host: `${TLS_HOST}:PORT` } }],
    ['servername', { servername: TLS_HOST }],
    ['checkServerIdentity', { checkServerIdentity: () => undefined }],
  ])('does not check it for another name, by %s', async (_, options) => {
    const server = await serveTls();
    const { headers } = options;
    const host = `${TLS_HOST}:${server.port}`;
    const given = { ...options, ...(headers !== undefined && { headers: { host } }) };
    const where = { host: 'other.sspi.test', port: server.port, agent: agentFor() };
    await expect(send({ ...where, ...given }, requestTls)).rejects.toEqual(argumentError());
    expect([server.connections(), fake.legs]).toEqual([0, []]);
  });

  test.each<[string, object]>([
    ['servername', { servername: TLS_HOST }],
    ['host', { host: TLS_HOST }],
    ['port', { port: 1 }],
    ['path', { path: '/socket' }],
    ['socket', { socket: {} }],
  ])('cannot be given connect.%s', (name, connect) => {
    expect(() => agentFor({ connect })).toThrow(argumentError(new RegExp(`^connect.${name}`)));
  });

  test('takes servername where it is the host', async () => {
    const { port } = await serveTls();
    fake.legAnswers.push(...ntlmLegs());
    const where = { host: TLS_HOST, port, agent: agentFor(), servername: TLS_HOST };
    await expect(send(where, requestTls)).resolves.toBe(200);
  });

  test.each([
    ['of the agent', { connect: { rejectUnauthorized: false } }, {}],
    ['of a request', {}, { rejectUnauthorized: false }],
  ])(
    'gives a certificate that is not accepted (%s) a logon with bindings only',
    async (_, options, more) => {
      const server = await serveTls();
      const where = { host: 'other.sspi.test', port: server.port, ...more };
      const without = agentFor({ sendChannelBindings: false, ...options });
      await expect(send({ ...where, agent: without }, requestTls)).rejects.toEqual(
        coded('ERR_SECUR32_SERVER_NOT_PROVEN'),
      );
      expect(fake.legs).toEqual([]);
      fake.legAnswers.push(...ntlmLegs());
      await expect(send({ ...where, agent: agentFor(options) }, requestTls)).resolves.toBe(200);
    },
  );
});
