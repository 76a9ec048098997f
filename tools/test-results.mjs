// What jest wrote of a run: how many tests passed, failed and were skipped,
// and whether each skipped one says why.

import { readFile } from 'node:fs/promises';

const REASONS = new URL('../test/skip-reasons.json', import.meta.url);

/**
 * @typedef {{ passed: number, failed: number, skipped: number, complaints: string[] }} Results
 */

/** @param {string} title @param {string[]} reasons */
function saysWhy(title, reasons) {
  return reasons.some((reason) => title.endsWith(`[${reason}]`));
}

/**
 * @param {string} name of the run
 * @param {string} file that jest wrote
 * @param {number} code that jest ended with
 * @returns {Promise<Results>}
 */
export async function readResults(name, file, code) {
  const { reasons } = JSON.parse(await readFile(REASONS, 'utf8'));
  const report = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
  if (report === undefined) {
    const complaints = [`${name}: jest ended with ${code} and wrote no results`];
    return { passed: 0, failed: 1, skipped: 0, complaints };
  }
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
  const complaints = skipped
    .filter(({ title }) => !saysWhy(title, Object.keys(reasons)))
    .map(({ fullName }) => `${name}: skipped without a reason: ${fullName}`);
  // A suite that could not even start has no tests that failed.
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  if (code !== 0 && failed === 0) complaints.push(`${name}: jest ended with ${code}`);
  return { passed: report.numPassedTests, failed, skipped: skipped.length, complaints };
}

/** @param {Results[]} results */
function totalsLine(results) {
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ key) =>
    results.reduce((total, result) => total + result[key], 0);
  const unexplained = results.reduce((total, { complaints }) => total + complaints.length, 0);
  const failed = Math.max(sum('failed'), unexplained > 0 ? 1 : 0);
  return `${sum('passed')} passed, ${failed} failed, ${sum('skipped')} skipped`;
}

/** Says how the runs went. @param {Results[]} results @returns {boolean} whether all is well */
export function reportResults(results) {
  for (const { complaints } of results) {
    for (const complaint of complaints) process.stderr.write(`test: ${complaint}\n`);
  }
  console.log(totalsLine(results));
  return results.every(({ failed, complaints }) => failed === 0 && complaints.length === 0);
}
