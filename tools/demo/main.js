// The demo itself, in Windows node.exe: runs each logon, prints what happened.

'use strict';

const { logOn } = require('./log-on.js');
const { logonsOfThisMachine } = require('./logons.js');
const { printLogon, printSystem, printSummary } = require('./print.js');
const { system } = require('./system.js');

async function main() {
  const json = process.argv.includes('--json');
  const about = system();
  if (!json) printSystem(about);

  const logons = [];
  for (const logon of logonsOfThisMachine()) {
    const result = await logOn(logon);
    logons.push(result);
    if (!json) printLogon(logon, result);
  }
  const ok = logons.every((result) => result.asExpected);
  if (json) console.log(JSON.stringify({ system: about, logons, ok }));
  else printSummary(ok);
  process.exitCode = ok ? 0 : 1;
}

void main();
