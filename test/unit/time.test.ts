import { expect, test } from '@jest/globals';

import { SSPI_TIME_FOREVER, SSPI_TIME_MAX } from '../../lib/constants/time.js';
import { expiryDate } from '../../lib/core/time.js';

/** FILETIME ticks of a moment, in the clock that it is written in. */
const ticks = (iso: string) => BigInt(Date.parse(iso)) * 10_000n + 116_444_736_000_000_000n;

test.each([
  ['the maximum less a day', SSPI_TIME_FOREVER],
  ['more than that', SSPI_TIME_FOREVER + 1n],
  ['the maximum', SSPI_TIME_MAX],
])('%s is never', (_, expiry) => {
  expect(expiryDate(expiry, 0)).toBeUndefined();
});

test.each([
  ['0', 0n],
  ['-1', -1n],
  ['the minimum', -(2n ** 63n)],
])('%s is not set', (_, expiry) => {
  expect(expiryDate(expiry, 0)).toBeUndefined();
});

test.each([
  [0, '2024-01-01T12:00:00.000Z'],
  // getTimezoneOffset is negative east of Greenwich: there noon came earlier.
  [-120, '2024-01-01T10:00:00.000Z'],
  [300, '2024-01-01T17:00:00.000Z'],
  [-345, '2024-01-01T06:15:00.000Z'],
])('local time is taken back to UTC by an offset of %i minutes', (offset, utc) => {
  expect(expiryDate(ticks('2024-01-01T12:00:00Z'), offset)).toEqual(new Date(utc));
});

test('the offset is the one of now where none is given', () => {
  const expiry = ticks('2024-01-01T12:00:00Z');
  expect(expiryDate(expiry)).toEqual(expiryDate(expiry, new Date().getTimezoneOffset()));
});

test('parts of a millisecond are dropped', () => {
  expect(expiryDate(ticks('2024-01-01T12:00:00Z') + 9_999n, 0)).toEqual(
    new Date('2024-01-01T12:00:00Z'),
  );
});

test('the first tick after 1601 is a Date', () => {
  expect(expiryDate(10_000n, 0)).toEqual(new Date(Date.UTC(1601, 0, 1, 0, 0, 0, 1)));
});

const ONE_DAY = 864_000_000_000n;

test('never is never in local time, too, which is up to a day away', () => {
  expect(expiryDate(SSPI_TIME_FOREVER - ONE_DAY, 0)).toBeUndefined();
  expect(expiryDate(SSPI_TIME_FOREVER + ONE_DAY, 0)).toBeUndefined();
});

test('the last tick before that is a valid Date', () => {
  const last = expiryDate(SSPI_TIME_FOREVER - ONE_DAY - 1n, 14 * 60);
  expect(last?.getUTCFullYear()).toBe(30828);
});

test('what no Date can hold is never', () => {
  expect(expiryDate(ticks('2024-01-01T12:00:00Z'), 2 ** 53)).toBeUndefined();
});
