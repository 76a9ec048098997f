/** Starts programs of Linux and of Windows that run beside the tests, and ends them. */

import { spawn, type ChildProcess } from 'node:child_process';
import { connect, createServer } from 'node:net';

import { afterAll } from '@jest/globals';

import { patience } from '../patience.js';

const STARTS_WITHIN_MS = 20_000 * patience;

export interface Program {
  /** What it wrote so far, to stdout and to stderr. */
  output(): string;
  /** Waits for a text in its output; rejects when it ends before. */
  printed(text: RegExp): Promise<RegExpExecArray>;
  /** Whether it is over. */
  hasEnded(): boolean;
  /** Ends it, and waits until it did. */
  end(): Promise<void>;
}

const running = new Set<Program>();
afterAll(async () => {
  await Promise.all([...running].map((program) => program.end()));
});

class RunningProgram implements Program {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = '';
  #isOver = false;

  constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#output += String(error);
      });
      child.once('close', () => {
        this.#isOver = true;
        running.delete(this);
        resolve(undefined);
      });
    });
    running.add(this);
  }

  output(): string {
    return this.#output;
  }

  hasEnded(): boolean {
    return this.#isOver;
  }

  async printed(text: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + STARTS_WITHIN_MS;
    for (;;) {
      const found = text.exec(this.#output);
      if (found !== null) return found;
      if (this.#isOver) throw new Error(`${this.#name} ended:\n${this.#output}`);
      if (Date.now() > deadline) {
        throw new Error(`${this.#name} did not print ${String(text)}:\n${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async end(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}

/** Starts a Linux program. */
export function startProgram(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Program {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Apache ends its whole group, and everything else here is in ours.
    detached: true,
  });
  return new RunningProgram(program, child);
}

/** Windows' node.exe; its paths may be those of Linux. */
const WINDOWS_NODE = '/opt/testbed/bin/node';

/** Starts a script in Windows' node.exe. */
export function startWindows(args: readonly string[], env: Record<string, string> = {}): Program {
  return startProgram(WINDOWS_NODE, args, env);
}

/** Waits until something listens on a port of this machine. */
export async function listening(port: number, program: Program): Promise<void> {
  const deadline = Date.now() + STARTS_WITHIN_MS;
  const tryOnce = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
  while (!(await tryOnce())) {
    if (program.hasEnded() || Date.now() > deadline)
      throw new Error(`nothing listens:\n${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A port that is free now. Nobody else uses this machine. */
export async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}
