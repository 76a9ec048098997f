import { requireDiskSpace } from '../support/disk-space.mjs';
import { debianKeyring, requireHostPackages, treePackages } from '../support/host-packages.mjs';
import { runLogged } from '../support/run-command.mjs';
import { aptProxies, debianMirror } from './apt-mirror.mjs';
import { cache, inCache } from './cache.mjs';
import { isolated } from './namespace.mjs';
import { explainNetwork } from './network.mjs';

const GIGABYTES = 3;

/** Where its temporary files are: in memory that only it can see, so that a killed build leaves none. */
export const temporary = inCache('mount');
const MOUNT_TEMPORARY = 'mount -t tmpfs tmpfs "$TMPDIR"';

/**
 * Runs mmdebstrap in namespaces of its own.
 *
 * @param {{ name: string, title: string, release: string, architecture: string }} what
 * @param {object} how
 * @param {string} how.variant
 * @param {string[]} how.packages
 * @param {string} how.directory that it fills
 * @param {string[]} [how.skip] further steps of its that are left out
 * @param {string} [how.before] a shell command that runs first, with what it mounts
 * @param {import('../support/progress.mjs').Reporter} how.reporter
 */
export async function runMmdebstrap(
  { name, title, release, architecture },
  { variant, packages, directory, skip = [], before = 'true', reporter },
) {
  await requireDiskSpace(cache, GIGABYTES, title);
  await requireHostPackages(treePackages, reporter);
  const mirror = debianMirror();
  const command = [
    'mmdebstrap',
    '--mode=root',
    `--variant=${variant}`,
    `--architectures=${architecture}`,
    `--include=${packages.join(',')}`,
    `--keyring=${debianKeyring}`,
    '--aptopt=APT::Install-Recommends "false"',
    ...(await aptProxies()).map((line) => `--aptopt=${line}`),
    ...['doc', 'locale', 'man'].map((part) => `--dpkgopt=path-exclude=/usr/share/${part}/*`),
    // A session has the host's devices. (And a user namespace could not make these.)
    `--skip=${['output/dev', 'output/mknod', ...skip].join(',')}`,
    release,
    directory,
    ...(mirror ? [mirror] : []),
  ];
  const script = `${MOUNT_TEMPORARY} && ${before} && exec "$@"`;
  try {
    await reporter.step(`building ${title} (once, a minute or two)`, (onLine) =>
      runLogged(isolated(['--mount', '--mount-proc'], ['sh', '-c', script, 'sh', ...command]), {
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
