/** The users of the testbed's domain, as Linux programs log on. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A variable of the testbed. */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: these tests run in the testbed`);
  return value;
}

export interface Person {
  user: string;
  password: string;
  /** DOMAIN\user:password, for curl's -u. */
  login: string;
}

function person(suffix: '' | '2'): Person {
  const user = required(`SECUR32_TEST_USER${suffix}`);
  const password = required(`SECUR32_TEST_PASSWORD${suffix}`);
  return { user, password, login: `${required('SECUR32_TEST_DOMAIN')}\\${user}:${password}` };
}

/** Whose ticket KRB5CCNAME has. */
export const alice = person('');
export const bob = person('2');

/** The environment of a program that has somebody's ticket; of nobody's, it has none. */
export function ticketOf(who: Person | undefined): Record<string, string> {
  const KRB5CCNAME = `FILE:${join(mkdtempSync(join(tmpdir(), 'secur32-tickets-')), 'cache')}`;
  if (who !== undefined) {
    execFileSync('kinit', [who.user], {
      input: `${who.password}\n`,
      env: { ...process.env, KRB5CCNAME },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
  }
  return { KRB5CCNAME };
}
