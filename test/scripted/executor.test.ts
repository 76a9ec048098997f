import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';

import { afterEach, beforeAll, expect, test } from '@jest/globals';

import { SEC_I_CONTINUE_NEEDED } from '../../lib/constants/status.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { native } from '../../lib/binding/native.js';
import { acquireCredentialsHandle } from '../../lib/raw/acquire-credentials-handle.js';
import { openContext } from '../../lib/raw/handles.js';
import {
  acceptSecurityContext,
  acceptSecurityContextSync,
  initializeSecurityContext,
} from '../../lib/raw/handshake-calls.js';
import { setThreadLimit } from '../../lib/binding/thread-limit.js';
import { patience } from '../instruments/support/patience.js';
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
} from '../instruments/support/scripted.js';
import { present } from '../instruments/support/system.js';

const DEFAULT_LIMIT = 64;
const open: { close: () => void }[] = [];

beforeAll(() => getAcquainted(['Scripted', 'CREDSSP']));
afterEach(async () => {
  setThreadLimit(DEFAULT_LIMIT);
  for (const handle of open.splice(0)) handle.close();
  await endOfTest();
});

/** Acquisitions that hang at a gate. */
async function hangingAcquisitions(count: number, gate: Gate, packageName = 'Scripted') {
  const script = new Script();
  for (let i = 0; i < count; i++) script.on('acquire', { gate });
  const options = script.options({ package: packageName });
  const acquisitions = Array.from({ length: count }, () => acquireCredentialsHandle(options));
  await callsAtGates(Math.min(count, DEFAULT_LIMIT));
  return async () => {
    gate.open();
    for (const { credential } of await Promise.all(acquisitions)) credential.close();
  };
}

test('fifty logons that hang hold up neither files nor names nor timers', async () => {
  const end = await hangingAcquisitions(50, new Gate());
  const reads = Array.from({ length: 20 }, () => readFile(__filename));
  const lookups = Array.from({ length: 20 }, () => lookup('localhost'));
  await Promise.all([...reads, ...lookups]);
  await new Promise((resolve) => setTimeout(resolve, 1));
  // All of it was done while every logon was hanging still.
  expect(control.callsAtGates()).toBe(50);
  await end();
});

test('a package whose logons all hang holds up no other', async () => {
  const end = await hangingAcquisitions(200, new Gate());
  const { credential } = await acquireCredentialsHandle(
    new Script().options({ package: 'CREDSSP' }),
  );
  credential.close();
  expect(control.callsAtGates()).toBe(DEFAULT_LIMIT);
  await end();
});

test('no more calls of a package run at once than the limit says', async () => {
  setThreadLimit(3);
  const gate = new Gate();
  const script = new Script();
  for (let i = 0; i < 10; i++) script.on('acquire', { gate });
  const acquisitions = Array.from({ length: 10 }, () => acquireCredentialsHandle(script.options()));
  await callsAtGates(3);
  setThreadLimit(5);
  await callsAtGates(5);
  setThreadLimit(2);
  gate.open();
  for (const { credential } of await Promise.all(acquisitions)) credential.close();
  const entries = journalOf('acquire');
  const moments = entries.flatMap(({ begin, end }) => [
    { at: begin, change: 1 },
    { at: end, change: -1 },
  ]);
  let running = 0;
  let most = 0;
  for (const { change } of moments.sort((one, other) => one.at - other.at)) {
    running += change;
    most = Math.max(most, running);
  }
  expect(most).toBe(5);
});

test('a flood on one context runs one after the other, and another context goes ahead of it', async () => {
  const script = new Script();
  const gate = new Gate();
  const credential = script.acquireSync();
  open.push(credential);
  const flooded = present((await acceptSecurityContext({ credential })).context);
  const other = present((await acceptSecurityContext({ credential })).context);
  open.push(flooded, other);
  const [, ofOther] = journalOf('accept');
  script.on('accept', { gate, status: SEC_I_CONTINUE_NEEDED });
  const flood = Array.from({ length: 500 }, () => acceptSecurityContext({ context: flooded }));
  await callsAtGates(1);
  await acceptSecurityContext({ context: other });
  gate.open();
  await Promise.all(flood);
  // Of the flood not one was through when the other context's leg ended.
  expect(journalOf('accept')[0]?.context).toBe(ofOther?.created);
});

test('legs of one context run in the order of the calls', async () => {
  const script = new Script();
  const credential = script.acquireSync();
  open.push(credential);
  const context = present((await acceptSecurityContext({ credential })).context);
  open.push(context);
  takeJournal();
  const calls = Array.from({ length: 100 }, (_, index) =>
    acceptSecurityContext({ context, input: [{ type: 2, data: Buffer.of(index) }] }),
  );
  await Promise.all(calls);
  const entries = journalOf('accept');
  expect(entries.map(({ input }) => input?.[0]?.data?.[0])).toEqual(calls.map((_, index) => index));
  expect(entries.every(({ begin, end }) => end === begin + 1)).toBe(true);
});

test('neither a logon nor the end of one runs on the JavaScript thread', async () => {
  const credential = await new Script().acquire();
  const { context } = await initializeSecurityContext({ credential });
  present(context).close();
  credential.close();
  await until(
    () => control.counts()[0] === 0,
    () => 'the credential was not freed',
  );
  const entries = takeJournal();
  expect(entries.map(({ call }) => call).sort()).toEqual([
    'acquire',
    'delete',
    'freeCredentials',
    'initialize',
  ]);
  expect(entries.filter(({ onThisThread }) => onThisThread)).toEqual([]);
});

test('ends of handles that hang hold up nobody', async () => {
  const gate = new Gate();
  const script = new Script().on('delete', { gate }).on('freeCredentials', { gate });
  const credential = await script.acquire();
  const { context } = await initializeSecurityContext({ credential });
  present(context).close();
  credential.close();
  await callsAtGates(1);
  const another = await new Script().acquire();
  another.close();
  gate.open();
});

test('a context that is closed while its leg hangs is deleted when the leg is done', async () => {
  const gate = new Gate();
  const script = new Script().on('initialize', {}).on('initialize', { gate });
  const credential = await script.acquire();
  open.push(credential);
  const context = present((await initializeSecurityContext({ credential })).context);
  const hanging = initializeSecurityContext({ context });
  const waiting = initializeSecurityContext({ context });
  await callsAtGates(1);
  context.close();
  const closed = { code: 'ERR_SECUR32_CLOSED', message: 'the context is closed' };
  await expect(hanging).rejects.toMatchObject(closed);
  await expect(waiting).rejects.toMatchObject(closed);
  expect(journalOf('delete')).toEqual([]);
  gate.open();
  await until(
    () => control.counts()[1] === 0,
    () => 'the context was not deleted',
  );
  expect(takeJournal().map(({ call }) => call)).toEqual(['initialize', 'delete']);
});

test('a leg that waits for a thread is not made after its context was closed', async () => {
  setThreadLimit(1);
  const script = new Script();
  const credential = await script.acquire();
  open.push(credential);
  const context = present((await acceptSecurityContext({ credential })).context);
  const gate = new Gate();
  script.on('accept', { gate });
  const hanging = acceptSecurityContext({ credential });
  const waiting = acceptSecurityContext({ context });
  await callsAtGates(1);
  takeJournal();
  context.close();
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_SECUR32_CLOSED' });
  gate.open();
  open.push(present((await hanging).context));
  await until(
    () => control.counts()[1] === 1,
    () => 'the context was not deleted',
  );
  expect(journalOf('accept')).toHaveLength(1);
});

test('a first leg whose credential is closed while it hangs still gives its context', async () => {
  const gate = new Gate();
  const credential = await new Script().on('accept', { gate }).acquire();
  const leg = acceptSecurityContext({ credential });
  await callsAtGates(1);
  credential.close();
  gate.open();
  present((await leg).context).close();
});

test('a synchronous leg is refused while another one hangs in the context', async () => {
  const gate = new Gate();
  const credential = await new Script().on('accept', {}).on('accept', { gate }).acquire();
  open.push(credential);
  const context = present((await acceptSecurityContext({ credential })).context);
  open.push(context);
  const hanging = acceptSecurityContext({ context });
  await callsAtGates(1);
  expect(() => acceptSecurityContextSync({ context })).toThrow(
    expect.objectContaining({ code: 'ERR_SECUR32_BUSY' }),
  );
  gate.open();
  await hanging;
});

test('a synchronous leg that gets past the queue is refused by the addon', async () => {
  const gate = new Gate();
  const credential = await new Script().on('accept', {}).on('accept', { gate }).acquire();
  open.push(credential);
  const context = present((await acceptSecurityContext({ credential })).context);
  open.push(context);
  const hanging = acceptSecurityContext({ context });
  await callsAtGates(1);
  const words = Uint32Array.of(0, 0, 0, 0);
  const { native: handle } = openContext(context);
  const leg = (sync: boolean) =>
    native().acceptSecurityContext(sync, undefined, handle, undefined, words, []);
  expect([leg(true), leg(false)]).toEqual([Refusal.busy, Refusal.busy]);
  gate.open();
  await hanging;
});

test('what the caller does with his bytes while a leg hangs does not reach the package', async () => {
  const gate = new Gate();
  const credential = await new Script().on('accept', { gate }).acquire();
  open.push(credential);
  const token = Buffer.from('token');
  const leg = acceptSecurityContext({ credential, input: [{ type: 2, data: token }] });
  await callsAtGates(1);
  token.fill(0);
  gate.open();
  open.push(present((await leg).context));
  expect(journalOf('accept')[0]?.input?.[0]?.data?.toString()).toBe('token');
});

test('ends of contexts that all hang hold up neither calls nor the ends of other packages', async () => {
  const gate = new Gate();
  const script = new Script();
  const credential = script.acquireSync();
  for (let i = 0; i < 600; i++) {
    script.on('delete', { gate });
    present(acceptSecurityContextSync({ credential }).context).close();
  }
  credential.close();
  const hanging = control.callsAtGates();
  const other = await new Script().acquire({ package: 'CREDSSP' });
  const otherContext = present((await acceptSecurityContext({ credential: other })).context);
  const contexts = control.counts()[1];
  otherContext.close();
  await until(
    () => control.counts()[1] === contexts - 1,
    () => 'the context of the other package was not deleted',
  );
  other.close();
  // No more of them hang than a package has threads for.
  expect(hanging).toBeLessThanOrEqual(8);
  gate.open();
});

test('a backlog of quick calls leaves turns to timers and others', async () => {
  // More than Node.js takes in one turn, of as many packages as that needs.
  const packages = ['Scripted', 'CREDSSP', 'WDigest'];
  const ofEach = 500;
  const calls = packages.length * ofEach;
  setThreadLimit(ofEach);
  let settled = 0;
  const acquisitions = Array.from({ length: calls }, async (_, i) => {
    const options = new Script().options({ package: present(packages[i % packages.length]) });
    const acquired = await acquireCredentialsHandle(options);
    settled++;
    return acquired;
  });
  // No turn passes before all of them have finished: what follows is one backlog.
  const deadline = performance.now() + 20_000 * patience;
  while (control.counts()[0] < calls && performance.now() < deadline);
  expect(control.counts()[0]).toBe(calls);
  const seen: number[] = [];
  const turn = () => {
    seen.push(settled);
    if (settled < calls) setImmediate(turn);
  };
  setImmediate(turn);
  for (const { credential } of await Promise.all(acquisitions)) credential.close();
  expect(seen.filter((count) => count > 0 && count < calls)).not.toEqual([]);
});

test('a credential that a synchronous leg replaces is not freed on this thread', async () => {
  const one = new Script().acquireSync();
  const other = new Script().acquireSync();
  open.push(other);
  const context = present(acceptSecurityContextSync({ credential: one }).context);
  open.push(context);
  one.close();
  takeJournal();
  acceptSecurityContextSync({ context, credential: other });
  await until(
    () => control.counts()[0] === 1,
    () => 'the first credential was not freed',
  );
  expect(journalOf('freeCredentials').map(({ onThisThread }) => onThisThread)).toEqual([false]);
});

test('a context that is closed under its leg is deleted on another thread', async () => {
  const gate = new Gate();
  const script = new Script().on('accept', {}).on('accept', { gate });
  const credential = script.acquireSync();
  const context = present(acceptSecurityContextSync({ credential }).context);
  const leg = acceptSecurityContext({ context });
  await callsAtGates(1);
  context.close();
  credential.close();
  gate.open();
  await expect(leg).rejects.toMatchObject({ code: 'ERR_SECUR32_CLOSED' });
  await until(
    () => control.counts()[0] === 0,
    () => 'the credential was not freed',
  );
  const ends = takeJournal().filter(({ call }) => call === 'delete' || call === 'freeCredentials');
  expect(ends.map(({ onThisThread }) => onThisThread)).toEqual([false, false]);
});
