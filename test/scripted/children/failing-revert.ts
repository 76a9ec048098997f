/** Impersonates a client, and the revert fails: the process must not go on as the client. */

import { Credentials } from '../../../lib/context/credentials.js';
import { SEC_E_INTERNAL_ERROR } from '../../../lib/constants/status.js';
import { ServerContext } from '../../../lib/context/server-context.js';
import { answer, childInput } from '../../instruments/support/child.js';
import { Script } from '../../instruments/support/scripted.js';

export interface FailingRevertInput {
  how: 'revert' | 'throw' | 'onBehalfOf' | 'identification' | 'not at all';
}

async function main(): Promise<void> {
  const { how } = childInput() as FailingRevertInput;
  const script = new Script();
  const { principal } = script;
  const credentials = await Credentials.acquire({ package: 'Scripted', use: 'both', principal });
  const server = new ServerContext(credentials);
  await server.step(Buffer.from('token'));
  if (how !== 'not at all') script.on('revert', { status: SEC_E_INTERNAL_ERROR });
  if (how === 'identification') script.on('impersonate', { token: 'identification' });
  answer({ begun: true });
  try {
    if (how === 'onBehalfOf') {
      await Credentials.acquire({ package: 'Scripted', use: 'outbound', onBehalfOf: server });
    } else {
      server.impersonate(() => {
        if (how === 'throw') throw new Error('caught, but too late');
      });
    }
  } finally {
    answer({ survived: true });
  }
  server.close();
  credentials.close();
}

void main();
