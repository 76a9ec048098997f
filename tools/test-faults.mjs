// npm run test:faults: everything that can go wrong in a security package and
// in the addon's memory, from every function, and 100,000 generated sequences
// of calls; prints what was tried and what was found.
//
//   npm run test:faults [-- --sequences 1000]

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { DEFAULT_NODE, run, windowsPath } from './testbed/index.mjs';
import { jestArguments, resultFile, RESULTS } from './jest-command.mjs';
import { setUp } from './set-up.mjs';
import { suites } from './suites.mjs';
import { reportError } from './support/failure.mjs';
import { readResults, reportResults } from './test-results.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TALLY = `${RESULTS}/faults.jsonl`;
const TIMEOUT_SECONDS = 40 * 60;

/** Which suites count what they try. */
const RUNS = [
  {
    suite: suites.scripted,
    name: 'faults-of-packages',
    patterns: ['statuses', 'ends', 'sequences'],
  },
  { suite: suites.faults, name: 'faults-of-memory', patterns: [] },
];

const COLUMNS = ['cases', 'leaks', 'overlaps', 'otherViolations', 'crashes'];
const HEADINGS = ['cases', 'leaks', 'overlaps', 'other rules', 'crashes'];

/** @returns {Map<string, number[]>} the sums of each function's rows */
function readTally() {
  const sums = new Map();
  const rows = readFileSync(`${ROOT}${TALLY}`, 'utf8').split('\n').filter(Boolean);
  for (const row of rows.map((line) => JSON.parse(line))) {
    const before = sums.get(row.function) ?? COLUMNS.map(() => 0);
    sums.set(
      row.function,
      COLUMNS.map((column, index) => before[index] + row[column]),
    );
  }
  return sums;
}

/** @param {Map<string, number[]>} sums */
function printTable(sums) {
  const titles = [...sums.keys()];
  const width = Math.max(...titles.map((title) => title.length));
  const line = (title, cells) =>
    [
      title.padEnd(width),
      ...cells.map((cell, i) => String(cell).padStart(HEADINGS[i].length + 2)),
    ].join(' ');
  console.log(line('', HEADINGS));
  for (const [title, cells] of sums) console.log(line(title, cells));
}

async function main() {
  const { values } = parseArgs({ options: { sequences: { type: 'string', default: '100000' } } });
  await setUp({ tests: true, nodeVersions: [DEFAULT_NODE] });
  rmSync(`${ROOT}${RESULTS}`, { recursive: true, force: true });
  mkdirSync(`${ROOT}${RESULTS}`, { recursive: true });

  const results = [];
  for (const { suite, name, patterns } of RUNS) {
    process.stderr.write(`\n== ${suite.title}, ${values.sequences} sequences\n`);
    const code = await run(['node', ...jestArguments(name, ['--runInBand', ...patterns])], {
      securityPackages: suite.securityPackages,
      env: {
        ...suite.env,
        SECUR32_TEST_SEQUENCES: values.sequences,
        SECUR32_TEST_TALLY: windowsPath(TALLY),
      },
      stdout: 'ignore',
      timeoutSeconds: TIMEOUT_SECONDS,
    });
    results.push(await readResults(name, `${ROOT}${resultFile(name)}`, code));
  }
  const sums = readTally();
  printTable(sums);
  const found = [...sums.values()].flatMap(([, ...faults]) => faults).some((count) => count > 0);
  if (!reportResults(results) || found) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  reportError('test:faults', error);
  process.exitCode = 1;
}
