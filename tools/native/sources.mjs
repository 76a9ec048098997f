/** The list in src-native/sources.txt. Run by itself, it prints the list for binding.gyp. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './project.mjs';

/** @returns {string[]} paths from the project's root */
export function readSources() {
  return readFileSync(join(root, 'src-native', 'sources.txt'), 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(readSources().join('\n'));
