/** HTTP servers whose logons the scripted package performs. */

import type { IntegratedAuthOptions } from '../../../lib/http/server/options.js';
import { serve, closeServers, type ServeOptions, type TestServer } from './http-server.js';
import { closeWires } from './http-wire.js';
import { endOfTest, Script } from './scripted.js';

const PACKAGES = { Negotiate: 'Scripted', NTLM: 'Scripted' };

/** A server whose credentials follow `script()`: they name no principal. */
export function serveScripted(
  options: IntegratedAuthOptions = {},
  more?: ServeOptions,
): Promise<TestServer> {
  return serve({ schemes: ['Negotiate', 'NTLM'], packages: PACKAGES, ...options }, more);
}

export const script = (): Script => new Script(0);

/** For afterEach: everything is closed, and the package has freed everything. */
export async function endOfHttpTest(): Promise<void> {
  await closeWires();
  await closeServers();
  await endOfTest();
}

export const TOKEN = Buffer.from('a token of the client');
export const FIRST = { scheme: 'NTLM', token: TOKEN };
