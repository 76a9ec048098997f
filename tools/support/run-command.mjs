import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { Failure } from './failure.mjs';

const LOG_LINES_SHOWN = 15;

/** A long command that failed: the message ends with the last lines of its log and the log's path. */
export class CommandFailure extends Failure {
  name = 'CommandFailure';

  /**
   * @param {string} what
   * @param {string} log the text that the command wrote
   * @param {string} logFile
   */
  constructor(what, log, logFile) {
    const tail = log.trimEnd().split('\n').slice(-LOG_LINES_SHOWN);
    super([what, ...tail.map((text) => `  | ${text}`), `the whole log: ${logFile}`].join('\n'));
    this.log = log;
  }
}

/**
 * The number that a shell would give for the way a process ended.
 *
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
export function exitStatus(code, signal) {
  return signal ? 128 + constants.signals[signal] : (code ?? 1);
}

/**
 * Runs a long command with its output in a log file, and fails with the end of that log.
 *
 * @param {string[]} command
 * @param {{ what: string, logFile: string, cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} options
 * @returns {Promise<void>}
 */
export async function runLogged([program, ...args], { what, logFile, cwd, env, onLine }) {
  await mkdir(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile);
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(log, { end: false });
    if (onLine) createInterface({ input: stream }).on('line', onLine);
  }
  const status = await new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new Failure(error.code === 'ENOENT' ? `${program} is not installed` : error.message)),
    );
    child.once('close', (code, signal) => resolve(exitStatus(code, signal)));
  }).finally(async () => {
    log.end();
    await finished(log);
  });
  if (status !== 0) {
    throw new CommandFailure(
      `${what} failed (status ${status})`,
      await readFile(logFile, 'utf8'),
      logFile,
    );
  }
}

/**
 * Runs a short command and gives what it wrote.
 *
 * @param {string[]} command
 * @returns {Promise<{ status?: number, stdout: string, stderr: string }>} no status where there is no such program
 */
export async function capture([program, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk) => (text.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => (text.stderr += chunk));
    // EACCES: not found either, but a folder of PATH could not be searched.
    const isMissing = (code) => code === 'ENOENT' || code === 'EACCES';
    child.once('error', (error) => (isMissing(error.code) ? resolve(text) : reject(error)));
    child.once('close', (code, signal) => resolve({ status: exitStatus(code, signal), ...text }));
  });
}
