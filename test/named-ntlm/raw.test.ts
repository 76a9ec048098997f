import { afterEach, expect } from '@jest/globals';

import { ASC_REQ_ALLOCATE_MEMORY } from '../../lib/constants/asc-flags.js';
import { SECPKG_CRED_INBOUND, SECPKG_CRED_OUTBOUND } from '../../lib/constants/credentials.js';
import {
  ISC_REQ_ALLOCATE_MEMORY,
  ISC_RET_ALLOCATED_MEMORY,
} from '../../lib/constants/isc-flags.js';
import {
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_EMPTY,
  SECBUFFER_READONLY,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import { acquireCredentialsHandle } from '../../lib/raw/acquire-credentials-handle.js';
import type { ContextHandle, CredentialHandle } from '../../lib/raw/handles.js';
import type { LegResult } from '../../lib/raw/leg.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { acceptSecurityContext, initializeSecurityContext } from '../../lib/raw/handshake-calls.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { clientName, NAMED_NTLM, nameOf } from '../instruments/support/named-ntlm.js';
import { testWithAccount } from '../instruments/support/skip.js';
import { alice, present, type Account } from '../instruments/support/system.js';

const NEVER = 0x7fff_ffff_ffff_ffffn;

const open: (ContextHandle | CredentialHandle)[] = [];
afterEach(async () => {
  for (const handle of open.splice(0)) handle.close();
  await expectNothingLive();
});

async function credential(use: number, authIdentity?: Account): Promise<CredentialHandle> {
  const acquired = await acquireCredentialsHandle({
    package: NAMED_NTLM,
    use,
    ...(authIdentity && { authIdentity }),
  });
  expect(acquired.expiry).toBe(NEVER);
  open.push(acquired.credential);
  return acquired.credential;
}

const token = ({ output }: LegResult) => {
  const buffer = present(output.find(({ type }) => type === SECBUFFER_TOKEN));
  return { type: SECBUFFER_TOKEN, data: present(buffer.data) };
};

interface Variant {
  /** Whether outputs are in memory of the package. */
  allocate?: boolean;
  /** The capacity of the output of each leg. */
  sizes?: readonly (number | undefined)[];
  /** What stands before each token. */
  before?: { type: number };
}

/** The four legs of a logon of alice. */
async function logOn({ allocate = false, sizes = [], before }: Variant = {}): Promise<LegResult[]> {
  const outbound = await credential(SECPKG_CRED_OUTBOUND, present(alice));
  const inbound = await credential(SECPKG_CRED_INBOUND);
  const legs: LegResult[] = [];
  for (let number = 0; number < 4; number++) {
    const server = number % 2 === 1;
    const size = sizes[number];
    const last = legs[number - 1];
    const context = legs[number - 2]?.context;
    const options = {
      ...(context === undefined ? { credential: server ? inbound : outbound } : { context }),
      input: last === undefined ? [] : [...(before ? [before] : []), token(last)],
      output: [
        ...(before ? [before] : []),
        { type: SECBUFFER_TOKEN, ...(size !== undefined && { size }) },
      ],
    };
    const leg = await (server
      ? acceptSecurityContext({ ...options, contextReq: allocate ? [ASC_REQ_ALLOCATE_MEMORY] : [] })
      : initializeSecurityContext({
          ...options,
          contextReq: allocate ? [ISC_REQ_ALLOCATE_MEMORY] : [],
        }));
    if (context === undefined) open.push(present(leg.context));
    legs.push(leg);
  }
  return legs;
}

// The same bit on both sides.
const hasAllocated = ({ contextAttr }: LegResult) => (contextAttr & ISC_RET_ALLOCATED_MEMORY) !== 0;

const tokenSizes = (legs: readonly LegResult[]) =>
  legs.slice(0, 3).map((leg) => token(leg).data.length);

testWithAccount('in memory of the package', async () => {
  const legs = await logOn({ allocate: true });
  expect(legs.map(({ statusName }) => statusName)).toEqual([
    'SEC_I_CONTINUE_NEEDED',
    'SEC_I_CONTINUE_NEEDED',
    'SEC_E_OK',
    'SEC_E_OK',
  ]);
  expect(legs.every(hasAllocated)).toBe(true);
  expect(legs.map(({ expiry }) => expiry)).toEqual([0n, 0n, NEVER, NEVER]);
  expect(legs[3]?.output.map(({ data }) => data?.length ?? 0)).toEqual([0]);
  expect(clientName(present(legs[3]?.context))).toBe(nameOf(present(alice)));
  expect(liveCounts().contextBuffers).toBe(0);
});

testWithAccount('in memory of the caller that is just large enough', async () => {
  const sizes = tokenSizes(await logOn());
  const legs = await logOn({ sizes });
  expect(tokenSizes(legs)).toEqual(sizes);
  expect(legs.some(hasAllocated)).toBe(false);
  expect(clientName(present(legs[3]?.context))).toBe(nameOf(present(alice)));
});

testWithAccount('in memory of the caller that is too small', async () => {
  const sizes = tokenSizes(await logOn());
  for (const [number, size] of sizes.entries()) {
    for (const tooSmall of [0, 1, size - 1]) {
      const small = sizes.map((enough, i) => (i === number ? tooSmall : enough));
      await expect(logOn({ sizes: small })).rejects.toMatchObject({
        code: 'SEC_E_BUFFER_TOO_SMALL',
        call: number === 1 ? 'AcceptSecurityContext' : 'InitializeSecurityContext',
        token: undefined,
      });
    }
  }
});

testWithAccount('tokens need not come first', async () => {
  const legs = await logOn({ before: { type: SECBUFFER_EMPTY } });
  expect(legs[1]?.output.map(({ type }) => type)).toEqual([SECBUFFER_EMPTY, SECBUFFER_TOKEN]);
  expect(clientName(present(legs[3]?.context))).toBe(nameOf(present(alice)));
});

testWithAccount('a token may be read-only, and must be there', async () => {
  const outbound = await credential(SECPKG_CRED_OUTBOUND, present(alice));
  const inbound = await credential(SECPKG_CRED_INBOUND);
  const first = await initializeSecurityContext({ credential: outbound });
  open.push(present(first.context));
  const { data } = token(first);
  for (const input of [
    [],
    [{ type: SECBUFFER_TOKEN }],
    [{ type: SECBUFFER_TOKEN, data: Buffer.alloc(0) }],
    [{ type: SECBUFFER_EMPTY }],
  ]) {
    await expect(acceptSecurityContext({ credential: inbound, input })).rejects.toMatchObject({
      code: 'SEC_E_INVALID_TOKEN',
    });
  }
  const second = await acceptSecurityContext({
    credential: inbound,
    input: [{ type: (SECBUFFER_TOKEN | SECBUFFER_READONLY) >>> 0, data }],
  });
  open.push(present(second.context));
  expect(second.statusName).toBe('SEC_I_CONTINUE_NEEDED');
});

testWithAccount('there is no leg after the last', async () => {
  const legs = await logOn();
  const context = present(legs[3]?.context);
  const input = [token(present(legs[2]))];
  await expect(acceptSecurityContext({ context, input })).rejects.toMatchObject({
    code: 'SEC_E_OUT_OF_SEQUENCE',
  });
  expect(() => clientName(context)).toThrow();
});

testWithAccount('bindings that NTLM would not look at are refused', async () => {
  const outbound = await credential(SECPKG_CRED_OUTBOUND, present(alice));
  const input = [{ type: SECBUFFER_CHANNEL_BINDINGS, data: Buffer.alloc(40) }];
  await expect(initializeSecurityContext({ credential: outbound, input })).rejects.toMatchObject({
    code: 'SEC_E_UNSUPPORTED_FUNCTION',
  });
});

testWithAccount('so is a list of packages, which takes another kind of identity', async () => {
  const refused = acquireCredentialsHandle({
    package: NAMED_NTLM,
    use: SECPKG_CRED_OUTBOUND,
    authIdentity: present(alice),
    packageList: ['NTLM'],
  });
  await expect(refused).rejects.toMatchObject({ code: 'SEC_E_UNSUPPORTED_FUNCTION' });
});
