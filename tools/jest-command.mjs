// How the suites are started, wherever they run.

export const RESULTS = 'build/test-results';

/** What the tests of a whole run drove, for docs/coverage.md: a folder for each run of jest. */
export const RECORDED = `${RESULTS}/coverage`;

const JEST = 'node_modules/jest/bin/jest.js';

/** Where jest writes the results of a run. @param {string} name */
export function resultFile(name) {
  return `${RESULTS}/${name}.json`;
}

/** What node is given. @param {string} name of the run @param {string[]} more options, and patterns of test files */
export function jestArguments(name, more) {
  return [JEST, '--json', `--outputFile=${resultFile(name)}`, ...more];
}
