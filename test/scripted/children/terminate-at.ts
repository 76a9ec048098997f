/** Ends a worker at each moment of a logon and of what comes after it, and looks at what is left of it. */

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { SECPKG_ATTR_NAMES, SECPKG_ATTR_SIZES } from '../../../lib/constants/context-attributes.js';
import { SECBUFFER_DATA, SECBUFFER_TOKEN } from '../../../lib/constants/sec-buffers.js';
import { SEC_I_COMPLETE_NEEDED, SEC_I_CONTINUE_NEEDED } from '../../../lib/constants/status.js';
import { acquireCredentialsHandle } from '../../../lib/raw/acquire-credentials-handle.js';
import { lookupAccountNames, lookupAccountSids } from '../../../lib/raw/accounts.js';
import { queryContextAttributes } from '../../../lib/raw/context-attributes.js';
import type { ContextHandle } from '../../../lib/raw/handles.js';
import {
  acceptSecurityContext,
  completeAuthToken,
  initializeSecurityContext,
} from '../../../lib/raw/handshake-calls.js';
import { runImpersonated } from '../../../lib/raw/impersonation.js';
import { encryptMessage } from '../../../lib/raw/messages.js';
import { querySecurityContextToken, tokenInformation } from '../../../lib/raw/tokens.js';
import { exportSecurityContext, importSecurityContext } from '../../../lib/raw/transfer.js';
import { answer, childInput } from '../../instruments/support/child.js';
import {
  control,
  countLeft,
  getAcquainted,
  Script,
  until,
  type ScriptedCall,
} from '../../instruments/support/scripted.js';

/** Where the worker stops: `call` is that of the package that takes its time, if it does. */
export interface Moment {
  stage: number;
  hangs: boolean;
}

/** Longer than the end of a worker takes. */
const DELAY_MS = 150;
const CALLS = 4;
const TOKEN = [{ type: SECBUFFER_TOKEN, data: Buffer.alloc(300, 't') }];

interface State {
  script: Script;
  client: ContextHandle;
  server: ContextHandle;
}

/** What a stage calls of the package, and how. */
const STAGES: readonly [call: ScriptedCall | undefined, run: (state: State) => unknown][] = [
  ['acquire', ({ script }) => acquireCredentialsHandle(script.options())],
  [
    'acquire',
    ({ script }) =>
      acquireCredentialsHandle(
        script.options({ authIdentity: { user: 'u', domain: 'd', password: 'secret' } }),
      ),
  ],
  [
    'acquire',
    ({ script, server }) => acquireCredentialsHandle(script.options({ onBehalfOf: server })),
  ],
  [
    'initialize',
    async ({ script }) => initializeSecurityContext({ credential: await script.acquire() }),
  ],
  ['initialize', ({ client }) => initializeSecurityContext({ context: client, input: TOKEN })],
  [
    'accept',
    async ({ script }) =>
      acceptSecurityContext({ credential: await script.acquire(), input: TOKEN }),
  ],
  ['accept', ({ server }) => acceptSecurityContext({ context: server, input: TOKEN })],
  ['complete', ({ server }) => completeAuthToken({ context: server, token: TOKEN })],
  [undefined, () => lookupAccountSids(['S-1-1-0', 'S-1-5-32-544'])],
  [undefined, () => lookupAccountNames(['Everyone', 'nobody of that name'])],
  [
    undefined,
    ({ server }) => {
      server.close();
    },
  ],
  [
    'delete',
    ({ client }) => {
      client.close();
    },
  ],
  [undefined, ({ server }) => runImpersonated(server, () => 1)],
  [undefined, ({ server }) => tokenInformation(querySecurityContextToken(server))],
  [
    undefined,
    ({ server }) =>
      importSecurityContext({ package: 'Scripted', packed: exportSecurityContext(server).packed }),
  ],
  [
    undefined,
    ({ client }) =>
      encryptMessage(client, {
        message: [
          { type: SECBUFFER_DATA, data: Buffer.alloc(40) },
          { type: SECBUFFER_TOKEN, size: 60 },
        ],
      }),
  ],
  [
    undefined,
    ({ client, script }) => {
      script.on('queryAttributes', { output: [Buffer.alloc(16)] });
      queryContextAttributes(client, SECPKG_ATTR_SIZES);
      return undefined;
    },
  ],
  [
    undefined,
    ({ client, script }) => {
      script.on('queryAttributes', { output: [Buffer.alloc(8), { type: 0, data: 'a\0l\0\0\0' }] });
      return queryContextAttributes(client, SECPKG_ATTR_NAMES);
    },
  ],
];

/** A worker that stops there, or goes through everything. */
function startWorker(moment: Moment | 'rehearsal'): Worker {
  return new Worker(__filename, { workerData: moment });
}

async function main(): Promise<void> {
  const { hangs } = childInput() as { hangs: boolean };
  await getAcquainted(['Scripted']);
  control.keepJournal(false);
  const [failures] = (await once(startWorker('rehearsal'), 'message')) as [string[]];
  let ended = 0;
  for (let stage = 0; stage < STAGES.length; stage++) {
    const worker = startWorker({ stage, hangs });
    await once(worker, 'message');
    await worker.terminate();
    ended++;
  }
  await until(
    () => countLeft() === 0,
    () => '',
  ).catch(() => undefined);
  const violations = control.takeViolations();
  answer({ failures, ended, of: STAGES.length, left: countLeft(), violations });
}

async function stateBefore(call: ScriptedCall | undefined): Promise<State> {
  const script = new Script()
    .on('initialize', { status: SEC_I_CONTINUE_NEEDED })
    .on('accept', { status: call === 'complete' ? SEC_I_COMPLETE_NEEDED : SEC_I_CONTINUE_NEEDED });
  const credential = await script.acquire();
  const client = (await initializeSecurityContext({ credential })).context;
  const server = (await acceptSecurityContext({ credential, input: TOKEN })).context;
  if (client === undefined || server === undefined) throw new Error('no contexts');
  return { script, client, server };
}

/** Each stage to its end: what fails of itself, the end of a thread does not try. */
async function rehearse(): Promise<void> {
  const failures: string[] = [];
  for (const [index, [call, run]] of STAGES.entries()) {
    const state = await stateBefore(call);
    await Promise.resolve()
      .then(() => run(state))
      .catch((error: unknown) => failures.push(`stage ${index}: ${String(error)}`));
  }
  parentPort?.postMessage(failures);
}

/** Never returns: calls are under way, or their results are on their way, when the thread ends. */
async function untilEnded({ stage, hangs }: Moment): Promise<void> {
  const [call, run] = STAGES[stage] ?? [];
  const state = await stateBefore(call);
  if (call !== undefined && hangs) {
    for (let times = 0; times < CALLS; times++) state.script.on(call, { delay: DELAY_MS });
  }
  // Several, so that some run and some wait, and those that are quick have results.
  for (let times = 0; times < CALLS; times++) {
    void Promise.resolve()
      .then(() => run?.(state))
      .catch(() => undefined);
  }
  await Promise.resolve();
  parentPort?.postMessage('calling');
  for (;;) await new Promise((resolve) => setTimeout(resolve, 1_000));
}

if (isMainThread) void main();
else if (workerData === 'rehearsal') void rehearse();
else void untilEnded(workerData as Moment);
