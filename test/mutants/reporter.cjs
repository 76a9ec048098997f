// Writes down what failed as soon as it did: jest's own results are written at
// the end of a run, which a mutant may not reach.
const { appendFileSync } = require('node:fs');

/** @param {string} title */
function write(title) {
  appendFileSync('findings.jsonl', `${JSON.stringify(title)}\n`);
}

class FindingsReporter {
  onTestCaseResult(_test, { status, fullName }) {
    if (status === 'failed') write(fullName);
  }

  onTestResult(_test, { testExecError }) {
    if (testExecError) write(String(testExecError.message).split('\n')[0]);
  }

  onRunComplete() {
    write('end');
  }
}

module.exports = FindingsReporter;
