import { pbkdf2 } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { afterEach, expect, test } from '@jest/globals';

import { ClientContext } from '../../lib/client-context.js';
import { Credentials } from '../../lib/credentials.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { setThreadLimit } from '../../lib/thread-limit.js';
import { closePairs } from '../support/handshake.js';
import { testOnWine } from '../support/skip.js';

const DEFAULT_LIMIT = 64;

afterEach(async () => {
  setThreadLimit(DEFAULT_LIMIT);
  await closePairs();
});

/** Many first legs of NTLM at once; under Wine each takes tens of milliseconds. */
async function manyLegs(count: number) {
  const credentials = await Credentials.acquire({ package: 'NTLM', use: 'outbound' });
  const contexts = Array.from({ length: count }, () => new ClientContext(credentials));
  let pending = count;
  const legs = contexts.map((context) => context.step().finally(() => (pending -= 1)));
  return {
    pending: () => pending,
    done: Promise.all(legs),
    close: () => {
      for (const context of contexts) context.close();
      credentials.close();
    },
  };
}

// On libuv's four threads these would have to wait for nearly all of the legs.
testOnWine('fifty logons leave files, names and ciphers their threads', async () => {
  const legs = await manyLegs(50);
  await Promise.all([
    readFile(__filename),
    lookup('localhost'),
    promisify(pbkdf2)('secret', 'salt', 1, 32, 'sha256'),
  ]);
  expect(legs.pending()).toBeGreaterThan(25);
  await legs.done;
  legs.close();
});

test('a limit of one runs call after call, in the order of the calls', async () => {
  setThreadLimit(1);
  const order: number[] = [];
  const acquired = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const credentials = await Credentials.acquire({ package: 'NTLM', use: 'inbound' });
      order.push(index);
      return credentials;
    }),
  );
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(liveCounts().credentials).toBe(10);
  for (const credentials of acquired) credentials.close();
});

test('what waits runs when the limit is raised', async () => {
  setThreadLimit(1);
  const legs = await manyLegs(12);
  setThreadLimit(12);
  await legs.done;
  expect(legs.pending()).toBe(0);
  expect(liveCounts().contexts).toBe(12);
  legs.close();
});
