import { parseArguments, USAGE } from './arguments.mjs';
import { run, TESTBED_FAILED } from './index.mjs';
import { reportError } from '../support/failure.mjs';

try {
  const { help, command, ...options } = parseArguments(process.argv.slice(2));
  if (help) {
    process.stdout.write(USAGE);
  } else {
    process.exitCode = await run(command, { ...options, stdin: 'inherit' });
  }
} catch (error) {
  reportError('testbed', error);
  process.exitCode = TESTBED_FAILED;
}
