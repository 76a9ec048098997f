// What `npm run demo` and `npm test` need and a fresh clone does not have:
// npm packages, compiled TypeScript, the addon, and on Linux the testbed. Each
// step is skipped where nothing changed. This file runs before `npm ci`, so it
// uses what comes with Node only.

import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { isRoot, requireUsableHost } from './testbed/host.mjs';
import { prepare } from './testbed/index.mjs';
import { Failure } from './support/failure.mjs';
import {
  crossBuildPackages,
  namespacePackages,
  requireHostPackages,
  treePackages,
} from './support/host-packages.mjs';
import { Reporter } from './support/progress.mjs';
import { runLogged } from './support/run-command.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ON_WINDOWS = process.platform === 'win32';

// Plain lines: several steps run side by side.
const log = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
const reporter = new Reporter({ prefix: 'set-up: ', log });

/** @param {string} path */
function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

export async function installPackages() {
  // npm writes the second file last, after all packages.
  if (modified(`${ROOT}node_modules/.package-lock.json`) >= modified(`${ROOT}package-lock.json`)) {
    return;
  }
  await reporter.step('npm packages (npm ci)', () =>
    runLogged(ON_WINDOWS ? ['cmd', '/d', '/c', 'npm', 'ci'] : ['npm', 'ci'], {
      what: 'npm ci',
      logFile: `${ROOT}build/npm-ci.log`,
      cwd: ROOT,
    }),
  );
}

/** @param {string} script @param {string[]} args */
async function runScript(script, ...args) {
  const child = spawn(process.execPath, [`${ROOT}${script}`, ...args], {
    cwd: ROOT,
    // What it prints is about the set-up, not about what was asked for.
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status !== 0) throw new Failure(`${script} failed`);
}

/** What tests of TypeScript alone need: no addon, no testbed, on any platform. */
export async function setUpUnit() {
  await installPackages();
  // `npm run lint` checks types.
  await runScript('tools/compile.mjs', '--no-check');
}

/** @param {string[]} architecture options that name it, if it is not this machine's */
async function buildAddon(architecture) {
  const built = [
    `${ROOT}build/Release/secur32.node`,
    `${ROOT}prebuilds/win32-${process.arch}/secur32.node`,
  ];
  // On Windows it is built once; a developer builds it again by himself.
  if (ON_WINDOWS && built.some((path) => existsSync(path))) return;
  await runScript('tools/native/build.mjs', ...architecture);
}

/**
 * Makes the checkout ready to run.
 *
 * @param {object} [options]
 * @param {string[]} [options.nodeVersions] the versions of Windows Node for the testbed
 * @param {boolean} [options.tests] whether what only tests load is needed, too
 * @param {boolean} [options.peers] whether the testbed needs the programs of others
 * @param {string} [options.arch] of the addon, if not this machine's
 * @param {readonly import('./support/host-packages.mjs').HostPackage[]} [options.hostPackages] needed beside the others
 * @param {() => Promise<unknown>} [options.prepareTestbed] makes another testbed than the usual one
 */
export async function setUp({
  nodeVersions,
  tests = false,
  peers = false,
  arch,
  hostPackages = [],
  prepareTestbed,
} = {}) {
  const architecture = arch === undefined ? [] : ['--arch', arch];
  const project = async () => {
    await installPackages();
    await Promise.all([runScript('tools/compile.mjs'), buildAddon(architecture)]);
    // After the addon: both are work for all processors.
    if (tests && !ON_WINDOWS) await runScript('tools/native/test-build.mjs', ...architecture);
    if (tests) await runScript('tools/bundles.mjs');
  };
  const testbed = async () => {
    if (ON_WINDOWS) return;
    const options = { ...(nodeVersions && { nodeVersions }), peers, log };
    await (prepareTestbed?.() ?? prepare(options));
  };
  // Before anything else, because apt cannot run twice at once, and because what this host lacks
  // should not be said in the middle of minutes of building.
  if (!ON_WINDOWS) {
    const namespaces = isRoot ? [] : namespacePackages;
    const needed = [...treePackages, ...crossBuildPackages, ...namespaces, ...hostPackages];
    await requireHostPackages(needed, reporter);
    await requireUsableHost();
  }
  await allOrFirstFailure([project(), testbed()]);
}

/** Waits for all, so that the failure is the last thing that is said. @param {Promise<unknown>[]} steps */
async function allOrFirstFailure(steps) {
  const results = await Promise.allSettled(steps);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
