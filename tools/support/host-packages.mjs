import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Failure } from './failure.mjs';
import { capture, runLogged } from './run-command.mjs';

/** mmdebstrap checks Debian's signatures with it. */
export const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** What the host's packages are needed for, by the file or the program that they bring. */
const BRINGS = {
  mmdebstrap: { program: 'mmdebstrap' },
  'debian-archive-keyring': { file: debianKeyring },
  cmake: { program: 'cmake' },
  'ninja-build': { program: 'ninja' },
  uidmap: { program: 'newuidmap' },
  'qemu-system-arm': { program: 'qemu-system-aarch64' },
  cpio: { program: 'cpio' },
  zstd: { program: 'zstd' },
};

/** @typedef {keyof typeof BRINGS} HostPackage */

/** @type {readonly HostPackage[]} what builds the testbed's tree */
export const treePackages = ['mmdebstrap', 'debian-archive-keyring'];

/** @type {readonly HostPackage[]} what a user who is not root needs to be root in a namespace */
export const namespacePackages = ['uidmap'];

/** @type {readonly HostPackage[]} what the cross build needs beside zig */
export const crossBuildPackages = ['cmake', 'ninja-build'];

/** @type {readonly HostPackage[]} what the emulated ARM64 machine needs: itself, and what its archives are made with */
export const emulatorPackages = ['qemu-system-arm', 'cpio', 'zstd'];

const LOGS = fileURLToPath(new URL('../../build/', import.meta.url));

/** @param {HostPackage} name */
async function isMissing(name) {
  const { file, program } = BRINGS[name];
  if (file) return !existsSync(file);
  return (await capture([program, '--version'])).status === undefined;
}

/**
 * Installs on a Debian host what is needed and not there; nothing else of the host is ever changed. Who is not root,
 * or has no apt, is told what to install.
 *
 * @param {readonly HostPackage[]} needed
 * @param {import('./progress.mjs').Reporter} reporter
 */
export async function requireHostPackages(needed, reporter) {
  const checked = await Promise.all(needed.map(isMissing));
  const missing = needed.filter((_, index) => checked[index]);
  if (missing.length === 0) return;

  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing];
  if ((await capture(['apt-get', '--version'])).status === undefined) {
    throw new Failure(`missing on this host, which has no apt-get: ${missing.join(', ')}`);
  }
  if (process.getuid?.() !== 0) {
    throw new Failure(
      `missing on this host: ${missing.join(', ')}. Run: sudo apt-get update && sudo ${install.join(' ')}`,
    );
  }
  await reporter.step(`installing ${missing.join(', ')} on this host`, async (onLine) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    for (const command of [['apt-get', 'update'], install]) {
      const what = command.slice(0, 2).join(' ');
      await runLogged(command, {
        what,
        env,
        onLine,
        logFile: `${LOGS}${what.replace(' ', '-')}.log`,
      });
    }
  });
}
