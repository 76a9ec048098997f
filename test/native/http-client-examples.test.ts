/** The examples of HTTP clients, with the example of a server. For other servers see test/peers. */

import { join } from 'node:path';

import { expect } from '@jest/globals';

import { freePort, start, until } from '../instruments/support/examples.js';
import { testIf, testWithDomain } from '../instruments/support/skip.js';
import { domain, wine } from '../instruments/support/system.js';

const testWithUser = testIf(wine === undefined || domain !== undefined, 'needs a domain');

/** In a domain, the name that the service's key is for. The server listens on the loopback. */
const HOST = domain?.spn.split('/')[1] ?? 'localhost';
const FILE = join(__dirname, '../../../examples/client.mjs');

async function startServer(): Promise<string> {
  const port = await freePort();
  const server = start('node-http.mjs', { args: [String(port)] });
  await until(() => server.output().includes('listening'));
  return `http://${HOST}:${port}`;
}

testWithUser('fetch.mjs reads and writes as the user', async () => {
  const url = await startServer();
  const reader = start('fetch.mjs', { args: [url] });
  expect(await reader.ended).toBe(0);
  expect(reader.output()).toMatch(/^200 OK\nwelcome, \S.*\n$/);
  const writer = start('fetch.mjs', { args: [`${url}/notes`, 'hello'] });
  expect(await writer.ended).toBe(0);
  expect(writer.output()).toMatch(/^201 Created\n5 characters by \S.*\n$/);
});

testWithUser('undici.mjs sends a file in one go, and reads over the same connection', async () => {
  const url = await startServer();
  const client = start('undici.mjs', { args: [`${url}/notes`, FILE] });
  expect(await client.ended).toBe(0);
  expect(client.output()).toMatch(/^201 \d{3} characters by \S.*\n200 welcome, \S.*\n$/);
});

testWithDomain('fetch.mjs says why it could not log on', async () => {
  const url = (await startServer()).replace(HOST, '127.0.0.1');
  const client = start('fetch.mjs', { args: [url] });
  expect(await client.ended).toBe(1);
  expect(client.output()).toMatch(/^ERR_SECUR32_NO_TARGET_NAME: 127\.0\.0\.1 is an address/);
});
