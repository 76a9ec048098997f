import { expect, test } from '@jest/globals';

import { runChild } from '../instruments/support/child.js';

test.each([
  ['nothing was made', 'loaded'],
  ['handles are open', 'open'],
  ['a call is running', 'in flight'],
  ['calls wait for a running one', 'queued'],
  ['everything was closed', 'closed'],
])('the process ends cleanly when %s', async (_, stage) => {
  for (const how of ['return', 'exit'] as const) {
    const { status, errors } = await runChild('lifecycle/children/exit-at.js', {
      input: { stage, how },
    });
    expect({ status, errors }).toEqual({ status: how === 'exit' ? 7 : 0, errors: '' });
  }
});

test('an uncaught error while handles are open ends the process as any other', async () => {
  const { status, errors } = await runChild('lifecycle/children/exit-at.js', {
    input: { stage: 'open', how: 'throw' },
  });
  expect(status).toBe(1);
  expect(errors).toContain('on purpose');
});
