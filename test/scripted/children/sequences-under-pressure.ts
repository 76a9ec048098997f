/** Generated sequences of calls while garbage is collected all the time, in one thread or in several. */

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import fc from 'fast-check';

import { answer, childInput } from '../../instruments/support/child.js';
import {
  control,
  countLeft,
  expectClean,
  getAcquainted,
  until,
} from '../../instruments/support/scripted.js';
import {
  runSequence,
  runSequenceBesideOthers,
  SEQUENCES,
} from '../../instruments/support/sequences.js';

interface Input {
  /** Threads beside the main one; 0 for the main one alone. */
  workers: number;
  /** Of each thread. */
  sequences: number;
}

/** Full, and of what is young: externals of either age are finalized, objects move. */
function collectForEver(): () => void {
  let ended = false;
  let turn = 0;
  const collect = () => {
    if (ended) return;
    globalThis.gc?.({ type: turn++ % 4 === 0 ? 'major' : 'minor' });
    setImmediate(collect);
  };
  collect();
  return () => {
    ended = true;
  };
}

async function run(sequences: number, one: typeof runSequence): Promise<number> {
  let ran = 0;
  const end = collectForEver();
  try {
    await fc.assert(
      fc.asyncProperty(SEQUENCES, async (operations) => {
        ran++;
        await one(operations);
      }),
      { numRuns: sequences },
    );
  } finally {
    end();
  }
  return ran;
}

async function inWorkers({ workers, sequences }: Input): Promise<number> {
  const counts = Array.from({ length: workers }, async () => {
    const worker = new Worker(__filename, { workerData: sequences });
    // Its end may come in the same turn as its message.
    const exited = once(worker, 'exit');
    const [ran] = (await once(worker, 'message')) as [number];
    await exited;
    return ran;
  });
  return (await Promise.all(counts)).reduce((sum, ran) => sum + ran, 0);
}

async function main(): Promise<void> {
  const input = childInput() as Input;
  await getAcquainted(['Scripted', 'CREDSSP', 'WDigest']);
  control.keepJournal(false);
  const ran =
    input.workers === 0
      ? await run(input.sequences, async (operations) => {
          await runSequence(operations);
          await expectClean();
        })
      : await inWorkers(input);
  await until(
    () => countLeft() === 0,
    () => '',
  ).catch(() => undefined);
  answer({ ran, left: countLeft(), violations: control.takeViolations() });
}

async function worker(): Promise<void> {
  parentPort?.postMessage(await run(workerData as number, runSequenceBesideOthers));
}

void (isMainThread ? main() : worker());
