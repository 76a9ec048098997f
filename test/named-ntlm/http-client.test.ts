/** HTTP clients of two users at the same time, and a server that knows the user of each request. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, expect } from '@jest/globals';
import { request } from 'undici';

import { IntegratedAgent } from '../../lib/http/client/undici/integrated-agent.js';
import { getIdentity } from '../../lib/http/server/authentication.js';
import { integratedAuth } from '../../lib/http/server/adapters/middleware.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { NAMED_NTLM, nameOf, randomNumbers } from '../instruments/support/named-ntlm.js';
import { testWithAccount } from '../instruments/support/skip.js';
import { alice, bob, present, type Account } from '../instruments/support/system.js';

const packages = { NTLM: NAMED_NTLM } as const;
const REQUESTS = 600;

const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
  await expectNothingLive();
});

/** A server that responds with the user, and now and then closes the connection afterwards. */
async function serve(random: () => number): Promise<string> {
  const auth = integratedAuth({ schemes: ['NTLM'], packages });
  await auth.ready;
  const server = createServer((incoming, response) => {
    auth(incoming, response, () => {
      if (random() < 0.05) response.setHeader('Connection', 'close');
      incoming.resume().once('end', () => response.end(getIdentity(incoming).name));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  toClose.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await auth.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function agentOf(authIdentity: Account): IntegratedAgent {
  const agent = new IntegratedAgent({
    hosts: ['127.0.0.1'],
    schemes: ['NTLM'],
    packages,
    authIdentity,
    connections: 3,
  });
  toClose.push(() => agent.destroy());
  return agent;
}

testWithAccount('hundreds of requests of two users, and none is of the other one', async () => {
  const random = randomNumbers(7);
  const url = await serve(random);
  const users = [present(alice), present(bob)].map((account) => ({
    name: nameOf(account),
    agent: agentOf(account),
  }));
  const wrong: unknown[] = [];
  await Promise.all(
    Array.from({ length: REQUESTS }, async () => {
      const { name, agent } = present(users[Math.floor(random() * users.length)]);
      const body = random() < 0.5 ? undefined : 'x'.repeat(Math.floor(random() * 10_000));
      const response = await request(url, {
        dispatcher: agent,
        ...(body !== undefined && { method: 'POST', body }),
      });
      const answer = await response.body.text();
      if (response.statusCode !== 200 || answer !== name) {
        wrong.push([response.statusCode, answer, name]);
      }
    }),
  );
  expect(wrong).toEqual([]);
});
