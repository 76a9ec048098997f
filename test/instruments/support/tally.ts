/**
 * Counts the cases that the fault tests tried, per function of the addon, for
 * the table of `npm run test:faults`.
 */

import { appendFileSync } from 'node:fs';

import { expect } from '@jest/globals';

import { control, countLeft, leftovers, until } from './scripted.js';

export type Tried =
  | 'acquireCredentialsHandle'
  | 'initializeSecurityContext'
  | 'acceptSecurityContext'
  | 'completeAuthToken'
  | 'acquireCredentialsHandle, onBehalfOf'
  | 'queryContextAttributes'
  | 'queryCredentialsAttributes'
  | 'setContextAttributes'
  | 'encryptMessage'
  | 'decryptMessage'
  | 'makeSignature'
  | 'verifySignature'
  | 'applyControlToken'
  | 'querySecurityContextToken'
  | 'tokenInformation'
  | 'duplicateToken'
  | 'lookupAccountSids'
  | 'impersonate'
  | 'exportSecurityContext'
  | 'importSecurityContext'
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

function isOverlap(violation: string): boolean {
  return violation.includes(' overlaps ');
}

function write(row: Row): void {
  const file = process.env['SECUR32_TEST_TALLY'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}

/** How many of what SSPI gave is not given back, after everything had the time to be. */
async function countLeaks(): Promise<number> {
  await until(
    () => countLeft() === 0,
    () => '',
  ).catch(() => undefined);
  return countLeft();
}

/**
 * Ends a number of cases: counts them, and fails if something is not given back
 * or a rule of SSPI was broken.
 */
export async function endCases(tried: Tried, cases: number): Promise<void> {
  const leaks = await countLeaks();
  const violations = control.takeViolations();
  control.takeJournal();
  const overlaps = violations.filter(isOverlap).length;
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

/** What a case in a process of its own answers. */
export interface ChildAnswer {
  left: number;
  violations: string[];
}

/** Counts such a case; it crashed, or was ended, if it did not end as it should. */
export function countChild(tried: Tried, ended: boolean, answer: Partial<ChildAnswer> = {}): void {
  const { left = 0, violations = [] } = answer;
  const overlaps = violations.filter(isOverlap).length;
  const otherViolations = violations.length - overlaps;
  const crashes = ended ? 0 : 1;
  write({ function: tried, cases: 1, leaks: left, overlaps, otherViolations, crashes });
}
