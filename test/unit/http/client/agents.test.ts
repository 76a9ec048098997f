import { fake, Gate, settle } from '../../../instruments/support/fake-native.js';

import { request, type Agent } from 'node:http';
import { request as requestTls } from 'node:https';

import { afterEach, describe, expect, test } from '@jest/globals';

import {
  ChannelBindings,
  secChannelBindings,
} from '../../../../lib/channel-bindings/channel-bindings.js';
import {
  endAgents,
  httpAgentFor,
  httpsAgentFor,
  responseTo,
  serveTls,
  TLS_CERTIFICATE,
  TLS_HOST,
  type Answer,
} from '../../../instruments/support/http-agents.js';
import { coded } from '../../../instruments/support/fake-handles.js';
import {
  going,
  last,
  NTLM_1,
  NTLM_3,
  ntlmLegs,
  perConnection,
  perRequest,
} from '../../../instruments/support/http-client.js';
import { serve, tokenIn, type TestServer } from '../../../instruments/support/plain-http-server.js';

afterEach(endAgents);

async function send(
  url: string,
  agent: Agent,
  body = '',
  make: typeof request = request,
): Promise<Answer> {
  return responseTo(make(url, { agent, method: body === '' ? 'GET' : 'POST' }), body);
}

/** [method, path, token or undefined, number of the connection] of each request. */
function requests({ seen }: TestServer) {
  return seen.map(({ method, url, headers, connection }) => [
    method,
    url,
    tokenIn(headers.authorization),
    connection,
  ]);
}

describe('an agent of node:http', () => {
  test('logs a connection on by a probe, and then sends on it', async () => {
    const server = await serve(perConnection());
    const agent = httpAgentFor({ maxSockets: 1 });
    fake.legAnswers.push(...ntlmLegs());
    await expect(send(`${server.origin}/a`, agent, 'body')).resolves.toEqual({
      status: 200,
      text: 'POST body',
    });
    await expect(send(`${server.origin}/b`, agent)).resolves.toMatchObject({ status: 200 });
    expect(requests(server)).toEqual([
      ['GET', '/', undefined, 1],
      ['GET', '/', NTLM_1, 1],
      ['GET', '/', NTLM_3, 1],
      ['POST', '/a', undefined, 1],
      ['GET', '/b', undefined, 1],
    ]);
    expect(server.seen.every(({ headers }) => headers.host === `localhost:${server.port}`)).toBe(
      true,
    );
  });

  test('begins at once on the next connection, which is logged on by itself', async () => {
    const server = await serve(perConnection());
    const agent = httpAgentFor({ probe: { path: '/probe' } });
    fake.legAnswers.push(...ntlmLegs(), ...ntlmLegs());
    await send(server.origin, agent);
    for (const socket of server.sockets) socket.destroy();
    while (server.sockets.size > 0) await settle();
    await settle();
    await send(server.origin, agent);
    expect(requests(server).slice(4)).toEqual([
      ['GET', '/probe', NTLM_1, 2],
      ['GET', '/probe', NTLM_3, 2],
      ['GET', '/', undefined, 2],
    ]);
  });

  test('can probe by HEAD', async () => {
    const respond = perConnection();
    const server = await serve((seen, response, n) => {
      if (seen.method === 'HEAD') response.setHeader('content-length', 7);
      respond(seen, response, n);
    });
    fake.legAnswers.push(...ntlmLegs());
    const agent = httpAgentFor({ probe: { method: 'HEAD' } });
    await send(server.origin, agent);
    expect(requests(server).map(([method]) => method)).toEqual(['HEAD', 'HEAD', 'HEAD', 'GET']);
  });

  test('takes Kerberos of a server that keeps it', async () => {
    const server = await serve(perRequest('ticket', { 'persistent-auth': 'true' }));
    fake.legAnswers.push(last('ticket'));
    // The test's server requires the ticket again; the agent does not see that.
    await expect(send(server.origin, httpAgentFor())).resolves.toMatchObject({ status: 401 });
    expect(requests(server).map(([, , token]) => token)).toEqual([undefined, 'ticket', undefined]);
  });

  test.each<[string, Parameters<typeof serve>[0], RegExp]>([
    ['wants a token with each request', perRequest('ticket'), /with each request/],
    [
      'does not ask',
      (_, response) => {
        response.end();
      },
      /did not ask/,
    ],
    [
      'refuses',
      (_, response) => {
        response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end();
      },
      /rejected/,
    ],
  ])('fails where the server %s', async (_, respond, message) => {
    const server = await serve(respond);
    if (!String(message).includes('did not ask')) fake.legAnswers.push(last('ticket'));
    await expect(send(server.origin, httpAgentFor())).rejects.toMatchObject({
      code: 'ERR_SECUR32_CONNECTION_NOT_LOGGED_ON',
      message: expect.stringMatching(message),
    });
    while (server.sockets.size > 0) await settle();
  });

  test('gives other hosts plain connections', async () => {
    const server = await serve(perConnection());
    await expect(send(server.origin, httpAgentFor({ hosts: [] }))).resolves.toMatchObject({
      status: 401,
    });
    expect(requests(server)).toEqual([['GET', '/', undefined, 1]]);
  });

  test.each([
    ['once', 1],
    ['always', 9],
  ])('that is closed between two legs %s', async (often, times) => {
    let closed = 0;
    const respond = perConnection();
    const server = await serve((seen, response, n) => {
      if (tokenIn(seen.headers.authorization) === NTLM_1 && closed < times) {
        closed += 1;
        response.setHeader('connection', 'close');
      }
      respond(seen, response, n);
    });
    fake.legAnswers.push(going(NTLM_1), ...(often === 'once' ? ntlmLegs() : [going(NTLM_1)]));
    const got = send(server.origin, httpAgentFor());
    if (often === 'once') await expect(got).resolves.toMatchObject({ status: 200 });
    else await expect(got).rejects.toEqual(coded('ERR_SECUR32_CONNECTION_LOST'));
  });

  test('that is destroyed in the middle of a logon closes everything', async () => {
    const server = await serve(perConnection());
    const gate = new Gate();
    fake.legAnswers.push({ ...going(NTLM_1), until: gate.opened });
    const agent = httpAgentFor();
    const got = send(server.origin, agent);
    while (fake.legs.length === 0) await settle();
    agent.destroy();
    await expect(got).rejects.toEqual(coded('ERR_SECUR32_CLOSED'));
    gate.open();
    while (server.sockets.size > 0) await settle();
    await expect(send(server.origin, agent)).rejects.toEqual(coded('ERR_SECUR32_CLOSED'));
  });

  test('does not connect to pipes', async () => {
    const got = new Promise((_, reject) => {
      request({ socketPath: '/x', agent: httpAgentFor() }).once('error', reject);
    });
    await expect(got).rejects.toMatchObject({ code: 'ERR_SECUR32_INVALID_ARGUMENT' });
  });
});

test('an agent of node:https ties the logon to the connection', async () => {
  const server = await serveTls();
  const agent = httpsAgentFor();
  fake.legAnswers.push(...ntlmLegs());
  const url = `https://${TLS_HOST}:${server.port}/`;
  await expect(send(url, agent, '', requestTls)).resolves.toMatchObject({
    status: 200,
  });
  const bindings = ChannelBindings.fromCertificate(TLS_CERTIFICATE);
  if (bindings === undefined) throw new Error('the certificate has bindings');
  const expected = secChannelBindings(bindings).toString();
  expect(fake.legs.map(({ input }) => input.at(-1)?.[1])).toEqual([expected, expected]);
});
