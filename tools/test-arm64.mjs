// npm run test:arm64: sets up what is missing, then runs the suites that are about the addon in the ARM64 node.exe,
// with the addon for ARM64, in an emulated machine. HTTP, bundles and the examples are JavaScript alone, and run on x64.
//
//   npm run test:arm64                   all of these suites
//   npm run test:arm64 -- PATTERN        only the test files whose path has it

import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { prepare, PROCESSORS, run } from './testbed/arm64/index.mjs';
import { jestArguments, resultFile, RESULTS } from './jest-command.mjs';
import { setUp } from './set-up.mjs';
import { arm64Suite } from './suites.mjs';
import { reportError } from './support/failure.mjs';
import { emulatorPackages } from './support/host-packages.mjs';
import { neededPackages, requiredPackages } from './support/needed-packages.mjs';
import { readResults, reportResults } from './test-results.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NAME = 'arm64';
const OUTPUT = `${ROOT}build/arm64`;
/** Each of them is read, or run, by a test. */
const FILES = [
  ...['package.json', 'jest.config.cjs', 'dist', 'test/fixtures'],
  'prebuilds/win32-arm64',
  ...['scripted.node', 'named_ntlm.dll', 'named_ntlm_reader.node'].map(
    (name) => `build/ssp-arm64/${name}`,
  ),
];
/** Compiled, they say which packages they need. */
const CODE = ['lib', 'tools/native', 'test/native', 'test/scripted', 'test/instruments/support'];
/** A run that hangs must end, and one on a host with other work to do must not. */
const TIMEOUT_SECONDS = 30 * 60;

async function main() {
  const { positionals: patterns } = parseArgs({ allowPositionals: true });
  const log = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
  await setUp({
    arch: 'arm64',
    tests: true,
    hostPackages: emulatorPackages,
    prepareTestbed: () => prepare({ log }),
  });

  // What an earlier run left must not be taken for this one's.
  const results = `${ROOT}${resultFile(NAME)}`;
  rmSync(results, { force: true });
  mkdirSync(`${ROOT}${RESULTS}`, { recursive: true });

  const { title, securityPackages, env } = arm64Suite;
  process.stderr.write(`\n== ${title}\n`);
  const started = performance.now();
  // Emulated processors are slow, so each has a part of the files.
  const options = [
    `--maxWorkers=${PROCESSORS}`,
    `--testPathIgnorePatterns=${arm64Suite.ignored}`,
    ...patterns,
  ];
  const packages = requiredPackages(CODE.map((directory) => `${ROOT}dist/${directory}`));
  const code = await run(['node', ...jestArguments(NAME, options)], {
    files: [...FILES, ...neededPackages(ROOT, ['jest', ...packages])],
    result: resultFile(NAME),
    output: OUTPUT,
    securityPackages,
    env: { ...env, ...(process.stderr.isTTY && !process.env.NO_COLOR && { FORCE_COLOR: '1' }) },
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
