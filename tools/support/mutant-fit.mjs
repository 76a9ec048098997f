// Whether planted faults still fit: their texts are there, and so are the tests that they name.

import { readFileSync } from 'node:fs';

import { plant } from './plant.mjs';

/** @typedef {import('../../test/instruments/mutants/mutants.mjs').Mutant} Mutant */
/** @typedef {{ file: string, title: string }} PassedTest */

/**
 * The changed files of a mutant, with its faults in them.
 *
 * @param {Mutant} mutant
 * @param {(file: string) => string} read
 * @returns {Map<string, string>} the new contents by file
 */
export function planted({ name, changes }, read) {
  /** @type {Map<string, string>} */
  const contents = new Map();
  for (const change of changes) {
    const source = contents.get(change.file) ?? read(change.file);
    contents.set(change.file, plant(source, change, `the mutant "${name}" in ${change.file}`));
  }
  return contents;
}

/**
 * The tests that passed, of a file that jest wrote.
 *
 * @param {string} file
 * @returns {PassedTest[]}
 */
export function passedTests(file) {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'passed')
      .map(({ fullName }) => ({ file: name.replaceAll('\\', '/'), title: fullName })),
  );
}

/**
 * Whether a test that passes without a mutant is the one that must find it.
 *
 * @param {Mutant} mutant
 * @param {PassedTest} test
 */
export function isNamedBy({ test: { file, title } }, test) {
  return test.file.includes(`test/${file}`) && test.title.includes(title);
}
