/** examples/cluster with HAProxy in front: one logon, and a session in all processes. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeAll, expect, test } from '@jest/globals';

import { selfSigned } from '../instruments/support/peers/certificates.js';
import { curl } from '../instruments/support/peers/curl.js';
import { startHaproxy } from '../instruments/support/peers/haproxy.js';
import { ticketOf } from '../instruments/support/peers/people.js';
import { freePort, startWindows, type Program } from '../instruments/support/peers/programs.js';

const EXAMPLE = join(__dirname, '..', '..', '..', 'examples', 'cluster');

interface Answer {
  process: number;
  loggedOnIn: number;
}

let program: Program;
let trust: string[];
let url: string;
beforeAll(async () => {
  const certificate = selfSigned('web.sspi.test');
  trust = ['--cacert', certificate.certificate];
  const serverPort = await freePort();
  program = startWindows([join(EXAMPLE, 'server.mjs'), String(serverPort)], {
    SESSION_PASSWORD: 'a password of the test, of more than 32 characters',
    SECUR32_EXAMPLE_PACKAGE: 'Kerberos',
  });
  await program.printed(/^listening/m);
  const { port } = await startHaproxy(join(EXAMPLE, 'haproxy.cfg'), {
    SERVER_PORT: String(serverPort),
    CERTIFICATE: certificate.bundle,
  });
  url = `https://web.sspi.test:${port}/`;
});

const logons = (): number => program.output().match(/: logon,/g)?.length ?? 0;

test('a user logs on once, and is known in both processes', async () => {
  const jar = join(mkdtempSync(join(tmpdir(), 'secur32-cookies-')), 'jar');
  const cookies = ['-b', jar, '-c', jar];
  const first = await curl([...trust, ...cookies, '--negotiate', '-u', ':', url]);
  expect(first.status).toBe(200);
  const { process, loggedOnIn } = JSON.parse(first.body) as Answer;
  expect(loggedOnIn).toBe(process);
  await program.printed(/: logon,/);
  expect(logons()).toBe(1);

  const seen = new Set<number>();
  for (let i = 0; i < 10; i++) {
    // A connection of its own each time, and no ticket.
    const { status, body } = await curl([...trust, ...cookies, url], ticketOf(undefined));
    expect(status).toBe(200);
    const answer = JSON.parse(body) as Answer;
    expect(answer.loggedOnIn).toBe(process);
    seen.add(answer.process);
  }
  expect([...seen].sort()).toEqual([1, 2]);
  expect(logons()).toBe(1);
});

test('without the cookie, and with one that was changed, nobody is known', async () => {
  expect((await curl([...trust, url])).status).toBe(401);
  const forged = '__Host-session=Fe26.2*1*00*00*00*1*00*00~2';
  expect((await curl([...trust, '-H', `Cookie: ${forged}`, url])).status).toBe(401);
});

test('a logon of several legs ends in the process in which it began', async () => {
  for (let i = 0; i < 4; i++) {
    const { status } = await curl([...trust, '--negotiate', '-u', ':', url]);
    expect(status).toBe(200);
  }
});
