import { afterEach, describe, expect, test } from '@jest/globals';

import { ASC_REQ_ALLOCATE_MEMORY, ASC_REQ_CONNECTION } from '../../lib/constants/asc-flags.js';
import { SECPKG_CRED_INBOUND, SECPKG_CRED_OUTBOUND } from '../../lib/constants/credentials.js';
import { ISC_REQ_ALLOCATE_MEMORY, ISC_REQ_CONNECTION } from '../../lib/constants/isc-flags.js';
import { SECURITY_NATIVE_DREP, SECURITY_NETWORK_DREP } from '../../lib/constants/messages.js';
import {
  SECBUFFER_ALERT,
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_EMPTY,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import { SspiError } from '../../lib/core/errors.js';
import { acquireCredentialsHandleSync } from '../../lib/raw/acquire-credentials-handle.js';
import type { ContextHandle, CredentialHandle } from '../../lib/raw/handles.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import {
  acceptSecurityContext,
  acceptSecurityContextSync,
  completeAuthToken,
  completeAuthTokenSync,
  deleteSecurityContext,
  initializeSecurityContext,
  initializeSecurityContextSync,
} from '../../lib/raw/handshake-calls.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { testOnWine, testWithAccount } from '../instruments/support/skip.js';
import { alice, present, wine } from '../instruments/support/system.js';

const open: (ContextHandle | CredentialHandle)[] = [];
afterEach(async () => {
  for (const handle of open.splice(0)) handle.close();
  await expectNothingLive();
});

function credential(use: number): CredentialHandle {
  const { credential: handle } = acquireCredentialsHandleSync({
    package: 'NTLM',
    use,
    ...(use === SECPKG_CRED_OUTBOUND && alice && { authIdentity: alice }),
  });
  open.push(handle);
  return handle;
}

function kept<T extends { context: ContextHandle | undefined }>(
  leg: T,
): T & { context: ContextHandle } {
  const context = present(leg.context);
  open.push(context);
  return { ...leg, context };
}

const firstLeg = () =>
  initializeSecurityContext({
    credential: credential(SECPKG_CRED_OUTBOUND),
    contextReq: ISC_REQ_CONNECTION,
  }).then(kept);

test('a first leg makes a context, with the default output of one token', async () => {
  const leg = await firstLeg();
  expect(leg.status).toBe(0x00090312);
  expect(leg.statusName).toBe('SEC_I_CONTINUE_NEEDED');
  expect(leg.output).toHaveLength(1);
  expect(leg.output[0]?.type).toBe(SECBUFFER_TOKEN);
  expect(leg.output[0]?.data?.toString('latin1', 0, 7)).toBe('NTLMSSP');
  expect(leg.input).toEqual([]);
  expect(typeof leg.contextAttr).toBe('number');
  expect(typeof leg.expiry).toBe('bigint');
  expect(liveCounts()).toEqual({ credentials: 1, contexts: 1, contextBuffers: 0, tokens: 0 });
});

test('only what was written comes out, not the capacity', async () => {
  const leg = await firstLeg();
  const bytes = present(leg.output[0]?.data).length;
  expect(bytes).toBeGreaterThanOrEqual(32);
  expect(bytes).toBeLessThan(200);
});

describe.each([SECURITY_NATIVE_DREP, SECURITY_NETWORK_DREP])('data representation %i', (drep) => {
  testWithAccount('a logon by single calls, synchronous ones and asynchronous ones', async () => {
    const outbound = credential(SECPKG_CRED_OUTBOUND);
    const inbound = credential(SECPKG_CRED_INBOUND);
    const token = (buffers: { data?: Buffer }[]) => [
      { type: SECBUFFER_TOKEN, data: present(buffers[0]?.data) },
    ];
    const one = kept(initializeSecurityContextSync({ credential: outbound, targetDataRep: drep }));
    const two = kept(
      await acceptSecurityContext({
        credential: inbound,
        input: token(one.output),
        contextReq: [ASC_REQ_CONNECTION],
        targetDataRep: drep,
      }),
    );
    const three = await initializeSecurityContext({
      credential: outbound,
      context: one.context,
      input: token(two.output),
      targetDataRep: drep,
    });
    expect(three.statusName).toBe('SEC_E_OK');
    expect(three.context).toBe(one.context);
    // Without a credential: the context has its own.
    const four = acceptSecurityContextSync({
      context: two.context,
      input: token(three.output),
      targetDataRep: drep,
    });
    expect(four.statusName).toBe('SEC_E_OK');
    expect(four.context).toBe(two.context);
    expect(four.output[0]?.data?.length ?? 0).toBe(0);
    expect(four.input).toEqual([{ type: SECBUFFER_TOKEN, size: three.output[0]?.data?.length }]);
  });
});

test('ALLOCATE_MEMORY is honoured where it is safe, and leaves nothing behind', async () => {
  const leg = kept(
    await initializeSecurityContext({
      credential: credential(SECPKG_CRED_OUTBOUND),
      contextReq: [ISC_REQ_CONNECTION, ISC_REQ_ALLOCATE_MEMORY],
    }),
  );
  expect(leg.output[0]?.data?.toString('latin1', 0, 7)).toBe('NTLMSSP');
  const accepted = kept(
    await acceptSecurityContext({
      credential: credential(SECPKG_CRED_INBOUND),
      input: [{ type: SECBUFFER_TOKEN, data: present(leg.output[0]?.data) }],
      contextReq: [ASC_REQ_CONNECTION, ASC_REQ_ALLOCATE_MEMORY],
    }),
  );
  expect(accepted.output[0]?.data?.toString('latin1', 0, 7)).toBe('NTLMSSP');
  expect(liveCounts().contextBuffers).toBe(0);
});

test('an output that is too small is SEC_E_BUFFER_TOO_SMALL, and there is no context', async () => {
  await expect(
    initializeSecurityContext({
      credential: credential(SECPKG_CRED_OUTBOUND),
      output: [{ type: SECBUFFER_TOKEN, size: 0 }],
    }),
  ).rejects.toMatchObject({ code: 'SEC_E_BUFFER_TOO_SMALL', call: 'InitializeSecurityContext' });
  expect(liveCounts().contexts).toBe(0);
});

test('CompleteAuthToken is not for NTLM, and the context is of no use after it', async () => {
  const { context } = await firstLeg();
  const token = [{ type: SECBUFFER_TOKEN, data: Buffer.alloc(16) }];
  await expect(completeAuthToken({ context, token })).rejects.toMatchObject({
    // On Windows there may be no half of the context in this process yet.
    code: expect.stringMatching(
      wine === undefined
        ? /^SEC_E_(UNSUPPORTED_FUNCTION|INVALID_HANDLE)$/
        : /^SEC_E_UNSUPPORTED_FUNCTION$/,
    ) as unknown,
    call: 'CompleteAuthToken',
  });
  expect(() => completeAuthTokenSync({ context, token })).toThrow(
    expect.objectContaining({ code: 'ERR_SECUR32_CONTEXT_FAILED' }),
  );
});

testOnWine('bindings that nobody would look at are refused', async () => {
  const input = [{ type: SECBUFFER_CHANNEL_BINDINGS, data: Buffer.alloc(40) }];
  await expect(
    initializeSecurityContext({ credential: credential(SECPKG_CRED_OUTBOUND), input }),
  ).rejects.toMatchObject({ code: 'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED' });
});

// Each of these would make the package read or write where it must not.
testOnWine('orders of buffers that would crash the package are refused', async () => {
  const inbound = credential(SECPKG_CRED_INBOUND);
  const token = { type: SECBUFFER_TOKEN, data: Buffer.from('NTLMSSP\0') };
  const harmful = [
    { input: [] },
    { input: [{ type: SECBUFFER_EMPTY }, token] },
    { input: [token], output: [] },
    { input: [token], output: [{ type: SECBUFFER_ALERT }, { type: SECBUFFER_TOKEN }] },
  ];
  for (const buffers of harmful) {
    await expect(acceptSecurityContext({ credential: inbound, ...buffers })).rejects.toMatchObject({
      code: 'ERR_SECUR32_BUFFERS_UNSUPPORTED',
    });
  }
});

test("a credential of another package is refused on a later leg, and so is the other side's call", async () => {
  const { context } = await firstLeg();
  const input = [{ type: SECBUFFER_TOKEN, data: Buffer.alloc(40) }];
  const { credential: foreign } = acquireCredentialsHandleSync({
    package: 'Schannel',
    use: SECPKG_CRED_OUTBOUND,
  });
  open.push(foreign);
  const refused = { name: 'TypeError', code: 'ERR_SECUR32_INVALID_ARGUMENT' };
  await expect(
    initializeSecurityContext({ credential: foreign, context, input }),
  ).rejects.toMatchObject(refused);
  await expect(acceptSecurityContext({ context, input })).rejects.toMatchObject(refused);
});

test('an alert that the package did not write is no failure token', async () => {
  const error: unknown = await acceptSecurityContext({
    credential: credential(SECPKG_CRED_INBOUND),
    input: [{ type: SECBUFFER_TOKEN, data: Buffer.alloc(40, 1) }],
    output: [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_ALERT, size: 8 }],
  }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SspiError);
  expect((error as SspiError).token).toBeUndefined();
});

test('legs on one context run in the order of the calls', async () => {
  const { context } = await firstLeg();
  const order: number[] = [];
  const garbage = (n: number) =>
    initializeSecurityContext({
      context,
      input: [{ type: SECBUFFER_TOKEN, data: Buffer.from([n]) }],
    }).catch((error: unknown) => {
      order.push(n);
      return error;
    });
  const [one, two, three] = await Promise.all([garbage(1), garbage(2), garbage(3)]);
  expect(order).toEqual([1, 2, 3]);
  expect(one).toBeInstanceOf(SspiError);
  // The first one was the end of the context.
  expect(two).toMatchObject({ code: 'ERR_SECUR32_CONTEXT_FAILED' });
  expect(three).toMatchObject({ code: 'ERR_SECUR32_CONTEXT_FAILED' });
});

test('a context keeps its credential when that is closed', async () => {
  const outbound = credential(SECPKG_CRED_OUTBOUND);
  const { context } = kept(await initializeSecurityContext({ credential: outbound }));
  outbound.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(liveCounts()).toMatchObject({ credentials: 1, contexts: 1 });
  await expect(initializeSecurityContext({ credential: outbound })).rejects.toMatchObject({
    code: 'ERR_SECUR32_CLOSED',
  });
  deleteSecurityContext(context);
  deleteSecurityContext(context);
  await expectNothingLive();
});

test('closing during a leg rejects it, and frees the context after it', async () => {
  const { context } = await firstLeg();
  const input = [{ type: SECBUFFER_TOKEN, data: Buffer.alloc(100) }];
  const running = initializeSecurityContext({ context, input });
  const waiting = initializeSecurityContext({ context, input });
  context.close();
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_SECUR32_CLOSED' });
  await expect(running).rejects.toThrow();
  await expect(initializeSecurityContext({ context, input })).rejects.toMatchObject({
    code: 'ERR_SECUR32_CLOSED',
  });
});
