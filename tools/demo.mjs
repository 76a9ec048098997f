// npm run demo: sets up what is missing, then shows real logons.
//
//   npm run demo             for people
//   npm run demo -- --web    a page that says who you are, in a browser
//   npm run demo -- --json   one JSON object as the last line
//
// On Linux both sides run in Windows node.exe inside the testbed; on Windows
// they run here, as the current user, over loopback. The page is shown by
// Firefox in the testbed, which leaves a picture; on Windows it is served, for
// a browser of yours.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { run } from './testbed/index.mjs';
import { setUp } from './set-up.mjs';
import { reportError } from './support/failure.mjs';

const PROGRAM = 'tools/demo/main.js';
const PAGE_SERVER = 'tools/demo/web/server.mjs';
const PAGE_BROWSER = 'tools/demo/web/browse.mjs';
/** Of the testbed's Debian; "node" is Windows' there. */
const LINUX_NODE = '/usr/bin/node';
const PICTURE = 'demo-web.png';

const ON_WINDOWS = process.platform === 'win32';

/** @param {string} program @param {string[]} args */
function runHere(program, args) {
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  return spawnSync(process.execPath, [path, ...args], { stdio: 'inherit' }).status ?? 1;
}

/** @param {string[]} command @param {boolean} peers */
async function runInTestbed(command, peers) {
  const color = process.stdout.isTTY && !process.env.NO_COLOR;
  return run(command, { peers, env: color ? { FORCE_COLOR: '1' } : {} });
}

/** @param {{ web: boolean, json: boolean }} options */
async function runDemo({ web, json }) {
  const args = json ? ['--json'] : [];
  if (ON_WINDOWS) return web ? runHere(PAGE_SERVER, []) : runHere(PROGRAM, args);
  return web
    ? runInTestbed([LINUX_NODE, PAGE_BROWSER, PICTURE, ...args], true)
    : runInTestbed(['node', PROGRAM, ...args], false);
}

try {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      web: { type: 'boolean', default: false },
    },
  });
  await setUp({ peers: values.web });
  process.exitCode = await runDemo(values);
} catch (error) {
  reportError('demo', error);
  process.exitCode = 1;
}
