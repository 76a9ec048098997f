// npm run test:mutants: plants one fault after the other in a copy of the
// addon and of the compiled JavaScript, and fails unless the suites find each.
//
//   npm run test:mutants [-- PART OF A NAME]

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { mutants } from '../test/instruments/mutants/mutants.mjs';
import { run, TIMED_OUT } from './testbed/index.mjs';
import { setUp } from './set-up.mjs';
import { suites } from './suites.mjs';
import { Failure, reportError } from './support/failure.mjs';
import { isNamedBy, planted } from './support/mutant-fit.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** A copy of the sources, and below it what the suites are run from. */
const COPY = 'build/mutant';
const RUN = `${COPY}/run`;
const RUN_TIMEOUT_SECONDS = 150;
/** All files of a folder, one after the other. */
const HEALTHY_TIMEOUT_SECONDS = 20 * 60;
/** Mutants leak, and tests need not wait as long as they do to see it. */
const PATIENCE = '0.4';

/** What of the project belongs where in the copy. */
const PARTS = {
  'src-native': `${COPY}/src-native`,
  dist: `${RUN}/dist`,
  'test/fixtures': `${RUN}/test/fixtures`,
  'package.json': `${RUN}/package.json`,
  'jest.config.cjs': `${RUN}/jest.config.cjs`,
};

/** @param {string} file relative to the project @returns {string} */
function inCopy(file) {
  const [part] = file.split('/');
  return join(ROOT, PARTS[part], file.slice(part.length));
}

function copyProject() {
  rmSync(join(ROOT, COPY), { recursive: true, force: true });
  for (const [from, to] of Object.entries(PARTS)) {
    mkdirSync(dirname(join(ROOT, to)), { recursive: true });
    // With new times: what an earlier run built of a mutant must not seem up to date.
    cpSync(join(ROOT, from), join(ROOT, to), { recursive: true });
  }
}

/** @param {import('../test/instruments/mutants/mutants.mjs').Mutant} mutant */
function plantAll(mutant) {
  const contents = planted(mutant, (file) => readFileSync(inCopy(file), 'utf8'));
  for (const [file, content] of contents) writeFileSync(inCopy(file), content);
}

/** @param {import('../test/instruments/mutants/mutants.mjs').Mutant} mutant */
function heal({ changes }) {
  for (const { file } of changes) {
    writeFileSync(inCopy(file), readFileSync(join(ROOT, file)));
  }
}

/** Only what changed is compiled again. */
function build() {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'tools/native/test-build.mjs'), '--mutant', join(ROOT, COPY)],
    { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },
  );
  if (status !== 0) throw new Failure(`the mutant does not compile:\n${stderr}`);
}

/** What a folder of tests needs, where it runs in the testbed. */
const IN_TESTBED = {
  scripted: suites.scripted,
  'named-ntlm': suites.scripted,
  native: suites.system,
  lifecycle: suites.system,
};

/** @param {string} file of a test: part of its path below test @returns {string} */
function folderOf(file) {
  return file.slice(0, file.indexOf('/'));
}

/**
 * Runs jest in the copy, on the tests of a folder.
 *
 * @param {string} folder
 * @param {string[]} jest
 * @param {number} timeoutSeconds
 * @returns {Promise<number>} its exit code
 */
async function runJest(folder, jest, timeoutSeconds) {
  const suite = IN_TESTBED[folder];
  const env = { SECUR32_TEST_FOLDERS: folder, SECUR32_TEST_PATIENCE: PATIENCE };
  if (suite !== undefined) {
    return run(['node', ...jest], {
      cwd: RUN,
      securityPackages: suite.securityPackages,
      env: { ...suite.env, ...env },
      stdout: 'ignore',
      stderr: 'ignore',
      timeoutSeconds,
    });
  }
  const { status } = spawnSync(process.execPath, jest, {
    cwd: join(ROOT, RUN),
    env: { ...process.env, ...env },
    stdio: 'ignore',
    timeout: timeoutSeconds * 1000,
  });
  return status ?? TIMED_OUT;
}

/**
 * Runs test files of one folder against what is in the copy.
 *
 * @param {string} folder
 * @param {string[]} patterns
 * @param {number} [timeoutSeconds]
 * @returns {Promise<{ failed: string[], passed: import('./support/mutant-fit.mjs').PassedTest[], ended: boolean,
 *   code: number }>} failed: the titles
 */
async function runSuites(folder, patterns, timeoutSeconds = RUN_TIMEOUT_SECONDS) {
  const file = join(ROOT, RUN, 'findings.jsonl');
  rmSync(file, { force: true });
  const jest = [
    '../../../node_modules/jest/bin/jest.js',
    // An option with a list would take them for its own.
    ...patterns,
    '--runInBand',
    '--reporters=../../../test/instruments/mutants/reporter.cjs',
  ];
  const code = await runJest(folder, jest, timeoutSeconds);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  const findings = lines.map((line) => JSON.parse(line));
  const of = (/** @type {string} */ wanted) => findings.filter(({ status }) => status === wanted);
  return {
    failed: of('failed').map(({ title }) => title),
    passed: of('passed'),
    ended: of('end').length > 0,
    code,
  };
}

/**
 * The suites must pass where nothing is planted, and have the tests that the mutants name.
 *
 * @param {import('../test/instruments/mutants/mutants.mjs').Mutant[]} chosen
 */
async function runHealthy(chosen) {
  for (const folder of new Set(chosen.map(({ test }) => folderOf(test.file)))) {
    const own = chosen.filter(({ test }) => folderOf(test.file) === folder);
    const files = [...new Set(own.map(({ test }) => test.file))];
    const healthy = await runSuites(folder, files, HEALTHY_TIMEOUT_SECONDS);
    const { failed, passed, ended, code } = healthy;
    if (failed.length > 0 || !ended) {
      const what = ended ? failed.join('; ') : `jest ended with ${code}`;
      throw new Failure(`the suites of test/${folder} fail without a mutant: ${what}`);
    }
    const lost = own.find((mutant) => !passed.some((test) => isNamedBy(mutant, test)));
    if (lost !== undefined) {
      throw new Failure(`the mutant "${lost.name}" names a test that does not run`);
    }
  }
  console.log('ok      without a mutant the suites pass');
}

/**
 * What caught a mutant: the test that is there for it, or its end by a crash, if that is how it shows.
 *
 * @param {import('../test/instruments/mutants/mutants.mjs').Mutant} mutant
 * @returns {Promise<string | undefined>}
 */
async function catcher({ test, crashes = false }) {
  const { failed, ended, code } = await runSuites(folderOf(test.file), [test.file]);
  const title = failed.find((failure) => failure.includes(test.title));
  if (title !== undefined) return title;
  return crashes && !ended && code !== TIMED_OUT ? `the process crashed (${code})` : undefined;
}

async function main() {
  await setUp({ tests: true });
  const chosen = mutants.filter(({ name }) =>
    process.argv.slice(2).every((part) => name.includes(part)),
  );
  copyProject();
  build();
  await runHealthy(chosen);
  let survivors = 0;
  for (const mutant of chosen) {
    plantAll(mutant);
    try {
      build();
      const caughtBy = await catcher(mutant);
      if (caughtBy === undefined) survivors++;
      console.log(`${caughtBy === undefined ? 'MISSED' : 'caught'}  ${mutant.name}`);
      console.log(`        by: ${caughtBy ?? `not by "${mutant.test.title}"`}`);
    } finally {
      heal(mutant);
    }
  }
  console.log(`${chosen.length - survivors} passed, ${survivors} failed`);
  if (survivors > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  reportError('test:mutants', error);
  process.exitCode = 1;
}
