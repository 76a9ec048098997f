import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOnce } from '../support/build-once.mjs';
import { inCache, keyOf } from './cache.mjs';
import { isRoot } from './host.mjs';
import { runMmdebstrap, temporary } from './mmdebstrap.mjs';
import { removeTree } from './namespace.mjs';
import { readPackages } from './tree.mjs';

/** @typedef {import('./trees.mjs').Layer} Layer */

/**
 * The files that packages add to a tree; made if they are not there.
 *
 * @param {Layer} layer
 * @param {string} base the place of its tree in the cache
 * @param {import('../support/progress.mjs').Reporter} reporter
 * @returns {Promise<string>} its place in the cache; a session lays it over the tree
 */
export async function ensureLayer(layer, base, reporter) {
  const packages = readPackages(layer.lists);
  const place = `trees/${layer.name}-${keyOf(base, ...packages)}`;
  await buildOnce(
    inCache(place),
    (directory) => buildLayer(layer, { base, packages, directory, reporter }),
    {
      remove: removeTree,
      onWait: () => reporter.note(`another run is installing ${layer.title}, waiting for it`),
    },
  );
  return join(place, FILES);
}

const FILES = 'files';
/** What the kernel needs beside them while they change. */
const WORK = 'work';

/**
 * @param {Layer} layer
 * @param {object} how
 * @param {string} how.base
 * @param {string[]} how.packages
 * @param {string} how.directory
 * @param {import('../support/progress.mjs').Reporter} how.reporter
 */
async function buildLayer(layer, { base, packages, directory, reporter }) {
  await Promise.all([FILES, WORK].map((name) => mkdir(join(directory, name))));
  const { release, architecture } = layer.base;
  await runMmdebstrap(
    { name: layer.name, title: layer.title, release, architecture },
    {
      // These packages with what they need, and nothing that every tree has.
      variant: 'custom',
      packages,
      directory: join(temporary, 'root'),
      skip: ['check/empty'],
      before: mountOverlay(base, directory),
      reporter,
    },
  );
  await removeTree(join(directory, WORK));
}

/**
 * A shell command that mounts the tree with what will be added. Names are relative to their directories, as in
 * session/enter.sh: a colon or a comma in a path would be read as a part of the options.
 *
 * @param {string} base
 * @param {string} directory
 */
function mountOverlay(base, directory) {
  // userxattr is what an overlay needs in a user namespace.
  const rights = isRoot ? '' : ',userxattr';
  const partial = directory.slice(inCache().length + 1);
  const options = `lowerdir=${base},upperdir=${partial}/${FILES},workdir=${partial}/${WORK}${rights}`;
  return [
    'mkdir "$TMPDIR/root"',
    `(cd '${inCache().replaceAll("'", "'\\''")}' && mount -t overlay -o ${options} overlay mount/root)`,
    // mmdebstrap makes devices where there must be none yet; in a directory that everybody may write into, they could
    // not be opened in a user namespace.
    'mount -t tmpfs -o mode=755 tmpfs "$TMPDIR/root/dev"',
  ].join(' && ');
}
