/** Runs suites of the addon in a Node.js of Linux, with the addon built by clang and a sanitizer in the process. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { NODE_IN_TREE, PROJECT_IN_TREE } from '../testbed/compiler.mjs';
import { CommandFailure, runLogged } from '../support/run-command.mjs';
import { readReports } from './reports.mjs';
import { OPTIONS } from './runs.mjs';

/** Of clang 19, in the tree. */
const RUNTIMES = '/usr/lib/llvm-19/lib/clang/19/lib/linux';
const RUNTIME = {
  address: `${RUNTIMES}/libclang_rt.asan-x86_64.so`,
  thread: `${RUNTIMES}/libclang_rt.tsan-x86_64.so`,
};
/** What makes the package of the tests; examples import it by its name. */
const COPIED = ['dist', 'examples', 'jest.config.cjs', 'package.json'];
/** What the tests read beside that. */
const LINKED = ['node_modules', 'src-native', 'test', 'tools'];
const JEST = 'node_modules/jest/bin/jest.js';
/** A run that hangs must end before the one who waits gives up. */
const TIMEOUT_SECONDS = 600;

/**
 * @typedef {(command: string[]) => { command: string[], env: NodeJS.ProcessEnv }} InTree
 *
 * @typedef {object} AddonRun
 * @property {string} name of the run
 * @property {'address' | 'thread'} sanitizer
 * @property {string} addon the target of CMake that is its secur32.node
 * @property {string[]} folders of suites
 * @property {string[]} [patterns] of test files; all by default
 * @property {string} [title] a pattern of the titles of tests
 * @property {string[]} [nodeOptions]
 * @property {Record<string, string>} [env]
 *
 * @typedef {object} AddonOutcome
 * @property {number} suites files of tests that passed
 * @property {number} cases tests that passed
 * @property {number} skipped
 * @property {string[]} reports of sanitizers
 * @property {boolean} passed all tests did, and there are no reports
 * @property {string} log what jest wrote, then the reports
 */

/**
 * The package with another addon in it, and with a loader that takes it on Linux.
 *
 * @param {string} root of the project
 * @param {string} output
 * @param {AddonRun} run
 * @returns {string} its folder, relative to the project
 */
function packageWith(root, output, { addon }) {
  const folder = `${output}/packages/${addon}`;
  const at = (/** @type {string[]} */ ...parts) => join(root, folder, ...parts);
  rmSync(at(), { recursive: true, force: true });
  mkdirSync(at('prebuilds', 'win32-x64'), { recursive: true });
  for (const part of COPIED) cpSync(join(root, part), at(part), { recursive: true });
  for (const link of LINKED) symlinkSync(`${PROJECT_IN_TREE}/${link}`, at(link));
  copyFileSync(
    join(root, 'test/instruments/sanitize/addon/native.cjs'),
    at('dist', 'lib', 'binding', 'native.js'),
  );
  const built = join(root, output, 'cmake', addon, 'secur32.node');
  copyFileSync(built, at('prebuilds', 'win32-x64', 'secur32.node'));
  return folder;
}

/** @param {string} sanitizer @param {string} logs */
function options(sanitizer, logs) {
  const written = `log_path=${PROJECT_IN_TREE}/${logs}/report`;
  const { ASAN_OPTIONS, UBSAN_OPTIONS, TSAN_OPTIONS } = OPTIONS;
  return sanitizer === 'address'
    ? {
        // Node.js leaks a little at its end: that changes no exit code, and readReports() tells whose a leak is.
        // Copies of the addon have one name for their globals each. handle_segv: Node.js has a handler of its own.
        ASAN_OPTIONS: `${ASAN_OPTIONS}:${written}:abort_on_error=1:exitcode=0:detect_odr_violation=0:handle_segv=2`,
        UBSAN_OPTIONS: `${UBSAN_OPTIONS}:${written}:abort_on_error=1`,
      }
    : {
        // Node.js and V8 are not built for it: what they do with atomics would look like races.
        TSAN_OPTIONS: `${TSAN_OPTIONS}:${written}:abort_on_error=1:ignore_noninstrumented_modules=1:atexit_sleep_ms=100`,
        UBSAN_OPTIONS,
      };
}

/**
 * @param {string} root of the project
 * @param {string} output folder, relative to the project
 * @param {InTree} inTree
 * @param {AddonRun} run
 * @returns {Promise<AddonOutcome>}
 */
export async function runAddon(root, output, inTree, run) {
  const { name, sanitizer, folders, patterns = [], title, nodeOptions = [] } = run;
  const logs = `${output}/logs/${name}`;
  rmSync(join(root, logs), { recursive: true, force: true });
  mkdirSync(join(root, logs), { recursive: true });
  const folder = packageWith(root, output, run);
  const results = `${PROJECT_IN_TREE}/${logs}/results.json`;
  const env = {
    LD_PRELOAD: RUNTIME[sanitizer],
    ...options(sanitizer, logs),
    SECUR32_TEST_FOLDERS: folders.join(),
    SECUR32_TEST_SCRIPTED: `${PROJECT_IN_TREE}/${output}/cmake/${sanitizer}-scripted/scripted.node`,
    // What node-gyp-build looks for.
    npm_config_platform: 'win32',
    ...run.env,
  };
  const command = [
    ...['env', `--chdir=${PROJECT_IN_TREE}/${folder}`],
    ...Object.entries(env).map(([key, value]) => `${key}=${value}`),
    ...['timeout', `${TIMEOUT_SECONDS}`, NODE_IN_TREE, ...nodeOptions],
    ...[JEST, '--runInBand', '--json', `--outputFile=${results}`],
    ...(title === undefined ? [] : ['--testNamePattern', title]),
    ...(patterns.length === 0 ? [] : ['--passWithNoTests', ...patterns]),
  ];
  const logFile = join(root, logs, 'jest.log');
  const started = inTree(command);
  /** @type {string | undefined} */
  let failure;
  try {
    await runLogged(started.command, { what: name, logFile, env: started.env });
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    [failure] = error.message.split('\n');
  }
  rmSync(join(root, folder), { recursive: true, force: true });
  return outcome(join(root, logs), logFile, failure);
}

/**
 * @param {string} logs
 * @param {string} logFile
 * @param {string | undefined} failure how jest ended, if not as it should
 * @returns {AddonOutcome}
 */
function outcome(logs, logFile, failure) {
  const written = join(logs, 'results.json');
  const results = existsSync(written) ? JSON.parse(readFileSync(written, 'utf8')) : undefined;
  const reports = readdirSync(logs)
    .filter((file) => file.startsWith('report.'))
    .flatMap((file) => readReports(readFileSync(join(logs, file), 'utf8')));
  return {
    suites: results?.numPassedTestSuites ?? 0,
    cases: results?.numPassedTests ?? 0,
    skipped: results?.numPendingTests ?? 0,
    reports,
    passed: failure === undefined && results?.success === true && reports.length === 0,
    log: [readFileSync(logFile, 'utf8'), ...reports, failure].join('\n'),
  };
}
