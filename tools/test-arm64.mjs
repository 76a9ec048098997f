// npm run test:arm64: sets up what is missing, then runs the suites that use the addon in the ARM64 node.exe, with the
// addon for ARM64, in an emulated machine.
//
//   npm run test:arm64                   test/native, test/lifecycle and test/scripted
//   npm run test:arm64 -- PATTERN        only the test files whose path has it

import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { prepare, PROCESSORS, run } from '../test/testbed/arm64/index.mjs';
import { jestArguments, resultFile, RESULTS } from './jest-command.mjs';
import { setUp } from './set-up.mjs';
import { reportError } from './support/failure.mjs';
import { emulatorPackages } from './support/host-packages.mjs';
import { neededPackages } from './support/needed-packages.mjs';
import { readResults, reportResults } from './test-results.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NAME = 'arm64';
const OUTPUT = `${ROOT}build/arm64`;
/** Each of them is read, or run, by a test. */
const FILES = [
  ...['package.json', 'jest.config.cjs', 'dist', 'examples', 'test/fixtures'],
  'prebuilds/win32-arm64',
];
const PACKAGES = ['jest', '@jest/globals', 'node-gyp-build'];
const SUITES = ['test/native/', 'test/lifecycle/', 'test/scripted/'];
/** A run that hangs must end, and one on a host with other work to do must not. */
const TIMEOUT_SECONDS = 30 * 60;

async function main() {
  const { positionals: patterns } = parseArgs({ allowPositionals: true });
  const log = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
  await setUp({
    arch: 'arm64',
    hostPackages: emulatorPackages,
    prepareTestbed: () => prepare({ log }),
  });

  // What an earlier run left must not be taken for this one's.
  const results = `${ROOT}${resultFile(NAME)}`;
  rmSync(results, { force: true });
  mkdirSync(`${ROOT}${RESULTS}`, { recursive: true });

  process.stderr.write('\n== suites in the ARM64 node.exe, in an emulated machine\n');
  const started = performance.now();
  // Emulated processors are slow, so each has a part of the files.
  const options = [`--maxWorkers=${PROCESSORS}`, ...(patterns.length > 0 ? patterns : SUITES)];
  const code = await run(['node', ...jestArguments(NAME, options)], {
    files: [...FILES, ...neededPackages(ROOT, PACKAGES)],
    result: resultFile(NAME),
    output: OUTPUT,
    env: process.stderr.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : {},
    timeoutSeconds: TIMEOUT_SECONDS,
    onReport: (text) => process.stderr.write(text),
  });
  process.stderr.write(`\nended after ${Math.round((performance.now() - started) / 1000)} s\n`);

  renameSync(`${OUTPUT}/results`, results);
  if (!reportResults([await readResults(NAME, results, code)])) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  reportError('test:arm64', error);
  process.exitCode = 1;
}
