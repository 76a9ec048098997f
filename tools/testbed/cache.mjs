import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../support/cache-directory.mjs';

/**
 * Where the testbed keeps what takes long to make:
 *
 *   trees/      Debian, one per definition (trees.mjs)
 *   machines/   the emulated ARM64 machine: its kernel and its files
 *   templates/  a Wine prefix and a domain, laid over a tree by every session
 *   programs/   Windows node.exe's, and a Node.js of Linux
 *   logs/       what long commands wrote
 *   mount/      empty; a session's root is mounted here, visible to the session alone
 */
export const cache = cacheDirectory('SECUR32_TESTBED_CACHE', 'secur32-testbed');

/** @param {string[]} names */
export function inCache(...names) {
  return join(cache, ...names);
}

export function makeCache() {
  mkdirSync(inCache('mount'), { recursive: true });
}

/**
 * A short name for a definition: what is made from another definition gets another name.
 *
 * @param {string[]} parts
 */
export function keyOf(...parts) {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
