/** Runs the programs of examples/ as a user does. */

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach } from '@jest/globals';

import { patience } from './patience.js';

const EXAMPLES = join(__dirname, '..', '..', '..', '..', 'examples');

const running: { child: ChildProcess; ended: Promise<unknown> }[] = [];
const folder = mkdtempSync(join(tmpdir(), 'secur32-examples-'));
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill();
    await ended;
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

export interface RunningExample {
  /** Its exit code. */
  ended: Promise<number | null>;
  /** What it printed so far, and what went wrong. */
  output: () => string;
}

export interface ExampleOptions {
  args?: readonly string[];
  /** For node itself. */
  nodeArgs?: readonly string[];
  env?: Record<string, string>;
}

/** Starts an example with its output in a file, as programs under Wine need it. */
export function start(
  name: string,
  { args = [], nodeArgs = [], env = {} }: ExampleOptions = {},
): RunningExample {
  const file = join(folder, `${name.replaceAll('/', '-')}.txt`);
  const output = openSync(file, 'w');
  const child = spawn(process.execPath, [...nodeArgs, join(EXAMPLES, name), ...args], {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...env },
  });
  closeSync(output);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  running.push({ child, ended });
  return { ended, output: () => readFileSync(file, 'utf8') };
}

/** Waits for what a program does. */
export async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 50) {
    if (waited > 20_000 * patience) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
