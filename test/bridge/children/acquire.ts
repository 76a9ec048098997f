/** Acquires a credential of the bridge, and says how long it took and how it ended. */

import { Credentials } from '../../../lib/context/credentials.js';
import { answer } from '../../instruments/support/child.js';

async function main(): Promise<void> {
  const codes: unknown[] = [];
  for (let times = 0; times < 3; times++) {
    try {
      (await Credentials.acquire({ package: 'MitKerberos', use: 'outbound' })).close();
      codes.push('acquired');
    } catch (error) {
      codes.push((error as { code?: unknown }).code);
    }
  }
  answer(codes);
}

void main();
