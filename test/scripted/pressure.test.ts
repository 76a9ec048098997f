/**
 * Garbage collection while everything is under way, many threads, and threads
 * that end in the middle.
 */

import { expect, test } from '@jest/globals';

import { runChild } from '../instruments/support/child.js';
import { isLong } from '../instruments/support/long.js';

const SEQUENCES = isLong ? 2_000 : 100;
const WORKERS = 8;
const SEQUENCES_OF_A_WORKER = isLong ? 500 : 25;

/** What V8 does with the heap, all the time. */
const COLLECTIONS: readonly [title: string, nodeOptions: readonly string[]][] = [
  ['collected again and again', []],
  ['moved in each collection', ['--stress-compaction']],
  ['collected whenever some of it is used', ['--stress-scavenge=20']],
  ['marked step by step', ['--stress-incremental-marking']],
];

test.each(COLLECTIONS)(
  'generated sequences of calls give every result once and leave nothing while the heap is %s',
  async (_, nodeOptions) => {
    const { status, output, errors } = await runChild(
      'scripted/children/sequences-under-pressure.js',
      {
        nodeOptions: ['--expose-gc', ...nodeOptions],
        input: { workers: 0, sequences: SEQUENCES },
      },
    );
    expect({ status, errors, output }).toEqual({
      status: 0,
      errors: '',
      output: { ran: SEQUENCES, left: 0, violations: [] },
    });
  },
);

test(`${WORKERS} threads run generated sequences at once, each with its own results`, async () => {
  const { status, output, errors } = await runChild(
    'scripted/children/sequences-under-pressure.js',
    {
      nodeOptions: ['--expose-gc', '--stress-scavenge=20'],
      input: { workers: WORKERS, sequences: SEQUENCES_OF_A_WORKER },
    },
  );
  expect({ status, errors, output }).toEqual({
    status: 0,
    errors: '',
    output: { ran: WORKERS * SEQUENCES_OF_A_WORKER, left: 0, violations: [] },
  });
});

test.each([
  ['while the package takes its time', true],
  ['while results are on their way', false],
])('a thread ends in every asynchronous call and after every other, %s', async (_, hangs) => {
  const { status, output, errors } = await runChild('scripted/children/terminate-at.js', {
    input: { hangs },
  });
  const { of = 0, ...rest } = (output ?? {}) as { of?: number };
  expect({ status, errors, rest }).toEqual({
    status: 0,
    errors: '',
    rest: { failures: [], ended: of, left: 0, violations: [] },
  });
  expect(of).toBeGreaterThan(15);
});
