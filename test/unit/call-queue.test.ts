import { expect, test } from '@jest/globals';

import { CallQueue } from '../../lib/core/call-queue.js';
import { Gate, settle } from '../instruments/support/fake-native.js';

const closedBy = (message: string) => () => new Error(message);

/** A call that notes when it starts and ends after its gate opened. */
function noted(notes: string[], name: string, gate: Gate): () => Promise<string> {
  return async () => {
    notes.push(`${name} starts`);
    await gate.opened;
    notes.push(`${name} ends`);
    return name;
  };
}

test('a call on an idle queue starts before run returns', async () => {
  const notes: string[] = [];
  const gate = new Gate();
  const run = new CallQueue().run(noted(notes, 'a', gate));
  expect(notes).toEqual(['a starts']);
  gate.open();
  await expect(run).resolves.toBe('a');
});

test('calls run one at a time, first come first served', async () => {
  const queue = new CallQueue();
  const notes: string[] = [];
  const gates = [new Gate(), new Gate(), new Gate()] as const;
  const runs = ['a', 'b', 'c'].map((name, i) =>
    queue.run(noted(notes, name, gates[i] ?? new Gate())),
  );
  // The later gates open first: only the order of the calls counts.
  gates[2].open();
  gates[1].open();
  await settle();
  expect(notes).toEqual(['a starts']);
  gates[0].open();
  await expect(Promise.all(runs)).resolves.toEqual(['a', 'b', 'c']);
  expect(notes).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
});

test('a call that fails rejects its own promise and lets the next one run', async () => {
  const queue = new CallQueue();
  const failing = queue.run(() => Promise.reject(new Error('mine')));
  const later = queue.run(() => Promise.resolve('fine'));
  await expect(failing).rejects.toThrow('mine');
  await expect(later).resolves.toBe('fine');
});

test('a queue is busy while a call runs, and idle again after it', async () => {
  const queue = new CallQueue();
  const gate = new Gate();
  expect(queue.busy).toBe(false);
  const run = queue.run(() => gate.opened);
  expect(queue.busy).toBe(true);
  gate.open();
  await run;
  await settle();
  expect(queue.busy).toBe(false);
});

test('a queue is idle again after a call that failed', async () => {
  const queue = new CallQueue();
  await expect(queue.run(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  await settle();
  expect(queue.busy).toBe(false);
});

test('a call may queue another one', async () => {
  const queue = new CallQueue();
  let inner: Promise<string> | undefined;
  const outer = queue.run(() => {
    inner = queue.run(() => Promise.resolve('inner'));
    return Promise.resolve('outer');
  });
  await expect(outer).resolves.toBe('outer');
  await expect(inner).resolves.toBe('inner');
});

test('close rejects what waits with the error given, each with its own', async () => {
  const queue = new CallQueue();
  const gate = new Gate();
  const started: string[] = [];
  const running = queue.run(() => gate.opened.then(() => 'done'));
  const waiting = ['b', 'c'].map((name) =>
    queue.run(() => {
      started.push(name);
      return Promise.resolve(name);
    }),
  );
  queue.close(closedBy('closed'));
  const errors = await Promise.all(
    waiting.map((call) => call.then(String, (error: unknown) => error)),
  );
  expect(errors).toEqual([new Error('closed'), new Error('closed')]);
  expect(errors[0]).not.toBe(errors[1]);
  await expect(running).rejects.toThrow('closed');
  gate.open();
  expect(started).toEqual([]);
});

test('close rejects the running call at once, and the call goes on', async () => {
  const queue = new CallQueue();
  const gate = new Gate();
  let finished = false;
  const running = queue.run(() =>
    gate.opened.then(() => {
      finished = true;
    }),
  );
  queue.close(closedBy('closed'));
  await expect(running).rejects.toThrow('closed');
  expect(finished).toBe(false);
  gate.open();
  await gate.opened;
  await Promise.resolve();
  expect(finished).toBe(true);
});

test('a closed queue rejects every later call, and the first error stays', async () => {
  const queue = new CallQueue();
  const started: string[] = [];
  queue.close(closedBy('first'));
  queue.close(closedBy('second'));
  const late = queue.run(() => {
    started.push('late');
    return Promise.resolve();
  });
  await expect(late).rejects.toThrow('first');
  expect(started).toEqual([]);
});

test('any mix of calls that fail and succeed keeps its order', async () => {
  const SEED = 20_240_607;
  let state = SEED;
  const random = (below: number) => {
    // A linear congruential generator: the same numbers on every machine.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
  const queue = new CallQueue();
  const notes: number[] = [];
  let inside = 0;
  let most = 0;
  const calls = Array.from({ length: 200 }, (_, i) => {
    const turns = random(4);
    const fails = random(3) === 0;
    return queue.run(async () => {
      notes.push(i);
      inside += 1;
      most = Math.max(most, inside);
      for (let turn = 0; turn < turns; turn += 1) await settle();
      inside -= 1;
      if (fails) throw new Error(`call ${i}`);
    });
  });
  await Promise.allSettled(calls);
  expect({ seed: SEED, notes, most }).toEqual({
    seed: SEED,
    notes: Array.from({ length: 200 }, (_, i) => i),
    most: 1,
  });
});

test('whenIdle calls back at once, or behind the last call, also of a queue that was closed', async () => {
  const queue = new CallQueue();
  const notes: string[] = [];
  const idle = (name: string) => {
    queue.whenIdle(() => notes.push(`idle ${name}`));
  };
  idle('before');
  const gates = [new Gate(), new Gate()] as const;
  const first = queue.run(noted(notes, 'first', gates[0]));
  const second = queue.run(noted(notes, 'second', gates[1]));
  idle('meanwhile');
  gates[0].open();
  await first;
  idle('later');
  queue.close(closedBy('closed'));
  await expect(second).rejects.toThrow('closed');
  idle('closed');
  await settle();
  expect(notes).toEqual(['idle before', 'first starts', 'first ends', 'second starts']);
  gates[1].open();
  await settle();
  expect(notes.slice(4)).toEqual(['second ends', 'idle meanwhile', 'idle later', 'idle closed']);
  idle('after');
  expect(notes.at(-1)).toBe('idle after');
});
