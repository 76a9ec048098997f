// Writes each result down at once: jest's own results are written at the end of
// a run, which a mutant may not reach.
const { appendFileSync } = require('node:fs');

/** @param {object} finding */
function write(finding) {
  appendFileSync('findings.jsonl', `${JSON.stringify(finding)}\n`);
}

class FindingsReporter {
  onTestCaseResult({ path }, { status, fullName }) {
    write({ status, title: fullName, file: path.replaceAll('\\', '/') });
  }

  onTestResult({ path }, { testExecError }) {
    if (!testExecError) return;
    const [title] = String(testExecError.message).split('\n');
    write({ status: 'failed', title, file: path.replaceAll('\\', '/') });
  }

  onRunComplete() {
    write({ status: 'end' });
  }
}

module.exports = FindingsReporter;
