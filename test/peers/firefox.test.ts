/** A browser as a client: it logs on by itself, with the ticket of its user. */

import { beforeAll, expect, test } from '@jest/globals';

import { startApache } from '../instruments/support/peers/apache.js';
import { startFirefox, type Firefox } from '../instruments/support/peers/firefox.js';
import { bob, ticketOf } from '../instruments/support/peers/people.js';
import { startWebServer } from '../instruments/support/peers/web-server.js';
import type { WebServerAnswer } from '../instruments/support/peers/web-server-program.js';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

let firefox: Firefox;
beforeAll(async () => {
  firefox = await startFirefox();
});

test('it logs on to Apache, which says who it is', async () => {
  const apache = await startApache();
  await firefox.open(apache.url('/page'));
  expect(JSON.parse(await firefox.text())).toMatchObject({ user: 'alice@SSPI.TEST' });
});

test('it logs on to a server of ours, page by page, and takes a picture', async () => {
  const server = await startWebServer();
  for (const path of ['/1', '/2']) {
    await firefox.open(server.url(path));
    const answer = JSON.parse(await firefox.text()) as WebServerAnswer;
    expect(answer).toMatchObject({ path, package: 'Kerberos' });
  }
  expect((await firefox.picture()).subarray(0, PNG.length)).toEqual(PNG);
});

test('it does not where nobody told it to trust the server', async () => {
  const careful = await startFirefox({}, { 'network.negotiate-auth.trusted-uris': '' });
  const server = await startWebServer();
  await careful.open(server.url());
  expect(await careful.text()).toBe('You are not logged on.');
});

test('another user is another user', async () => {
  const apache = await startApache();
  const bobs = await startFirefox(ticketOf(bob));
  await bobs.open(apache.url());
  expect(JSON.parse(await bobs.text())).toMatchObject({ user: 'bob@SSPI.TEST' });
});
