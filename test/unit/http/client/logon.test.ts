import { fake, Gate, settle } from '../../../instruments/support/fake-native.js';

import { afterEach, describe, expect, test } from '@jest/globals';
import { request } from 'undici';

import { coded, credentials } from '../../../instruments/support/fake-handles.js';
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

const MUTUAL_AUTH = 2;
const DELEGATE = 1;

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

describe('whose logon it is', () => {
  test('an authIdentity is acquired at once, and its password is not needed later', async () => {
    const server = await serve(perRequest('ticket'));
    const password = Buffer.from('secret');
    const agent = agentFor({ authIdentity: { user: 'alice', domain: 'D', password } });
    expect(fake.acquisitions).toMatchObject([{ user: 'alice', domain: 'D' }]);
    password.fill(0);
    fake.legAnswers.push(last('ticket'), last('ticket'));
    await get(server.origin, agent);
    await get(server.origin, agent);
    expect(fake.acquisitions.map((each) => String(each.password))).toEqual([
      String(Uint8Array.from(Buffer.from('secret'))),
    ]);
  });

  test('a failure to acquire is that of the request, and is tried again only for the process', async () => {
    const server = await serve(perRequest('ticket'));
    const agent = agentFor();
    fake.acquireAnswers.push({ status: 0x8009030e });
    await expect(get(server.origin, agent)).rejects.toMatchObject({ code: 'SEC_E_NO_CREDENTIALS' });
    fake.legAnswers.push(last('ticket'));
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200 });

    fake.acquireAnswers.push({ status: 0x8009030e });
    const other = agentFor({ authIdentity: { user: 'alice', password: 'x' } });
    for (let i = 0; i < 2; i++) {
      await expect(get(server.origin, other)).rejects.toMatchObject({
        code: 'SEC_E_NO_CREDENTIALS',
      });
    }
  });

  test('credentials of the caller stay the caller’s', async () => {
    const server = await serve(perConnection('NTLM'));
    const held = await credentials({}, { package: 'NTLM', use: 'outbound' });
    const agent = agentFor({ credentials: held });
    fake.legAnswers.push(...ntlmLegs());
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200 });
    await agent.close();
    expect(held.closed).toBe(false);
    held.close();
  });

  test('two agents never share a connection', async () => {
    const server = await serve(perConnection());
    const alice = agentFor({ authIdentity: { user: 'alice', password: 'x' } });
    const bob = agentFor({ authIdentity: { user: 'bob', password: 'y' } });
    fake.legAnswers.push(...ntlmLegs(), ...ntlmLegs());
    await get(server.origin, alice);
    await get(server.origin, bob);
    await get(server.origin, alice);
    await get(server.origin, bob);
    expect(tokens(server)).toEqual([
      [undefined, 1],
      [NTLM_1, 1],
      [NTLM_3, 1],
      [undefined, 2],
      [NTLM_1, 2],
      [NTLM_3, 2],
      [undefined, 1],
      [undefined, 2],
    ]);
    expect(fake.legs[0]?.credential).not.toBe(fake.legs[2]?.credential);
  });
});

describe('proof of the server', () => {
  const mutual = { mutualAuth: true };

  test('is asked for at once, and taken from the response', async () => {
    const server = await serve(
      perRequest('ticket', { 'www-authenticate': withToken('Negotiate', 'proof') }),
    );
    fake.legAnswers.push(going('ticket'), last(undefined, MUTUAL_AUTH));
    await expect(get(server.origin, agentFor(mutual))).resolves.toMatchObject({ status: 200 });
    expect(tokens(server)).toEqual([['ticket', 1]]);
    expect(serverTokens()).toEqual([undefined, 'proof']);
    expect(fake.legs.map(({ contextReq }) => contextReq & MUTUAL_AUTH)).toEqual([2, 2]);
  });

  test.each([
    ['is missing', {}],
    ['is of another scheme', { 'www-authenticate': withToken('NTLM', 'proof') }],
    ['is bare', { 'www-authenticate': 'Negotiate' }],
  ])('that %s is an error', async (_, headers) => {
    const server = await serve(perRequest('ticket', headers));
    fake.legAnswers.push(going('ticket'));
    const failed = get(server.origin, agentFor(mutual));
    await expect(failed).rejects.toEqual(coded('ERR_SECUR32_SERVER_NOT_PROVEN'));
  });

  test('that the package refuses is an error', async () => {
    const server = await serve(
      perRequest('ticket', { 'www-authenticate': withToken('Negotiate', 'forged') }),
    );
    fake.legAnswers.push(going('ticket'), { status: 0x80090308 });
    await expect(get(server.origin, agentFor(mutual))).rejects.toMatchObject({
      code: 'SEC_E_INVALID_TOKEN',
    });
  });

  test('that the package did not grant is an error', async () => {
    const server = await serve(
      perRequest('ticket', { 'www-authenticate': withToken('Negotiate', 'proof') }),
    );
    fake.legAnswers.push(going('ticket'), last());
    await expect(get(server.origin, agentFor(mutual))).rejects.toEqual(
      coded('ERR_SECUR32_REQUIREMENTS_NOT_MET'),
    );
  });

  test('is not there without a word of the server, whatever the package says', async () => {
    const server = await serve(perRequest('ticket'));
    fake.legAnswers.push(last('ticket', MUTUAL_AUTH));
    await expect(get(server.origin, agentFor(mutual))).rejects.toEqual(
      coded('ERR_SECUR32_SERVER_NOT_PROVEN'),
    );
  });

  test('is not there either in a refusal', async () => {
    const server = await serve((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end('forged');
    });
    fake.legAnswers.push(going('ticket'));
    await expect(get(server.origin, agentFor(mutual))).rejects.toEqual(
      coded('ERR_SECUR32_SERVER_NOT_PROVEN'),
    );
  });

  test('holds for a connection that is kept', async () => {
    const headers = {
      'www-authenticate': withToken('Negotiate', 'proof'),
      'persistent-auth': 'true',
    };
    const server = await serve((_, response) => {
      response.writeHead(200, headers).end();
    });
    const agent = agentFor(mutual);
    fake.legAnswers.push(going('ticket'), last(undefined, MUTUAL_AUTH));
    await get(server.origin, agent);
    await expect(get(server.origin, agent)).resolves.toMatchObject({ status: 200 });
    expect(tokens(server).map(([token]) => token)).toEqual(['ticket', undefined]);
  });

  test('is looked at where nobody asked for it, too, if the logon is not done', async () => {
    const server = await serve(
      perRequest('ticket', { 'www-authenticate': withToken('Negotiate', 'forged') }),
    );
    fake.legAnswers.push(going('ticket'), { status: 0x80090308 });
    await expect(get(server.origin, agentFor())).rejects.toMatchObject({
      code: 'SEC_E_INVALID_TOKEN',
    });
  });

  test('may be missing where nobody asked for it', async () => {
    const server = await serve(perRequest('ticket'));
    fake.legAnswers.push(going('ticket'));
    await expect(get(server.origin, agentFor())).resolves.toMatchObject({ status: 200 });
  });
});

describe('delegation', () => {
  test('is for the hosts of its own list, which prove who they are', async () => {
    const server = await serve(
      perRequest('ticket', { 'www-authenticate': withToken('Negotiate', 'proof') }),
    );
    const both = MUTUAL_AUTH | DELEGATE;
    fake.legAnswers.push(going('ticket'), last(undefined, both));
    await get(server.origin, agentFor({ delegateTo: ['localhost'] }));
    fake.legAnswers.push(going('ticket'), last());
    await get(server.origin, agentFor({ delegateTo: ['*.example.com'] }));
    expect(fake.legs.map(({ contextReq }) => contextReq & both)).toEqual([both, both, 0, 0]);
  });

  test('that was not granted is an error', async () => {
    const server = await serve(
      perRequest('ticket', { 'www-authenticate': withToken('Negotiate', 'proof') }),
    );
    fake.legAnswers.push(going('ticket'), last(undefined, MUTUAL_AUTH));
    await expect(get(server.origin, agentFor({ delegateTo: ['localhost'] }))).rejects.toEqual(
      coded('ERR_SECUR32_REQUIREMENTS_NOT_MET'),
    );
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

describe('the name of the server', () => {
  async function nameFor(options: Parameters<typeof agentFor>[0], host = 'localhost') {
    const server = await serve(perRequest('ticket'));
    fake.legAnswers.push(last('ticket'));
    await get(`http://${host}:${server.port}/`, agentFor(options));
    return fake.legs[0]?.targetName?.replace(String(server.port), 'PORT');
  }

  test.each([
    [{ targetName: 'HTTP/other.example.com' }, 'HTTP/other.example.com'],
    [
      { targetName: ({ hostname }: URL) => `HTTP/${hostname}.example.com` },
      'HTTP/localhost.example.com',
    ],
    [{ portInTargetName: true }, 'HTTP/localhost:PORT'],
  ])('with %j is %s', async (options, expected) => {
    await expect(nameFor(options)).resolves.toBe(expected);
  });

  test('of an address is none, unless it is given', async () => {
    await expect(
      nameFor({ targetName: 'HTTP/web', hosts: ['127.0.0.1'] }, '127.0.0.1'),
    ).resolves.toBe('HTTP/web');
    const server = await serve(perRequest('ticket'));
    await expect(
      get(`http://127.0.0.1:${server.port}/`, agentFor({ hosts: ['127.0.0.1'] })),
    ).rejects.toEqual(coded('ERR_SECUR32_NO_TARGET_NAME'));
  });

  test('of an address is the address for NTLM, which asks nobody about it', async () => {
    const server = await serve(perConnection('NTLM'));
    fake.legAnswers.push(...ntlmLegs());
    await get(
      `http://127.0.0.1:${server.port}/`,
      agentFor({ hosts: ['127.0.0.1'], schemes: ['NTLM'] }),
    );
    expect(fake.legs[0]?.targetName).toBe('HTTP/127.0.0.1');
  });
});
