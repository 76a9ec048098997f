/** Calls that hang when their context, their environment or their process ends. */

import { expect, test } from '@jest/globals';

import { runChild } from '../instruments/support/child.js';
import { describeEnds } from '../instruments/support/ends.js';

describeEnds([
  ['acquireCredentialsHandle', 'acquire'],
  ['acquireCredentialsHandle, onBehalfOf', 'impersonate'],
  ['acquireCredentialsHandle, onBehalfOf', 'revert'],
  ['closeContext', 'delete'],
  ['closeCredential', 'freeCredentials'],
]);

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
