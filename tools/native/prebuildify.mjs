/** Fills prebuilds/ by prebuildify, with node-gyp on Windows and with zig elsewhere. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import prebuildify from 'prebuildify';
import { Failure } from '../support/failure.mjs';
import { crossBuildPackages, requireHostPackages } from '../support/host-packages.mjs';
import { lock } from '../support/lock.mjs';
import { Reporter } from '../support/progress.mjs';
import { hashFile, hashInputs } from './inputs.mjs';
import { prebuildPath, root } from './project.mjs';

const build = join(root, 'build');

/**
 * Builds one architecture into prebuilds/.
 *
 * @param {string} arch
 * @returns {Promise<void>}
 */
export async function prebuild(arch) {
  const options = {
    arch,
    cwd: root,
    napi: true,
    platform: 'win32',
    // Node-API is the same for all; the running version is the one whose headers node-gyp may have.
    targets: [process.versions.node],
  };
  if (process.platform !== 'win32')
    options.nodeGyp = fileURLToPath(new URL('zig-gyp.mjs', import.meta.url));
  try {
    await promisify(prebuildify)(options);
  } catch (error) {
    // The builder has said why.
    throw new Failure(`no addon for win32-${arch}: ${error.message}`);
  }
}

/**
 * The same by zig, unless nothing has changed since the last time.
 *
 * @param {string} arch
 * @param {{ force?: boolean }} [options]
 * @returns {Promise<void>}
 */
export async function prebuildIfChanged(arch, { force = false } = {}) {
  mkdirSync(build, { recursive: true });
  await requireHostPackages(crossBuildPackages, new Reporter());
  // Two architectures share build/Release, through which prebuildify takes them.
  const unlock = await lock(join(build, 'native.lock'), {
    onWait: () => console.log('waiting for another build in this directory'),
  });
  try {
    const file = prebuildPath(arch);
    const stamp = join(build, `zig-${arch}.json`);
    const inputs = hashInputs(arch);
    const built = hashFile(file);
    if (!force && built !== undefined && readStamp(stamp) === stampText(inputs, built)) {
      console.log(`${file.slice(root.length + 1)} is up to date`);
      return;
    }
    await prebuild(arch);
    writeFileSync(stamp, stampText(inputs, hashFile(file)));
  } finally {
    await unlock();
  }
}

/**
 * @param {string} inputs
 * @param {string} output
 * @returns {string}
 */
function stampText(inputs, output) {
  return `${JSON.stringify({ inputs, output }, undefined, 2)}\n`;
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
function readStamp(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
