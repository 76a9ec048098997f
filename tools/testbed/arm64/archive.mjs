import { createReadStream } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runLogged } from '../../support/run-command.mjs';
import { inCache } from '../cache.mjs';
import { isolated } from '../namespace.mjs';

const PACK = fileURLToPath(new URL('pack.sh', import.meta.url));

/**
 * A directory of the host that the machine has, too.
 *
 * @typedef {object} Part
 * @property {string} source
 * @property {string} target its name in the machine
 * @property {string[]} [only] what of it, by names relative to it; all without
 * @property {string[]} [without] what is left out, by names relative to it
 */

/**
 * Appends parts to an archive that the machine unpacks at its start, over what stands before them in it.
 *
 * @param {string} archive
 * @param {Part[]} parts
 */
export async function appendParts(archive, parts) {
  for (const { source, target, only = [], without = [] } of parts) {
    const leaveOut = without.flatMap((name) => ['-path', `./${name}`, '-prune', '-o']);
    const names = only.length === 0 ? ['.'] : only;
    const command = ['bash', PACK, inCache('mount'), archive, source, target];
    await runLogged(isolated(['--mount'], [...command, ...names, ...leaveOut]), {
      what: `packing ${source}`,
      logFile: inCache('logs', 'pack.log'),
    });
  }
}

/**
 * Joins archives to a file without a name, of which nothing is left when nobody has it open any more.
 *
 * @param {string} path a name that it has for a moment
 * @param {string[]} archives
 * @returns {Promise<import('node:fs/promises').FileHandle>}
 */
export async function joinArchives(path, archives) {
  const file = await open(path, 'wx+');
  await unlink(path);
  for (const archive of archives) await file.writeFile(createReadStream(archive));
  return file;
}
