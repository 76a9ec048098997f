import { fake } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { Refusal } from '../../lib/binding/native-binding.js';
import { lookupAccountNames, lookupAccountSids } from '../../lib/raw/accounts.js';
import { argumentError, coded } from '../instruments/support/fake-handles.js';

const ERROR_NONE_MAPPED = 1332;

/** SID_NAME_USE of winnt.h, in its order. */
const USES: readonly [number | undefined, string][] = [
  [1, 'user'],
  [2, 'group'],
  [3, 'domain'],
  [4, 'alias'],
  [5, 'wellKnownGroup'],
  [6, 'deletedAccount'],
  [7, 'invalid'],
  [8, 'unknown'],
  [9, 'computer'],
  [10, 'label'],
  [11, 'logonSession'],
  [0, 'unknown'],
  [12, 'unknown'],
  [undefined, 'unknown'],
];

describe.each([
  ['lookupAccountSids', 'sids', lookupAccountSids],
  ['lookupAccountNames', 'names', lookupAccountNames],
] as const)('%s', (name, what, lookUp) => {
  test('passes its texts on, and gives one result for each in the same order', async () => {
    fake.accountAnswers.push([
      ...[0, 'S-1-5-21-1-2-3-1104', 'EXAMPLE', 'alice', 1],
      ...[ERROR_NONE_MAPPED, undefined, undefined, undefined, undefined],
      ...[0, 'S-1-1-0', '', 'Everyone', 5],
    ]);
    await expect(lookUp(['first', 'second', 'third'])).resolves.toEqual([
      { error: 0, sid: 'S-1-5-21-1-2-3-1104', domain: 'EXAMPLE', name: 'alice', use: 'user' },
      { error: ERROR_NONE_MAPPED, sid: '', domain: '', name: '', use: 'unknown' },
      { error: 0, sid: 'S-1-1-0', domain: '', name: 'Everyone', use: 'wellKnownGroup' },
    ]);
    expect(fake.calls).toEqual([
      { call: name, handle: undefined, args: ['first', 'second', 'third'] },
    ]);
  });

  test.each(USES)('knows the use %p as %p', async (number, use) => {
    fake.accountAnswers.push([0, 'S-1-1-0', '', 'name', number]);
    await expect(lookUp(['one'])).resolves.toMatchObject([{ use }]);
  });

  test('takes none, and as many as a token can have', async () => {
    fake.accountAnswers.push([], []);
    await expect(lookUp([])).resolves.toEqual([]);
    await lookUp(Array.from({ length: 4096 }, () => 'a'));
    expect(fake.calls[1]?.args).toHaveLength(4096);
  });

  test.each([
    ['undefined', undefined, `${what} must be an array of strings`],
    ['a string', 'a', `${what} must be an array of strings`],
    [
      '4097',
      Array.from({ length: 4097 }, () => 'a'),
      `${what} must not have more than 4096 elements`,
    ],
    ['a number', ['a', 1], `${what}[1] must be a string`],
    // eslint-disable-next-line no-sparse-arrays -- a hole is what is tested
    ['a hole', [, 'a'], `${what}[0] must be a string`],
    ['an empty text', [''], `${what}[0] must not be empty`],
    ['a zero character', ['a\0b'], `${what}[0] must not contain null characters`],
    ['a text without end', ['a'.repeat(32768)], `${what}[0] is too long`],
  ])('refuses %s before the addon sees it', async (_, texts, message) => {
    await expect(lookUp(texts as string[])).rejects.toMatchObject({
      code: 'ERR_SECUR32_INVALID_ARGUMENT',
      message,
    });
    expect(fake.log).toEqual([]);
  });

  test.each([
    [Refusal.impersonating, 'ERR_SECUR32_IMPERSONATING'],
    [Refusal.noMemory, 'ERR_SECUR32_OUT_OF_MEMORY'],
  ] as const)('rejects with refusal %i as %s', async (refusal, code) => {
    fake.accountAnswers.push(refusal);
    await expect(lookUp(['a'])).rejects.toThrow(coded(code));
  });

  test('rejects with a TypeError for what the addon does not take', async () => {
    fake.accountAnswers.push(Refusal.badArgument);
    await expect(lookUp(['a'])).rejects.toThrow(argumentError());
  });
});
