/** Where things are, and which builds there are. */
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Failure } from '../support/failure.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** The architectures that a package must contain. */
export const architectures = ['x64', 'arm64'];

/**
 * @param {string} arch
 * @returns {string} where the prebuilt addon of an architecture belongs
 */
export function prebuildPath(arch) {
  return join(root, 'prebuilds', `win32-${arch}`, 'secur32.node');
}

/**
 * @param {string} arch
 * @returns {string} where what only tests load is built
 */
export function testBuildDirectory(arch) {
  return join(root, 'build', `ssp-${arch}`);
}

/**
 * Reads the architectures from `--arch x64`, which may be repeated.
 *
 * @param {string[] | undefined} requested
 * @param {string[]} byDefault
 * @returns {string[]}
 */
export function chooseArchitectures(requested, byDefault) {
  const chosen = requested ?? byDefault;
  for (const arch of chosen) {
    if (!architectures.includes(arch))
      throw new Failure(`unknown architecture '${arch}'; there are ${architectures.join(' and ')}`);
  }
  return chosen;
}
