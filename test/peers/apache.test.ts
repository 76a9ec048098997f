/** Apache is what it is taken for: a server that lets in who has a ticket for it, and says who that is. */

import { beforeAll, expect, test } from '@jest/globals';

import {
  startApache,
  type Apache,
  type ApacheAnswer,
} from '../instruments/support/peers/apache.js';
import { selfSigned } from '../instruments/support/peers/certificates.js';
import { curl } from '../instruments/support/peers/curl.js';
import { alice, bob, ticketOf } from '../instruments/support/peers/people.js';

const NEGOTIATE = ['--negotiate', '-u', ':'];

let apache: Apache;
beforeAll(async () => {
  apache = await startApache();
});

test('who has a ticket comes in under the own name', async () => {
  for (const who of [alice, bob]) {
    const { status, body } = await curl([...NEGOTIATE, apache.url('/page')], ticketOf(who));
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      user: `${who.user}@SSPI.TEST`,
      method: 'GET',
      path: '/page',
      bytes: 0,
    } satisfies ApacheAnswer);
  }
});

test('who has none does not', async () => {
  const { status, answers } = await curl([...NEGOTIATE, apache.url()], ticketOf(undefined));
  expect(status).toBe(401);
  expect(answers[0]?.headers['www-authenticate']).toEqual(['Negotiate']);
});

test('a body arrives, and the log tells the requests of a connection', async () => {
  const seen = apache.requests().length;
  const posting = [...NEGOTIATE, '-d', 'twelve bytes'];
  const { body } = await curl([...posting, apache.url('/1'), apache.url('/2')]);
  const answers = body.trim().split('\n');
  expect(answers.map((line) => (JSON.parse(line) as ApacheAnswer).bytes)).toEqual([12, 12]);
  const requests = apache.requests().slice(seen);
  const posted = { method: 'POST', status: 200, user: 'alice@SSPI.TEST', port: requests[0]?.port };
  expect(requests.slice(-2)).toEqual([
    { ...posted, path: '/1', before: requests.length - 2 },
    { ...posted, path: '/2', before: requests.length - 1 },
  ]);
});

test('over TLS', async () => {
  const certificate = selfSigned('apache.sspi.test');
  const overTls = await startApache(certificate);
  const trust = ['--cacert', certificate.certificate];
  const { status, body } = await curl([...NEGOTIATE, ...trust, overTls.url()]);
  expect({ status, ...(JSON.parse(body) as object) }).toMatchObject({
    status: 200,
    user: 'alice@SSPI.TEST',
  });
});
