/** What must hold when a context, an environment or a process ends while a call hangs. */

import { describe, expect, test } from '@jest/globals';

import type { HangingCall, HangInput } from '../../scripted/children/hang.js';
import { runChild } from './child.js';
import { countChild, type ChildAnswer, type Tried } from './tally.js';

async function end(tried: Tried, input: HangInput) {
  const result = await runChild('scripted/children/hang.js', {
    input,
    nodeOptions: ['--expose-gc'],
  });
  const expected = input.how === 'exit' ? 7 : 0;
  countChild(tried, result.status === expected, result.output as Partial<ChildAnswer>);
  return result;
}

/** The tests of these calls. */
export function describeEnds(calls: readonly (readonly [Tried, HangingCall])[]): void {
  describe.each(calls)('while %s hangs', (tried, call) => {
    test('process.exit() ends the process at once', async () => {
      const { status, errors } = await end(tried, { call, how: 'exit' });
      expect({ status, errors }).toEqual({ status: 7, errors: '' });
    });

    test.each([
      ['worker.terminate() ends the worker, and all is given back later', 'terminate'],
      ['close() gives all back when the call is done', 'close'],
      ['what nobody refers to any more is collected when the call is done', 'collect'],
    ] as const)('%s', async (_, how) => {
      const { status, output, errors } = await end(tried, { call, how });
      expect(errors).toBe('');
      expect(output).toEqual({ left: 0, violations: [] });
      expect(status).toBe(0);
    });
  });
}
