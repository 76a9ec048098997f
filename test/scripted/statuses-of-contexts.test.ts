/**
 * Every status of the headers from every call on an established context, with
 * what a package can do to its result: the right result or the right error,
 * the context goes on, and everything is given back.
 */

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import {
  SECPKG_ATTR_DTLS_MTU,
  SECPKG_ATTR_NATIVE_NAMES,
} from '../../lib/constants/context-attributes.js';
import { SECPKG_CRED_ATTR_NAMES } from '../../lib/constants/credentials.js';
import {
  SECPKG_CONTEXT_EXPORT_DELETE_OLD,
  SECQOP_WRAP_NO_ENCRYPT,
} from '../../lib/constants/messages.js';
import {
  SECBUFFER_DATA,
  SECBUFFER_EXTRA,
  SECBUFFER_MISSING,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import { SspiError } from '../../lib/core/errors.js';
import { runImpersonated } from '../../lib/raw/impersonation.js';
import {
  acquireCredentialsHandle,
  acquireCredentialsHandleSync,
} from '../../lib/raw/acquire-credentials-handle.js';
import { queryContextAttributes, setContextAttributes } from '../../lib/raw/context-attributes.js';
import { applyControlToken } from '../../lib/raw/control-token.js';
import { queryCredentialsAttributes } from '../../lib/raw/credentials-attributes.js';
import {
  decryptMessage,
  encryptMessage,
  makeSignature,
  verifySignature,
  type ProtectedSecBuffer,
} from '../../lib/raw/messages.js';
import { acceptSecurityContextSync } from '../../lib/raw/handshake-calls.js';
import { querySecurityContextToken } from '../../lib/raw/tokens.js';
import { exportSecurityContext, importSecurityContext } from '../../lib/raw/transfer.js';
import { isFailure, statusName } from '../../lib/core/status.js';
import { outcome, wrong, type Outcome } from '../instruments/support/outcomes.js';
import {
  endOfTest,
  getAcquainted,
  Script,
  type ScriptedBuffer,
} from '../instruments/support/scripted.js';
import { closeOpened, credentialOf, serverOf } from '../instruments/support/scripted-contexts.js';
import { ALL_STATUSES } from '../instruments/support/statuses.js';
import { endCases } from '../instruments/support/tally.js';
import { present } from '../instruments/support/system.js';

beforeAll(() => getAcquainted(['Scripted']));
afterEach(async () => {
  closeOpened();
  await endOfTest();
});

/** Ends the cases of a test, of which nothing may be left. */
async function finish(
  tried: Parameters<typeof endCases>[0],
  cases: number,
  complaints: readonly string[],
): Promise<void> {
  closeOpened();
  expect(complaints.slice(0, 5)).toEqual([]);
  await endCases(tried, cases);
}

describe.each([
  ['encryptMessage', 'encrypt', 'EncryptMessage', encryptMessage],
  ['decryptMessage', 'decrypt', 'DecryptMessage', decryptMessage],
  ['makeSignature', 'makeSignature', 'MakeSignature', makeSignature],
  ['verifySignature', 'verifySignature', 'VerifySignature', verifySignature],
] as const)('%s', (name, call, functionName, run) => {
  /** What the package makes of the second buffer, and what comes out: its size, and its bytes. */
  const MADE: readonly [string, ScriptedBuffer, number, string | undefined][] = [
    ['as it was', { memory: 'untouched' }, 6, 'second'],
    ['shorter', { data: 'SEC' }, 3, 'SEC'],
    ['empty', { data: '' }, 0, ''],
    ['too large', { data: 'SECOND', size: 7 }, 7, undefined],
    ['absurdly large', { size: 0xffffffff }, 0xffffffff, undefined],
    ['elsewhere', { memory: 'foreign', data: 'elsewhere' }, 9, undefined],
    ['NULL', { memory: 'null', size: 6 }, 6, undefined],
    ['in another buffer', { memory: 'input', offset: 1, data: 'IRS' }, 3, 'IRS'],
    ['beyond another buffer', { memory: 'input', offset: 4, size: 2 }, 2, undefined],
    ['EXTRA at its end', { type: SECBUFFER_EXTRA, memory: 'null', size: 2 }, 2, 'st'],
    ['MISSING', { type: SECBUFFER_MISSING, memory: 'null', size: 1000 }, 1000, undefined],
  ];

  function complaintOf(
    status: number,
    { error, value }: Outcome<{ status: number; message: ProtectedSecBuffer[] }>,
    [title, buffer, size, text]: (typeof MADE)[number],
  ): string | undefined {
    const complaint = wrong({ error, value }, status, functionName);
    if (complaint !== undefined) return complaint;
    if (error instanceof SspiError) {
      const missing = buffer.type === SECBUFFER_MISSING ? size : undefined;
      return error.missing === missing ? undefined : `${title}: missing ${String(error.missing)}`;
    }
    const made = value?.message[1];
    const same = made?.size === size && made.data?.toString() === text;
    if (value?.status !== status) return `status ${String(value?.status)}`;
    return same ? undefined : `${title}: ${String(made?.size)} bytes, ${String(made?.data)}`;
  }

  test.each([
    ['in memory of our own', false],
    ['in place', true],
  ])('gives every status for buffers %s', async (_, inPlace) => {
    const complaints: string[] = [];
    const script = new Script();
    const context = serverOf(script);
    for (const status of ALL_STATUSES) {
      for (const made of MADE) {
        script.on(call, { status, output: [{ memory: 'untouched' }, made[1]] });
        const message = ['first', 'second'].map((text) => ({
          type: SECBUFFER_DATA,
          data: Buffer.from(text),
        }));
        const result = outcome(() => run(context, { message, inPlace }));
        const complaint = complaintOf(status, result, made);
        if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
      }
    }
    await finish(name, ALL_STATUSES.length * MADE.length, complaints);
  });
});

test('a quality of protection comes with every success', async () => {
  const complaints: string[] = [];
  const script = new Script();
  const context = serverOf(script);
  const message = [{ type: SECBUFFER_DATA, data: Buffer.from('x') }];
  const successes = ALL_STATUSES.filter((status) => !isFailure(status));
  for (const status of successes) {
    const answer = { status, attributes: SECQOP_WRAP_NO_ENCRYPT, output: [''] };
    script.on('decrypt', answer).on('verifySignature', answer);
    const found = [
      decryptMessage(context, { message }).qop,
      verifySignature(context, { message }).qop,
    ];
    if (found.some((qop) => qop !== SECQOP_WRAP_NO_ENCRYPT)) complaints.push(statusName(status));
  }
  await finish('decryptMessage', 2 * successes.length, complaints);
});

describe('the other calls', () => {
  const POINTER: ScriptedBuffer = { type: 0, data: Buffer.from('name\0', 'utf16le') };

  test('queryCredentialsAttributes gives every status', async () => {
    const complaints: string[] = [];
    const script = new Script();
    const credential = credentialOf(script);
    for (const status of ALL_STATUSES) {
      // A package that fails gives no memory, but may leave nonsense.
      const pointer: ScriptedBuffer = isFailure(status) ? { type: 0, memory: 'foreign' } : POINTER;
      script.on('queryCredentialsAttributes', { status, output: [Buffer.alloc(8), pointer] });
      const result = outcome(() => queryCredentialsAttributes(credential, SECPKG_CRED_ATTR_NAMES));
      const complaint = wrong(result, status, 'QueryCredentialsAttributes');
      if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
      if (!isFailure(status) && result.value !== 'name') complaints.push(String(result.value));
    }
    await finish('queryCredentialsAttributes', ALL_STATUSES.length, complaints);
  });

  test('queryContextAttributes leaves what a failure left', async () => {
    const complaints: string[] = [];
    const script = new Script();
    const context = serverOf(script);
    const failures = ALL_STATUSES.filter(isFailure);
    for (const status of failures) {
      const pointers = [0, 8].map((type) => ({ type, memory: 'foreign' as const }));
      script.on('queryAttributes', { status, output: [Buffer.alloc(16), ...pointers] });
      const result = outcome(() => queryContextAttributes(context, SECPKG_ATTR_NATIVE_NAMES));
      const complaint = wrong(result, status, 'QueryContextAttributes');
      if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
    }
    await finish('queryContextAttributes', failures.length, complaints);
  });

  test('setContextAttributes gives every status', async () => {
    const complaints: string[] = [];
    const script = new Script();
    const context = serverOf(script);
    for (const status of ALL_STATUSES) {
      script.on('setAttributes', { status });
      const result = outcome(() => {
        setContextAttributes(context, SECPKG_ATTR_DTLS_MTU, 1400);
      });
      const complaint = wrong(result, status, 'SetContextAttributes');
      if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
    }
    await finish('setContextAttributes', ALL_STATUSES.length, complaints);
  });

  test('applyControlToken gives every status, whatever is made of its input', async () => {
    const complaints: string[] = [];
    const script = new Script();
    const context = serverOf(script);
    const inputs: readonly ScriptedBuffer[] = [
      { memory: 'untouched' },
      { data: 'xxxx' },
      { memory: 'null', size: 9 },
      { memory: 'foreign', size: 9 },
      { size: 0xffffffff },
    ];
    for (const status of ALL_STATUSES) {
      for (const input of inputs) {
        script.on('applyControl', { status, input: [input] });
        const result = outcome(() => {
          applyControlToken(context, [{ type: SECBUFFER_TOKEN, data: Buffer.alloc(4) }]);
        });
        const complaint = wrong(result, status, 'ApplyControlToken');
        if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
      }
    }
    await finish('applyControlToken', ALL_STATUSES.length * inputs.length, complaints);
  });

  test('querySecurityContextToken gives every status', async () => {
    const complaints: string[] = [];
    const script = new Script();
    const context = serverOf(script);
    for (const status of ALL_STATUSES) {
      for (const handle of ['stays', 'scribbled'] as const) {
        script.on('queryToken', { status, handle });
        const result = outcome(() => querySecurityContextToken(context));
        const complaint = wrong(result, status, 'QuerySecurityContextToken');
        if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
        result.value?.close();
      }
    }
    await finish('querySecurityContextToken', 2 * ALL_STATUSES.length, complaints);
  });

  test('impersonation gives every status, and the function runs after a success', async () => {
    const complaints: string[] = [];
    const script = new Script();
    const context = serverOf(script);
    for (const status of ALL_STATUSES) {
      let ran = false;
      script.on('impersonate', { status });
      const result = outcome(() => {
        runImpersonated(context, () => (ran = true));
      });
      const complaint = wrong(result, status, 'ImpersonateSecurityContext');
      if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
      if (ran === isFailure(status)) complaints.push(`${statusName(status)}: ran ${String(ran)}`);
    }
    await finish('impersonate', ALL_STATUSES.length, complaints);
  });

  test('delegation gives every status, of the impersonation and of the acquisition', async () => {
    const complaints: string[] = [];
    const script = new Script();
    const other = new Script();
    const onBehalfOf = serverOf(script);
    for (const status of ALL_STATUSES) {
      script.on('impersonate', { status });
      const result = outcome(() => acquireCredentialsHandleSync(other.options({ onBehalfOf })));
      result.value?.credential.close();
      other.on('acquire', { status });
      const second = await acquireCredentialsHandle(other.options({ onBehalfOf })).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      if ('value' in second) second.value.credential.close();
      const complaint =
        wrong(result, status, 'ImpersonateSecurityContext') ??
        wrong(second, status, 'AcquireCredentialsHandle');
      if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
    }
    await finish('acquireCredentialsHandle, onBehalfOf', 2 * ALL_STATUSES.length, complaints);
  });

  test('exportSecurityContext gives every status, and deletes after a success alone', async () => {
    const complaints: string[] = [];
    const script = new Script();
    const credential = credentialOf(script);
    let context = serverOf(script);
    for (const status of ALL_STATUSES) {
      for (const flags of [0, SECPKG_CONTEXT_EXPORT_DELETE_OLD]) {
        for (const handle of ['stays', 'scribbled'] as const) {
          script.on('export', { status, handle, output: ['packed'], token: 'impersonation' });
          const result = outcome(() => exportSecurityContext(context, flags));
          result.value?.token?.close();
          const complaint = wrong(result, status, 'ExportSecurityContext');
          if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
          const gone = flags !== 0 && !isFailure(status);
          if (context.closed !== gone) complaints.push(`${statusName(status)}: closed`);
          if (gone) context = present(acceptSecurityContextSync({ credential }).context);
        }
      }
    }
    context.close();
    await finish('exportSecurityContext', 4 * ALL_STATUSES.length, complaints);
  });

  test('importSecurityContext gives every status', async () => {
    const complaints: string[] = [];
    const script = new Script();
    const packed = Buffer.from(`script:${script.number}`);
    for (const status of ALL_STATUSES) {
      for (const handle of ['stays', 'scribbled'] as const) {
        script.on('import', { status, handle });
        const result = outcome(() => importSecurityContext({ package: 'Scripted', packed }));
        const complaint = wrong(result, status, 'ImportSecurityContext');
        if (complaint !== undefined) complaints.push(`${statusName(status)}: ${complaint}`);
        result.value?.close();
      }
    }
    await finish('importSecurityContext', 2 * ALL_STATUSES.length, complaints);
  });
});
