import { expect, test } from '@jest/globals';

import { runChild } from '../instruments/support/child.js';
import { testWithAccount } from '../instruments/support/skip.js';
import { alice, present } from '../instruments/support/system.js';

testWithAccount('several worker threads log on at once, each with handles of its own', async () => {
  const { status, output, errors } = await runChild('lifecycle/children/several-workers.js', {
    input: { authIdentity: present(alice), workers: 4, logons: 3 },
  });
  expect(errors).toBe('');
  expect(output).toEqual({ established: [3, 3, 3, 3], left: 0 });
  expect(status).toBe(0);
});

test.each([
  ['ends by itself', 'return'],
  ['calls process.exit', 'exit'],
  ['is terminated', 'terminate'],
  ['throws', 'throw'],
])('a worker that alone loads the package, with handles open, %s', async (_, how) => {
  const { status, output, errors } = await runChild('lifecycle/children/only-worker.js', {
    input: { how },
  });
  expect(errors).toBe('');
  // The process lives on, and another worker can load the package again.
  expect(output).toEqual({ first: how === 'throw' ? 'error' : 'exit', second: 'exit', left: 0 });
  expect(status).toBe(0);
});

test.each([
  ['a leg', 'leg'],
  ['an acquisition', 'acquire'],
])('a worker is terminated during %s', async (_, call) => {
  const { status, output, errors } = await runChild('lifecycle/children/terminate-during.js', {
    input: { call, times: 5 },
  });
  expect(errors).toBe('');
  expect(output).toEqual({ terminated: 5, left: 0 });
  expect(status).toBe(0);
});

test('a handle does not pass to another thread', async () => {
  const { output, errors } = await runChild('lifecycle/children/post-handle.js');
  expect(errors).toBe('');
  expect(output).toEqual({ posted: 'refused' });
});
