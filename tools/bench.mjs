// npm run bench: measures in Windows node.exe in the testbed, each thing against
// a control in the same run.
//
//   npm run bench [-- NAME…]     hanging-logons, event-loop

import { run } from './testbed/index.mjs';
import { setUp } from './set-up.mjs';
import { suites } from './suites.mjs';
import { Failure, reportError } from './support/failure.mjs';

const PROGRAMS = ['hanging-logons', 'event-loop'];

try {
  const chosen = process.argv.length > 2 ? process.argv.slice(2) : PROGRAMS;
  for (const name of chosen) {
    if (!PROGRAMS.includes(name)) {
      throw new Failure(`there is no ${name}; there are ${PROGRAMS.join(' and ')}`);
    }
  }
  await setUp({ tests: true });
  const { securityPackages, env } = suites.scripted;
  for (const name of chosen) {
    console.log(`\n== bench/${name}.js`);
    const code = await run(['node', `bench/${name}.js`], { securityPackages, env });
    if (code !== 0) throw new Failure(`bench/${name}.js ended with ${code}`);
  }
} catch (error) {
  reportError('bench', error);
  process.exitCode = 1;
}
