import { fake } from '../../../instruments/support/fake-native.js';

import { promises as dns } from 'node:dns';

import { afterEach, describe, expect, jest, test } from '@jest/globals';

import { coded } from '../../../instruments/support/fake-handles.js';
import {
  agentFor,
  destroyAgents,
  get,
  going,
  last,
  perRequest,
} from '../../../instruments/support/http-client.js';
import { closeServers, serve, withToken } from '../../../instruments/support/plain-http-server.js';

const MUTUAL_AUTH = 2;
const DELEGATE = 1;

afterEach(async () => {
  jest.restoreAllMocks();
  await destroyAgents();
  await closeServers();
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

  test.each<[string, object]>([
    ['an alias in DNS', { canonicalName: true }],
    ['targetName', { targetName: 'HTTP/evil.example.com' }],
    ['a function targetName', { targetName: () => 'HTTP/evil.example.com' }],
  ])('is for no host to which %s leads, unless its list has that one, too', async (_, options) => {
    jest
      .spyOn(dns, 'resolveCname')
      .mockImplementation((name) =>
        name === 'localhost'
          ? Promise.resolve(['evil.example.com'])
          : Promise.reject(Object.assign(new Error('no data'), { code: 'ENODATA' })),
      );
    const server = await serve(
      perRequest('ticket', { 'www-authenticate': withToken('Negotiate', 'proof') }),
    );
    const hosts = ['localhost', '*.example.com'];
    await expect(
      get(server.origin, agentFor({ hosts, delegateTo: ['localhost'], ...options })),
    ).rejects.toEqual(coded('ERR_SECUR32_NO_TARGET_NAME'));
    expect(fake.legs).toEqual([]);

    fake.legAnswers.push(going('ticket'), last(undefined, MUTUAL_AUTH | DELEGATE));
    const delegateTo = ['localhost', 'evil.example.com'];
    await get(server.origin, agentFor({ hosts, delegateTo, ...options }));
    fake.legAnswers.push(going('ticket'), last());
    await get(server.origin, agentFor({ hosts, delegateTo: ['evil.example.com'], ...options }));
    expect(fake.legs.map(({ targetName }) => targetName)).toEqual(
      Array(4).fill('HTTP/evil.example.com'),
    );
    expect(fake.legs.map(({ contextReq }) => (contextReq & DELEGATE) !== 0)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
