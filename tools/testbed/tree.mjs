import { readFileSync } from 'node:fs';
import { buildOnce } from '../support/build-once.mjs';
import { inCache, keyOf } from './cache.mjs';
import { runMmdebstrap } from './mmdebstrap.mjs';
import { removeTree } from './namespace.mjs';

/** @typedef {import('./trees.mjs').Tree} Tree */

/**
 * Each list names the packages of one concern.
 *
 * @param {string[]} lists
 */
export function readPackages(lists) {
  const lines = lists.flatMap((name) =>
    readFileSync(new URL(`packages/${name}.list`, import.meta.url), 'utf8').split('\n'),
  );
  return lines.filter((line) => line && !line.startsWith('#')).sort();
}

/**
 * A Debian tree; built if it is not there.
 *
 * @param {Tree} tree
 * @param {import('../support/progress.mjs').Reporter} reporter
 * @returns {Promise<string>} its place in the cache
 */
export async function ensureTree(tree, reporter) {
  const { name, title, release, architecture, variant, lists } = tree;
  const packages = readPackages(lists);
  const place = `trees/${name}-${keyOf(release, architecture, variant, ...packages)}`;
  const build = (/** @type {string} */ directory) =>
    runMmdebstrap(tree, { variant, packages, directory, reporter });
  await buildOnce(inCache(place), build, {
    remove: removeTree,
    onWait: () => reporter.note(`another run is building ${title}, waiting for it`),
  });
  return place;
}
