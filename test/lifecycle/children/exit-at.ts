/** Ends the process at a certain stage of using the package. */

import { ClientContext } from '../../../lib/context/client-context.js';
import { Credentials } from '../../../lib/context/credentials.js';
import { enumerateSecurityPackages } from '../../../lib/raw/packages.js';
import { childInput } from '../../instruments/support/child.js';

const { stage, how } = childInput() as {
  stage: 'loaded' | 'open' | 'in flight' | 'queued' | 'closed';
  how: 'return' | 'exit' | 'throw';
};

function end(): void {
  if (how === 'throw') throw new Error('on purpose');
  if (how === 'exit') process.exit(7);
}

async function main(): Promise<void> {
  enumerateSecurityPackages();
  if (stage === 'loaded') {
    end();
    return;
  }
  const credentials = await Credentials.acquire({ package: 'NTLM', use: 'outbound' });
  const context = new ClientContext(credentials);
  const steps = [context.step()];
  if (stage === 'queued')
    steps.push(context.step(Buffer.alloc(10)), context.step(Buffer.alloc(10)));
  if (stage === 'open' || stage === 'closed') await Promise.all(steps);
  for (const step of steps) void step.catch(() => undefined);
  if (stage === 'closed') {
    context.close();
    credentials.close();
  }
  end();
}

void main();
