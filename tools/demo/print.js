'use strict';

const paint = require('./paint.js');

function printSystem({ node, arch, windows, packages }) {
  console.log(`Windows node.exe ${node} (${arch}) on ${windows}`);
  console.log(`Secur32.dll has ${packages.join(', ')}`);
}

function printLeg({ side, status, bytes }) {
  const other = side === 'client' ? 'server' : 'client';
  const what =
    bytes > 0 ? `${String(bytes).padStart(5)} bytes to the ${other}` : '      nothing to send';
  console.log(`  ${side}  ${what.padEnd(26)}  ${paint('gray', status)}`);
}

const label = (text) => paint('gray', text.padEnd(12));

/** Who logged on, where the system says so. */
function printWho({ source, sid, name, groups }) {
  const known =
    source === 'none' ? 'this system does not say' : `${name ?? 'no name'}, by ${source}`;
  console.log(`    ${label('client')} ${known}`);
  if (sid !== undefined) console.log(`    ${label('SID')} ${sid}, in ${groups} groups`);
}

function printMessage({ bytes, sealed, error }) {
  console.log(
    error === undefined
      ? `  a message of ${bytes} bytes went to the server as ${sealed}, and was read there`
      : `  no encrypted message: the package of this system cannot (${error})`,
  );
}

function printSide(name, { package: packageName, flags, sizes, sessionKey, expires }) {
  console.log(`  ${paint('bold', name)} knows`);
  console.log(`    ${label('package')} ${packageName}`);
  console.log(`    ${label('flags')} ${flags.join(' ') || 'none'}`);
  console.log(
    `    ${label('sizes')} token ${sizes.maxToken}, signature ${sizes.maxSignature}, block ${sizes.blockSize}, trailer ${sizes.securityTrailer} bytes`,
  );
  console.log(`    ${label('session key')} ${sessionKey ? 'yes' : 'no'}`);
  console.log(`    ${label('expires')} ${expires}`);
}

function printLogon({ title, expectedError }, result) {
  console.log(`\n${paint('bold', title)}: ${result.user}`);
  result.legs.forEach(printLeg);
  if (result.established) {
    console.log(`  ${paint(result.asExpected ? 'green' : 'red', 'established')} on both sides`);
    printSide('client', result.client);
    printSide('server', result.server);
    printWho(result.who);
    if (result.sent !== undefined) printMessage(result.sent);
  } else {
    const verdict = expectedError && result.asExpected ? 'refused, as it must be' : 'failed';
    console.log(`  ${paint(result.asExpected ? 'green' : 'red', verdict)}: ${result.message}`);
  }
}

function printSummary(ok) {
  console.log(
    ok
      ? `\n${paint('green', 'Every logon ended as it should.')}`
      : `\n${paint('red', 'A logon did not end as it should.')}`,
  );
}

module.exports = { printLogon, printSummary, printSystem };
