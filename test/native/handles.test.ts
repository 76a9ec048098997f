import { afterEach, expect, test } from '@jest/globals';

import { SECPKG_ATTR_SIZES } from '../../lib/constants/context-attributes.js';
import { SECPKG_CRED_OUTBOUND } from '../../lib/constants/credentials.js';
import {
  Refusal,
  type NativeContext,
  type NativeCredential,
} from '../../lib/binding/native-binding.js';
import { native } from '../../lib/binding/native.js';
import { acquireCredentialsHandleSync } from '../../lib/raw/acquire-credentials-handle.js';
import { queryContextAttributes } from '../../lib/raw/context-attributes.js';
import {
  openContext,
  openCredential,
  type ContextHandle,
  type CredentialHandle,
} from '../../lib/raw/handles.js';
import {
  initializeSecurityContext,
  initializeSecurityContextSync,
} from '../../lib/raw/handshake-calls.js';
import { closePairs, openPair } from '../instruments/support/handshake.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { present } from '../instruments/support/system.js';

const open: (ContextHandle | CredentialHandle)[] = [];
afterEach(async () => {
  for (const handle of open.splice(0)) handle.close();
  await closePairs();
});

function handles(): { credential: CredentialHandle; context: ContextHandle } {
  const { credential } = acquireCredentialsHandleSync({
    package: 'NTLM',
    use: SECPKG_CRED_OUTBOUND,
  });
  const context = present(initializeSecurityContextSync({ credential }).context);
  open.push(credential, context);
  return { credential, context };
}

const WORDS = Uint32Array.of(0, 0, 0, 1, 2, 0xffffffff);

/** What a caller could pass off as a native handle. */
const FORGED: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  0x7ff6_0000_0000,
  12345678901234567890n,
  '0x0000000000000001.0x0000000000001234',
  {},
  [],
  () => 0,
  Symbol('handle'),
  Buffer.alloc(16),
  new Proxy({}, {}),
];

test.each(FORGED.map((value) => [typeof value, value]))(
  'the addon takes no forged %s for a handle',
  (_, forged) => {
    const { credential } = handles();
    const binding = native();
    const asCredential = forged as NativeCredential;
    const asContext = forged as NativeContext;
    const real = openCredential(credential).native;
    expect(binding.closeCredential(asCredential)).toBe(Refusal.notAHandle);
    expect(binding.closeContext(asContext)).toBe(Refusal.notAHandle);
    expect(binding.queryContextAttributes(asContext, 0)).toBe(Refusal.notAHandle);
    expect(binding.completeAuthToken(true, asContext, Uint32Array.of(), [])).toBe(
      Refusal.notAHandle,
    );
    for (const call of ['initializeSecurityContext', 'acceptSecurityContext'] as const) {
      const leg = (credentialValue: NativeCredential, context: NativeContext | undefined) =>
        binding[call](true, credentialValue, context, undefined, WORDS, []);
      expect(leg(asCredential, undefined)).toBe(Refusal.notAHandle);
      // An absent context is a first leg.
      if (forged !== undefined) expect(leg(real, asContext)).toBe(Refusal.notAHandle);
    }
  },
);

test('a credential is no context, and a context is no credential', () => {
  const { credential, context } = handles();
  const binding = native();
  const nativeCredential = openCredential(credential).native;
  const nativeContext = openContext(context).native;
  expect(binding.closeContext(nativeCredential as unknown as NativeContext)).toBe(
    Refusal.notAHandle,
  );
  expect(binding.closeCredential(nativeContext as unknown as NativeCredential)).toBe(
    Refusal.notAHandle,
  );
  expect(() => queryContextAttributes(credential as unknown as ContextHandle, 0)).toThrow(
    expect.objectContaining({ name: 'TypeError', code: 'ERR_SECUR32_INVALID_HANDLE' }),
  );
});

test('the addon refuses a closed handle, even past the TypeScript layer', async () => {
  const { credential, context } = handles();
  const nativeCredential = openCredential(credential).native;
  const nativeContext = openContext(context).native;
  context.close();
  credential.close();
  const binding = native();
  expect(binding.queryContextAttributes(nativeContext, SECPKG_ATTR_SIZES)).toBe(Refusal.closed);
  expect(
    binding.initializeSecurityContext(true, nativeCredential, undefined, undefined, WORDS, []),
  ).toBe(Refusal.closed);
  expect(binding.closeContext(nativeContext)).toBeUndefined();
  await expectNothingLive();
});

test('the addon refuses a second call in a context, even past the queue', async () => {
  const { context } = handles();
  const nativeContext = openContext(context).native;
  const binding = native();
  const words = Uint32Array.of(0, 0, 1, 1, 2, 2, 0xffffffff);
  const leg = (sync: boolean) =>
    binding.initializeSecurityContext(sync, undefined, nativeContext, undefined, words, [
      Buffer.alloc(40),
    ]);
  const running = leg(false);
  expect(leg(true)).toBe(Refusal.busy);
  expect(leg(false)).toBe(Refusal.busy);
  expect(binding.queryContextAttributes(nativeContext, SECPKG_ATTR_SIZES)).toBe(Refusal.busy);
  await running;
});

test.each([
  ['too few words', Uint32Array.of(0, 0)],
  ['counts that do not fit', Uint32Array.of(0, 0, 5, 5, 1)],
  ['more buffers than there can be', Uint32Array.of(0, 0, 17, 0, ...new Array<number>(17).fill(2))],
  ['no words at all', undefined],
])('the addon refuses %s', (_, words) => {
  const { credential } = handles();
  const answer = native().initializeSecurityContext(
    true,
    openCredential(credential).native,
    undefined,
    undefined,
    words as Uint32Array,
    [],
  );
  expect(answer).toBe(Refusal.badArgument);
});

test('closed objects say so', async () => {
  const { client, server } = await openPair({ package: 'NTLM' });
  const { token } = await client.step();
  client.close();
  client.close();
  server.close();
  for (const step of [client.step(token), server.step(present(token))]) {
    await expect(step).rejects.toMatchObject({ code: 'ERR_SECUR32_CLOSED' });
  }
  expect(() => client.attributes).toThrow(expect.objectContaining({ code: 'ERR_SECUR32_CLOSED' }));
});

test('what a high-level object owns is closed and driven by it alone', async () => {
  const { client } = await openPair({ package: 'NTLM' });
  await client.step();
  const context = present(client.handle);
  const owned: unknown = expect.objectContaining({ code: 'ERR_SECUR32_OWNED_HANDLE' });
  expect(() => {
    context.close();
  }).toThrow(owned);
  await expect(initializeSecurityContext({ context })).rejects.toMatchObject({
    code: 'ERR_SECUR32_OWNED_HANDLE',
  });
  expect(client.closed).toBe(false);
});
