/** Challenges that the client cannot use do not fail the request. */

import { fake } from '../../../instruments/support/fake-native.js';

import { request } from 'node:http';

import { afterEach, describe, expect, test } from '@jest/globals';

import { coded } from '../../../instruments/support/fake-handles.js';
import { endAgents, httpAgentFor, responseTo } from '../../../instruments/support/http-agents.js';
import {
  agentFor,
  destroyAgents,
  get,
  going,
  last,
  NTLM_1,
  NTLM_3,
  ntlmLegs,
  tokens,
} from '../../../instruments/support/http-client.js';
import { serveProxy } from '../../../instruments/support/http-proxy.js';
import {
  closeServers,
  serve,
  tokenIn,
  withToken,
  type Respond,
} from '../../../instruments/support/plain-http-server.js';

afterEach(async () => {
  await destroyAgents();
  await endAgents();
  await closeServers();
});

/** Accepts a ticket, and sends these challenges until it gets one. */
const asking =
  (...challenges: string[]): Respond =>
  (seen, response) => {
    if (tokenIn(seen.headers.authorization) === 'ticket') response.end('yes');
    else response.writeHead(401, { 'www-authenticate': challenges }).end('no');
  };

const BARE: readonly (readonly string[])[] = [
  ['Negotiate', 'Negotiate'],
  ['Negotiate, negotiate'],
  ['Negotiate realm="X"', 'Negotiate'],
  ['Negotiate', 'Negotiate realm="X", charset="UTF-8"'],
  ['Digest realm="X", negotiate="y", negotiate = "z"', 'Negotiate'],
  ['Negotiate', 'NTLM !'],
];

describe('a server that sends', () => {
  test.each(BARE)('%s; %s gets a logon (C11)', async (...challenges) => {
    const server = await serve(asking(...challenges));
    fake.legAnswers.push(last('ticket'));
    await expect(get(server.origin, agentFor())).resolves.toMatchObject({ status: 200 });
    expect(tokens(server)).toEqual([
      [undefined, 1],
      ['ticket', 1],
    ]);
  });

  test.each(['Negotiate realm="X"', 'Negotiate realm=X', 'NTLM realm="X"', 'NTLM !'])(
    'only %s has its 401 returned (C11)',
    async (challenge) => {
      const server = await serve(asking(challenge));
      await expect(get(server.origin, agentFor())).resolves.toMatchObject({
        status: 401,
        text: 'no',
      });
      expect(tokens(server)).toEqual([[undefined, 1]]);
    },
  );

  test('a token that nobody asked for gets a logon with the next scheme (C11)', async () => {
    const server = await serve((seen, response) => {
      if (seen.headers.authorization?.startsWith('NTLM ') !== true) {
        const challenges = [withToken('Negotiate', 'unasked'), 'NTLM'];
        response.writeHead(401, { 'www-authenticate': challenges }).end();
      } else response.end('yes');
    });
    fake.legAnswers.push(last('ticket'));
    const agent = agentFor({ schemes: ['Negotiate', 'NTLM'] });
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200 });
  });

  test('the same token twice goes on with the logon (C11)', async () => {
    const server = await serve((seen, response) => {
      const token = tokenIn(seen.headers.authorization);
      if (token === NTLM_3) response.end('yes');
      else {
        const challenge = token === NTLM_1 ? withToken('Negotiate', 'second') : 'Negotiate';
        response.writeHead(401, { 'www-authenticate': [challenge, challenge] }).end();
      }
    });
    fake.legAnswers.push(...ntlmLegs());
    await expect(get(server.origin, agentFor())).resolves.toMatchObject({ status: 200 });
    expect(server.connections()).toBe(1);
  });

  test('two different tokens fails the request (C11)', async () => {
    const server = await serve((seen, response) => {
      const both = ['1', '2'].map((text) => withToken('Negotiate', text));
      const asked = seen.headers.authorization === undefined;
      response.writeHead(401, { 'www-authenticate': asked ? 'Negotiate' : both }).end();
    });
    fake.legAnswers.push(going('ticket'));
    await expect(get(server.origin, agentFor())).rejects.toEqual(
      coded('ERR_SECUR32_MALFORMED_CHALLENGE'),
    );
  });

  test('challenges with its final response, of schemes not in use, is served (C11)', async () => {
    const server = await serve((seen, response) => {
      const token = tokenIn(seen.headers.authorization);
      const challenges = ['Negotiate realm="X"', 'NTLM !'];
      if (token === 'ticket') response.writeHead(200, { 'www-authenticate': challenges });
      else response.writeHead(401, { 'www-authenticate': 'Negotiate' });
      response.end();
    });
    fake.legAnswers.push(last('ticket'));
    await expect(get(server.origin, agentFor())).resolves.toMatchObject({ status: 200 });
  });

  test.each(BARE)('%s; %s gets a logon of an agent of node:http (C11)', async (...challenges) => {
    const server = await serve((seen, response) => {
      response.setHeader('persistent-auth', 'true');
      asking(...challenges)(seen, response, 0);
    });
    fake.legAnswers.push(last('ticket'));
    const sent = request(server.origin, { agent: httpAgentFor() });
    // After the probe was logged on, the test's server asks again.
    await expect(responseTo(sent)).resolves.toEqual({ status: 401, text: 'no' });
    expect(tokens(server)).toEqual([
      [undefined, 1],
      ['ticket', 1],
      [undefined, 1],
    ]);
  });
});

describe('a proxy that sends', () => {
  test.each([...BARE.flatMap((list) => [list.join(', ')])])(
    '%s gets a logon, with a tunnel and without one (C11)',
    async (challenge) => {
      const proxy = await serveProxy(({ authorization }) =>
        tokenIn(authorization) === 'proxy'
          ? { status: 502, headers: {} }
          : { status: 407, headers: { 'proxy-authenticate': challenge } },
      );
      const agent = agentFor({ proxy: { url: proxy.url, hosts: ['localhost'] } });
      fake.legAnswers.push(last('proxy'), last('proxy'));
      await expect(get('https://localhost:8/', agent)).rejects.toMatchObject({
        code: 'ERR_SECUR32_PROXY_REFUSED',
        status: 502,
      });
      await expect(get('http://localhost:8/', agent)).resolves.toMatchObject({ status: 502 });
      expect(proxy.seen.map(({ authorization }) => tokenIn(authorization))).toEqual([
        undefined,
        'proxy',
        'proxy',
      ]);
    },
  );
});
