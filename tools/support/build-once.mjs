import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lock } from './lock.mjs';

/**
 * Makes a directory of a cache if it is not there. It is built beside its place and renamed into it when complete, so
 * that a half-built one is never used; two processes never build it twice; what a killed build left is removed by
 * the next one.
 *
 * @param {string} target
 * @param {(directory: string) => Promise<void>} build fills the directory that it is given
 * @param {object} [options]
 * @param {(path: string) => Promise<void>} [options.remove] for content that a plain removal cannot take away
 * @param {() => void} [options.onWait] called once if another process is at it
 * @returns {Promise<string>} target
 */
export async function buildOnce(target, build, { remove = removeDirectory, onWait } = {}) {
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const unlock = await lock(`${target}.lock`, { onWait });
  try {
    if (existsSync(target)) return target;
    const partial = `${target}.partial`;
    await remove(partial);
    await mkdir(partial);
    try {
      await build(partial);
      await rename(partial, target);
    } catch (error) {
      await remove(partial);
      throw error;
    }
    return target;
  } finally {
    await unlock();
  }
}

/** @param {string} path */
async function removeDirectory(path) {
  await rm(path, { recursive: true, force: true });
}
