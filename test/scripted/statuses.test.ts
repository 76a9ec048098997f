/**
 * Every status of the headers, from every call that can fail, on every leg,
 * with everything that a package can do to its output: the right result or the
 * right error, and everything is given back.
 */

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { ASC_REQ_ALLOCATE_MEMORY, ASC_RET_EXTENDED_ERROR } from '../../lib/constants/asc-flags.js';
import {
  SECPKG_ATTR_FLAGS,
  SECPKG_ATTR_LIFESPAN,
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_PACKAGE_INFO,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_ATTR_SIZES,
} from '../../lib/constants/context-attributes.js';
import { ISC_REQ_ALLOCATE_MEMORY, ISC_RET_EXTENDED_ERROR } from '../../lib/constants/isc-flags.js';
import { SECBUFFER_ALERT, SECBUFFER_TOKEN } from '../../lib/constants/sec-buffers.js';
import { SEC_E_INCOMPLETE_MESSAGE, SEC_I_CONTINUE_NEEDED } from '../../lib/constants/status.js';
import { SspiError } from '../../lib/core/errors.js';
import { queryContextAttributes } from '../../lib/raw/context-attributes.js';
import type { ContextHandle, CredentialHandle } from '../../lib/raw/handles.js';
import type { LegResult } from '../../lib/raw/leg.js';
import {
  acceptSecurityContextSync,
  completeAuthTokenSync,
  initializeSecurityContext,
  acceptSecurityContext,
  initializeSecurityContextSync,
} from '../../lib/raw/handshake-calls.js';
import { isFailure, statusName } from '../../lib/core/status.js';
import { outcome, wrong } from '../instruments/support/outcomes.js';
import {
  endOfTest,
  getAcquainted,
  Script,
  type ScriptedAnswer,
  type ScriptedBuffer,
  type ScriptedCall,
  type ScriptedHandle,
} from '../instruments/support/scripted.js';
import { ALL_STATUSES } from '../instruments/support/statuses.js';
import { endCases } from '../instruments/support/tally.js';
import { present } from '../instruments/support/system.js';

beforeAll(() => getAcquainted(['Scripted', 'CREDSSP', 'WDigest']));
afterEach(endOfTest);

describe('AcquireCredentialsHandle', () => {
  test.each([['Scripted'], ['CREDSSP'], ['WDigest']])(
    'of %s gives every status',
    async (packageName) => {
      const complaints: string[] = [];
      let cases = 0;
      for (const status of ALL_STATUSES) {
        for (const handle of ['stays', 'scribbled'] as const) {
          const script = new Script().on('acquire', { status, handle, expiry: 7n });
          const result = outcome(() => script.acquireSync({ package: packageName }));
          const complaint = wrong(result, status, 'AcquireCredentialsHandle');
          if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
          result.value?.close();
          cases++;
        }
      }
      expect(complaints).toEqual([]);
      await endCases('acquireCredentialsHandle', cases);
    },
  );
});

type Side = 'initialize' | 'accept';

interface LegCase {
  side: Side;
  allocate: boolean;
  status: number;
  output: ScriptedBuffer;
  handle: ScriptedHandle;
  /** Whether the package announces a failure token. */
  announces: boolean;
}

const CALL_NAMES = {
  initialize: 'InitializeSecurityContext',
  accept: 'AcceptSecurityContext',
} as const;

function runLegSync(
  side: Side,
  options: { credential?: CredentialHandle; context?: ContextHandle },
  allocate: boolean,
): LegResult {
  const output = [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_ALERT }];
  return side === 'initialize'
    ? initializeSecurityContextSync({
        ...options,
        contextReq: allocate ? ISC_REQ_ALLOCATE_MEMORY : [],
        output,
      })
    : acceptSecurityContextSync({
        ...options,
        contextReq: allocate ? ASC_REQ_ALLOCATE_MEMORY : [],
        output,
      });
}

function titleOf({ status, output, allocate, handle, announces }: LegCase): string {
  const { data, ...rest } = output;
  const written = `${JSON.stringify(rest)} and ${data?.length ?? 0} bytes`;
  return `${statusName(status)} with ${written}, allocate ${String(allocate)}, handle ${handle}, announces ${String(announces)}`;
}

/** What should come out of the token's buffer. */
function expectedToken({ output, allocate, announces, status }: LegCase, maxToken: number) {
  if (isFailure(status) && !announces) return undefined;
  const { memory = 'given', size, data } = output;
  if (memory !== 'given') return undefined;
  const written = data === undefined ? Buffer.alloc(0) : Buffer.from(data);
  if (allocate) return written.length === 0 ? undefined : written;
  if (size !== undefined && size > maxToken) return undefined;
  return written;
}

const OUTPUTS: readonly [string, ScriptedBuffer][] = [
  ['that it did not touch', { memory: 'untouched' }],
  ['NULL', { memory: 'null', size: 9 }],
  ['empty', { data: '' }],
  ['short', { data: 'token' }],
  ['full', { data: Buffer.alloc(3000, 'x') }],
  ['too small for it', { data: 'x', size: 3001 }],
  ['absurdly large', { data: 'x', size: 0xffffffff }],
  ['elsewhere', { memory: 'foreign', size: 10 }],
  ['in its input', { memory: 'input', size: 10 }],
];

/** In memory of the package, size and pointer are the package's promise: these would be its own crime. */
function isPromise({ output, allocate }: LegCase): boolean {
  return allocate && (output.size !== undefined || (output.memory ?? 'given') !== 'given');
}

function legCases(side: Side, output: ScriptedBuffer): LegCase[] {
  const cases = ALL_STATUSES.flatMap((status) =>
    [false, true].flatMap((allocate) =>
      (['stays', 'changes', 'scribbled'] as const).flatMap((handle) =>
        [false, true].map((announces) => ({
          side,
          allocate,
          status,
          output,
          handle,
          announces,
        })),
      ),
    ),
  );
  return cases.filter((legCase) => !isPromise(legCase));
}

function answerOf({ side, status, output, handle, announces }: LegCase): ScriptedAnswer {
  const bit = side === 'initialize' ? ISC_RET_EXTENDED_ERROR : ASC_RET_EXTENDED_ERROR;
  // An alert beside it: always in memory of the package.
  return { status, handle, attributes: announces ? bit : 0, output: [output, 'alert'] };
}

function checkLeg(
  legCase: LegCase,
  result: { error?: unknown; value?: LegResult },
  maxToken: number,
): string | undefined {
  const { status, side } = legCase;
  const complaint = wrong(result, status, CALL_NAMES[side]);
  if (complaint !== undefined) return complaint;
  const { error, value } = result;
  const output = error instanceof SspiError ? error.output : (value?.output ?? []);
  const [token, alert] = output.map(({ data }) => data);
  const expected = expectedToken(legCase, maxToken);
  const same =
    token === undefined || expected === undefined ? token === expected : token.equals(expected);
  if (!same) return `token ${String(token?.length)} bytes, not ${String(expected?.length)}`;
  return alert?.toString() === 'alert' ? undefined : `alert ${String(alert)}`;
}

describe.each([
  ['initializeSecurityContext', 'initialize'],
  ['acceptSecurityContext', 'accept'],
] as const)('%s', (name, side) => {
  test.each(OUTPUTS)('with an output %s gives every status of a first leg', async (_, output) => {
    const complaints: string[] = [];
    const cases = legCases(side, output);
    const script = new Script();
    const credential = script.acquireSync();
    for (const legCase of cases) {
      script.on(side, answerOf(legCase));
      const result = outcome(() => runLegSync(side, { credential }, legCase.allocate));
      const complaint = checkLeg(legCase, result, credential.maxToken);
      if (complaint !== undefined) complaints.push(`${titleOf(legCase)}: ${complaint}`);
      result.value?.context?.close();
    }
    credential.close();
    expect(complaints.slice(0, 5)).toEqual([]);
    await endCases(name, cases.length);
  });

  test.each(OUTPUTS)('with an output %s gives every status of a later leg', async (_, output) => {
    const complaints: string[] = [];
    const cases = legCases(side, output);
    const script = new Script();
    const credential = script.acquireSync();
    for (const legCase of cases) {
      script.on(side, { status: SEC_I_CONTINUE_NEEDED }).on(side, answerOf(legCase));
      const context = present(runLegSync(side, { credential }, false).context);
      const result = outcome(() => runLegSync(side, { context }, legCase.allocate));
      const complaint = checkLeg(legCase, result, credential.maxToken);
      if (complaint !== undefined) complaints.push(`${titleOf(legCase)}: ${complaint}`);
      // A failed context is refused, a good one goes on: by its new handle, if it changed.
      const { error } = outcome(() => runLegSync(side, { context }, false));
      const code = (error as { code?: string } | undefined)?.code;
      const expected = isFailure(legCase.status) ? 'ERR_SECUR32_CONTEXT_FAILED' : undefined;
      if (code !== expected) complaints.push(`${titleOf(legCase)}: then ${String(error)}`);
      context.close();
    }
    credential.close();
    expect(complaints.slice(0, 5)).toEqual([]);
    await endCases(name, 2 * cases.length);
  });

  test('gives every status asynchronously, many legs at once', async () => {
    const leg = side === 'initialize' ? initializeSecurityContext : acceptSecurityContext;
    const results = await Promise.all(
      ALL_STATUSES.map(async (status) => {
        const credential = await new Script()
          .on(side, { status, output: [`token of ${status}`], attributes: 0 })
          .acquire();
        const result = await leg({ credential }).then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        );
        credential.close();
        if ('value' in result) result.value.context?.close();
        const token = 'value' in result ? result.value.output[0]?.data?.toString() : undefined;
        const complaint = wrong(result, status, CALL_NAMES[side]);
        return complaint ?? token === (isFailure(status) ? undefined : `token of ${status}`);
      }),
    );
    expect(results.filter((result) => result !== true)).toEqual([]);
    await endCases(name, ALL_STATUSES.length);
  });

  test('of a stream waits for more on INCOMPLETE_MESSAGE, on the first leg and later', async () => {
    const status = SEC_E_INCOMPLETE_MESSAGE;
    const script = new Script()
      .on(side, { status, handle: 'scribbled' })
      .on(side, { status: SEC_I_CONTINUE_NEEDED })
      .on(side, { status, handle: 'scribbled' });
    const credential = script.acquireSync({ package: 'CREDSSP' });
    expect(runLegSync(side, { credential }, false)).toMatchObject({ status, context: undefined });
    const context = present(runLegSync(side, { credential }, false).context);
    expect(runLegSync(side, { context }, false)).toMatchObject({ status, context });
    expect(runLegSync(side, { context }, false).status).toBe(0);
    context.close();
    credential.close();
    await endCases(name, 4);
  });
});

describe('CompleteAuthToken', () => {
  const KINDS: readonly [string, ScriptedBuffer, string | undefined][] = [
    ['in place', { data: 'done!' }, 'done!'],
    ['to nothing', { data: '' }, ''],
    ['to NULL', { memory: 'null', size: 5 }, ''],
    ['to more than there is', { data: 'longer than it was', size: 18 }, ''],
    ['elsewhere', { memory: 'foreign', size: 5 }, ''],
    ['not at all', { memory: 'untouched' }, 'token'],
  ];

  test.each(KINDS)('completes %s with every status', async (_, output, expected) => {
    const complaints: string[] = [];
    const script = new Script();
    const credential = script.acquireSync({ package: 'WDigest' });
    for (const status of ALL_STATUSES) {
      script.on('complete', { status, output: [output] });
      const { context } = acceptSecurityContextSync({ credential });
      const result = outcome(() =>
        completeAuthTokenSync({
          context: present(context),
          token: [{ type: SECBUFFER_TOKEN, data: Buffer.from('token') }],
        }),
      );
      const complaint = wrong(result, status, 'CompleteAuthToken');
      if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
      const data = result.value?.token[0]?.data?.toString();
      if (!isFailure(status) && data !== expected) complaints.push(`token ${String(data)}`);
      context?.close();
    }
    credential.close();
    expect(complaints.slice(0, 5)).toEqual([]);
    await endCases('completeAuthToken', ALL_STATUSES.length);
  });
});

describe('QueryContextAttributes', () => {
  // Behind the numbers of each record stand the pointers of which the package
  // allocates the memory; how it fails decides whose they are.
  const POINTER = 8;
  const ATTRIBUTES: readonly [string, number, ScriptedBuffer[]][] = [
    ['SIZES', SECPKG_ATTR_SIZES, [{ data: Buffer.from(Uint32Array.of(1, 2, 3, 4).buffer) }]],
    ['NAMES', SECPKG_ATTR_NAMES, [{}, { type: 0, data: Buffer.from('ZOË\\alice\0', 'utf16le') }]],
    ['LIFESPAN', SECPKG_ATTR_LIFESPAN, [{ data: Buffer.alloc(16, 1) }]],
    [
      'SESSION_KEY',
      SECPKG_ATTR_SESSION_KEY,
      [
        { data: Buffer.from(Uint32Array.of(16).buffer) },
        { type: POINTER, data: Buffer.alloc(16, 7) },
      ],
    ],
    ['PACKAGE_INFO', SECPKG_ATTR_PACKAGE_INFO, [{}, { type: 0, data: Buffer.alloc(32) }]],
    ['NEGOTIATION_INFO', SECPKG_ATTR_NEGOTIATION_INFO, [{}, { type: 0, data: Buffer.alloc(32) }]],
    ['FLAGS', SECPKG_ATTR_FLAGS, [{ data: Buffer.from(Uint32Array.of(5).buffer) }]],
  ];

  test.each(ATTRIBUTES)('gives every status for %s', async (_, attribute, output) => {
    const complaints: string[] = [];
    const script = new Script();
    const credential = script.acquireSync();
    const context = present(acceptSecurityContextSync({ credential }).context);
    let cases = 0;
    for (const status of ALL_STATUSES) {
      // A package that fails gives no memory; one that succeeds may give none, too.
      const withPointers = isFailure(status) ? [output.slice(0, 1)] : [output, output.slice(0, 1)];
      for (const record of withPointers) {
        script.on('queryAttributes', { status, output: record });
        const result = outcome(() => queryContextAttributes(context, attribute as never));
        const complaint = wrong(result, status, 'QueryContextAttributes');
        if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
        cases++;
      }
    }
    context.close();
    credential.close();
    expect(complaints.slice(0, 5)).toEqual([]);
    await endCases('queryContextAttributes', cases);
  });

  test('gives what the package wrote', () => {
    const script = new Script();
    const credential = script.acquireSync();
    const context = present(acceptSecurityContextSync({ credential }).context);
    const values = ATTRIBUTES.map(([, attribute, output]) => {
      script.on('queryAttributes', { output });
      return queryContextAttributes(context, attribute as never);
    });
    expect(values).toEqual([
      { maxToken: 1, maxSignature: 2, blockSize: 3, securityTrailer: 4 },
      'ZOË\\alice',
      { start: 0x0101010101010101n, expiry: 0x0101010101010101n },
      Buffer.alloc(16, 7),
      { capabilities: 0, version: 0, rpcId: 0, maxToken: 0, name: '', comment: '' },
      {
        state: 0,
        package: { capabilities: 0, version: 0, rpcId: 0, maxToken: 0, name: '', comment: '' },
      },
      5,
    ]);
    context.close();
    credential.close();
  });
});

describe.each([
  ['closeContext', 'delete'],
  ['closeCredential', 'freeCredentials'],
] as const)('%s', (name, call: ScriptedCall) => {
  test('ends a handle once, whatever the status', async () => {
    for (const status of ALL_STATUSES) {
      const credential = new Script().on(call, { status }).acquireSync();
      acceptSecurityContextSync({ credential }).context?.close();
      credential.close();
      credential.close();
    }
    await endCases(name, ALL_STATUSES.length);
  });
});
