import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce } from '../../support/build-once.mjs';
import { requireDiskSpace } from '../../support/disk-space.mjs';
import { Failure } from '../../support/failure.mjs';
import { emulatorPackages, requireHostPackages } from '../../support/host-packages.mjs';
import { CommandFailure, runLogged } from '../../support/run-command.mjs';
import { cache, inCache, keyOf } from '../cache.mjs';
import { ensureTree } from '../tree.mjs';
import { arm64Tree } from '../trees.mjs';
import { appendParts } from './archive.mjs';
import { runInMachine } from './machine.mjs';

const GIGABYTES = 1;
const PREFIX_TIMEOUT_SECONDS = 10 * 60;

const SESSION = fileURLToPath(new URL('../session/', import.meta.url));
const INSIDE = fileURLToPath(new URL('inside/', import.meta.url));

/** The scripts that decide what an image contains. */
const SCRIPTS = [
  ...['init.sh', 'configure.sh', 'make-prefix.sh'].map((name) => join(INSIDE, name)),
  ...['places.sh', 'basics.sh', 'wine.sh'].map((name) => join(SESSION, name)),
];

/** What of the tree the machine does without. Its kernel needs no modules: everything is in memory. */
const LEFT_OUT = [
  'boot',
  'usr/lib/modules',
  'usr/share/doc',
  'usr/share/locale',
  'usr/share/man',
  'var/cache',
];

/** @typedef {import('../../support/progress.mjs').Reporter} Reporter */

/**
 * The scripts that run in the machine.
 *
 * @returns {import('./archive.mjs').Part[]}
 */
export function scriptParts() {
  return [
    { source: SESSION, target: '/opt/testbed' },
    { source: INSIDE, target: '/opt/machine' },
  ];
}

/**
 * The machine's kernel and files, a Wine prefix among them; made if they are not there. A run adds to the files what
 * changes from run to run.
 *
 * @param {Reporter} reporter
 * @returns {Promise<import('./machine.mjs').Image>}
 */
export async function ensureImage(reporter) {
  const tree = await ensureTree(arm64Tree, reporter);
  const scripts = SCRIPTS.map((file) => readFileSync(file, 'utf8'));
  const place = inCache('machines', keyOf(tree, ...LEFT_OUT, ...scripts));
  await buildOnce(place, (directory) => makeImage(inCache(tree), directory, reporter), {
    onWait: () => reporter.note('another run is making the ARM64 machine, waiting for it'),
  });
  return imageIn(place);
}

/** @param {string} directory @returns {import('./machine.mjs').Image} */
function imageIn(directory) {
  return { kernel: join(directory, 'kernel'), archive: join(directory, 'archive') };
}

/**
 * @param {string} tree
 * @param {string} directory
 * @param {Reporter} reporter
 */
async function makeImage(tree, directory, reporter) {
  await requireDiskSpace(cache, GIGABYTES, 'the ARM64 machine');
  await requireHostPackages(emulatorPackages, reporter);
  const { kernel, archive } = imageIn(directory);
  copyFileSync(findKernel(tree), kernel);
  await reporter.step('packing the ARM64 machine (once)', () =>
    appendParts(archive, [{ source: tree, target: '/', without: LEFT_OUT }, ...scriptParts()]),
  );
  await reporter.step('making its Wine prefix (once, two minutes)', () =>
    addPrefix({ kernel, archive }),
  );
}

/** @param {import('./machine.mjs').Image} image */
async function addPrefix(image) {
  const output = inCache('logs', 'arm64-prefix');
  const status = await runInMachine(image, ['/opt/machine/make-prefix.sh'], {
    output,
    timeoutSeconds: PREFIX_TIMEOUT_SECONDS,
  });
  if (status !== 0) {
    const report = readFileSync(join(output, 'report.log'), 'utf8');
    throw new CommandFailure(`making the Wine prefix failed (status ${status})`, report, output);
  }
  const append = 'zstd -q -3 -T2 <"$1" >>"$2" && rm "$1"';
  await runLogged(['sh', '-c', append, 'sh', join(output, 'results'), image.archive], {
    what: 'packing the Wine prefix',
    logFile: inCache('logs', 'pack.log'),
  });
}

/** @param {string} tree */
function findKernel(tree) {
  const boot = join(tree, 'boot');
  const name = readdirSync(boot).find((file) => file.startsWith('vmlinuz-'));
  if (!name) throw new Failure(`there is no kernel in ${boot}`);
  return join(boot, name);
}
