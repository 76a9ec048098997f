/** What the machine that runs the tests offers: the testbed, or a Windows machine. */

import { native } from '../../../lib/binding/native.js';

function setting(name: string): string | undefined {
  const value = process.env[`SECUR32_TEST_${name}`];
  return value === undefined || value === '' ? undefined : value;
}

export interface Account {
  user: string;
  domain: string;
  password: string;
}

function account(suffix: string): Account | undefined {
  const user = setting(`USER${suffix}`);
  const password = setting(`PASSWORD${suffix}`);
  const domain = setting('DOMAIN');
  return user && password && domain ? { user, domain, password } : undefined;
}

/** The version of Wine, undefined on Windows. */
export const wine: string | undefined = native().wineVersion()[0];

/** A user that can log on with a password, and another one. */
export const alice = account('');
export const bob = account('2');

export interface Domain {
  realm: string;
  /** The service's principal name, whose key this machine has. */
  spn: string;
}

const realm = setting('REALM');
const spn = setting('SPN');
/** The Active Directory domain, with a ticket of `alice` in the cache. */
export const domain: Domain | undefined = realm && spn ? { realm, spn } : undefined;

/** The value of what the tests that use it were skipped without. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the test should have been skipped');
  return value;
}
