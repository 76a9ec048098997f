/** curl against a server of ours: the first client that is not ours. */

import { writeFileSync } from 'node:fs';

import { beforeAll, describe, expect, test } from '@jest/globals';

import { curl } from '../instruments/support/peers/curl.js';
import { alice, bob, ticketOf } from '../instruments/support/peers/people.js';
import { startWebServer, type WebServer } from '../instruments/support/peers/web-server.js';
import type { WebServerAnswer } from '../instruments/support/peers/web-server-program.js';

const BODY_FILE = '/tmp/secur32-body';
const BODY_BYTES = 100_000;

let server: WebServer;
beforeAll(async () => {
  writeFileSync(BODY_FILE, Buffer.alloc(BODY_BYTES, 'x'));
  server = await startWebServer({ schemes: ['Negotiate', 'NTLM'] });
});

const answersOf = (body: string): WebServerAnswer[] =>
  body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as WebServerAnswer);

const NEGOTIATE = ['--negotiate', '-u', ':'];

describe('without a logon', () => {
  test('curl is told what there is, each scheme in a field of its own', async () => {
    const { status, answers } = await curl([server.url()]);
    expect(status).toBe(401);
    expect(answers[0]?.headers['www-authenticate']).toEqual(['Negotiate', 'NTLM']);
  });
});

describe('by Kerberos', () => {
  test('who has a ticket comes in, with the token of the server', async () => {
    const { status, body, answers } = await curl([...NEGOTIATE, server.url()]);
    expect(status).toBe(200);
    expect(answersOf(body)).toEqual([
      { path: '/', scheme: 'Negotiate', package: 'Kerberos', persistent: false, bytes: 0 },
    ]);
    expect(answers.at(-1)?.headers['www-authenticate']).toEqual([
      expect.stringMatching(/^Negotiate oY/),
    ]);
    expect(answers.at(-1)?.headers['persistent-auth']).toEqual(['false']);
  });

  test('every request of a connection has a ticket of its own', async () => {
    const urls = ['/1', '/2', '/3'].map((path) => server.url(path));
    const { body, connections, answers } = await curl([...NEGOTIATE, ...urls]);
    expect(answersOf(body).map(({ path }) => path)).toEqual(['/1', '/2', '/3']);
    expect(connections).toBe(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
  });

  test('a body arrives', async () => {
    const { body } = await curl([...NEGOTIATE, '--data-binary', `@${BODY_FILE}`, server.url()]);
    expect(answersOf(body)[0]?.bytes).toBe(BODY_BYTES);
  });

  test('who has no ticket does not', async () => {
    const { status } = await curl([...NEGOTIATE, server.url()], ticketOf(undefined));
    expect(status).toBe(401);
  });

  test('another user does', async () => {
    const { status } = await curl([...NEGOTIATE, server.url()], ticketOf(bob));
    expect(status).toBe(200);
  });
});

describe('by NTLM', () => {
  const ntlm = (login: string): string[] => ['--ntlm', '-u', login];

  test('the right password comes in, and the connection stays logged on', async () => {
    const urls = ['/1', '/2', '/3'].map((path) => server.url(path));
    const { body, connections, answers } = await curl([...ntlm(alice.login), ...urls]);
    expect(answersOf(body).map(({ path }) => path)).toEqual(['/1', '/2', '/3']);
    expect(answersOf(body)[2]).toMatchObject({ package: 'NTLM', persistent: true });
    expect(connections).toBe(1);
    // One challenge for three requests.
    expect(answers.map(({ status }) => status)).toEqual([401, 200, 200, 200]);
    expect(answers[1]?.headers['persistent-auth']).toEqual(['true']);
  });

  test('a body arrives', async () => {
    const { body } = await curl([
      ...ntlm(bob.login),
      '--data-binary',
      `@${BODY_FILE}`,
      server.url(),
    ]);
    expect(answersOf(body)[0]?.bytes).toBe(BODY_BYTES);
  });

  test('a wrong password does not, and the answer does not say why', async () => {
    const { status, body } = await curl([...ntlm('SSPI\\alice:wrong'), server.url()]);
    expect(status).toBe(401);
    expect(body).toBe('You are not logged on.\n');
    await server.told(/"status":401,"code":"SEC_E_LOGON_DENIED"/);
  });

  test('an empty password does not', async () => {
    const { status } = await curl([...ntlm('SSPI\\alice:'), server.url()]);
    expect(status).toBe(401);
  });

  test('a good logon behind a bad one is a good one', async () => {
    await curl([...ntlm('SSPI\\alice:wrong'), server.url()]);
    const { status } = await curl([...ntlm(alice.login), server.url()]);
    expect(status).toBe(200);
  });
});

test('a client that says that it was forwarded gets no logon', async () => {
  const { status } = await curl([
    ...NEGOTIATE,
    '-H',
    'X-Forwarded-For: 10.0.0.1',
    '-H',
    'Forwarded: for=10.0.0.1',
    server.url(),
  ]);
  expect(status).toBe(403);
});
