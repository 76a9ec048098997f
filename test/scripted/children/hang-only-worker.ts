/** A worker that alone loads the addon ends while calls hang in it; a second one counts what is left. */

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { answer, childInput } from '../../instruments/support/child.js';

type How = 'exit' | 'terminate' | 'throw';

/** Long enough for the worker to end before the calls do. */
const DELAY_MS = 500;
const CALLS = 8;

function run(how: How | 'count'): Promise<unknown> {
  const worker = new Worker(__filename, { workerData: how });
  let message: unknown;
  return new Promise((resolve) => {
    worker.on('message', (value: unknown) => {
      message = value;
      if (how === 'terminate') void worker.terminate();
    });
    worker.once('error', () => undefined);
    worker.once('exit', () => {
      resolve(message);
    });
  });
}

async function main(): Promise<void> {
  const { how } = childInput() as { how: How };
  const hanging = await run(how);
  answer({ hanging, left: await run('count') });
}

// The main thread must not load it, so nothing of it is imported above.
async function inWorker(how: How | 'count'): Promise<void> {
  const { acquireCredentialsHandle } =
    await import('../../../lib/raw/acquire-credentials-handle.js');
  const { control, countLeft, Script, until } =
    await import('../../instruments/support/scripted.js');
  if (how === 'count') {
    await until(
      () => countLeft() === 0,
      () => '',
    ).catch(() => undefined);
    parentPort?.postMessage([countLeft(), control.takeViolations()]);
    return;
  }
  for (let call = 0; call < CALLS; call++) {
    void acquireCredentialsHandle(new Script().on('acquire', { delay: DELAY_MS }).options()).catch(
      () => undefined,
    );
  }
  parentPort?.postMessage('hanging');
  if (how === 'exit') process.exit(0);
  if (how === 'throw') throw new Error('on purpose');
}

if (isMainThread) void main();
else void inWorker(workerData as How | 'count');
