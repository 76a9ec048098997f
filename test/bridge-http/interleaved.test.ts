/** Two users over many requests at once: each is taken for the one who it is. */

import { expect, test } from '@jest/globals';

import { sendAll } from '../instruments/support/peers/client.js';
import { bob, required, type Person } from '../instruments/support/peers/people.js';
import { startWebServer, type WebServer } from '../instruments/support/peers/web-server.js';
import type { WebServerAnswer } from '../instruments/support/peers/web-server-program.js';

const CLIENTS_OF_EACH = 2;
const REQUESTS = 100;
const packages = { Negotiate: 'MitNegotiate' };

/** The names that the server answered a client's requests with. */
async function namesFor(server: WebServer, who: Person | undefined): Promise<unknown[]> {
  const domain = required('SECUR32_TEST_DOMAIN');
  const outputs = await sendAll({
    options: {
      hosts: ['web.sspi.test'],
      packages,
      ...(who && { authIdentity: { user: who.user, domain, password: who.password } }),
    },
    requests: Array.from({ length: REQUESTS }, (_, i) => ({ url: server.url(`/${i}`) })),
  });
  return outputs.map((output) =>
    'text' in output ? (JSON.parse(output.text) as WebServerAnswer).name : output,
  );
}

test(`${2 * CLIENTS_OF_EACH * REQUESTS} requests of two users`, async () => {
  const server = await startWebServer({ schemes: ['Negotiate'], packages });
  const people = Array.from({ length: 2 * CLIENTS_OF_EACH }, (_, i) =>
    i % 2 === 0 ? undefined : bob,
  );
  const names = await Promise.all(people.map((who) => namesFor(server, who)));
  for (const [i, who] of people.entries()) {
    const expected = who === undefined ? 'SSPI\\alice' : 'SSPI\\bob';
    expect(names[i]).toEqual(Array.from({ length: REQUESTS }, () => expected));
  }
}, 120_000);
