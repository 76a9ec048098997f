// npm run coverage: writes docs/coverage.md, which says of everything in the
// SSPI what tests drive it, from what the last whole `npm test` left.
//
//   npm run coverage         writes the file
//   npm run check:coverage   fails if it is not what the run gives

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { RECORDED, RESULTS } from './jest-command.mjs';
import { Failure, reportError } from './support/failure.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TARGET = `${ROOT}docs/coverage.md`;
const COMPILED = `${ROOT}dist/tools/coverage`;
const LINES_SHOWN = 20;
const COLUMNS_SHOWN = 200;

const require = createRequire(import.meta.url);

/** @param {string} name */
function json(name) {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
}

function main() {
  if (!existsSync(`${ROOT}${RECORDED}`) || !existsSync(COMPILED)) {
    throw new Failure(
      'there is no record of a run: first run all of `npm test`, on Linux, without a pattern',
    );
  }
  const { coverage, differences } = require(`${COMPILED}/coverage.js`);
  const { readParts } = require(`${COMPILED}/run.js`);
  const { markdown, complaints } = coverage(readParts(`${ROOT}${RESULTS}`), {
    constants: json('generate/constants.json'),
    functions: json('coverage/functions.json'),
    statements: {
      onlyOnWindows: json('coverage/only-on-windows.json'),
      reasons: json('coverage/reasons.json'),
    },
  });
  if (complaints.length > 0) throw new Failure(complaints.join('\ncoverage: '));

  const before = existsSync(TARGET) ? readFileSync(TARGET, 'utf8').replaceAll('\r\n', '\n') : '';
  if (before === markdown) return;
  if (process.argv.includes('--check')) {
    const lines = differences(before, markdown, LINES_SHOWN);
    const shown = lines.map((/** @type {string} */ line) => line.slice(0, COLUMNS_SHOWN));
    throw new Failure(
      [
        'docs/coverage.md is not what the run gives; `npm run coverage` writes it anew:',
        ...shown,
      ].join('\n'),
    );
  }
  writeFileSync(TARGET, markdown);
  console.log('wrote docs/coverage.md');
}

try {
  main();
} catch (error) {
  reportError('coverage', error);
  process.exitCode = 1;
}
