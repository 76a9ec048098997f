/** Workers that load the package in a process whose main thread never does. */

import { isMainThread, Worker, workerData } from 'node:worker_threads';

import { answer, childInput } from '../../instruments/support/child.js';

type How = 'return' | 'exit' | 'terminate' | 'throw';

function run(how: How | 'count'): Promise<{ ended: string; message: unknown }> {
  const worker = new Worker(__filename, { workerData: how });
  let message: unknown;
  return new Promise((resolve) => {
    worker.on('message', (value: unknown) => {
      message = value;
      if (how === 'terminate') void worker.terminate();
    });
    worker.once('error', () => {
      resolve({ ended: 'error', message });
    });
    worker.once('exit', () => {
      resolve({ ended: 'exit', message });
    });
  });
}

async function main(): Promise<void> {
  const { how } = childInput() as { how: How };
  const first = await run(how);
  const second = await run('count');
  answer({ first: first.ended, second: second.ended, left: second.message });
}

async function useThePackage(how: How | 'count'): Promise<void> {
  const { parentPort } = await import('node:worker_threads');
  const { liveCounts } = await import('../../../lib/raw/live-counts.js');
  if (how === 'count') {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { credentials, contexts } = liveCounts();
    parentPort?.postMessage(credentials + contexts);
    return;
  }
  const { ClientContext } = await import('../../../lib/context/client-context.js');
  const { Credentials } = await import('../../../lib/context/credentials.js');
  const credentials = await Credentials.acquire({ package: 'NTLM', use: 'outbound' });
  const context = new ClientContext(credentials);
  await context.step();
  parentPort?.postMessage('ready');
  if (how === 'exit') process.exit(0);
  if (how === 'throw') throw new Error('on purpose');
  if (how === 'terminate') await new Promise(() => setInterval(() => undefined, 1_000));
}

void (isMainThread ? main() : useThePackage(workerData as How | 'count'));
