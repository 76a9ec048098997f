import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCache } from './cache.mjs';
import { requireUsableHost } from './host.mjs';
import { sessionCommand, sessionEnvironment } from './namespace.mjs';
import { ensurePackage } from './npm-packages.mjs';
import { ensureTree } from './tree.mjs';
import { compilerTree } from './trees.mjs';

/** Where the tree with clang has the project. */
export const PROJECT_IN_TREE = '/project';

/** Where it has a Node.js of Linux, if that was asked for. */
export const NODE_IN_TREE = '/opt/node/bin/node';

/** In the sub-project of npm-packages.mjs. */
const LINUX_NODE = 'linux-node-24';

/** What a test expects of any machine: this one by its name and its address. */
const WITH_LOOPBACK = 'ip link set lo up; echo 127.0.0.1 localhost >/etc/hosts; exec "$@"';

const project = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Makes the tree with clang, as far as the cache does not have it.
 *
 * @param {import('../support/progress.mjs').Reporter} reporter
 * @param {{ node?: boolean }} [options] whether it needs a Node.js
 * @returns {Promise<(command: string[]) => { command: string[], env: NodeJS.ProcessEnv }>} what runs a command in it,
 *   in the project's directory
 */
export async function prepareCompiler(reporter, { node = false } = {}) {
  await requireUsableHost();
  makeCache();
  const tree = await ensureTree(compilerTree, reporter);
  const directories = [{ source: project, target: PROJECT_IN_TREE, writable: true }];
  if (node) {
    const installed = await ensurePackage(LINUX_NODE, { os: 'linux', cpu: 'x64' }, reporter);
    const source = join(installed, 'node_modules', LINUX_NODE);
    directories.push({ source, target: dirname(dirname(NODE_IN_TREE)), writable: false });
  }
  const prelude = ['bash', '-c', WITH_LOOPBACK, 'bash'];
  return (command) => ({
    command: sessionCommand({
      layers: [tree],
      directories,
      command: [...prelude, 'env', `--chdir=${PROJECT_IN_TREE}`, 'HOME=/root', ...command],
    }),
    env: sessionEnvironment(),
  });
}
