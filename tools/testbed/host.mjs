import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { Failure } from '../support/failure.mjs';
import { capture } from '../support/run-command.mjs';

export const isRoot = process.getuid?.() === 0;

/** The host's release, as /etc/os-release tells it. */
export function hostRelease() {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (name) => text.match(new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm'))?.[1] ?? '';
  return {
    id: field('ID'),
    codename: field('VERSION_CODENAME'),
    name: field('PRETTY_NAME') || 'this system',
  };
}

/** Fails, with what to do about it, where the testbed cannot run at all. */
export async function requireUsableHost() {
  if (process.platform === 'win32') {
    throw new Failure(
      'the testbed is for Linux; on Windows run the same programs and suites directly with node',
    );
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Failure(
      `the testbed needs Linux on x64, this is ${process.platform} on ${process.arch}`,
    );
  }
  if (isRoot) await requireMounts();
  else await requireUserNamespaces();
}

async function requireMounts() {
  const { status, stderr } = await capture([
    'unshare',
    '--mount',
    '--net',
    '--pid',
    '--fork',
    'true',
  ]);
  if (status === undefined)
    throw new Failure('unshare is not installed: apt-get install util-linux');
  if (status !== 0) {
    throw new Failure(
      `this root user may not make namespaces (${stderr.trim()}); a container needs CAP_SYS_ADMIN, as docker run --privileged gives`,
    );
  }
}

/** Samba changes to other users, so a whole range of user ids has to be mapped into the namespace. */
async function requireUserNamespaces() {
  const { username } = userInfo();
  if ((await capture(['newuidmap'])).status === undefined) {
    throw new Failure(
      'newuidmap is not installed: sudo apt-get install uidmap (or run the testbed as root)',
    );
  }
  const ranges = existsSync('/etc/subuid') ? readFileSync('/etc/subuid', 'utf8') : '';
  if (
    !ranges
      .split('\n')
      .some((line) => [username, String(process.getuid())].includes(line.split(':')[0]))
  ) {
    throw new Failure(
      `${username} has no range of user ids: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${username} (or run the testbed as root)`,
    );
  }
  const { status, stderr } = await capture([
    'unshare',
    '--map-root-user',
    '--map-auto',
    '--mount',
    'true',
  ]);
  if (status === 0) return;
  if (/unrecognized option/.test(stderr)) {
    throw new Failure('unshare is older than util-linux 2.38: run the testbed as root');
  }
  throw new Failure(
    `user namespaces are not allowed here (${stderr.trim()}): run the testbed as root, or allow them with sudo sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0 (as far as the system has these)`,
  );
}
