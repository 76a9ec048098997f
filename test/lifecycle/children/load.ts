/** Loads the package and takes a first step. */

import { basename } from 'node:path';

import { ClientContext } from '../../../lib/context/client-context.js';
import { Credentials } from '../../../lib/context/credentials.js';
import { enumerateSecurityPackages } from '../../../lib/raw/packages.js';
import { answer } from '../../instruments/support/child.js';

async function main(): Promise<void> {
  const packages = enumerateSecurityPackages().length > 0;
  const credentials = await Credentials.acquire({ package: 'NTLM', use: 'outbound' });
  const context = new ClientContext(credentials);
  const { done, token } = await context.step();
  context.close();
  credentials.close();
  const host = basename(process.execPath).toLowerCase();
  answer({ host, packages, done, bytes: token !== undefined });
}

void main();
