import { afterEach, expect, test } from '@jest/globals';

import { ClientContext } from '../../lib/context/client-context.js';
import { Credentials } from '../../lib/context/credentials.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { setThreadLimit } from '../../lib/binding/thread-limit.js';
import { runChild } from '../instruments/support/child.js';
import { closePairs } from '../instruments/support/handshake.js';

const DEFAULT_LIMIT = 64;

afterEach(async () => {
  setThreadLimit(DEFAULT_LIMIT);
  await closePairs();
});

/** First legs of NTLM, all begun at once. */
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

test('a logon needs none of the threads that files, names and ciphers use', async () => {
  const { output, errors } = await runChild('native/children/blocked-pool.js', {
    env: { UV_THREADPOOL_SIZE: '1' },
  });
  expect(errors).toBe('');
  expect(output).toEqual({ leg: 'SEC_I_CONTINUE_NEEDED', blocked: true });
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
