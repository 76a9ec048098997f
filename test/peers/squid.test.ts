/** Squid is what it is taken for: a proxy that lets through whom it knows, and nobody else. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { curl } from '../instruments/support/peers/curl.js';
import { alice, bob, ticketOf } from '../instruments/support/peers/people.js';
import { startSquid, type Squid } from '../instruments/support/peers/squid.js';

const behind = createServer((request, response) => {
  response.end(`${request.url ?? ''} behind the proxy`);
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
  url = `http://web.sspi.test:${(behind.address() as AddressInfo).port}/page`;
});
afterAll(() => {
  behind.close();
});

const users = (squid: Squid) => squid.requests().map(({ status, user }) => [status, user]);

describe('by Kerberos', () => {
  let through: string[];
  let squid: Squid;
  beforeAll(async () => {
    squid = await startSquid();
    through = ['-x', squid.url, '--proxy-negotiate', '--proxy-user', ':'];
  });

  test('who has a ticket comes through, and the proxy knows the name', async () => {
    const { status, body } = await curl([...through, url], ticketOf(bob));
    expect(status).toBe(200);
    expect(body).toBe('/page behind the proxy');
    expect(squid.requests().at(-1)).toMatchObject({ target: url, user: 'bob@SSPI.TEST' });
  });

  test('through a tunnel, too', async () => {
    const { status, body } = await curl([...through, '--proxytunnel', url]);
    expect(status).toBe(200);
    expect(body).toBe('/page behind the proxy');
    expect(squid.requests().at(-1)).toMatchObject({ method: 'CONNECT', user: 'alice@SSPI.TEST' });
  });

  test('who has none does not', async () => {
    const { status, answers } = await curl([...through, url], ticketOf(undefined));
    expect(status).toBe(407);
    expect(answers[0]?.headers['proxy-authenticate']).toEqual(['Negotiate']);
  });
});

describe('by NTLM', () => {
  test('who has the password comes through, and the proxy knows the name', async () => {
    const squid = await startSquid(['NTLM']);
    const through = (login: string) => ['-x', squid.url, '--proxy-ntlm', '--proxy-user', login];
    expect((await curl([...through(alice.login), url])).status).toBe(200);
    expect((await curl([...through('SSPI\\alice:wrong'), url])).status).toBe(407);
    expect(users(squid)).toEqual([
      [407, undefined],
      [200, 'SSPI\\alice'],
      [407, undefined],
      [407, undefined],
    ]);
  });
});
