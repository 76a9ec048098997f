import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inCache } from '../cache.mjs';
import { appendParts, joinArchives } from './archive.mjs';
import { boot } from './emulator.mjs';

/**
 * @typedef {object} Image
 * @property {string} kernel
 * @property {string} archive the files that it starts with
 */

/**
 * Boots the machine for one command.
 *
 * @param {Image} image
 * @param {string[]} command of the machine
 * @param {object} options
 * @param {import('./archive.mjs').Part[]} [options.parts] further files, over those of the image
 * @param {string} options.output a directory for what it writes; see emulator.mjs
 * @param {number} options.timeoutSeconds
 * @param {(text: string) => void} [options.onReport] takes what the command writes, at once
 * @returns {Promise<number>} the command's exit code
 */
export async function runInMachine({ kernel, archive }, command, options) {
  const { parts = [], output, timeoutSeconds, onReport } = options;
  const files = await collect(archive, command, parts);
  try {
    return await boot({ kernel, archive: files, output, timeoutSeconds, onReport });
  } finally {
    await files.close();
  }
}

/**
 * @param {string} archive
 * @param {string[]} command
 * @param {import('./archive.mjs').Part[]} parts
 */
async function collect(archive, command, parts) {
  const directory = await mkdtemp(inCache('machines', 'run-'));
  try {
    await writeFile(join(directory, 'command'), command.map((word) => `${word}\0`).join(''));
    const added = join(directory, 'archive');
    await appendParts(added, [
      ...parts,
      { source: directory, target: '/opt/machine', only: ['command'] },
    ]);
    return await joinArchives(join(directory, 'joined'), [archive, added]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
