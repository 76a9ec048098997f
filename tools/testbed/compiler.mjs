import { fileURLToPath } from 'node:url';
import { makeCache } from './cache.mjs';
import { requireUsableHost } from './host.mjs';
import { sessionCommand, sessionEnvironment } from './namespace.mjs';
import { ensureTree } from './tree.mjs';
import { compilerTree } from './trees.mjs';

/** Where the tree with clang has the project. */
export const PROJECT_IN_TREE = '/project';

const project = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Makes the tree with clang, as far as the cache does not have it.
 *
 * @param {import('../support/progress.mjs').Reporter} reporter
 * @returns {Promise<(command: string[]) => { command: string[], env: NodeJS.ProcessEnv }>} what runs a command in it,
 *   in the project's directory
 */
export async function prepareCompiler(reporter) {
  await requireUsableHost();
  makeCache();
  const tree = await ensureTree(compilerTree, reporter);
  return (command) => ({
    command: sessionCommand({
      layers: [tree],
      directories: [{ source: project, target: PROJECT_IN_TREE, writable: true }],
      command: ['env', `--chdir=${PROJECT_IN_TREE}`, 'HOME=/root', ...command],
    }),
    env: sessionEnvironment(),
  });
}
