import { test } from '@jest/globals';

import { reasons } from '../../skip-reasons.json';
import { alice, domain, wine } from './system.js';

type Reason = keyof typeof reasons;
type TestFunction = () => Promise<void> | void;

/**
 * `test`, or a skipped test that says why in its title. The reason must be in
 * test/skip-reasons.json, or the run fails.
 */
export function testIf(
  condition: boolean,
  reason: Reason,
): (title: string, run: TestFunction, timeout?: number) => void {
  if (condition) return test;
  return (title, run) => {
    test.skip(`${title} [${reason}]`, run);
  };
}

export const testWithDomain = testIf(domain !== undefined, 'needs a domain');
export const testWithAccount = testIf(alice !== undefined, 'needs a test account');
export const testOnWine = testIf(wine !== undefined, 'only on Wine');
export const testOnWindows = testIf(wine === undefined, 'only on Windows');
/**
 * On Windows, with an account: the process's own user would make a local call,
 * which has neither channel bindings nor a target name, and no token of a
 * network logon.
 */
export const testOnWindowsWithAccount = testIf(
  wine === undefined && alice !== undefined,
  wine === undefined ? 'needs a test account' : 'only on Windows',
);
