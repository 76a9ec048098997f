/** What runs as a client, and what only seems to. */

import { fake } from '../support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { runImpersonated } from '../../lib/impersonation.js';
import { coded, rawContext } from '../support/fake-handles.js';

type Act = () => unknown;

function* generate() {
  yield 1;
}
async function* generateLater() {
  yield await Promise.resolve(1);
}
async function wait() {
  await Promise.resolve();
}

const refused = coded('ERR_SECUR32_IMPERSONATING') as Error;

describe('a function to run as the client', () => {
  test.each<[string, Act]>([
    ['an async function', wait],
    ['a generator', generate],
    ['an async generator', generateLater],
  ])('is refused before anybody is impersonated: %s', (_, act) => {
    const context = rawContext();
    expect(() => runImpersonated(context, act)).toThrow(refused);
    expect(fake.calls).toEqual([]);
  });

  test.each<[string, Act]>([
    ['a promise', () => Promise.resolve(1)],
    ['a thenable', () => ({ then: () => undefined })],
    ['a generator', () => generate()],
    ['an async generator', () => generateLater()],
  ])('is refused where it leaves something to go on as the process: %s', (_, act) => {
    fake.impersonationAnswers.push([0, 0]);
    expect(() => runImpersonated(rawContext(), act)).toThrow(refused);
  });

  test.each([[1], [undefined], ['text'], [[1, 2]], [new Map()], [{ then: 1 }]])(
    'gives what it returns: %p',
    (value) => {
      fake.impersonationAnswers.push([0, 0]);
      expect(runImpersonated(rawContext(), () => value)).toBe(value);
    },
  );
});
