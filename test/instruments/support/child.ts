/** Tests that need a process of their own. */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { patience } from './patience.js';

/** dist/test */
const TESTS = join(__dirname, '..', '..');
/** Less than a test has, so that the test can say what the child had to say. */
const TIMEOUT = 25_000 * patience;

export interface ChildOptions {
  /** What the child gets from `childInput`. */
  input?: unknown;
  env?: Record<string, string>;
  /** Options of Node, such as `--expose-gc`. */
  nodeOptions?: readonly string[];
  /** Another program than this one. */
  executable?: string;
}

export interface ChildResult {
  /** The exit code, or the name of the signal. */
  status: number | string;
  /** What the child gave to `answer`; undefined if it ended before. */
  output: unknown;
  /** What it wrote to stderr. */
  errors: string;
}

/** Runs a compiled script below dist/test, with files for what goes in and out. */
export async function runChild(script: string, options: ChildOptions = {}): Promise<ChildResult> {
  const folder = mkdtempSync(join(tmpdir(), 'secur32-child-'));
  const files = { input: join(folder, 'input.json'), answer: join(folder, 'answer.json') };
  try {
    writeFileSync(files.input, JSON.stringify(options.input ?? null));
    const child = spawn(
      options.executable ?? process.execPath,
      [...(options.nodeOptions ?? []), join(TESTS, script)],
      {
        env: {
          ...process.env,
          ...options.env,
          SECUR32_CHILD_INPUT: files.input,
          SECUR32_CHILD_ANSWER: files.answer,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: TIMEOUT,
      },
    );
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const status = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        resolve(code ?? signal ?? 'unknown');
      });
    });
    const output: unknown = existsSync(files.answer)
      ? JSON.parse(readFileSync(files.answer, 'utf8'))
      : undefined;
    return { status, output, errors };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** In a child: what the test gave it. */
export function childInput(): unknown {
  return JSON.parse(readFileSync(process.env['SECUR32_CHILD_INPUT'] ?? '', 'utf8'));
}

/** In a child: what the test gets. The last call counts. */
export function answer(value: unknown): void {
  writeFileSync(process.env['SECUR32_CHILD_ANSWER'] ?? '', JSON.stringify(value));
}
