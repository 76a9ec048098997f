/** Acquires the process's own credentials, then those of somebody else. */

import { Credentials } from '../../../lib/context/credentials.js';
import type { Secur32Error } from '../../../lib/core/errors.js';
import { answer, childInput } from '../../instruments/support/child.js';
import { loadSecondCopy } from '../../instruments/support/second-copy.js';
import type { Account } from '../../instruments/support/system.js';

export interface TwoIdentitiesInput {
  account: Account;
  /** Where a second copy of the package goes, which is asked for the account; without it the first. */
  folder?: string;
}

async function main(): Promise<void> {
  const { account, folder } = childInput() as TwoIdentitiesInput;
  const own = await Credentials.acquire({ package: 'Kerberos', use: 'outbound' });
  const asked = folder === undefined ? { Credentials } : loadSecondCopy(folder).high;
  const outcomes: Record<string, string> = {};
  for (const packageName of ['Kerberos', 'Negotiate', 'NTLM']) {
    const options = { package: packageName, use: 'outbound', authIdentity: account } as const;
    outcomes[packageName] = await asked.Credentials.acquire(options).then(
      (credentials) => {
        credentials.close();
        return 'acquired';
      },
      (error: unknown) => (error as Secur32Error).code,
    );
  }
  own.close();
  answer(outcomes);
}

// The second addon stays until the process ends.
void main();
