import { expect, test } from '@jest/globals';

import { runChild } from '../instruments/support/child.js';

test('handles that nobody closed are given back when they are collected', async () => {
  const { status, output, errors } = await runChild('lifecycle/children/drop-handles.js', {
    nodeOptions: ['--expose-gc'],
  });
  expect(errors).toBe('');
  expect(output).toEqual({ made: { credentials: 40, contexts: 40 }, left: 0 });
  expect(status).toBe(0);
});
