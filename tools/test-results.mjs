// What jest wrote of a run: how many tests passed, failed and were skipped,
// and whether each skipped one says why.

import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const REASONS = new URL('../test/skip-reasons.json', import.meta.url);

/**
 * @typedef {{ passed: number, failed: number, skipped: number, failures: string[], complaints: string[] }} Results
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
    return { passed: 0, failed: 1, skipped: 0, failures: [], complaints };
  }
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
  const complaints = skipped
    .filter(({ title }) => !saysWhy(title, Object.keys(reasons)))
    .map(({ fullName }) => `${name}: skipped without a reason: ${fullName}`);
  // A suite that could not even start has no tests that failed.
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  if (code !== 0 && failed === 0) complaints.push(`${name}: jest ended with ${code}`);
  const failures = report.testResults.flatMap(({ name: path, assertionResults, message }) => {
    const suite = path.replaceAll('\\', '/').replace(/^.*\/dist\/test\/|\.test\.js$/g, '');
    const titles = assertionResults.filter(({ status }) => status === 'failed');
    if (titles.length === 0 && assertionResults.length === 0 && message !== '') {
      return [`${name}: ${suite} could not start`];
    }
    return titles.map(({ fullName }) => `${name}: ${suite}: ${fullName}`);
  });
  return { passed: report.numPassedTests, failed, skipped: skipped.length, failures, complaints };
}

/** @param {Results[]} results */
function totalsLine(results) {
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ key) =>
    results.reduce((total, result) => total + result[key], 0);
  const unexplained = results.reduce((total, { complaints }) => total + complaints.length, 0);
  const failed = Math.max(sum('failed'), unexplained > 0 ? 1 : 0);
  return `${sum('passed')} passed, ${failed} failed, ${sum('skipped')} skipped`;
}

/**
 * Says how the runs went: on the terminal, and on the page of a run of GitHub's.
 *
 * @param {Results[]} results
 * @returns {boolean} whether all is well
 */
export function reportResults(results) {
  const failures = results.flatMap((result) => result.failures);
  const complaints = results.flatMap((result) => result.complaints);
  for (const failure of failures) process.stderr.write(`failed: ${failure}\n`);
  for (const complaint of complaints) process.stderr.write(`test: ${complaint}\n`);
  const { GITHUB_STEP_SUMMARY: summary } = process.env;
  if (summary) {
    const lines = [...failures, ...complaints].map((line) => `- ${line}\n`).join('');
    appendFileSync(summary, `**${totalsLine(results)}**\n\n${lines}\n`);
  }
  console.log(totalsLine(results));
  return results.every(({ failed, complaints }) => failed === 0 && complaints.length === 0);
}
