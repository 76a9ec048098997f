import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { control, expectClean, getAcquainted } from '../instruments/support/scripted.js';
import { outcomes, runSequence, SEQUENCES } from '../instruments/support/sequences.js';
import { patience } from '../instruments/support/patience.js';
import { endCases } from '../instruments/support/tally.js';

/** `npm run test:faults` asks for more. */
const RUNS = Number(process.env['SECUR32_TEST_SEQUENCES'] ?? 2_000);
const MILLISECONDS_EACH = 30;

/** What two thousand sequences are certain to reach. */
const REACHED = [
  'acquired',
  'first leg',
  'later leg',
  'completed',
  'token',
  'failure token',
  'SEC_E_LOGON_DENIED',
  'a failure by number',
  'SEC_E_UNSUPPORTED_FUNCTION',
  'encrypt',
  'decrypt',
  'makeSignature',
  'verifySignature',
  'SEC_E_MESSAGE_ALTERED',
  'names',
  'set',
  'token of a context',
  'impersonated',
  'SEC_E_NO_IMPERSONATION',
  'ERR_SECUR32_CANNOT_IMPERSONATE',
  'ERR_SECUR32_IMPERSONATING',
  'delegated',
  'transferred',
  'ERR_SECUR32_BUSY',
  'ERR_SECUR32_CLOSED',
  'ERR_SECUR32_CONTEXT_FAILED',
  'ERR_SECUR32_INVALID_ARGUMENT',
];

beforeAll(async () => {
  await getAcquainted(['Scripted', 'CREDSSP', 'WDigest']);
  control.keepJournal(false);
});
afterAll(() => {
  control.keepJournal(true);
});

test(
  `after any sequence of calls, replies and closes all is given back, and every result is its own call's (${RUNS} sequences)`,
  async () => {
    let sequences = 0;
    await fc.assert(
      fc.asyncProperty(SEQUENCES, async (operations) => {
        sequences++;
        await runSequence(operations);
        await expectClean();
      }),
      { numRuns: RUNS },
    );
    expect(sequences).toBeGreaterThanOrEqual(RUNS);
    expect([...outcomes.keys()]).toEqual(expect.arrayContaining(REACHED));
    await endCases('sequences of calls', sequences);
  },
  (30_000 + RUNS * MILLISECONDS_EACH) * patience,
);
