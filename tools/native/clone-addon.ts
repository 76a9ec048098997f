/**
 * The addon of a clone of this repository: what was built last. lib/binding/native.ts
 * loads this file where it is, and the published package does not contain it.
 */

import { createRequire } from 'node:module';
import { isAbsolute, relative } from 'node:path';

import { resolve } from 'node-gyp-build';

/** Loads it. `root` is the clone's. */
export function loadCloneAddon(root: string): unknown {
  const file = resolve(root);
  const inClone = relative(root, file);
  // node-gyp-build looks beside node.exe, too.
  if (inClone.startsWith('..') || isAbsolute(inClone)) {
    throw new Error(`No native build was found in ${root}`);
  }
  return createRequire(__filename)(file);
}
