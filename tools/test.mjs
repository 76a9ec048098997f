// npm test: sets up what is missing, then runs every suite.
//
//   npm test                     Node 24 (on Windows: this Node)
//   npm test -- --node 22        another Windows Node in the testbed
//   npm test -- PATTERN          only the test files whose path has it
//   npm run test:unit            only the tests of TypeScript alone, in this Node, on any platform;
//                                so does a PATTERN that begins with unit/
//   npm run test:long            every Windows Node, one after the other, and what repeats
//                                something does so more often (SECUR32_TEST_LONG)
//
// On Linux the unit tests run on the host, and all of them inside Windows
// node.exe in the testbed, with security packages of the tests' own in further
// runs, and those with servers and clients of others in a Linux Node beside it;
// on Windows all that needs no such package runs here. A whole run in the
// testbed leaves what `npm run coverage` reads.

import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { DEFAULT_NODE, nodeVersions, run, windowsPath } from './testbed/index.mjs';
import { jestArguments, RECORDED, resultFile, RESULTS } from './jest-command.mjs';
import { setUp, setUpUnit } from './set-up.mjs';
import { suites } from './suites.mjs';
import { reportError } from './support/failure.mjs';
import { readResults, reportResults } from './test-results.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Of the testbed's Debian; "node" is Windows' there. */
const LINUX_NODE = '/usr/bin/node';
/** How the paths of tests of TypeScript alone begin. */
const UNIT = 'unit/';
/** What runs on Windows, where no security package of the tests' own can be loaded. */
const WINDOWS_FOLDERS = ['unit', 'native', 'lifecycle'];
/** A run that hangs must end before the one who waits gives up. */
const TIMEOUT_SECONDS = 20 * 60;

/** @param {string} name @param {string[]} options of jest @param {Record<string, string>} [env] */
async function runHere(name, options, env = {}) {
  const child = spawn(process.execPath, jestArguments(name, options), {
    cwd: ROOT,
    env: { ...process.env, ...env },
    // With --json the report goes to stderr and the JSON, which is in the file, to stdout.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/**
 * @param {string} node
 * @param {import('./suites.mjs').Suite} suite
 * @param {string} name
 * @param {string[]} options of jest
 */
async function runInTestbed(node, suite, name, options) {
  const { securityPackages, env, socketBytes, onLinux = false, peers = onLinux } = suite;
  const color = process.stderr.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : {};
  return run([onLinux ? LINUX_NODE : 'node', ...jestArguments(name, options)], {
    node,
    peers,
    socketBytes,
    securityPackages,
    env: { ...env, ...color },
    stdout: 'ignore',
    timeoutSeconds: TIMEOUT_SECONDS,
  });
}

/** @param {string} title */
function heading(title) {
  process.stderr.write(`\n== ${title}\n`);
}

async function main() {
  const { values, positionals: patterns } = parseArgs({
    options: {
      long: { type: 'boolean', default: false },
      unit: { type: 'boolean', default: false },
      node: { type: 'string' },
    },
    allowPositionals: true,
  });
  const unit = values.unit || (patterns.length > 0 && patterns.every((it) => it.startsWith(UNIT)));
  const onWindows = process.platform === 'win32';
  const versions = values.node ? [values.node] : values.long ? nodeVersions() : [DEFAULT_NODE];
  // A pattern need not fit in each of the runs; without one, a run without tests is a fault.
  const options = [
    '--runInBand',
    ...(patterns.length > 0 ? ['--passWithNoTests'] : []),
    ...patterns,
  ];
  await (unit
    ? setUpUnit()
    : setUp({ tests: true, peers: true, ...(!onWindows && { nodeVersions: versions }) }));

  // What an earlier run left must not be taken for this one's.
  rmSync(`${ROOT}${RESULTS}`, { recursive: true, force: true });
  mkdirSync(`${ROOT}${RESULTS}`, { recursive: true });

  /** @type {{ name: string, code: number }[]} */
  const runs = [];
  const here = `${process.platform}-node-${process.versions.node.split('.')[0]}`;
  // Each folder by itself: a process that Windows ends takes no other folder's results with it.
  for (const folder of onWindows && !unit ? WINDOWS_FOLDERS : ['unit']) {
    const name = `${here}-${folder}`;
    heading(`${folder} tests on ${process.platform}, Node ${process.version}`);
    const env = { SECUR32_TEST_FOLDERS: folder };
    // jest leaves a processor unused, of which small machines have two.
    const all = ['--maxWorkers=100%', ...patterns];
    runs.push({ name, code: await runHere(name, unit ? all : options, env) });
  }
  for (const version of onWindows || unit ? [] : versions) {
    for (const [key, suite] of Object.entries(suites)) {
      const name = `testbed-node-${version}-${key}`;
      heading(`${suite.title}, with Windows node.exe ${version}, in the testbed`);
      // A part of the suites drives a part of everything; suites on Linux, and those that run twice, nothing more.
      const recorded = patterns.length === 0 &&
        !suite.onLinux &&
        suite.socketBytes === undefined && {
          SECUR32_TEST_COVERAGE: windowsPath(`${RECORDED}/${name}`),
        };
      const long = values.long && { SECUR32_TEST_LONG: '1' };
      const env = { ...suite.env, ...recorded, ...long };
      runs.push({ name, code: await runInTestbed(version, { ...suite, env }, name, options) });
    }
  }

  const results = await Promise.all(
    runs.map(({ name, code }) => readResults(name, `${ROOT}${resultFile(name)}`, code)),
  );
  if (!reportResults(results)) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  reportError('test', error);
  process.exitCode = 1;
}
