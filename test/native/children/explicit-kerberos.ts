/** Logs on by Kerberos with a password; both sides in this process. */

import { SspiError } from '../../../lib/core/errors.js';
import { closePairs, exchange, openPair } from '../../instruments/support/handshake.js';
import { answer, childInput } from '../../instruments/support/child.js';
import type { Account } from '../../instruments/support/system.js';

const { account, spn } = childInput() as { account: Account; spn: string };

async function main(): Promise<void> {
  let established = false;
  try {
    const pair = await openPair({
      package: 'Kerberos',
      authIdentity: account,
      client: { targetName: spn, mutualAuth: true },
    });
    await exchange(pair);
    established = pair.client.established && pair.server.established;
    answer({ established, package: pair.server.negotiatedPackage });
    await closePairs();
  } catch (error) {
    answer({ established, sspi: error instanceof SspiError, message: String(error) });
  }
}

void main();
