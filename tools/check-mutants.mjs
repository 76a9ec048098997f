// npm run check:mutants: fails where a planted fault of test/instruments/mutants does not fit any more, or names a test that did
// not pass in the last whole `npm test`. Plants nothing; `npm run test:mutants` does.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { mutants } from '../test/instruments/mutants/mutants.mjs';
import { RESULTS } from './jest-command.mjs';
import { Failure, reportError } from './support/failure.mjs';
import { isNamedBy, passedTests, planted } from './support/mutant-fit.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @param {string} file */
const read = (file) => readFileSync(`${ROOT}${file}`, 'utf8');

/** @returns {import('./support/mutant-fit.mjs').PassedTest[]} */
function passed() {
  const directory = `${ROOT}${RESULTS}`;
  const files = existsSync(directory)
    ? readdirSync(directory).filter((name) => name.endsWith('.json'))
    : [];
  if (files.length === 0) throw new Failure('there are no results: first run all of `npm test`');
  return files.flatMap((name) => passedTests(`${directory}/${name}`));
}

function main() {
  const tests = passed();
  const complaints = mutants.flatMap((mutant) => {
    const named = tests.some((test) => isNamedBy(mutant, test))
      ? []
      : [`the mutant "${mutant.name}" names a test that did not run: "${mutant.test.title}"`];
    try {
      planted(mutant, read);
      return named;
    } catch (error) {
      return [...named, /** @type {Error} */ (error).message];
    }
  });
  const names = new Set(mutants.map(({ name }) => name));
  if (names.size < mutants.length) complaints.push('two mutants have one name');
  if (complaints.length > 0) throw new Failure(complaints.join('\ncheck:mutants: '));
  console.log(`${mutants.length} planted faults fit, and name tests that pass`);
}

try {
  main();
} catch (error) {
  reportError('check:mutants', error);
  process.exitCode = 1;
}
