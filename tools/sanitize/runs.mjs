/** Runs a program that was built with sanitizers, and tells what it reported. */
import { readFileSync } from 'node:fs';
import { CommandFailure, runLogged } from '../support/run-command.mjs';

/** What a report of a sanitizer begins with. */
const REPORT =
  /^.*(?:ERROR: \w+Sanitizer|WARNING: \w+Sanitizer|runtime error:|ERROR: libFuzzer).*$/gm;
/** How a program ends that went through all of its cases. */
const CASES = /^(\d+) cases, (\d+) failures$/m;
/** How the fuzzer ends. */
const STORIES = /^Done (\d+) runs in \d+ second/m;

/** A program that hangs must end before the one who waits gives up. */
const TIMEOUT_SECONDS = 300;

/** The first fault ends a program, and its report names the lines of the source. */
export const OPTIONS = {
  ASAN_OPTIONS:
    'detect_leaks=1:detect_stack_use_after_return=1:check_initialization_order=1:strict_init_order=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
  TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
};

/**
 * @typedef {object} Outcome
 * @property {string} log the text that the program wrote
 * @property {number} cases that it went through
 * @property {string[]} reports of sanitizers
 * @property {boolean} passed it went through all of its cases, and neither it nor a sanitizer found anything
 */

/**
 * @param {string} log
 * @param {boolean} ended by itself, with exit code 0
 * @returns {Outcome}
 */
export function readOutcome(log, ended) {
  const reports = log.match(REPORT) ?? [];
  const [, cases, failures] = CASES.exec(log) ?? [];
  const [, stories] = STORIES.exec(log) ?? [];
  const complete = cases === undefined ? Number(stories) > 0 : Number(cases) > 0;
  return {
    log,
    cases: Number(cases ?? stories ?? 0),
    reports,
    passed: ended && complete && reports.length === 0 && Number(failures ?? 0) === 0,
  };
}

/**
 * @param {(command: string[]) => { command: string[], env: NodeJS.ProcessEnv }} inTree
 * @param {string[]} command
 * @param {string} logFile
 * @returns {Promise<Outcome>}
 */
export async function runProgram(inTree, command, logFile) {
  const options = Object.entries(OPTIONS).map(([name, value]) => `${name}=${value}`);
  const run = inTree(['env', ...options, 'timeout', `${TIMEOUT_SECONDS}`, ...command]);
  let ended = true;
  try {
    await runLogged(run.command, { what: command[0], logFile, env: run.env });
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    ended = false;
  }
  return readOutcome(readFileSync(logFile, 'utf8'), ended);
}
