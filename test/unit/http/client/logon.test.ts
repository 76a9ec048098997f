import { fake, Gate, settle } from '../../../instruments/support/fake-native.js';

import { afterEach, describe, expect, test } from '@jest/globals';
import { request } from 'undici';

import { coded } from '../../../instruments/support/fake-handles.js';
import {
  agentFor,
  destroyAgents,
  get,
  going,
  last,
  NTLM_1,
  NTLM_3,
  ntlmLegs,
  perConnection,
  perRequest,
  serverTokens,
  tokens,
} from '../../../instruments/support/http-client.js';
import { closeServers, serve, withToken } from '../../../instruments/support/plain-http-server.js';

afterEach(async () => {
  await destroyAgents();
  await closeServers();
  expect(fake.liveCounts()).toEqual([0, 0, 0, 0]);
});

describe('a server that wants a token with each request', () => {
  test('gets one when it asks, and then with each request, on one connection', async () => {
    const server = await serve(perRequest('ticket'));
    const agent = agentFor();
    fake.legAnswers.push(last('ticket'), last('ticket'));
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200, text: 'GET ' });
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200 });
    expect(tokens(server)).toEqual([
      [undefined, 1],
      ['ticket', 1],
      ['ticket', 1],
    ]);
    expect(fake.acquisitions).toMatchObject([
      { packageName: 'Negotiate', use: 2, user: undefined },
    ]);
    expect(fake.legs.map(({ targetName }) => targetName)).toEqual([
      'HTTP/localhost',
      'HTTP/localhost',
    ]);
  });

  test('is asked once for all, where it says Persistent-Auth', async () => {
    const server = await serve((_, response, n) => {
      if (n === 1) response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end();
      else response.writeHead(200, { 'persistent-auth': 'true' }).end(String(n));
    });
    const agent = agentFor();
    fake.legAnswers.push(last('ticket'));
    await get(server.origin, agent);
    await get(server.origin, agent);
    expect(tokens(server)).toEqual([
      [undefined, 1],
      ['ticket', 1],
      [undefined, 1],
    ]);
  });

  test('gets the first token at once with preemptive', async () => {
    const server = await serve(perRequest('ticket'));
    fake.legAnswers.push(last('ticket'));
    await get(server.origin, agentFor({ preemptive: true }));
    expect(tokens(server)).toEqual([['ticket', 1]]);
  });

  test('may ask again on a connection that was logged on', async () => {
    const server = await serve((_, response, n) => {
      if (n === 1 || n === 3) response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end();
      else response.writeHead(200, { 'persistent-auth': 'true' }).end();
    });
    const agent = agentFor();
    fake.legAnswers.push(last('one'), last('two'));
    await get(server.origin, agent);
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200 });
    expect(tokens(server).map(([token]) => token)).toEqual([undefined, 'one', undefined, 'two']);
  });
});

test('the next request finds the connection of one whose end it saw', async () => {
  const server = await serve(perRequest('ticket', { 'content-length': '4' }));
  const agent = agentFor();
  for (let i = 0; i < 20; i++) {
    fake.legAnswers.push(last('ticket'));
    const { body } = await request(server.origin, { dispatcher: agent });
    await new Promise((resolve) => body.resume().once('end', resolve));
  }
  expect(server.connections()).toBe(1);
});

describe('NTLM', () => {
  test.each([
    ['Negotiate', {}],
    ['NTLM', { schemes: ['NTLM'] as const }],
  ])('in %s logs a connection on, and later requests are without a token', async (scheme, more) => {
    const server = await serve(perConnection(scheme));
    const agent = agentFor(more);
    fake.legAnswers.push(...ntlmLegs());
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200 });
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200 });
    expect(tokens(server)).toEqual([
      [undefined, 1],
      [NTLM_1, 1],
      [NTLM_3, 1],
      [undefined, 1],
    ]);
    expect(serverTokens()).toEqual([undefined, 'second']);
    expect(server.seen[1]?.headers.authorization).toMatch(new RegExp(`^${scheme} `));
  });

  test('of a server that does not keep it is done again', async () => {
    const server = await serve(perConnection('Negotiate', { 'persistent-auth': 'false' }));
    const agent = agentFor();
    fake.legAnswers.push(...ntlmLegs(), going(NTLM_1));
    await get(server.origin, agent);
    await get(server.origin, agent);
    expect(tokens(server).map(([token]) => token)).toEqual([undefined, NTLM_1, NTLM_3, NTLM_1]);
  });

  test('logs each connection on by itself, two at once', async () => {
    const server = await serve(perConnection());
    const agent = agentFor({ connections: 2 });
    // The third leg may be that of either connection; the first ones wait for each other.
    const gate = new Gate();
    const first = { ...going(NTLM_1), until: gate.opened };
    fake.legAnswers.push(first, first, last(NTLM_3), last(NTLM_3));
    const both = Promise.all([get(server.origin, agent), get(server.origin, agent)]);
    while (fake.legs.length < 2) await settle();
    gate.open();
    await both;
    for (const connection of [1, 2]) {
      // The second connection may have been asked, or have known the scheme from the first one.
      const sent = tokens(server).filter(([token, number]) => token && number === connection);
      expect(sent).toEqual([
        [NTLM_1, connection],
        [NTLM_3, connection],
      ]);
    }
  });
});

describe('what is not answered', () => {
  test('hosts that are not allowed get nothing, and their 401 is given back', async () => {
    const server = await serve(perRequest('ticket'));
    const agent = agentFor({ hosts: ['*.example.com'], preemptive: true, mutualAuth: true });
    const { status, text, headers } = await get(server.origin, agent);
    expect([status, text, headers['www-authenticate']]).toEqual([401, 'log on', 'Negotiate']);
    expect(tokens(server)).toEqual([[undefined, 1]]);
    expect(fake.log).toEqual([]);
  });

  test.each([
    ['another scheme', 'Basic realm="a, Negotiate"'],
    ['NTLM where it was not chosen', 'NTLM'],
    ['a token that nobody asked for', withToken('Negotiate', 'first')],
    ['no scheme at all', ''],
  ])('a challenge of %s', async (_, challenge) => {
    const server = await serve((_seen, response) => {
      response.writeHead(401, { 'www-authenticate': challenge }).end('body');
    });
    await expect(get(server.origin, agentFor())).resolves.toMatchObject({
      status: 401,
      text: 'body',
    });
    expect(fake.legs).toEqual([]);
  });

  test('a 401 after the last token, which stands for a refusal', async () => {
    const server = await serve((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end('who are you?');
    });
    fake.legAnswers.push(last('ticket'));
    const { status, text } = await get(server.origin, agentFor());
    expect([status, text]).toEqual([401, 'who are you?']);
    expect(tokens(server).map(([token]) => token)).toEqual([undefined, 'ticket']);
  });

  test('a 401 with another token after the last one', async () => {
    const server = await serve((seen, response) => {
      const challenge = seen.headers.authorization ? withToken('Negotiate', 'x') : 'Negotiate';
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    fake.legAnswers.push(last('ticket'));
    await expect(get(server.origin, agentFor())).resolves.toMatchObject({ status: 401 });
    expect(server.seen).toHaveLength(2);
  });

  test('a bare challenge in the middle of a logon', async () => {
    const server = await serve((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end();
    });
    fake.legAnswers.push(going(NTLM_1));
    await expect(get(server.origin, agentFor())).resolves.toMatchObject({ status: 401 });
    expect(server.seen).toHaveLength(2);
  });

  test('and the next request after a refusal begins anew, on another connection', async () => {
    const server = await serve((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end();
    });
    const agent = agentFor();
    fake.legAnswers.push(last('ticket'), last('ticket'));
    await get(server.origin, agent);
    await get(server.origin, agent);
    expect(tokens(server)).toEqual([
      [undefined, 1],
      ['ticket', 1],
      [undefined, 2],
      ['ticket', 2],
    ]);
  });

  test('403 with a challenge is no challenge', async () => {
    const server = await serve((_, response) => {
      response.writeHead(403, { 'www-authenticate': 'Negotiate' }).end();
    });
    await expect(get(server.origin, agentFor())).resolves.toMatchObject({ status: 403 });
  });
});

describe('the choice of a scheme', () => {
  const both = { schemes: ['NTLM', 'Negotiate'] as const };

  test('is by the order of the options, not of the server', async () => {
    const server = await serve((_, response, n) => {
      if (n > 1) response.writeHead(200).end();
      else response.writeHead(401, { 'www-authenticate': ['Negotiate', 'NTLM'] }).end();
    });
    fake.legAnswers.push(last('x'));
    await get(server.origin, agentFor(both));
    expect(server.seen[1]?.headers.authorization).toMatch(/^NTLM /);
    expect(fake.acquisitions).toMatchObject([{ packageName: 'NTLM' }]);
  });

  test('takes another one where a token that nobody asked for was of a scheme that is not taken', async () => {
    const server = await serve(perConnection('NTLM'));
    const agent = agentFor({ schemes: ['Negotiate', 'NTLM'], preemptive: true });
    fake.legAnswers.push(last('ticket'), ...ntlmLegs());
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200 });
    expect(tokens(server).map(([token]) => token)).toEqual(['ticket', NTLM_1, NTLM_3]);
  });

  test('can be served by another package', async () => {
    const server = await serve(perRequest('ticket'));
    fake.legAnswers.push(last('ticket'));
    await get(server.origin, agentFor({ packages: { Negotiate: 'Kerberos' } }));
    expect(fake.acquisitions).toMatchObject([{ packageName: 'Kerberos' }]);
  });
});

describe('the bounds of a logon', () => {
  test('a server that never ends is left', async () => {
    const server = await serve((_, response) => {
      const challenge = server.seen.length === 1 ? 'Negotiate' : withToken('Negotiate', 'more');
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    fake.legAnswers.push(going('1'), going('2'), going('3'));
    await expect(get(server.origin, agentFor({ limits: { legs: 3 } }))).rejects.toEqual(
      coded('ERR_SECUR32_TOO_MANY_LEGS'),
    );
    expect(server.seen).toHaveLength(4);
  });

  test('a package that takes too long is left, and its result with it', async () => {
    const server = await serve(perRequest('ticket'));
    const gate = new Gate();
    fake.legAnswers.push({ ...last('ticket'), until: gate.opened });
    await expect(get(server.origin, agentFor({ limits: { legTimeoutMs: 1 } }))).rejects.toEqual(
      coded('ERR_SECUR32_LEG_TIMEOUT'),
    );
    gate.open();
    await settle();
  });

  test('a token that is too large is not decoded', async () => {
    const server = await serve((seen, response) => {
      const challenge = seen.headers.authorization
        ? withToken('Negotiate', 'x'.repeat(101))
        : 'Negotiate';
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    fake.legAnswers.push(going('1'));
    await expect(get(server.origin, agentFor({ limits: { tokenBytes: 100 } }))).rejects.toEqual(
      coded('ERR_SECUR32_TOKEN_TOO_LARGE'),
    );
    expect(fake.legs).toHaveLength(1);
  });

  test.each(['!', 'YQ', 'YQ=', 'YQ==='])('%s is no token', async (text) => {
    const server = await serve((seen, response) => {
      const challenge = seen.headers.authorization ? `Negotiate ${text}` : 'Negotiate';
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    fake.legAnswers.push(going('1'));
    await expect(get(server.origin, agentFor())).rejects.toEqual(
      coded('ERR_SECUR32_MALFORMED_CHALLENGE'),
    );
  });

  test('tokens of the size that Windows makes fit into the head of a response', async () => {
    const big = 'x'.repeat(48_000);
    const server = await serve((seen, response) => {
      if (seen.headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end();
      } else response.writeHead(200, { 'www-authenticate': withToken('Negotiate', big) }).end();
    });
    fake.legAnswers.push(going('ticket'), last());
    await expect(get(server.origin, agentFor())).resolves.toMatchObject({ status: 200 });
    expect(serverTokens()).toEqual([undefined, big]);
  });

  test('a package that asks for more and sends nothing is left', async () => {
    const server = await serve(perRequest('ticket'));
    fake.legAnswers.push({ ...going(''), output: [undefined] });
    await expect(get(server.origin, agentFor())).rejects.toEqual(coded('ERR_SECUR32_NO_PROGRESS'));
  });
});
