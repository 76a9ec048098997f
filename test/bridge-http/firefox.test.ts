/** A browser by SPNEGO, at a server of ours that knows who it is and checks channel bindings. */

import { beforeAll, expect, test } from '@jest/globals';

import { sidOf } from '../instruments/support/peers/domain.js';
import { startFirefox, type Firefox } from '../instruments/support/peers/firefox.js';
import { bob, required, ticketOf } from '../instruments/support/peers/people.js';
import { startWebServer } from '../instruments/support/peers/web-server.js';
import type { WebServerAnswer } from '../instruments/support/peers/web-server-program.js';

const GROUP = required('SECUR32_TEST_GROUP');
const options = { schemes: ['Negotiate'] as const, packages: { Negotiate: 'MitNegotiate' } };

let firefox: Firefox;
beforeAll(async () => {
  firefox = await startFirefox();
});

test('it is taken for its user, with the groups of the domain', async () => {
  const server = await startWebServer(options);
  await firefox.open(server.url('/page'));
  const answer = JSON.parse(await firefox.text()) as WebServerAnswer;
  expect(answer).toMatchObject({
    path: '/page',
    package: 'Kerberos',
    name: 'SSPI\\alice',
    sid: sidOf('alice'),
  });
  expect(answer.groups).toContain(sidOf(GROUP));
});

test('a user who is not in the group reads that the page is not for them', async () => {
  const server = await startWebServer({ ...options, allow: [sidOf(GROUP)] });
  await firefox.open(server.url());
  expect(JSON.parse(await firefox.text())).toMatchObject({ name: 'SSPI\\alice' });
  const bobs = await startFirefox(ticketOf(bob));
  await bobs.open(server.url());
  expect(await bobs.text()).toMatch(/not allowed|forbidden|denied/i);
  await server.told(/"status":403/);
});
