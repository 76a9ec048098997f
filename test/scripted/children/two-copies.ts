/** Impersonates with one copy of the package, and calls the other one meanwhile. */

import { SECBUFFER_DATA } from '../../../lib/constants/sec-buffers.js';
import { answer, childInput } from '../../instruments/support/child.js';
import { control, Script } from '../../instruments/support/scripted.js';
import { establishedServer } from '../../instruments/support/scripted-contexts.js';
import { loadSecondCopy } from '../../instruments/support/second-copy.js';

export interface TwoCopiesInput {
  folder: string;
}

/** The codes of what promises were rejected with. */
async function codesOf(promises: readonly Promise<unknown>[]): Promise<unknown[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) =>
    result.status === 'rejected' ? (result.reason as { code?: unknown }).code : 'done',
  );
}

async function main(): Promise<void> {
  const { folder } = childInput() as TwoCopiesInput;
  const server = await establishedServer(new Script());
  const { high, raw } = loadSecondCopy(folder);
  const options = () => new Script().options();
  const { credential } = raw.acquireCredentialsHandleSync(options());
  const { context } = raw.acceptSecurityContextSync({ credential });
  const other = raw.acceptSecurityContextSync({ credential }).context;
  if (context === undefined || other === undefined) throw new Error('there is no context');
  const { principal = '' } = options();
  const credentials = { package: 'Scripted', use: 'both', principal } as const;
  const steps = new high.ServerContext(await high.Credentials.acquire(credentials));
  // One that runs, so that the next one waits in the queue of JavaScript.
  const running = raw.acceptSecurityContext({ context: other });
  control.takeJournal();
  // Functions, because promises are not given back.
  const inside = server.impersonate(() => {
    const begun = [
      raw.acquireCredentialsHandle(options()),
      raw.acceptSecurityContext({ credential }),
      raw.acceptSecurityContext({ context }),
      raw.acceptSecurityContext({ context: other }),
      raw.completeAuthToken({ context, token: [{ type: SECBUFFER_DATA }] }),
      raw.lookupAccountSids(['S-1-1-0']),
      high.resolveAccount('Everyone'),
      steps.step(Buffer.from('token')),
    ];
    // A synchronous call runs as the client.
    raw.acquireCredentialsHandleSync(options()).credential.close();
    return { impersonating: control.threadIsImpersonating(), begun: () => begun };
  });
  const codes = await codesOf(inside.begun());
  await running;
  const after = await codesOf([
    raw.acceptSecurityContext({ credential }),
    raw.lookupAccountSids(['S-1-1-0']),
  ]);
  answer({
    impersonating: inside.impersonating,
    codes,
    after,
  });
  process.exit(0);
}

void main();
