/** Ends, in one of several ways, while a call hangs in the package. */

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { acquireCredentialsHandle } from '../../../lib/raw/acquire-credentials-handle.js';
import type { ContextHandle, CredentialHandle } from '../../../lib/raw/handles.js';
import {
  acceptSecurityContext,
  acceptSecurityContextSync,
  completeAuthToken,
  initializeSecurityContext,
} from '../../../lib/raw/handshake-calls.js';
import { setThreadLimit } from '../../../lib/binding/thread-limit.js';
import { answer, childInput } from '../../instruments/support/child.js';
import {
  callsAtGates,
  control,
  countLeft,
  Gate,
  Script,
  until,
  type ScriptedCall,
} from '../../instruments/support/scripted.js';
import { present } from '../../instruments/support/system.js';

const SPIN_MS = 200;

/** The calls that do not run on the JavaScript thread. */
export type HangingCall = keyof typeof CALLS;

export interface HangInput {
  call: HangingCall;
  how: 'exit' | 'terminate' | 'close' | 'collect';
}

type Start = (
  credential: CredentialHandle,
  context: ContextHandle,
  script: Script,
) => Promise<unknown>;

const CALLS = {
  acquire: (_credential, _context, script) => acquireCredentialsHandle(script.options()),
  initialize: (credential) => initializeSecurityContext({ credential }),
  accept: (_, context) => acceptSecurityContext({ context }),
  complete: (_, context) => completeAuthToken({ context, token: [] }),
  // Before the client is impersonated, and while it is.
  impersonate: (_, onBehalfOf, script) => acquireCredentialsHandle(script.options({ onBehalfOf })),
  revert: (_, onBehalfOf, script) => acquireCredentialsHandle(script.options({ onBehalfOf })),
  delete: (_, context) => {
    context.close();
    return Promise.resolve();
  },
  freeCredentials: (credential, context) => {
    context.close();
    credential.close();
    return Promise.resolve();
  },
} satisfies Partial<Record<ScriptedCall, Start>>;

interface Handles {
  credential: CredentialHandle;
  context: ContextHandle;
}

/** Begins a call that hangs; what it gives is closed, or dropped. */
function hang(call: HangingCall, gate: Gate, closes = false): Handles {
  const script = new Script();
  const credential = script.acquireSync();
  const context = present(acceptSecurityContextSync({ credential }).context);
  script.on(call, { gate });
  const start: Start = CALLS[call];
  void start(credential, context, script).then(
    (result) => {
      const given = (result ?? {}) as Partial<Handles>;
      if (closes) for (const handle of [given.context, given.credential]) handle?.close();
    },
    () => undefined,
  );
  return { credential, context };
}

async function nothingLeft(collect: boolean): Promise<number> {
  await until(
    () => {
      if (collect) globalThis.gc?.();
      return countLeft() === 0;
    },
    () => '',
  ).catch(() => undefined);
  return countLeft();
}

async function terminateWorker(call: HangingCall): Promise<void> {
  const worker = new Worker(__filename, { workerData: call });
  const hanging = new Promise<number>((resolve) => worker.once('message', resolve));
  await callsAtGates(1);
  const gate = await hanging;
  await worker.terminate();
  control.openGate(gate);
}

async function main(): Promise<void> {
  const { call, how } = childInput() as HangInput;
  // Loads the addon here, so that it counts.
  new Script().acquireSync().close();
  if (how === 'terminate') {
    await terminateWorker(call);
    answer({ left: await nothingLeft(false), violations: control.takeViolations() });
    return;
  }
  const gate = new Gate();
  // Where they are to be collected, nobody may refer to the handles.
  const handles: Handles[] = [];
  if (how === 'collect') hang(call, gate);
  else handles.push(hang(call, gate, true));
  await callsAtGates(1);
  if (how === 'exit') process.exit(7);
  for (const { context, credential } of handles) {
    context.close();
    credential.close();
  }
  gate.open();
  const left = await nothingLeft(how === 'collect');
  answer({ left, violations: control.takeViolations() });
}

/** Beside the call that hangs there are some that wait for its thread, and some that have ended. */
function inWorker(call: HangingCall): void {
  setThreadLimit(1);
  const gate = new Gate();
  const { credential } = hang(call, gate);
  for (let waiting = 0; waiting < 5; waiting++) {
    const context = present(
      acceptSecurityContextSync({ credential: new Script().acquireSync() }).context,
    );
    for (const begun of [
      acquireCredentialsHandle(new Script().options()),
      acceptSecurityContext({ context }),
      initializeSecurityContext({ credential: new Script().acquireSync() }),
      acceptSecurityContext({ credential: new Script().acquireSync({ package: 'CREDSSP' }) }),
    ]) {
      void begun.catch(() => undefined);
    }
  }
  parentPort?.postMessage(gate.number);
  // JavaScript does not look: what ends meanwhile is not taken.
  const until = performance.now() + SPIN_MS;
  while (performance.now() < until);
  setInterval(() => credential, 1_000);
}

if (isMainThread) void main();
else inWorker(workerData as HangingCall);
