/** Makes handles, drops them without closing them, and lets them be collected. */

import { SECPKG_CRED_OUTBOUND } from '../../../lib/constants/credentials.js';
import { acquireCredentialsHandleSync } from '../../../lib/raw/acquire-credentials-handle.js';
import { liveCounts } from '../../../lib/raw/live-counts.js';
import { initializeSecurityContextSync } from '../../../lib/raw/handshake-calls.js';
import { answer } from '../../instruments/support/child.js';

const ROUNDS = 40;

function makeAndDrop(): void {
  const { credential } = acquireCredentialsHandleSync({
    package: 'NTLM',
    use: SECPKG_CRED_OUTBOUND,
  });
  initializeSecurityContextSync({ credential });
}

async function main(): Promise<void> {
  for (let i = 0; i < ROUNDS; i++) makeAndDrop();
  const { credentials, contexts } = liveCounts();
  let left = credentials + contexts;
  for (let tries = 0; left > 0 && tries < 200; tries++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
    left = liveCounts().credentials + liveCounts().contexts;
  }
  answer({ made: { credentials, contexts }, left });
}

void main();
