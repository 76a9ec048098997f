import { fileURLToPath } from 'node:url';
import { runLogged } from '../support/run-command.mjs';
import { inCache } from './cache.mjs';
import { isRoot } from './host.mjs';

/** The kernel ends what follows when we end, in whatever way we end. */
const endWithUs = ['setpriv', '--pdeathsig', 'KILL'];

/** Without root, a user namespace gives the rights that are needed, over what is ours. */
const identity = isRoot ? [] : ['--map-root-user', '--map-auto'];

/**
 * A command line that runs a command with namespaces of its own. When its first process ends, so do all others, and
 * its mounts are gone.
 *
 * @param {string[]} namespaces options of unshare
 * @param {string[]} command
 */
export function isolated(namespaces, command) {
  return [
    ...endWithUs,
    'unshare',
    ...identity,
    ...namespaces,
    '--pid',
    '--fork',
    '--kill-child',
    ...command,
  ];
}

/**
 * The command line of a session: a root directory made of layers, a private loopback network, private mounts and
 * processes.
 *
 * @param {object} session
 * @param {string[]} session.layers directories relative to the cache, the uppermost first
 * @param {{ source: string, target: string, writable?: boolean }[]} session.directories of the host
 * @param {string[]} session.command
 */
export function sessionCommand({ layers, directories, command }) {
  const here = fileURLToPath(new URL('session/', import.meta.url));
  const bindings = [{ source: here, target: '/opt/testbed' }, ...directories].flatMap(
    ({ source, target, writable }) => [writable ? '--bind' : '--bind-read-only', source, target],
  );
  return isolated(
    ['--mount', '--net', '--uts', '--ipc'],
    ['bash', `${here}enter.sh`, inCache(), layers.join(':'), ...bindings, '--', ...command],
  );
}

/** What the programs of a session know of the host's environment. */
export function sessionEnvironment() {
  const allowed = /^(CI|FORCE_COLOR|NO_COLOR|TERM|COLORTERM|TZ|WINEDEBUG|SECUR32_(?!TESTBED).*)$/;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => allowed.test(name))),
    // For the host's own programs, which enter the session; it sets its own.
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    ...(isRoot ? {} : { TESTBED_USER_NAMESPACE: '1' }),
  };
}

/**
 * Removes a directory, also one whose files belong to users of a user namespace.
 *
 * @param {string} path
 */
export async function removeTree(path) {
  await runLogged(isolated([], ['rm', '-rf', path]), {
    what: `removing ${path}`,
    logFile: inCache('logs', 'remove.log'),
  });
}
