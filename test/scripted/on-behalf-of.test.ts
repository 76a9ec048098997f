/** Delegation: credentials of the client of a context, acquired by one job on one thread. */

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { SECPKG_CRED_OUTBOUND } from '../../lib/constants/credentials.js';
import {
  SEC_E_INVALID_TOKEN,
  SEC_E_NO_CREDENTIALS,
  SEC_E_NO_IMPERSONATION,
} from '../../lib/constants/status.js';
import { Credentials } from '../../lib/context/credentials.js';
import {
  acquireCredentialsHandle,
  acquireCredentialsHandleSync,
} from '../../lib/raw/acquire-credentials-handle.js';
import { acceptSecurityContext } from '../../lib/raw/handshake-calls.js';
import { setThreadLimit } from '../../lib/binding/thread-limit.js';
import { codeOf } from '../instruments/support/outcomes.js';
import {
  callsAtGates,
  control,
  endOfTest,
  Gate,
  getAcquainted,
  journalOf,
  Script,
  takeJournal,
} from '../instruments/support/scripted.js';
import {
  closeOpened,
  establishedServer,
  opened,
  serverContextOf,
  serverOf,
} from '../instruments/support/scripted-contexts.js';
import { present } from '../instruments/support/system.js';

beforeAll(() => getAcquainted(['Scripted']));
afterEach(async () => {
  setThreadLimit(64);
  closeOpened();
  await endOfTest();
});

/** The calls that matter here, in the order in which they began. */
function calls() {
  return takeJournal()
    .filter(({ call }) => ['impersonate', 'acquire', 'revert'].includes(call))
    .sort((one, other) => one.begin - other.begin);
}

const ORDER = ['impersonate', 'acquire', 'revert'];

test('it impersonates, acquires and reverts, one after the other, not on this thread', async () => {
  const server = await establishedServer(new Script());
  takeJournal();
  const credentials = opened(
    await Credentials.acquire({ package: 'Scripted', use: 'outbound', onBehalfOf: server }),
  );
  expect(credentials.closed).toBe(false);
  const made = calls();
  expect(made.map(({ call }) => call)).toEqual(ORDER);
  expect(made.map(({ onThisThread }) => onThisThread)).toEqual([false, false, false]);
  expect([made[1]?.use, made[1]?.user]).toEqual([SECPKG_CRED_OUTBOUND, undefined]);
  expect([control.impersonatingThreads(), control.threadIsImpersonating()]).toEqual([0, false]);
});

test('the thread is the client while the credential is acquired, and only that one', async () => {
  const server = await establishedServer(new Script());
  const gate = new Gate();
  const script = new Script().on('acquire', { gate });
  const acquired = script.acquire({ onBehalfOf: present(server.handle) });
  await callsAtGates(1);
  expect([control.impersonatingThreads(), control.threadIsImpersonating()]).toEqual([1, false]);
  // Another acquisition is the process's.
  const other = opened(await new Script().acquire());
  expect(other.closed).toBe(false);
  expect(control.impersonatingThreads()).toBe(1);
  gate.open();
  opened(await acquired);
  expect(control.impersonatingThreads()).toBe(0);
});

test('a synchronous one does it on this thread', async () => {
  const server = await establishedServer(new Script());
  takeJournal();
  const options = new Script().options({ onBehalfOf: present(server.handle) });
  opened(acquireCredentialsHandleSync(options).credential);
  expect(calls().map(({ call, onThisThread }) => [call, onThisThread])).toEqual(
    ORDER.map((call) => [call, true]),
  );
  expect(control.threadIsImpersonating()).toBe(false);
});

describe('where the client cannot be impersonated nothing is acquired', () => {
  test.each([
    ['because it may only be identified', 'identification'],
    ['because the package does nothing', 'null'],
  ] as const)('%s', async (_, token) => {
    const server = await establishedServer(
      new Script().on('impersonate', { token }).on('impersonate', { token }),
    );
    takeJournal();
    const options = new Script().options({ onBehalfOf: present(server.handle) });
    await expect(acquireCredentialsHandle(options)).rejects.toMatchObject({
      code: 'ERR_SECUR32_CANNOT_IMPERSONATE',
    });
    expect(codeOf(() => acquireCredentialsHandleSync(options))).toBe(
      'ERR_SECUR32_CANNOT_IMPERSONATE',
    );
    expect(calls().map(({ call }) => call)).toEqual([
      'impersonate',
      'revert',
      'impersonate',
      'revert',
    ]);
  });

  test('because the package cannot', async () => {
    const server = await establishedServer(
      new Script().on('impersonate', { status: SEC_E_NO_IMPERSONATION }),
    );
    takeJournal();
    const acquired = Credentials.acquire({
      package: 'Scripted',
      use: 'outbound',
      onBehalfOf: server,
    });
    await expect(acquired).rejects.toMatchObject({
      code: 'SEC_E_NO_IMPERSONATION',
      call: 'ImpersonateSecurityContext',
    });
    expect(calls().map(({ call }) => call)).toEqual(['impersonate']);
    expect(control.impersonatingThreads()).toBe(0);
  });

  test('because this thread acts as somebody already', async () => {
    const server = await establishedServer(new Script());
    const other = await establishedServer(new Script());
    takeJournal();
    const options = new Script().options({ onBehalfOf: present(other.handle) });
    const code = server.impersonate(() => codeOf(() => acquireCredentialsHandleSync(options)));
    expect(code).toBe('ERR_SECUR32_IMPERSONATING');
    expect(calls().map(({ call }) => call)).toEqual(['impersonate', 'revert']);
  });
});

test('a failed acquisition is reverted, and says that it was that one', async () => {
  const server = await establishedServer(new Script());
  const script = new Script().on('acquire', { status: SEC_E_NO_CREDENTIALS });
  takeJournal();
  await expect(script.acquire({ onBehalfOf: present(server.handle) })).rejects.toMatchObject({
    code: 'SEC_E_NO_CREDENTIALS',
    call: 'AcquireCredentialsHandle',
  });
  expect(calls().map(({ call }) => call)).toEqual(ORDER);
  expect(control.impersonatingThreads()).toBe(0);
});

test('an unknown package is one for the client, too', async () => {
  const server = await establishedServer(new Script());
  const acquired = Credentials.acquire({ package: 'Nowhere', use: 'outbound', onBehalfOf: server });
  await expect(acquired).rejects.toMatchObject({
    code: 'SEC_E_SECPKG_NOT_FOUND',
    call: 'AcquireCredentialsHandle',
  });
  expect(journalOf('revert')).toHaveLength(1);
});

describe('the context', () => {
  test('is in use meanwhile', async () => {
    const server = await establishedServer(new Script());
    const gate = new Gate();
    const script = new Script().on('acquire', { gate });
    const onBehalfOf = present(server.handle);
    const acquired = script.acquire({ onBehalfOf });
    await callsAtGates(1);
    expect([
      codeOf(() => server.sizes),
      codeOf(() => server.impersonate(() => 1)),
      codeOf(() => script.acquireSync({ onBehalfOf })),
    ]).toEqual(Array.from({ length: 3 }, () => 'ERR_SECUR32_BUSY'));
    await expect(script.acquire({ onBehalfOf })).rejects.toMatchObject({
      code: 'ERR_SECUR32_BUSY',
    });
    gate.open();
    opened(await acquired);
    opened(await script.acquire({ onBehalfOf }));
  });

  test('that is in use itself does not let its client be used', async () => {
    const gate = new Gate();
    const script = new Script();
    const onBehalfOf = serverOf(script);
    script.on('accept', { gate });
    const leg = acceptSecurityContext({ context: onBehalfOf });
    await callsAtGates(1);
    await expect(new Script().acquire({ onBehalfOf })).rejects.toMatchObject({
      code: 'ERR_SECUR32_BUSY',
    });
    gate.open();
    await leg;
  });

  test('that is closed while the call runs goes when it is done', async () => {
    const server = await establishedServer(new Script());
    const gate = new Gate();
    const script = new Script().on('acquire', { gate });
    const acquired = script.acquire({ onBehalfOf: present(server.handle) });
    await callsAtGates(1);
    server.close();
    gate.open();
    opened(await acquired);
    expect(control.impersonatingThreads()).toBe(0);
  });

  test('that is closed while the call waits has no client any more', async () => {
    setThreadLimit(1);
    const server = await establishedServer(new Script());
    const gate = new Gate();
    const first = new Script().on('acquire', { gate }).acquire();
    await callsAtGates(1);
    takeJournal();
    const acquired = new Script().acquire({ onBehalfOf: present(server.handle) });
    server.close();
    gate.open();
    opened(await first);
    await expect(acquired).rejects.toMatchObject({ code: 'ERR_SECUR32_CLOSED' });
    expect(journalOf('impersonate')).toEqual([]);
  });

  test('that failed, or is closed, has no client', async () => {
    const script = new Script();
    const onBehalfOf = serverOf(script);
    script.on('accept', { status: SEC_E_INVALID_TOKEN });
    await acceptSecurityContext({ context: onBehalfOf }).catch(() => undefined);
    await expect(new Script().acquire({ onBehalfOf })).rejects.toMatchObject({
      code: 'ERR_SECUR32_CONTEXT_FAILED',
    });
    onBehalfOf.close();
    await expect(new Script().acquire({ onBehalfOf })).rejects.toMatchObject({
      code: 'ERR_SECUR32_CLOSED',
    });
    expect(journalOf('impersonate')).toEqual([]);
  });
});

describe('an option that says less than it seems to', () => {
  test.each([
    ['undefined', undefined, 'ERR_SECUR32_INVALID_ARGUMENT'],
    ['null', null, 'ERR_SECUR32_INVALID_ARGUMENT'],
    ['an object', {}, 'ERR_SECUR32_INVALID_ARGUMENT'],
  ])('is never the process: %s', async (_, onBehalfOf, code) => {
    const acquired = Credentials.acquire({
      package: 'Scripted',
      use: 'outbound',
      onBehalfOf: onBehalfOf as never,
    });
    await expect(acquired).rejects.toMatchObject({ code });
    await expect(new Script().acquire({ onBehalfOf: onBehalfOf as never })).rejects.toThrow();
    expect(journalOf('acquire')).toEqual([]);
  });

  test('such as a context whose handshake is not done', async () => {
    const server = await serverContextOf(new Script());
    takeJournal();
    const acquired = Credentials.acquire({
      package: 'Scripted',
      use: 'outbound',
      onBehalfOf: server,
    });
    await expect(acquired).rejects.toMatchObject({ code: 'ERR_SECUR32_NOT_ESTABLISHED' });
    expect(calls()).toEqual([]);
  });

  test('such as another identity beside it', async () => {
    const server = await establishedServer(new Script());
    takeJournal();
    const acquired = Credentials.acquire({
      package: 'Scripted',
      use: 'outbound',
      onBehalfOf: server,
      authIdentity: { user: 'user', domain: 'domain', password: 'password' },
    });
    await expect(acquired).rejects.toMatchObject({ code: 'ERR_SECUR32_INVALID_ARGUMENT' });
    expect(calls()).toEqual([]);
  });
});
