/**
 * Counts the cases that the fault tests tried, per function of the addon, for
 * the table of `npm run test:faults`.
 */

import { appendFileSync } from 'node:fs';

import { expect } from '@jest/globals';

import { control, leftovers, until } from './scripted.js';

export type Tried =
  | 'acquireCredentialsHandle'
  | 'initializeSecurityContext'
  | 'acceptSecurityContext'
  | 'completeAuthToken'
  | 'queryContextAttributes'
  | 'closeContext'
  | 'closeCredential'
  | 'enumerateSecurityPackages'
  | 'querySecurityPackageInfo'
  | 'setThreadLimit'
  | 'sequences of calls';

interface Row {
  function: Tried;
  cases: number;
  leaks: number;
  overlaps: number;
  otherViolations: number;
  crashes: number;
}

function write(row: Row): void {
  const file = process.env['SECUR32_TEST_TALLY'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}

/** How many of what SSPI gave is not given back, after everything had the time to be. */
async function countLeaks(): Promise<number> {
  const total = () => {
    const { addon, package: ofPackage } = leftovers();
    return [...Object.values(addon), ...Object.values(ofPackage)].reduce(
      (sum: number, count: number) => sum + Math.abs(count),
      0,
    );
  };
  await until(
    () => total() === 0,
    () => '',
  ).catch(() => undefined);
  return total();
}

/**
 * Ends a number of cases: counts them, and fails if something is not given back
 * or a rule of SSPI was broken.
 */
export async function endCases(tried: Tried, cases: number): Promise<void> {
  const leaks = await countLeaks();
  const violations = control.takeViolations();
  control.takeJournal();
  const overlaps = violations.filter((text) => text.includes(' overlaps ')).length;
  write({
    function: tried,
    cases,
    leaks,
    overlaps,
    otherViolations: violations.length - overlaps,
    crashes: 0,
  });
  expect(violations.slice(0, 5)).toEqual([]);
  expect({ leaks, left: leaks === 0 ? undefined : leftovers() }).toEqual({ leaks: 0 });
  expect(cases).toBeGreaterThan(0);
}

/** Counts a case that ran in a process of its own. */
export function countChild(tried: Tried, ended: boolean, left: unknown): void {
  write({
    function: tried,
    cases: 1,
    leaks: typeof left === 'number' ? left : 0,
    overlaps: 0,
    otherViolations: 0,
    crashes: ended ? 0 : 1,
  });
}
