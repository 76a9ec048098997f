import { readFileSync } from 'node:fs';
import { buildOnce } from '../../tools/support/build-once.mjs';
import { requireDiskSpace } from '../../tools/support/disk-space.mjs';
import { runLogged } from '../../tools/support/run-command.mjs';
import { aptProxies, debianMirror } from './apt-mirror.mjs';
import { cache, inCache, keyOf } from './cache.mjs';
import {
  debianKeyring,
  requireHostPackages,
  treePackages,
} from '../../tools/support/host-packages.mjs';
import { isolated, removeTree } from './namespace.mjs';
import { explainNetwork } from './network.mjs';

const GIGABYTES = 3;

/** @typedef {import('./trees.mjs').Tree} Tree */

/**
 * Each list names the packages of one concern.
 *
 * @param {string[]} lists
 */
function readPackages(lists) {
  const lines = lists.flatMap((name) =>
    readFileSync(new URL(`packages/${name}.list`, import.meta.url), 'utf8').split('\n'),
  );
  return lines.filter((line) => line && !line.startsWith('#')).sort();
}

/**
 * A Debian tree; built if it is not there.
 *
 * @param {Tree} tree
 * @param {import('../../tools/support/progress.mjs').Reporter} reporter
 * @returns {Promise<string>} its place in the cache
 */
export async function ensureTree(tree, reporter) {
  const { name, title, release, architecture, variant, lists } = tree;
  const packages = readPackages(lists);
  const place = `trees/${name}-${keyOf(release, architecture, variant, ...packages)}`;
  await buildOnce(inCache(place), (directory) => buildTree(tree, packages, directory, reporter), {
    remove: removeTree,
    onWait: () => reporter.note(`another run is building ${title}, waiting for it`),
  });
  return place;
}

/**
 * @param {Tree} tree
 * @param {string[]} packages
 * @param {string} directory
 * @param {import('../../tools/support/progress.mjs').Reporter} reporter
 */
async function buildTree({ name, title, ...tree }, packages, directory, reporter) {
  await requireDiskSpace(cache, GIGABYTES, title);
  await requireHostPackages(treePackages, reporter);
  const mirror = debianMirror();
  const command = [
    'mmdebstrap',
    '--mode=root',
    `--variant=${tree.variant}`,
    `--architectures=${tree.architecture}`,
    `--include=${packages.join(',')}`,
    `--keyring=${debianKeyring}`,
    '--aptopt=APT::Install-Recommends "false"',
    ...(await aptProxies()).map((line) => `--aptopt=${line}`),
    ...['doc', 'locale', 'man'].map((part) => `--dpkgopt=path-exclude=/usr/share/${part}/*`),
    // A session has the host's devices. (And a user namespace could not make these.)
    '--skip=output/dev,output/mknod',
    tree.release,
    directory,
    ...(mirror ? [mirror] : []),
  ];
  // mmdebstrap's temporary files lie in memory that only it can see, so that a killed build leaves none.
  const temporary = inCache('mount');
  const withTemporary = [
    'sh',
    '-c',
    'mount -t tmpfs tmpfs "$TMPDIR" && exec "$@"',
    'sh',
    ...command,
  ];
  try {
    await reporter.step(`building ${title} (once, a minute or two)`, (onLine) =>
      runLogged(isolated(['--mount', '--mount-proc'], withTemporary), {
        what: `building ${title}`,
        env: { ...process.env, TMPDIR: temporary },
        logFile: inCache('logs', `tree-${name}.log`),
        onLine,
      }),
    );
  } catch (error) {
    throw explainNetwork(
      error,
      mirror ? `the Debian mirror of this host (${mirror})` : "Debian's mirror",
    );
  }
}
