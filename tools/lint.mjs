// Every check that needs neither Windows nor the testbed. All of them run, even
// if one fails.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LOCKFILES = ['package-lock.json', 'tools/testbed/programs/package-lock.json'];
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** @typedef {{ passed: boolean, output: string }} Result */

/** A check that is a program of its own. @param {...string} command @returns {() => Result} */
function script(...command) {
  return () => {
    const { status, error, stdout, stderr } = spawnSync(process.execPath, command, {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    if (error) throw error;
    return { passed: status === 0, output: stdout + stderr };
  };
}

/**
 * A lockfile names packages and their hashes, not the host that they came from.
 *
 * @returns {Result}
 */
function checkLockfiles() {
  const faults = LOCKFILES.flatMap((file) => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
    return Object.entries(packages)
      .filter(([, { resolved }]) => resolved !== undefined)
      .map(([name, { resolved }]) => `${file}: ${name} is resolved to ${resolved}`);
  });
  return { passed: faults.length === 0, output: faults.join('\n') };
}

/** @type {[name: string, run: () => Result][]} */
const STEPS = [
  ['generated files are up to date', script('tools/generate/all.mjs', '--check')],
  ['lockfiles name no hosts', checkLockfiles],
  ['prettier and clang-format', script('tools/format.mjs', '--check')],
  ['eslint', script('node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.')],
  ['TypeScript compiles', script('tools/compile.mjs')],
  [
    'type tests, CommonJS and ESM',
    script('node_modules/typescript/bin/tsc', '--project', 'test/types/tsconfig.json'),
  ],
  [
    'type tests of the frameworks',
    script('node_modules/typescript/bin/tsc', '--project', 'test/types/frameworks/tsconfig.json'),
  ],
];

if (!existsSync(join(ROOT, 'node_modules', 'typescript'))) {
  console.error('lint: the development dependencies are not installed; run `npm ci`');
  process.exit(1);
}
for (const [name, run] of STEPS) {
  const started = performance.now();
  const { passed, output } = run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (passed) continue;
  console.log(output.trimEnd());
  process.exitCode = 1;
}
