/** Acting as the client of a ServerContext: for one function, on this thread, and never longer. */

import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { ClientContext } from '../../lib/context/client-context.js';
import { SECBUFFER_DATA } from '../../lib/constants/sec-buffers.js';
import { SEC_E_NO_IMPERSONATION, SEC_I_CONTINUE_NEEDED } from '../../lib/constants/status.js';
import { lookupAccountSids } from '../../lib/raw/accounts.js';
import { acquireCredentialsHandle } from '../../lib/raw/acquire-credentials-handle.js';
import { enumerateSecurityPackages } from '../../lib/raw/packages.js';
import {
  acceptSecurityContext,
  acceptSecurityContextSync,
  completeAuthToken,
  initializeSecurityContext,
  initializeSecurityContextSync,
} from '../../lib/raw/handshake-calls.js';
import { encryptMessage } from '../../lib/raw/messages.js';
import { querySecurityContextToken } from '../../lib/raw/tokens.js';
import type { ServerContext } from '../../lib/context/server-context.js';
import { runChild } from '../instruments/support/child.js';
import { codeOf, outcome } from '../instruments/support/outcomes.js';
import {
  callsAtGates,
  control,
  endOfTest,
  Gate,
  getAcquainted,
  journalOf,
  Script,
  takeJournal,
  until,
  type ScriptedToken,
} from '../instruments/support/scripted.js';
import {
  closeOpened,
  credentialOf,
  credentialsOf,
  establishedServer,
  opened,
  serverContextOf,
  serverOf,
} from '../instruments/support/scripted-contexts.js';
import { present } from '../instruments/support/system.js';

beforeAll(() => getAcquainted(['Scripted', 'WDigest']));
afterEach(async () => {
  closeOpened();
  await endOfTest();
});

async function serverWith(token: ScriptedToken): Promise<ServerContext> {
  return establishedServer(new Script().on('impersonate', { token }));
}

/** The code of what a promise was rejected with. */
function reasonOf(result: PromiseSettledResult<unknown>): unknown {
  return result.status === 'rejected' ? (result.reason as { code?: unknown }).code : undefined;
}

/** What began while the client was impersonated, which would not be given back itself. */
function during(
  server: ServerContext,
  begin: () => Promise<unknown>[],
): readonly Promise<unknown>[] {
  let begun: Promise<unknown>[] = [];
  server.impersonate(() => {
    begun = begin();
  });
  return begun;
}

const impersonates = () => control.threadIsImpersonating();

describe('a function runs as the client', () => {
  test('until it returns, on this thread', async () => {
    const server = await establishedServer(new Script());
    expect(impersonates()).toBe(false);
    expect(server.impersonate(impersonates)).toBe(true);
    expect(impersonates()).toBe(false);
    const calls = takeJournal().filter(({ call }) => ['impersonate', 'revert'].includes(call));
    expect(calls.map(({ call, onThisThread }) => [call, onThisThread])).toEqual([
      ['impersonate', true],
      ['revert', true],
    ]);
  });

  test.each([
    ['undefined', undefined],
    ['a number', 5],
    ['null', null],
    ['an object', { then: 1 }],
    ['a function', () => 'then'],
  ])('and gives %s as it is', async (_, value) => {
    const server = await establishedServer(new Script());
    expect(server.impersonate(() => value as unknown)).toBe(value);
  });

  test('until it throws, and what it throws comes as it is', async () => {
    const server = await establishedServer(new Script());
    for (const thrown of [new RangeError('no'), 'text', undefined, null]) {
      let caught: unknown = 'nothing';
      try {
        server.impersonate(() => {
          // Whatever it is, as JavaScript may.
          // eslint-disable-next-line @typescript-eslint/only-throw-error
          throw thrown;
        });
      } catch (error) {
        caught = error;
      }
      expect(caught).toBe(thrown);
      expect(impersonates()).toBe(false);
    }
    expect(journalOf('revert')).toHaveLength(4);
  });

  test('without arguments, without this, once', async () => {
    const server = await establishedServer(new Script());
    const calls: unknown[][] = [];
    server.impersonate(function (this: unknown, ...args: unknown[]) {
      calls.push([this, ...args]);
    });
    expect(calls).toEqual([[undefined]]);
  });

  test('and no microtask runs meanwhile', async () => {
    const server = await establishedServer(new Script());
    const order: string[] = [];
    const during = server.impersonate(() => {
      void Promise.resolve().then(() => order.push(`microtask, ${String(impersonates())}`));
      process.nextTick(() => order.push(`tick, ${String(impersonates())}`));
      queueMicrotask(() => order.push(`queued, ${String(impersonates())}`));
      // The stack of C++ below does not empty the queue either.
      acceptSecurityContextSync({ credential: credentialOf(new Script()) }).context?.close();
      return [...order];
    });
    expect(during).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect([...order].sort()).toEqual(['microtask, false', 'queued, false', 'tick, false']);
  });

  test('also as nobody, who is somebody to act as', async () => {
    const server = await serverWith('anonymous');
    expect(server.impersonate(impersonates)).toBe(true);
    expect(impersonates()).toBe(false);
  });

  test('many times', async () => {
    const server = await establishedServer(new Script());
    const ran = Array.from({ length: 50 }, () => server.impersonate(impersonates));
    expect(ran.every(Boolean)).toBe(true);
    expect(impersonates()).toBe(false);
  });

  test('whatever success the package says', async () => {
    const script = new Script().on('impersonate', { status: SEC_I_CONTINUE_NEEDED });
    const server = await establishedServer(script);
    expect(server.impersonate(impersonates)).toBe(true);
  });
});

describe('a function that goes on later', () => {
  test.each([
    ['is not begun if it is asynchronous', async () => Promise.resolve(1), 0],
    ['does not give its promise', () => Promise.resolve(1), 1],
    ['does not give what is like a promise', () => ({ then: () => undefined }), 1],
    ['does not give a stream', () => createReadStream(__filename), 1],
    ['does not give an iterator', () => [1].values(), 1],
    ['does not give a promise in an array', () => [Promise.resolve(1)], 1],
    ['not even as a function', () => Object.assign(() => 1, { then: () => undefined }), 1],
  ] as [string, () => unknown, number][])('%s', async (_, act, impersonations) => {
    const server = await establishedServer(new Script());
    expect(codeOf(() => server.impersonate(act))).toBe('ERR_SECUR32_IMPERSONATING');
    expect(impersonates()).toBe(false);
    expect(journalOf('impersonate')).toHaveLength(impersonations);
  });

  test.each([undefined, null, 'function', {}])('is none if it is %p', async (act) => {
    const server = await establishedServer(new Script());
    expect(codeOf(() => server.impersonate(act as never))).toBe('ERR_SECUR32_INVALID_ARGUMENT');
    expect(journalOf('impersonate')).toEqual([]);
  });
});

describe('inside', () => {
  test('another client is not impersonated, nor the same one', async () => {
    const server = await establishedServer(new Script());
    const other = await establishedServer(new Script());
    const inside = server.impersonate(() => [
      codeOf(() => other.impersonate(() => 1)),
      codeOf(() => server.impersonate(() => 1)),
      impersonates(),
    ]);
    // Of the same one the call is still running.
    expect(inside).toEqual(['ERR_SECUR32_IMPERSONATING', 'ERR_SECUR32_BUSY', true]);
    expect(journalOf('impersonate')).toHaveLength(1);
    expect(other.impersonate(impersonates)).toBe(true);
  });

  test('asynchronous calls are refused, because they would run as this process', async () => {
    const server = await establishedServer(new Script());
    const credential = credentialOf(new Script(), 'WDigest');
    const context = serverOf(new Script(), 'WDigest');
    takeJournal();
    const begun = during(server, () => [
      acquireCredentialsHandle(new Script().options()),
      initializeSecurityContext({ credential }),
      acceptSecurityContext({ credential }),
      acceptSecurityContext({ context }),
      completeAuthToken({ context, token: [{ type: SECBUFFER_DATA, data: Buffer.alloc(1) }] }),
      lookupAccountSids(['S-1-1-0']),
    ]);
    const results = await Promise.allSettled(begun);
    expect(results.map(reasonOf)).toEqual(begun.map(() => 'ERR_SECUR32_IMPERSONATING'));
    const calls = takeJournal().map(({ call }) => call);
    expect(calls).toEqual(['impersonate', 'revert']);
    // And afterwards they are not.
    (await acceptSecurityContext({ credential })).context?.close();
    await acceptSecurityContext({ context });
    expect(await lookupAccountSids(['S-1-1-0'])).toHaveLength(1);
  });

  test('calls that would have to wait are refused, too', async () => {
    const server = await establishedServer(new Script());
    const gate = new Gate();
    const script = new Script();
    const context = serverOf(script);
    script.on('accept', { gate });
    const running = acceptSecurityContext({ context });
    await callsAtGates(1);
    const waiting = during(server, () => [
      acceptSecurityContext({ context }),
      completeAuthToken({ context, token: [] }),
    ]);
    const results = await Promise.allSettled(waiting);
    expect(results.map(reasonOf)).toEqual(waiting.map(() => 'ERR_SECUR32_IMPERSONATING'));
    gate.open();
    await running;
    expect(journalOf('complete')).toEqual([]);
  });

  test('steps of the high level are refused, and may be taken afterwards', async () => {
    const server = await establishedServer(new Script());
    const other = await serverContextOf(new Script());
    const client = opened(new ClientContext(await credentialsOf(new Script())));
    const steps = during(server, () => [other.step(Buffer.from('token')), client.step()]);
    const results = await Promise.allSettled(steps);
    expect(results.map(reasonOf)).toEqual(steps.map(() => 'ERR_SECUR32_IMPERSONATING'));
    await expect(other.step(Buffer.from('token'))).resolves.toMatchObject({ done: true });
    await expect(client.step()).resolves.toMatchObject({ done: true });
  });

  test('synchronous ones run as the client', async () => {
    const server = await establishedServer(new Script());
    const context = serverOf(new Script());
    takeJournal();
    server.impersonate(() => {
      const credential = new Script().acquireSync();
      initializeSecurityContextSync({ credential }).context?.close();
      credential.close();
      encryptMessage(context, { message: [{ type: SECBUFFER_DATA, data: Buffer.alloc(1) }] });
      querySecurityContextToken(context).close();
      expect(enumerateSecurityPackages().length).toBeGreaterThan(0);
      expect(impersonates()).toBe(true);
    });
    const inside = takeJournal().filter(({ onThisThread }) => onThisThread);
    const revert = present(inside.find(({ call }) => call === 'revert'));
    const order = inside.filter(({ end }) => end <= revert.end).map(({ call }) => call);
    expect(order).toEqual([
      'impersonate',
      'acquire',
      'initialize',
      'encrypt',
      'queryToken',
      'revert',
    ]);
  });

  test('the context is in use', async () => {
    const server = await establishedServer(new Script());
    const codes = server.impersonate(() => [
      codeOf(() => server.sizes),
      codeOf(() => querySecurityContextToken(present(server.handle))),
    ]);
    expect(codes).toEqual(['ERR_SECUR32_BUSY', 'ERR_SECUR32_BUSY']);
    expect(codeOf(() => server.sizes)).toBe('SEC_E_UNSUPPORTED_FUNCTION');
  });

  test('the context may be closed, and goes when its client does', async () => {
    const server = await establishedServer(new Script());
    takeJournal();
    server.impersonate(() => {
      server.close();
      expect(impersonates()).toBe(true);
    });
    expect(impersonates()).toBe(false);
    expect(codeOf(() => server.impersonate(() => 1))).toBe('ERR_SECUR32_CLOSED');
  });

  test('a context that is closed is never deleted on the JavaScript thread (N1)', async () => {
    const script = new Script();
    const times = 200;
    takeJournal();
    for (let i = 0; i < times; i++) {
      const server = await establishedServer(script);
      server.impersonate(() => {
        server.close();
      });
    }
    const deleted: boolean[] = [];
    await until(
      () => {
        const ends = takeJournal().filter(({ call }) => call === 'delete');
        deleted.push(...ends.map(({ onThisThread }) => onThisThread));
        return deleted.length >= times;
      },
      () => `${deleted.length} of ${times} contexts were deleted`,
    );
    expect(deleted.filter((onThisThread) => onThisThread)).toEqual([]);
  });
});

describe('nobody is impersonated, and nothing runs', () => {
  let ran = false;
  const act = () => {
    ran = true;
  };

  test.each([
    ['the client allows to be identified only', 'identification'],
    ['the package does nothing', 'null'],
  ] as const)('where %s', async (_, token) => {
    const server = await serverWith(token);
    expect(
      codeOf(() => {
        server.impersonate(act);
      }),
    ).toBe('ERR_SECUR32_CANNOT_IMPERSONATE');
    expect([ran, impersonates()]).toEqual([false, false]);
    expect(journalOf('revert')).toHaveLength(1);
    // The next time it may.
    expect(server.impersonate(impersonates)).toBe(true);
  });

  test('where the package cannot', async () => {
    const script = new Script().on('impersonate', { status: SEC_E_NO_IMPERSONATION });
    const server = await establishedServer(script);
    const { error } = outcome(() => {
      server.impersonate(act);
    });
    expect(error).toMatchObject({
      code: 'SEC_E_NO_IMPERSONATION',
      status: SEC_E_NO_IMPERSONATION,
      call: 'ImpersonateSecurityContext',
    });
    expect([ran, impersonates()]).toEqual([false, false]);
    expect(journalOf('revert')).toEqual([]);
  });

  test('before the handshake is done, and after the end', async () => {
    const server = await serverContextOf(new Script());
    expect(
      codeOf(() => {
        server.impersonate(act);
      }),
    ).toBe('ERR_SECUR32_NOT_ESTABLISHED');
    await server.step(Buffer.from('token'));
    server.close();
    expect(
      codeOf(() => {
        server.impersonate(act);
      }),
    ).toBe('ERR_SECUR32_CLOSED');
    expect(ran).toBe(false);
  });
});

describe('another copy of the package in this process', () => {
  test('starts nothing that would run as this process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'secur32-copy-'));
    try {
      const { status, output, errors } = await runChild('scripted/children/two-copies.js', {
        input: { folder },
      });
      expect(errors).toBe('');
      expect(output).toMatchObject({
        impersonating: true,
        codes: Array.from({ length: 8 }, () => 'ERR_SECUR32_IMPERSONATING'),
        after: ['done', 'done'],
      });
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

describe('the end', () => {
  test('of the process may come while the client is impersonated', async () => {
    const { status, output, errors } = await runChild('scripted/children/exit-as-client.js', {
      input: { how: 'exit' },
    });
    expect({ status, output, errors }).toEqual({
      status: 7,
      output: { impersonated: true },
      errors: '',
    });
  });

  test('of a worker thread, too: it is reverted, and all is given back', async () => {
    const { status, output, errors } = await runChild('scripted/children/exit-as-client.js', {
      input: { how: 'worker' },
    });
    expect({ status, output, errors }).toEqual({
      status: 0,
      output: { code: 5, left: 0, violations: [] },
      errors: '',
    });
  });
});

describe('a revert that fails', () => {
  test.each([
    ['fails', 'revert'],
    ['fails after an exception', 'throw'],
    ['fails on another thread', 'onBehalfOf'],
    ['fails for one who is only to be identified', 'identification'],
  ])('ends the process: it %s', async (_, how) => {
    const { status, output, errors } = await runChild('scripted/children/failing-revert.js', {
      input: { how },
    });
    expect(errors).toContain('RevertSecurityContext failed: the thread would go on as the client');
    expect(output).toEqual({ begun: true });
    expect(status).not.toBe(0);
  });

  test('a child whose revert does not fail ends well', async () => {
    const { status, output, errors } = await runChild('scripted/children/failing-revert.js', {
      input: { how: 'not at all' },
    });
    expect({ status, output, errors }).toEqual({
      status: 0,
      output: { survived: true },
      errors: '',
    });
  });
});
