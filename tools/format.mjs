// Formats everything: prettier for what it knows, clang-format for C++.
//
//   npm run format                     writes the files
//   node tools/format.mjs --check      fails if one is not formatted

import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CPP_DIRECTORIES = ['src-native', 'test'];
const CPP_FILE = /\.(cc|h)$/;

const require = createRequire(import.meta.url);
const check = process.argv.includes('--check');

/** The C++ sources, relative to the project. */
function cppFiles() {
  return CPP_DIRECTORIES.filter((directory) => existsSync(join(ROOT, directory))).flatMap(
    (directory) =>
      readdirSync(join(ROOT, directory), { recursive: true })
        .filter((file) => CPP_FILE.test(file))
        .map((file) => join(directory, file)),
  );
}

/** The executable itself; an installation without scripts has not made it executable. */
function clangFormat() {
  const { clangFormatPath } = require('clang-format-node');
  try {
    accessSync(clangFormatPath, constants.X_OK);
  } catch {
    chmodSync(clangFormatPath, 0o755);
  }
  return clangFormatPath;
}

/** @param {string} program @param {string[]} args */
function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exitCode = 1;
}

if (!existsSync(join(ROOT, 'node_modules', 'prettier'))) {
  console.error('format: the development dependencies are not installed; run `npm ci`');
  process.exit(1);
}
run(process.execPath, [
  join(ROOT, 'node_modules/prettier/bin/prettier.cjs'),
  '--log-level=warn',
  check ? '--check' : '--write',
  '.',
  // Its .inc files are C++.
  '!src-native',
]);
run(clangFormat(), [...(check ? ['--dry-run', '--Werror'] : ['-i']), ...cppFiles()]);
