import { readdirSync, readFileSync } from 'node:fs';
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

const RELEASE = 'trixie';
const GIGABYTES = 3;

/** Each file names the packages of one concern. */
function packages() {
  const directory = new URL('packages/', import.meta.url);
  return readdirSync(directory)
    .flatMap((name) => readFileSync(new URL(name, directory), 'utf8').split('\n'))
    .filter((line) => line && !line.startsWith('#'))
    .sort();
}

/**
 * The Debian tree with Wine and Samba; built if it is not there.
 *
 * @param {import('../../tools/support/progress.mjs').Reporter} reporter
 * @returns {Promise<string>} its place in the cache
 */
export async function ensureTree(reporter) {
  const names = packages();
  const tree = `trees/${RELEASE}-${keyOf(RELEASE, ...names)}`;
  await buildOnce(inCache(tree), (directory) => buildTree(directory, names, reporter), {
    remove: removeTree,
    onWait: () => reporter.note('another run is building the Debian tree, waiting for it'),
  });
  return tree;
}

/**
 * @param {string} directory
 * @param {string[]} names
 * @param {import('../../tools/support/progress.mjs').Reporter} reporter
 */
async function buildTree(directory, names, reporter) {
  await requireDiskSpace(cache, GIGABYTES, 'the Debian tree');
  await requireHostPackages(treePackages, reporter);
  const mirror = debianMirror();
  const command = [
    'mmdebstrap',
    '--mode=root',
    '--variant=apt',
    `--include=${names.join(',')}`,
    `--keyring=${debianKeyring}`,
    '--aptopt=APT::Install-Recommends "false"',
    ...(await aptProxies()).map((line) => `--aptopt=${line}`),
    ...['doc', 'locale', 'man'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    // A session has the host's devices. (And a user namespace could not make these.)
    '--skip=output/dev,output/mknod',
    RELEASE,
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
    await reporter.step(
      'building the Debian tree with Wine and Samba (once, a minute or two)',
      (onLine) =>
        runLogged(isolated(['--mount', '--mount-proc'], withTemporary), {
          what: 'building the Debian tree',
          env: { ...process.env, TMPDIR: temporary },
          logFile: inCache('logs', 'tree.log'),
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
