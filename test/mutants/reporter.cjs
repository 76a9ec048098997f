// Writes down what failed as soon as a test file ends: jest's own results are
// written at the end of a run, which a mutant may not reach and --bail cuts off.
const { appendFileSync } = require('node:fs');

const FILE = 'findings.jsonl';

class FindingsReporter {
  onTestResult(_test, { testResults, testExecError }) {
    const titles = testResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName }) => fullName);
    if (testExecError) titles.push(String(testExecError.message).split('\n')[0]);
    for (const title of titles) appendFileSync(FILE, `${JSON.stringify(title)}\n`);
  }

  onRunComplete() {
    appendFileSync(FILE, '"end"\n');
  }
}

module.exports = FindingsReporter;
