// Compiles lib and test into dist (with --no-check without checking types), and adds the ESM wrappers of the entry points.
//
// The implementation is CommonJS, once; `import` gets a wrapper around it, so
// that a class has one identity however the package is loaded.

import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';

const require = createRequire(import.meta.url);
const ROOT = new URL('..', import.meta.url);
const ENTRY_POINTS = ['dist/lib/index.js', 'dist/lib/raw/index.js', 'dist/lib/http/index.js'];

/** @param {string} entryPoint */
async function wrap(entryPoint) {
  const path = fileURLToPath(new URL(entryPoint, ROOT));
  const names = Object.keys(require(path)).sort();
  const file = basename(path);
  await writeFile(
    path.replace(/\.js$/, '.mjs'),
    `import implementation from './${file}';\n\nexport const {\n  ${names.join(',\n  ')},\n} = implementation;\n`,
  );
  await writeFile(path.replace(/\.js$/, '.d.mts'), `export * from './${file}';\n`);
}

/** Deletes what was compiled from a file that is gone: jest would run it. */
async function prune() {
  const dist = fileURLToPath(new URL('dist/', ROOT));
  for (const file of await readdir(dist, { recursive: true })) {
    if (!/\.m?js$|\.d\.m?ts$/.test(file)) continue;
    const source = join(fileURLToPath(ROOT), file.replace(/(\.d)?\.m?[jt]s$/, '.ts'));
    if (!existsSync(source)) await rm(join(dist, file));
  }
}

const tsc = spawnSync(
  process.execPath,
  [
    require.resolve('typescript/bin/tsc'),
    '--project',
    fileURLToPath(new URL('tsconfig.json', ROOT)),
    // For the first hour: half the time. The next compilation checks what this one did not.
    ...(process.argv.includes('--no-check') ? ['--noCheck'] : []),
  ],
  { stdio: 'inherit' },
);
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
await prune();
await Promise.all(ENTRY_POINTS.map(wrap));
