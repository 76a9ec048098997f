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
    const run = () => runChild('lifecycle/children/exit-at.js', { input: { stage, how } });
    let { status, errors } = await run();
    // nodejs/node#56645: process.exit() of Node.js 23 and later can fail an assertion of libuv on Windows.
    if (/^Assertion failed: .*UV_HANDLE_CLOSING/.test(errors)) ({ status, errors } = await run());
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
