import { fake } from '../instruments/support/fake-native.js';

import { expect, test } from '@jest/globals';

import { setThreadLimit } from '../../lib/binding/thread-limit.js';
import { argumentError } from '../instruments/support/fake-handles.js';

test.each([1, 8, 500])('%p is a limit', (limit) => {
  setThreadLimit(limit);
  expect(fake.threadLimits).toEqual([limit]);
});

test.each([0, -1, 1.5, 501, Infinity, NaN, '8', null, undefined])('%p is no limit', (limit) => {
  expect(() => {
    setThreadLimit(limit as number);
  }).toThrow(argumentError('the thread limit must be an integer from 1 to 500'));
  expect(fake.threadLimits).toEqual([]);
});
