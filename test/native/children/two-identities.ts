/** Acquires the process's own credentials, then those of somebody else. */

import { Credentials } from '../../../lib/credentials.js';
import type { Secur32Error } from '../../../lib/errors.js';
import { answer, childInput } from '../../support/child.js';
import type { Account } from '../../support/system.js';

async function main(): Promise<void> {
  const { account } = childInput() as { account: Account };
  const own = await Credentials.acquire({ package: 'Kerberos', use: 'outbound' });
  const outcomes: Record<string, string> = {};
  for (const packageName of ['Kerberos', 'Negotiate', 'NTLM']) {
    const options = { package: packageName, use: 'outbound', authIdentity: account } as const;
    outcomes[packageName] = await Credentials.acquire(options).then(
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

void main();
