/** Which user logs on, and to whom: proof of the server's identity, and its service principal name. */

import { fake } from '../../../instruments/support/fake-native.js';

import { afterEach, describe, expect, test } from '@jest/globals';

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

afterEach(async () => {
  await destroyAgents();
  await closeServers();
  expect(fake.liveCounts()).toEqual([0, 0, 0, 0]);
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
