/** Two users at once, over thousands of requests: each answer names the one who asked. */

import { describe, expect, test } from '@jest/globals';

import { curl } from '../instruments/support/peers/curl.js';
import { startHaproxyWith } from '../instruments/support/peers/haproxy.js';
import { alice, bob, type Person } from '../instruments/support/peers/people.js';
import { startWebServer } from '../instruments/support/peers/web-server.js';
import type { WebServerAnswer } from '../instruments/support/peers/web-server-program.js';

// Wine's own NTLM does not tell who logged on.
const OPTIONS = { schemes: ['NTLM'], packages: { NTLM: 'NamedNTLM' } } as const;

/** The names in the answers to so many requests of a user over one connection of his own. */
async function namesOver(port: number, who: Person, requests: number): Promise<string[]> {
  const url = `http://web.sspi.test:${port}/[1-${requests}]`;
  const { body, connections } = await curl(['--ntlm', '-u', who.login, url]);
  expect(connections).toBe(1);
  const lines = body.trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as WebServerAnswer).name ?? 'nobody');
}

async function expectNobodyCrosses(
  port: number,
  users: readonly Person[],
  requests: number,
): Promise<void> {
  const names = await Promise.all(users.map((who) => namesOver(port, who, requests)));
  names.forEach((given, i) => {
    expect(given).toHaveLength(requests);
    expect(new Set(given)).toEqual(new Set([`SSPI\\${users[i]?.user ?? ''}`]));
  });
}

const ports: [string, () => Promise<number>][] = [
  ['directly', async () => (await startWebServer(OPTIONS)).port],
  [
    'through HAProxy, which pins',
    async () => {
      const server = await startWebServer({ ...OPTIONS, reverseProxy: 'pinned' });
      const pinned = ['option http-keep-alive', 'http-reuse never', 'option prefer-last-server'];
      return (await startHaproxyWith(pinned, server.port)).port;
    },
  ],
];

describe.each(ports)('%s', (_, start) => {
  test('on connections that stay logged on', async () => {
    await expectNobodyCrosses(await start(), [alice, bob, alice, bob], 500);
  });

  test('where connections come and go', async () => {
    const port = await start();
    for (let i = 0; i < 20; i++) await expectNobodyCrosses(port, [alice, bob], 2);
  });
});
