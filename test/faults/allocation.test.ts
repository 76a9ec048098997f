/**
 * The addon in which the n-th allocation fails: for n = 1, 2, 3 … until the
 * call succeeds, each call ends in ERR_SECUR32_OUT_OF_MEMORY or in the status
 * for it, and everything is given back.
 */

import { afterEach, beforeAll, expect, test } from '@jest/globals';

import {
  SECPKG_ATTR_ACCESS_TOKEN,
  SECPKG_ATTR_APP_DATA,
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_SIZES,
} from '../../lib/constants/context-attributes.js';
import { SECPKG_CRED_ATTR_NAMES } from '../../lib/constants/credentials.js';
import { ISC_REQ_ALLOCATE_MEMORY } from '../../lib/constants/isc-flags.js';
import {
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_DATA,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import { runImpersonated } from '../../lib/raw/impersonation.js';
import { lookupAccountNames, lookupAccountSids } from '../../lib/raw/accounts.js';
import { queryContextAttributes, setContextAttributes } from '../../lib/raw/context-attributes.js';
import { applyControlToken } from '../../lib/raw/control-token.js';
import { queryCredentialsAttributes } from '../../lib/raw/credentials-attributes.js';
import type { ContextHandle, CredentialHandle } from '../../lib/raw/handles.js';
import {
  decryptMessage,
  encryptMessage,
  makeSignature,
  verifySignature,
} from '../../lib/raw/messages.js';
import { enumerateSecurityPackages, querySecurityPackageInfo } from '../../lib/raw/packages.js';
import {
  acceptSecurityContext,
  acceptSecurityContextSync,
  completeAuthToken,
  completeAuthTokenSync,
  initializeSecurityContext,
  initializeSecurityContextSync,
} from '../../lib/raw/handshake-calls.js';
import type { TokenHandle } from '../../lib/raw/token-handle.js';
import {
  adoptToken,
  duplicateToken,
  duplicateTokenInto,
  querySecurityContextToken,
  tokenInformation,
} from '../../lib/raw/tokens.js';
import { exportSecurityContext, importSecurityContext } from '../../lib/raw/transfer.js';
import { setThreadLimit } from '../../lib/binding/thread-limit.js';
import {
  control,
  endOfTest,
  expectClean,
  getAcquainted,
  Script,
} from '../instruments/support/scripted.js';
import { present } from '../instruments/support/system.js';
import { endCases, type Tried } from '../instruments/support/tally.js';

beforeAll(() => getAcquainted(['Scripted', 'CREDSSP', 'WDigest']));
afterEach(async () => {
  control.failAllocation(0);
  await endOfTest();
});

const TOKEN = { type: SECBUFFER_TOKEN, data: Buffer.alloc(500, 't') };
const INPUT = [
  TOKEN,
  { type: SECBUFFER_DATA },
  { type: SECBUFFER_CHANNEL_BINDINGS, data: Buffer.alloc(60) },
];
const OUTPUT = [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_DATA, size: 100 }];
const IDENTITY = { user: 'user', domain: 'domain', password: Buffer.from('password') };

interface Setting {
  script: Script;
  credential: CredentialHandle;
  context: ContextHandle;
  /** Of the context. */
  token: TokenHandle;
}

type Attempt = (setting: Setting) => unknown;

const closeResult = (result: unknown) => {
  const { context, credential, token } = (result ?? {}) as Partial<Setting>;
  context?.close();
  credential?.close();
  token?.close();
};

const MESSAGE = [{ type: SECBUFFER_DATA, data: Buffer.alloc(500, 'm') }, TOKEN];
/** ERROR_NOT_ENOUGH_MEMORY */
const NOT_ENOUGH_MEMORY = 8;

/** Fails as the look-up of one account did, which is an answer of the whole call. */
function throwIfFailed([account]: readonly { error: number }[]): void {
  if (account?.error === 0) return;
  throw Object.assign(new Error('the look-up failed'), {
    code: 'ERR_SECUR32_SYSTEM_ERROR',
    systemCode: account?.error,
  });
}

const ATTEMPTS: readonly [title: string, tried: Tried, least: number, attempt: Attempt][] = [
  [
    'acquireCredentialsHandle',
    'acquireCredentialsHandle',
    5,
    ({ script }) => ({
      credential: script.acquireSync({ authIdentity: IDENTITY, packageList: ['NTLM'] }),
    }),
  ],
  [
    'acquireCredentialsHandle, asynchronous',
    'acquireCredentialsHandle',
    7,
    async ({ script }) => ({ credential: await script.acquire({ authIdentity: IDENTITY }) }),
  ],
  [
    'initializeSecurityContext, first leg',
    'initializeSecurityContext',
    5,
    ({ credential }) =>
      initializeSecurityContextSync({
        credential,
        targetName: 'target',
        input: INPUT,
        output: OUTPUT,
      }),
  ],
  [
    'initializeSecurityContext, first leg, asynchronous',
    'initializeSecurityContext',
    7,
    ({ credential }) =>
      initializeSecurityContext({ credential, targetName: 'target', input: INPUT, output: OUTPUT }),
  ],
  [
    'initializeSecurityContext, output of the package',
    'initializeSecurityContext',
    3,
    ({ credential }) =>
      initializeSecurityContextSync({
        credential,
        contextReq: ISC_REQ_ALLOCATE_MEMORY,
        input: INPUT,
      }),
  ],
  [
    'acceptSecurityContext, first leg',
    'acceptSecurityContext',
    4,
    ({ credential }) => acceptSecurityContextSync({ credential, input: INPUT, output: OUTPUT }),
  ],
  [
    'acceptSecurityContext, later leg',
    'acceptSecurityContext',
    4,
    ({ context }) => {
      acceptSecurityContextSync({ context, input: INPUT, output: OUTPUT });
    },
  ],
  [
    'acceptSecurityContext, later leg, asynchronous',
    'acceptSecurityContext',
    5,
    async ({ context }) => {
      await acceptSecurityContext({ context, input: INPUT, output: OUTPUT });
    },
  ],
  [
    'completeAuthToken',
    'completeAuthToken',
    2,
    ({ context }) => {
      completeAuthTokenSync({ context, token: [TOKEN] });
    },
  ],
  [
    'completeAuthToken, asynchronous',
    'completeAuthToken',
    4,
    async ({ context }) => {
      await completeAuthToken({ context, token: [TOKEN] });
    },
  ],
  [
    'querySecurityPackageInfo',
    'querySecurityPackageInfo',
    1,
    () => {
      querySecurityPackageInfo('Scripted');
    },
  ],
  [
    'acquireCredentialsHandle, onBehalfOf',
    'acquireCredentialsHandle, onBehalfOf',
    4,
    ({ script, context }) => ({ credential: script.acquireSync({ onBehalfOf: context }) }),
  ],
  [
    'acquireCredentialsHandle, onBehalfOf, asynchronous',
    'acquireCredentialsHandle, onBehalfOf',
    5,
    async ({ script, context }) => ({ credential: await script.acquire({ onBehalfOf: context }) }),
  ],
  [
    'setContextAttributes',
    'setContextAttributes',
    1,
    ({ context }) => {
      setContextAttributes(context, SECPKG_ATTR_APP_DATA, { flags: 1, data: Buffer.alloc(500) });
    },
  ],
  [
    'queryContextAttributes, with a token',
    'queryContextAttributes',
    1,
    ({ context, script, token }) => {
      const record = Buffer.alloc(8);
      // A handle of ours that the package may say is its own.
      const value = duplicateTokenInto(token, process.pid);
      record.writeBigUInt64LE(value);
      script.on('queryAttributes', { output: [record] });
      try {
        return { token: queryContextAttributes(context, SECPKG_ATTR_ACCESS_TOKEN) };
      } finally {
        control.failAllocation(0);
        adoptToken(value).close();
      }
    },
  ],
  [
    'applyControlToken',
    'applyControlToken',
    2,
    ({ context }) => {
      applyControlToken(context, INPUT);
    },
  ],
  [
    'querySecurityContextToken',
    'querySecurityContextToken',
    1,
    ({ context }) => ({ token: querySecurityContextToken(context) }),
  ],
  [
    'tokenInformation',
    'tokenInformation',
    3,
    ({ token }) => {
      tokenInformation(token);
    },
  ],
  ['duplicateToken', 'duplicateToken', 1, ({ token }) => ({ token: duplicateToken(token) })],
  [
    'lookupAccountSids',
    'lookupAccountSids',
    5,
    async () => {
      throwIfFailed(await lookupAccountSids(['S-1-5-32-544']));
    },
  ],
  [
    'lookupAccountNames',
    'lookupAccountSids',
    5,
    async () => {
      throwIfFailed(await lookupAccountNames(['Everyone']));
    },
  ],
  [
    'exportSecurityContext, with a token',
    'exportSecurityContext',
    1,
    ({ context, script }) => {
      script.on('export', { token: 'impersonation' });
      return exportSecurityContext(context);
    },
  ],
  [
    'importSecurityContext',
    'importSecurityContext',
    4,
    ({ script }) => ({
      context: importSecurityContext({
        package: 'Scripted',
        packed: Buffer.from(`packed:${script.number}`),
      }),
    }),
  ],
  // These allocate nothing that can fail.
  ...(
    [
      ['encryptMessage', encryptMessage],
      ['decryptMessage', decryptMessage],
      ['makeSignature', makeSignature],
      ['verifySignature', verifySignature],
    ] as const
  ).map(([name, run]): (typeof ATTEMPTS)[number] => [
    name,
    name,
    0,
    ({ context, script }) => {
      script.on('decrypt', { output: [''] }).on('verifySignature', { output: [''] });
      run(context, { message: MESSAGE });
    },
  ]),
  [
    'queryCredentialsAttributes',
    'queryCredentialsAttributes',
    0,
    ({ credential, script }) => {
      const name = { type: 0, data: Buffer.from('name\0', 'utf16le') };
      script.on('queryCredentialsAttributes', { output: [Buffer.alloc(8), name] });
      queryCredentialsAttributes(credential, SECPKG_CRED_ATTR_NAMES);
    },
  ],
  [
    'queryContextAttributes, with memory',
    'queryContextAttributes',
    0,
    ({ context, script }) => {
      const name = { type: 0, data: Buffer.from('name\0', 'utf16le') };
      script.on('queryAttributes', { output: [Buffer.alloc(8), name] });
      queryContextAttributes(context, SECPKG_ATTR_NAMES);
    },
  ],
  [
    'impersonate',
    'impersonate',
    0,
    ({ context }) => {
      expect(runImpersonated(context, () => control.threadIsImpersonating())).toBe(true);
    },
  ],
  [
    'enumerateSecurityPackages',
    'enumerateSecurityPackages',
    0,
    () => {
      enumerateSecurityPackages();
    },
  ],
  [
    'queryContextAttributes',
    'queryContextAttributes',
    0,
    ({ context, script }) => {
      script.on('queryAttributes', { output: [{ data: Buffer.alloc(16) }] });
      queryContextAttributes(context, SECPKG_ATTR_SIZES);
    },
  ],
  [
    'setThreadLimit',
    'setThreadLimit',
    0,
    () => {
      setThreadLimit(64);
    },
  ],
];

/** The codes that say that there was no memory. */
const NO_MEMORY = ['ERR_SECUR32_OUT_OF_MEMORY', 'SEC_E_INSUFFICIENT_MEMORY'];

/** What an error says, with one code for Windows' own word for no memory. */
function codeOf(error: unknown): unknown {
  const { code, systemCode } = error as { code?: unknown; systemCode?: unknown };
  return systemCode === NOT_ENOUGH_MEMORY ? NO_MEMORY[0] : (code ?? error);
}

/** The calls whose allocations are the only ones while they are made. */
async function tryWith(n: number, attempt: Attempt): Promise<{ code: unknown; allocated: number }> {
  const script = new Script();
  const credential = script.acquireSync();
  const context = present(acceptSecurityContextSync({ credential }).context);
  const token = querySecurityContextToken(context);
  let code: unknown;
  control.failAllocation(n);
  try {
    closeResult(await attempt({ script, credential, context, token }));
  } catch (error) {
    code = codeOf(error);
  }
  const allocated = control.failAllocation(0) ?? 0;
  context.close();
  credential.close();
  token.close();
  control.forget();
  return { code, allocated };
}

test('the addon is the one that can fail', () => {
  expect(control.failAllocation(0)).toBeDefined();
});

test.each(ATTEMPTS)('%s without memory', async (_, tried, least, attempt) => {
  const codes: unknown[] = [];
  for (let n = 1; n < 100; n++) {
    const { code } = await tryWith(n, attempt);
    if (code === undefined) break;
    codes.push(code);
    await expectClean();
  }
  expect(codes.filter((code) => !NO_MEMORY.includes(String(code)))).toEqual([]);
  expect(codes.length).toBeGreaterThanOrEqual(least);
  await endCases(tried, codes.length + 1);
});

test('handles that are closed without memory are given back all the same', async () => {
  let cases = 0;
  for (let n = 1; n <= 6; n++) {
    const credential = new Script().acquireSync();
    const { context } = acceptSecurityContextSync({ credential });
    control.failAllocation(n);
    context?.close();
    credential.close();
    await expectClean();
    control.failAllocation(0);
    cases++;
  }
  await endCases('closeContext', cases);
  await endCases('closeCredential', cases);
});
