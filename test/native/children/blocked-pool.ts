/** Takes a step while libuv's only thread (UV_THREADPOOL_SIZE=1) is busy for a long time. */

import { pbkdf2 } from 'node:crypto';

import { ClientContext } from '../../../lib/context/client-context.js';
import { Credentials } from '../../../lib/context/credentials.js';
import { answer } from '../../instruments/support/child.js';

/** Many times as long as the rest of this program takes, on any machine. */
const ITERATIONS = 100_000_000;

async function main(): Promise<void> {
  let blocked = true;
  pbkdf2('secret', 'salt', ITERATIONS, 32, 'sha256', () => {
    blocked = false;
  });
  const credentials = await Credentials.acquire({ package: 'NTLM', use: 'outbound' });
  const { statusName } = await new ClientContext(credentials).step();
  answer({ leg: statusName, blocked });
  // Any other end would wait for the busy thread.
  process.kill(process.pid, 'SIGKILL');
}

void main();
