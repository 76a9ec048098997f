/** Calls that hang when their context, their environment or their process ends. */

import { describe, expect, test } from '@jest/globals';

import { runChild } from '../support/child.js';
import type { ScriptedCall } from '../support/scripted.js';
import { countChild, type ChildAnswer, type Tried } from '../support/tally.js';
import type { HangInput } from './children/hang.js';

const CALLS: readonly [Tried, ScriptedCall][] = [
  ['acquireCredentialsHandle', 'acquire'],
  ['initializeSecurityContext', 'initialize'],
  ['acceptSecurityContext', 'accept'],
  ['completeAuthToken', 'complete'],
  ['closeContext', 'delete'],
  ['closeCredential', 'freeCredentials'],
];

async function end(tried: Tried, input: HangInput) {
  const result = await runChild('scripted/children/hang.js', {
    input,
    nodeOptions: ['--expose-gc'],
  });
  const expected = input.how === 'exit' ? 7 : 0;
  countChild(tried, result.status === expected, result.output as Partial<ChildAnswer>);
  return result;
}

describe.each(CALLS)('while %s hangs', (tried, call) => {
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

test.each([['exit'], ['terminate'], ['throw']])(
  'a worker that alone loaded the addon ends (%s) while calls hang, and all is given back later',
  async (how) => {
    const { status, output, errors } = await runChild('scripted/children/hang-only-worker.js', {
      input: { how },
    });
    expect(errors).toBe('');
    expect(output).toEqual({ hanging: 'hanging', left: [0, []] });
    expect(status).toBe(0);
  },
);

test('a pending call keeps the process alive, an open handle does not', async () => {
  const { status, output, errors } = await runChild('scripted/children/loop.js');
  expect({ status, output, errors }).toEqual({ status: 0, output: { acquired: true }, errors: '' });
});
