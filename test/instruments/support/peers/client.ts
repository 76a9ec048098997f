/** A client of ours in Windows' node.exe, for servers of others. */

import { join } from 'node:path';

import type { ClientInput, ClientOutput } from './client-program.js';
import { startWindows } from './programs.js';

const PROGRAM = join(__dirname, 'client-program.js');

/** Sends requests with one IntegratedAgent, and says how each ended. */
export async function sendAll(
  input: ClientInput,
  env: Record<string, string> = {},
): Promise<ClientOutput[]> {
  const program = startWindows([PROGRAM], { ...env, SECUR32_TEST_CLIENT: JSON.stringify(input) });
  await program.printed(/^done/m);
  return [...program.output().matchAll(/^result (.*)$/gm)].map(
    ([, json = '']) => JSON.parse(json) as ClientOutput,
  );
}
