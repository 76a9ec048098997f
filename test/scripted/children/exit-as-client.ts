/** Ends the process, or the worker thread, in a function that runs as a client. */

import { isMainThread, Worker } from 'node:worker_threads';

import { runImpersonated } from '../../../lib/raw/impersonation.js';
import { querySecurityContextToken } from '../../../lib/raw/tokens.js';
import { answer, childInput } from '../../instruments/support/child.js';
import { control, countLeft, Script, until } from '../../instruments/support/scripted.js';
import { serverOf } from '../../instruments/support/scripted-contexts.js';

export interface ExitAsClientInput {
  how: 'exit' | 'worker';
}

/** With a token that nobody closes. */
function exitAsClient(code: number): void {
  const context = serverOf(new Script());
  querySecurityContextToken(context);
  runImpersonated(context, () => {
    if (isMainThread) answer({ impersonated: control.threadIsImpersonating() });
    process.exit(code);
  });
}

async function main(): Promise<void> {
  const { how } = childInput() as ExitAsClientInput;
  if (how === 'exit') exitAsClient(7);
  // Loads the addon here, so that it stays.
  new Script().acquireSync().close();
  const worker = new Worker(__filename);
  const code = await new Promise<number>((resolve) => worker.once('exit', resolve));
  await until(
    () => countLeft() === 0,
    () => '',
  ).catch(() => undefined);
  answer({ code, left: countLeft(), violations: control.takeViolations() });
}

if (isMainThread) void main();
else exitAsClient(5);
