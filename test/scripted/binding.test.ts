/** The addon itself, with arguments that TypeScript would never let through. */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { native } from '../../lib/binding/native.js';
import {
  BINDING_CALLS,
  closeExternals,
  openExternals,
  runBindingCall,
  SIGNATURES,
} from '../instruments/support/binding-arguments.js';
import { isLong } from '../instruments/support/long.js';
import { patience } from '../instruments/support/patience.js';
import { control, expectClean, getAcquainted } from '../instruments/support/scripted.js';

const RUNS = isLong ? 20_000 : 1_000;

beforeAll(async () => {
  await getAcquainted(['Scripted', 'CREDSSP', 'WDigest']);
  control.keepJournal(false);
});
afterAll(() => {
  native().setThreadLimit(64);
  control.keepJournal(true);
});

test('every function of the addon is called', () => {
  expect(Object.keys(SIGNATURES).sort()).toEqual(Object.keys(native()).sort());
});

test(
  `whatever it is called with, a function answers or refuses, and throws nothing (${RUNS} times)`,
  async () => {
    const seen = { answers: 0, refusals: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(BINDING_CALLS, { minLength: 5, maxLength: 40 }), async (calls) => {
        const externals = openExternals();
        const results = await Promise.allSettled(
          calls.map((call) => runBindingCall(call, externals)),
        );
        const given: unknown[] = results.map((result) =>
          result.status === 'fulfilled' ? result.value : undefined,
        );
        const answers = given.filter((value): value is unknown[] => Array.isArray(value));
        closeExternals([...(Object.values(externals) as unknown[]), ...answers.flat()]);
        control.forget();
        await expectClean();
        const failed = results.find(({ status }) => status === 'rejected');
        if (failed?.status === 'rejected') throw failed.reason;
        seen.answers += answers.length;
        seen.refusals += given.filter((value) => typeof value === 'number').length;
      }),
      { numRuns: RUNS },
    );
    // Both are common, or nothing was tried.
    expect(Math.min(seen.answers, seen.refusals)).toBeGreaterThan(RUNS);
  },
  RUNS * 100 * patience + 30_000,
);
