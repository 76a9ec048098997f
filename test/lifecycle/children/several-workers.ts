/** Worker threads that log on at the same time. */

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { liveCounts } from '../../../lib/raw/live-counts.js';
import { answer, childInput } from '../../instruments/support/child.js';
import { closePairs, exchange, openPair } from '../../instruments/support/handshake.js';
import type { Account } from '../../instruments/support/system.js';

interface Input {
  authIdentity: Account;
  workers: number;
  logons: number;
}

async function main(): Promise<void> {
  const input = childInput() as Input;
  const workers = Array.from(
    { length: input.workers },
    () => new Worker(__filename, { workerData: input }),
  );
  const messages = workers.map((worker) => once(worker, 'message'));
  const ends = workers.map((worker) => once(worker, 'exit'));
  const established = (await Promise.all(messages)).map(([count]) => count as number);
  await Promise.all(ends);
  const { credentials, contexts } = liveCounts();
  answer({ established, left: credentials + contexts });
}

async function logOn(): Promise<void> {
  const { authIdentity, logons } = workerData as Input;
  let established = 0;
  for (let i = 0; i < logons; i++) {
    const pair = await openPair({ package: 'NTLM', authIdentity });
    await exchange(pair);
    if (pair.server.established) established++;
  }
  // What the other threads hold is counted with ours, so no waiting for zero here.
  await closePairs().catch(() => undefined);
  parentPort?.postMessage(established);
}

void (isMainThread ? main() : logOn());
