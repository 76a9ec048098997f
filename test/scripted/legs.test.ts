import { afterEach, beforeAll, expect, test } from '@jest/globals';

import { ASC_REQ_CONNECTION, ASC_RET_EXTENDED_ERROR } from '../../lib/constants/asc-flags.js';
import { SECPKG_CRED_OUTBOUND } from '../../lib/constants/credentials.js';
import {
  ISC_REQ_ALLOCATE_MEMORY,
  ISC_REQ_CONFIDENTIALITY,
  ISC_REQ_MUTUAL_AUTH,
  ISC_RET_EXTENDED_ERROR,
} from '../../lib/constants/isc-flags.js';
import { SECURITY_NETWORK_DREP } from '../../lib/constants/messages.js';
import {
  SECBUFFER_ALERT,
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_DATA,
  SECBUFFER_EXTRA,
  SECBUFFER_PKG_PARAMS,
  SECBUFFER_READONLY,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import {
  SEC_E_INVALID_TOKEN,
  SEC_E_LOGON_DENIED,
  SEC_I_COMPLETE_AND_CONTINUE,
  SEC_I_COMPLETE_NEEDED,
  SEC_I_CONTINUE_NEEDED,
} from '../../lib/constants/status.js';
import { SspiError } from '../../lib/core/errors.js';
import {
  acceptSecurityContext,
  acceptSecurityContextSync,
  completeAuthToken,
  initializeSecurityContext,
  initializeSecurityContextSync,
} from '../../lib/raw/handshake-calls.js';
import {
  control,
  endOfTest,
  getAcquainted,
  journalOf,
  Script,
} from '../instruments/support/scripted.js';
import { present } from '../instruments/support/system.js';

const open: { close: () => void }[] = [];

beforeAll(() => getAcquainted(['Scripted', 'CREDSSP', 'WDigest']));
afterEach(async () => {
  for (const handle of open.splice(0)) handle.close();
  await endOfTest();
});

function credentialOf(script: Script, packageName = 'Scripted') {
  const credential = script.acquireSync({ package: packageName });
  open.push(credential);
  return credential;
}

test('the package sees buffers and the freeing of them', () => {
  expect(control.countsBuffers()).toBe(true);
});

test('an acquisition arrives as it was asked for', () => {
  const credential = new Script().acquireSync({
    use: SECPKG_CRED_OUTBOUND,
    authIdentity: { user: 'Jürgen', domain: 'WOLKE', password: 'geheim' },
    packageList: ['Kerberos', '!NTLM'],
  });
  credential.close();
  expect(journalOf('acquire')).toEqual([
    expect.objectContaining({
      package: 'Scripted',
      use: SECPKG_CRED_OUTBOUND,
      user: 'Jürgen',
      domain: 'WOLKE',
      password: 'geheim',
      packageList: 'Kerberos,!NTLM',
    }),
  ]);
});

test("a client's leg arrives with every buffer, flag and number", async () => {
  const credential = credentialOf(new Script());
  const { context } = await initializeSecurityContext({
    credential,
    targetName: 'HTTP/Straße.example',
    contextReq: [ISC_REQ_MUTUAL_AUTH, ISC_REQ_CONFIDENTIALITY],
    targetDataRep: SECURITY_NETWORK_DREP,
    input: [
      { type: SECBUFFER_TOKEN, data: Buffer.from('one') },
      { type: SECBUFFER_PKG_PARAMS | SECBUFFER_READONLY, data: Buffer.alloc(0) },
      { type: SECBUFFER_DATA },
      { type: SECBUFFER_CHANNEL_BINDINGS, data: Buffer.from('bindings') },
    ],
    output: [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_DATA, size: 7 }],
  });
  open.push(present(context));
  expect(journalOf('initialize')).toEqual([
    expect.objectContaining({
      onThisThread: false,
      targetName: 'HTTP/Straße.example',
      contextReq: ISC_REQ_MUTUAL_AUTH | ISC_REQ_CONFIDENTIALITY,
      targetDataRep: SECURITY_NETWORK_DREP,
      input: [
        { type: SECBUFFER_TOKEN, size: 3, data: Buffer.from('one') },
        { type: (SECBUFFER_PKG_PARAMS | SECBUFFER_READONLY) >>> 0, size: 0, data: Buffer.alloc(0) },
        { type: SECBUFFER_DATA, size: 0, data: undefined },
        { type: SECBUFFER_CHANNEL_BINDINGS, size: 8, data: Buffer.from('bindings') },
      ],
      output: [
        { type: SECBUFFER_TOKEN, size: credential.maxToken, memory: true },
        { type: SECBUFFER_DATA, size: 7, memory: true },
      ],
    }),
  ]);
});

test("a server's leg arrives without a target name, on this thread where it is synchronous", () => {
  const credential = credentialOf(new Script());
  const input = [{ type: SECBUFFER_TOKEN, data: Buffer.from('token') }];
  const { context } = acceptSecurityContextSync({
    credential,
    contextReq: [ASC_REQ_CONNECTION],
    input,
  });
  open.push(present(context));
  const [entry] = journalOf('accept');
  expect(entry).toMatchObject({ onThisThread: true, contextReq: ASC_REQ_CONNECTION });
  expect(entry?.targetName).toBeUndefined();
});

test.each([
  ['stays', 'stays'],
  ['changes on each leg', 'changes'],
] as const)('a context whose handle %s is one context', async (_, handle) => {
  const script = new Script();
  const credential = credentialOf(script);
  for (let leg = 0; leg < 5; leg++) script.on('accept', { status: SEC_I_CONTINUE_NEEDED, handle });
  const { context } = await acceptSecurityContext({ credential });
  open.push(present(context));
  for (let leg = 1; leg < 5; leg++) await acceptSecurityContext({ context });
  const entries = journalOf('accept');
  expect(entries.map((entry) => entry.context)).toEqual(
    [undefined, 1, 1, 1, 1].map((id) => id && entries[0]?.created),
  );
  // The package overwrites sizes and types: each leg has its full capacity again.
  for (const { output } of entries) {
    expect(output).toEqual([{ type: SECBUFFER_TOKEN, size: credential.maxToken, memory: true }]);
  }
});

test('what comes out is what the package wrote, in its own memory or in ours', async () => {
  for (const contextReq of [[], [ISC_REQ_ALLOCATE_MEMORY]]) {
    const script = new Script().on('initialize', { output: ['a token of its own'] });
    const leg = await initializeSecurityContext({ credential: credentialOf(script), contextReq });
    open.push(present(leg.context));
    expect(leg.output).toEqual([
      { type: SECBUFFER_TOKEN, data: Buffer.from('a token of its own') },
    ]);
  }
});

test.each([
  ['one that it did not touch', { memory: 'untouched' }],
  ['a null pointer', { memory: 'null', size: 100 }],
  ['more than there is room', { data: 'x', size: 1_000_000 }],
  ['memory of somebody else', { memory: 'foreign', size: 10 }],
  ['our own input', { memory: 'input', size: 5 }],
] as const)('of a buffer that claims %s nothing comes out', (_, buffer) => {
  const script = new Script().on('initialize', { output: [buffer] });
  const leg = initializeSecurityContextSync({
    credential: credentialOf(script),
    input: [{ type: SECBUFFER_TOKEN, data: Buffer.from('input') }],
  });
  open.push(present(leg.context));
  expect(leg.output).toEqual([{ type: SECBUFFER_TOKEN }]);
});

test('an empty output is empty, and a full one is full', () => {
  const script = new Script()
    .on('initialize', { output: [''] })
    .on('initialize', { output: [Buffer.alloc(64, 'x')] });
  const credential = credentialOf(script);
  const output = [{ type: SECBUFFER_TOKEN, size: 64 }];
  for (const expected of ['', 'x'.repeat(64)]) {
    const leg = initializeSecurityContextSync({ credential, output });
    open.push(present(leg.context));
    expect(leg.output[0]?.data?.toString()).toBe(expected);
  }
});

test('a failure token is kept, whatever memory it is in; other output of a failed leg is not', async () => {
  for (const contextReq of [0, ISC_REQ_ALLOCATE_MEMORY]) {
    const script = new Script()
      .on('initialize', {
        status: SEC_E_LOGON_DENIED,
        attributes: ISC_RET_EXTENDED_ERROR,
        output: ['goodbye'],
      })
      .on('initialize', { status: SEC_E_LOGON_DENIED, attributes: 0, output: ['half a token'] });
    const credential = credentialOf(script);
    const leg = () => initializeSecurityContext({ credential, contextReq: contextReq as never });
    await expect(leg()).rejects.toMatchObject({ token: Buffer.from('goodbye') });
    await expect(leg()).rejects.toMatchObject({ token: undefined });
  }
});

test("the bit that announces a failure token is the side's own", async () => {
  const answer = { status: SEC_E_INVALID_TOKEN, output: ['token'] };
  const script = new Script()
    .on('accept', { ...answer, attributes: ISC_RET_EXTENDED_ERROR })
    .on('accept', { ...answer, attributes: ASC_RET_EXTENDED_ERROR });
  const credential = credentialOf(script);
  await expect(acceptSecurityContext({ credential })).rejects.toMatchObject({ token: undefined });
  await expect(acceptSecurityContext({ credential })).rejects.toMatchObject({
    token: Buffer.from('token'),
  });
});

test('an alert of a failed leg is kept', async () => {
  const script = new Script().on('accept', {
    status: SEC_E_INVALID_TOKEN,
    output: ['', { data: 'alert!', type: SECBUFFER_ALERT }],
  });
  const leg = acceptSecurityContext({
    credential: credentialOf(script),
    output: [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_ALERT }],
  });
  await expect(leg).rejects.toMatchObject({ token: Buffer.from('alert!') });
});

test('after a failed leg, with a handle that the package scribbled on, the right context is deleted', async () => {
  const script = new Script()
    .on('accept', { status: SEC_I_CONTINUE_NEEDED })
    .on('accept', { status: SEC_E_INVALID_TOKEN, handle: 'scribbled' });
  const { context } = await acceptSecurityContext({ credential: credentialOf(script) });
  open.push(present(context));
  await expect(acceptSecurityContext({ context })).rejects.toBeInstanceOf(SspiError);
  await expect(acceptSecurityContext({ context })).rejects.toMatchObject({
    code: 'ERR_SECUR32_CONTEXT_FAILED',
  });
});

test('of a first leg that fails nothing is deleted, whatever stands in its handle', async () => {
  const script = new Script().on('accept', {
    status: SEC_E_INVALID_TOKEN,
    handle: 'scribbled',
  });
  await expect(acceptSecurityContext({ credential: credentialOf(script) })).rejects.toBeInstanceOf(
    SspiError,
  );
  expect(journalOf('delete')).toEqual([]);
});

test('what a stream package leaves over comes back', async () => {
  const script = new Script().on('accept', {
    status: SEC_I_CONTINUE_NEEDED,
    input: [{ memory: 'untouched' }, { type: SECBUFFER_EXTRA, size: 4, memory: 'null' }],
  });
  const leg = await acceptSecurityContext({
    credential: credentialOf(script, 'CREDSSP'),
    input: [{ type: SECBUFFER_TOKEN, data: Buffer.from('token and more') }, { type: 0 }],
  });
  open.push(present(leg.context));
  expect(leg.input[1]).toEqual({ type: SECBUFFER_EXTRA, size: 4, data: Buffer.from('more') });
});

test.each([
  ['COMPLETE_NEEDED', SEC_I_COMPLETE_NEEDED],
  ['COMPLETE_AND_CONTINUE', SEC_I_COMPLETE_AND_CONTINUE],
])('after %s the token is completed in place', async (_, status) => {
  const script = new Script()
    .on('accept', { status, output: ['challenge'] })
    .on('complete', { output: ['completed'] });
  const leg = await acceptSecurityContext({ credential: credentialOf(script, 'WDigest') });
  const context = present(leg.context);
  open.push(context);
  const { token } = await completeAuthToken({ context, token: leg.output });
  expect(token).toEqual([{ type: SECBUFFER_TOKEN, data: Buffer.from('completed') }]);
  expect(journalOf('complete')[0]?.input?.[0]?.data?.toString()).toBe('challenge');
});

test('a context holds its credential, and is given back before it', async () => {
  const script = new Script();
  const credential = script.acquireSync();
  const { context } = await initializeSecurityContext({ credential });
  credential.close();
  await initializeSecurityContext({ context });
  present(context).close();
  await endOfTest();
});

test('a leg with another credential of the package makes the context hold that one', async () => {
  const one = new Script().acquireSync();
  const other = new Script().acquireSync();
  const { context } = await initializeSecurityContext({ credential: one });
  await initializeSecurityContext({ credential: other, context });
  one.close();
  other.close();
  await initializeSecurityContext({ context });
  present(context).close();
  await endOfTest();
});

test('expiry comes back as it was written, negative values too', () => {
  const credential = credentialOf(
    new Script()
      .on('initialize', { expiry: 0x7fffff36d5969fffn })
      .on('initialize', { expiry: -5n }),
  );
  for (const expected of [0x7fffff36d5969fffn, -5n]) {
    const leg = initializeSecurityContextSync({ credential });
    open.push(present(leg.context));
    expect(leg.expiry).toBe(expected);
  }
});
