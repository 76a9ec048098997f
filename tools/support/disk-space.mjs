import { statfs } from 'node:fs/promises';
import { Failure } from './failure.mjs';

const GIGABYTE = 1024 ** 3;

/**
 * Fails early, and plainly, where a disk is too full for what is to be written.
 *
 * @param {string} directory
 * @param {number} gigabytes
 * @param {string} what
 */
export async function requireDiskSpace(directory, gigabytes, what) {
  const { bavail, bsize } = await statfs(directory);
  const free = (bavail * bsize) / GIGABYTE;
  if (free < gigabytes) {
    throw new Failure(
      `not enough disk space for ${what}: ${gigabytes} GB are needed in ${directory}, ${free.toFixed(1)} GB are free`,
    );
  }
}
