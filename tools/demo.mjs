// npm run demo: sets up what is missing, then shows real logons.
//
//   npm run demo             for people
//   npm run demo -- --json   one JSON object as the last line
//
// On Linux both sides run in Windows node.exe inside the testbed; on Windows
// they run here, as the current user, over loopback.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { run } from '../test/testbed/index.mjs';
import { setUp } from './set-up.mjs';
import { reportError } from './support/failure.mjs';

const PROGRAM = 'tools/demo/main.js';

/** @param {string[]} args */
async function runProgram(args) {
  if (process.platform === 'win32') {
    const path = fileURLToPath(new URL(`../${PROGRAM}`, import.meta.url));
    return spawnSync(process.execPath, [path, ...args], { stdio: 'inherit' }).status ?? 1;
  }
  const color = process.stdout.isTTY && !process.env.NO_COLOR;
  return run(['node', PROGRAM, ...args], { env: color ? { FORCE_COLOR: '1' } : {} });
}

try {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  await setUp();
  process.exitCode = await runProgram(values.json ? ['--json'] : []);
} catch (error) {
  reportError('demo', error);
  process.exitCode = 1;
}
