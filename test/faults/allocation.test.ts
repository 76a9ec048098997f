/**
 * The addon in which the n-th allocation fails: for n = 1, 2, 3 … until the
 * call succeeds, each call ends in ERR_SECUR32_OUT_OF_MEMORY or in the status
 * for it, and everything is given back.
 */

import { afterEach, beforeAll, expect, test } from '@jest/globals';

import { SECPKG_ATTR_SIZES } from '../../lib/constants/context-attributes.js';
import { ISC_REQ_ALLOCATE_MEMORY } from '../../lib/constants/isc-flags.js';
import {
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_DATA,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import { queryContextAttributes } from '../../lib/raw/context-attributes.js';
import type { ContextHandle, CredentialHandle } from '../../lib/raw/handles.js';
import { enumerateSecurityPackages, querySecurityPackageInfo } from '../../lib/raw/packages.js';
import {
  acceptSecurityContext,
  acceptSecurityContextSync,
  completeAuthToken,
  completeAuthTokenSync,
  initializeSecurityContext,
  initializeSecurityContextSync,
} from '../../lib/raw/security-context.js';
import { setThreadLimit } from '../../lib/thread-limit.js';
import { control, endOfTest, expectClean, getAcquainted, Script } from '../support/scripted.js';
import { present } from '../support/system.js';
import { endCases, type Tried } from '../support/tally.js';

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
}

type Attempt = (setting: Setting) => unknown;

const closeResult = (result: unknown) => {
  const { context, credential } = (result ?? {}) as Partial<Setting>;
  context?.close();
  credential?.close();
};

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
  // These allocate nothing that can fail.
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

/** The calls whose allocations are the only ones while they are made. */
async function tryWith(n: number, attempt: Attempt): Promise<{ code: unknown; allocated: number }> {
  const script = new Script();
  const credential = script.acquireSync();
  const context = present(acceptSecurityContextSync({ credential }).context);
  let code: unknown;
  control.failAllocation(n);
  try {
    closeResult(await attempt({ script, credential, context }));
  } catch (error) {
    code = (error as { code?: unknown }).code ?? error;
  }
  const allocated = control.failAllocation(0) ?? 0;
  context.close();
  credential.close();
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
