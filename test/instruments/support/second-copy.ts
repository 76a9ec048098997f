/** A second copy of this package in the same process, with an addon of its own. */

import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import nodeGypBuild = require('node-gyp-build');

import type * as high from '../../../lib/index.js';
import type * as raw from '../../../lib/raw/index.js';

/** Of the first copy. */
const ROOT = join(__dirname, '..', '..', '..', '..');

export interface SecondCopy {
  readonly high: typeof high;
  readonly raw: typeof raw;
}

/**
 * Copies the package and loads the copy. Windows does not let go of its addon
 * before the process ends, so a child process does this, and its parent removes
 * the folder.
 */
export function loadSecondCopy(folder: string): SecondCopy {
  for (const part of ['package.json', join('dist', 'lib')]) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  const prebuilt = join('prebuilds', `win32-${process.arch}`, 'secur32.node');
  cpSync(nodeGypBuild.resolve(ROOT), join(folder, prebuilt));
  const require = createRequire(__filename);
  const loader = join('node_modules', 'node-gyp-build');
  cpSync(join(require.resolve('node-gyp-build'), '..'), join(folder, loader), { recursive: true });
  return {
    high: require(join(folder, 'dist', 'lib', 'index.js')) as typeof high,
    raw: require(join(folder, 'dist', 'lib', 'raw', 'index.js')) as typeof raw,
  };
}
