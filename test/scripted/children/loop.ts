/** Has nothing to do but a call that takes a while. */

import { acquireCredentialsHandle } from '../../../lib/raw/acquire-credentials-handle.js';
import { answer } from '../../instruments/support/child.js';
import { Script } from '../../instruments/support/scripted.js';

async function main(): Promise<void> {
  const script = new Script().on('acquire', { delay: 300 });
  const { credential } = await acquireCredentialsHandle(script.options());
  answer({ acquired: !credential.closed });
  // It stays open, and that keeps nobody.
}

void main();
