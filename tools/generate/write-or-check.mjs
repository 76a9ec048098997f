// Generated files are checked in, so that they can be read and reviewed; with
// --check a generator compares instead of writing.

import { readFile, writeFile } from 'node:fs/promises';
import { basename, extname, relative } from 'node:path';

import * as prettier from 'prettier';

/** As prettier formats it; C++ stays as the generator wrote it. @param {string} path @param {string} content */
async function format(path, content) {
  if (extname(path) !== '.ts') return content;
  const options = (await prettier.resolveConfig(path)) ?? {};
  return prettier.format(content, { ...options, filepath: path });
}

/**
 * @param {Map<string, string>} files absolute path to content, formatted here
 */
export async function writeOrCheck(files) {
  const check = process.argv.includes('--check');
  for (const [path, content] of files) {
    const formatted = await format(path, content);
    const current = await readFile(path, 'utf8').catch(() => undefined);
    if (current === formatted) continue;
    const name = relative(process.cwd(), path);
    if (check) {
      process.exitCode = 1;
      console.error(
        `${name} is out of date: run \`npm run generate\` (${basename(process.argv[1])})`,
      );
    } else {
      await writeFile(path, formatted);
      console.log(`wrote ${name}`);
    }
  }
}
