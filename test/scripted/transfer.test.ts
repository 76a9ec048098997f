/** Contexts that are packed, and go on elsewhere: with the package that made them. */

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import {
  SECPKG_CONTEXT_EXPORT_DELETE_OLD,
  SECPKG_CONTEXT_EXPORT_RESET_NEW,
} from '../../lib/constants/messages.js';
import { SECPKG_ATTR_FLAGS } from '../../lib/constants/context-attributes.js';
import {
  SECBUFFER_DATA,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import {
  SEC_E_INVALID_TOKEN,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_CONTINUE_NEEDED,
} from '../../lib/constants/status.js';
import { queryContextAttributes } from '../../lib/raw/context-attributes.js';
import type { ContextHandle } from '../../lib/raw/handles.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { decryptMessage, encryptMessage } from '../../lib/raw/messages.js';
import {
  acceptSecurityContext,
  acceptSecurityContextSync,
  initializeSecurityContext,
} from '../../lib/raw/handshake-calls.js';
import { querySecurityContextToken, tokenInformation } from '../../lib/raw/tokens.js';
import { exportSecurityContext, importSecurityContext } from '../../lib/raw/transfer.js';
import { codeOf, outcome } from '../instruments/support/outcomes.js';
import {
  callsAtGates,
  control,
  endOfTest,
  expectClean,
  Gate,
  getAcquainted,
  journalOf,
  leftovers,
  Script,
  takeJournal,
  type ScriptedBuffer,
} from '../instruments/support/scripted.js';
import {
  clientOf,
  closeOpened,
  establishedServer,
  opened,
  serverOf,
} from '../instruments/support/scripted-contexts.js';
import { present } from '../instruments/support/system.js';

beforeAll(() => getAcquainted(['Scripted', 'CREDSSP']));
afterEach(async () => {
  closeOpened();
  await endOfTest();
});

const DELETE_OLD = SECPKG_CONTEXT_EXPORT_DELETE_OLD;

function imported(packed: Uint8Array, packageName = 'Scripted'): ContextHandle {
  return opened(importSecurityContext({ package: packageName, packed }));
}

describe('an exported context', () => {
  test('is what the package packed, and goes on', () => {
    const script = new Script();
    const context = serverOf(script);
    const { packed, token } = exportSecurityContext(context);
    expect(packed.toString()).toBe(`packed:${script.number}`);
    expect(token).toBeUndefined();
    expect(context.closed).toBe(false);
    const message = [{ type: SECBUFFER_DATA, data: Buffer.from('x') }];
    expect(encryptMessage(context, { message }).status).toBe(0);
    expect(journalOf('export')).toEqual([
      expect.objectContaining({ flags: 0, onThisThread: true }),
    ]);
    expect(control.counts()[2]).toBe(0);
  });

  test.each([
    ['a number', DELETE_OLD | SECPKG_CONTEXT_EXPORT_RESET_NEW],
    ['an array', [DELETE_OLD, SECPKG_CONTEXT_EXPORT_RESET_NEW]],
  ])('is gone where that is asked for, by %s', async (_, flags) => {
    const context = serverOf(new Script());
    exportSecurityContext(context, flags);
    expect(context.closed).toBe(true);
    expect(codeOf(() => queryContextAttributes(context, SECPKG_ATTR_FLAGS))).toBe(
      'ERR_SECUR32_CLOSED',
    );
    context.close();
    closeOpened();
    await expectClean();
    const calls = takeJournal();
    // The package deleted it, and nobody deletes it again.
    expect(calls.filter(({ call }) => call === 'delete')).toEqual([]);
    expect(calls.find(({ call }) => call === 'export')?.flags).toBe(3);
  });

  test.each([
    ['SEC_E_UNSUPPORTED_FUNCTION', SEC_E_UNSUPPORTED_FUNCTION],
    ['SEC_E_INVALID_TOKEN', SEC_E_INVALID_TOKEN],
  ])('stays as it was after %s, whatever the package left behind', (code, status) => {
    const script = new Script()
      .on('export', { status, handle: 'scribbled' })
      .on('export', { status, output: ['half'], token: 'impersonation' });
    const context = serverOf(script);
    for (const flags of [0, DELETE_OLD]) {
      const { error } = outcome(() => exportSecurityContext(context, flags));
      expect(error).toMatchObject({ code, status, call: 'ExportSecurityContext' });
      expect(context.closed).toBe(false);
    }
    expect(liveCounts()).toMatchObject({ contextBuffers: 0, tokens: 0 });
    exportSecurityContext(context, DELETE_OLD);
    expect(context.closed).toBe(true);
  });

  test('of any success is one', () => {
    const script = new Script().on('export', { status: SEC_I_CONTINUE_NEEDED, output: ['packed'] });
    expect(exportSecurityContext(serverOf(script)).packed.toString()).toBe('packed');
  });

  const PACKED: readonly [string, ScriptedBuffer, string][] = [
    ['nothing', { data: '' }, ''],
    ['NULL that has a size', { memory: 'null', size: 64 }, ''],
    ['what it was', { memory: 'untouched' }, ''],
    ['another type', { data: 'typed', type: SECBUFFER_DATA }, 'typed'],
  ];

  test.each(PACKED)('may be packed into %s', (_, output, expected) => {
    const script = new Script().on('export', { output: [output] });
    const { packed } = exportSecurityContext(serverOf(script));
    expect(packed.toString()).toBe(expected);
    expect(control.counts()[2]).toBe(0);
  });

  test('may be large', () => {
    const script = new Script().on('export', { output: [Buffer.alloc(1_000_000, 'p')] });
    const { packed } = exportSecurityContext(serverOf(script));
    expect(packed.equals(Buffer.alloc(1_000_000, 'p'))).toBe(true);
  });

  test("has a token, which is the caller's to close", () => {
    const script = new Script().on('export', { token: 'identification' });
    const { token } = exportSecurityContext(serverOf(script), DELETE_OLD);
    const handle = opened(present(token));
    expect(tokenInformation(handle).impersonationLevel).toBe('identification');
    expect(control.openTokens()).toBe(1);
    handle.close();
    expect(control.openTokens()).toBe(0);
  });

  test('of a high-level object is not taken from it', async () => {
    const server = await establishedServer(new Script());
    const handle = present(server.handle);
    expect(codeOf(() => exportSecurityContext(handle, DELETE_OLD))).toBe(
      'ERR_SECUR32_OWNED_HANDLE',
    );
    expect(journalOf('export')).toEqual([]);
    expect(exportSecurityContext(handle).packed.length).toBeGreaterThan(0);
    expect(server.established).toBe(true);
  });

  test('is not to be had while a leg runs, after one failed, or after the end', async () => {
    const gate = new Gate();
    const script = new Script();
    const context = serverOf(script);
    const codes: unknown[] = [];
    const tryBoth = () => {
      for (const flags of [0, DELETE_OLD]) {
        codes.push(codeOf(() => exportSecurityContext(context, flags)));
      }
    };
    script.on('accept', { gate, status: SEC_E_INVALID_TOKEN });
    const leg = acceptSecurityContext({ context });
    await callsAtGates(1);
    tryBoth();
    gate.open();
    await leg.catch(() => undefined);
    tryBoth();
    context.close();
    tryBoth();
    expect(codes).toEqual([
      'ERR_SECUR32_BUSY',
      'ERR_SECUR32_BUSY',
      'ERR_SECUR32_CONTEXT_FAILED',
      'ERR_SECUR32_CONTEXT_FAILED',
      'ERR_SECUR32_CLOSED',
      'ERR_SECUR32_CLOSED',
    ]);
    expect(journalOf('export')).toEqual([]);
  });

  test.each([-1.5, 2 ** 32, 'DELETE_OLD', null])('does not take the flags %p', (flags) => {
    const context = serverOf(new Script());
    expect(codeOf(() => exportSecurityContext(context, flags as never))).toBe(
      'ERR_SECUR32_INVALID_ARGUMENT',
    );
  });
});

describe('an imported context', () => {
  test('goes on where the other one was', () => {
    const script = new Script();
    const { packed } = exportSecurityContext(clientOf(script), DELETE_OLD);
    const context = imported(packed);
    expect(journalOf('import')).toEqual([
      expect.objectContaining({
        onThisThread: true,
        script: script.number,
        package: 'Scripted',
        token: false,
        input: [{ type: SECBUFFER_TOKEN, size: packed.length, data: packed }],
      }),
    ]);
    const sealed = Buffer.concat(
      encryptMessage(context, {
        message: [
          { type: SECBUFFER_TOKEN, size: 16 },
          { type: SECBUFFER_DATA, data: Buffer.from('hello') },
        ],
      }).message.map(({ data }) => data ?? Buffer.alloc(0)),
    );
    const opener = decryptMessage(serverOf(new Script()), {
      message: [{ type: SECBUFFER_STREAM, data: sealed }, { type: SECBUFFER_DATA }],
    });
    expect(opener.message[1]?.data?.toString()).toBe('hello');
    script.on('queryAttributes', { output: [Buffer.from(Uint32Array.of(7).buffer)] });
    expect(queryContextAttributes(context, SECPKG_ATTR_FLAGS)).toBe(7);
    expect(tokenInformation(opened(querySecurityContextToken(context))).type).toBe('impersonation');
  });

  test('is deleted once, and counted', async () => {
    const context = imported(Buffer.from(`script:${new Script().number}`));
    expect([liveCounts().contexts, leftovers()['contexts of the package']]).toEqual([1, 1]);
    context.close();
    context.close();
    await expectClean();
    expect(journalOf('delete')).toHaveLength(1);
    expect(codeOf(() => exportSecurityContext(context))).toBe('ERR_SECUR32_CLOSED');
  });

  test('can be exported again', () => {
    const script = new Script();
    const first = exportSecurityContext(serverOf(script), DELETE_OLD).packed;
    const second = exportSecurityContext(imported(first), DELETE_OLD).packed;
    expect(second.equals(first)).toBe(true);
    const third = imported(second);
    expect(third.closed).toBe(false);
  });

  test('exists beside the one that it was made from', () => {
    const context = serverOf(new Script());
    const { packed } = exportSecurityContext(context);
    const others = [imported(packed), imported(packed)];
    const message = [{ type: SECBUFFER_DATA, data: Buffer.from('x') }];
    for (const each of [context, ...others]) encryptMessage(each, { message });
    expect(new Set(journalOf('encrypt').map((entry) => entry.context)).size).toBe(3);
  });

  test('takes no legs, of either side', async () => {
    const context = imported(Buffer.from('packed:0'));
    const credential = opened(new Script().acquireSync());
    await expect(acceptSecurityContext({ context })).rejects.toMatchObject({
      code: 'ERR_SECUR32_INVALID_ARGUMENT',
    });
    await expect(initializeSecurityContext({ context, credential })).rejects.toMatchObject({
      code: 'ERR_SECUR32_INVALID_ARGUMENT',
    });
    expect(codeOf(() => acceptSecurityContextSync({ context, credential }))).toBe(
      'ERR_SECUR32_INVALID_ARGUMENT',
    );
    const legs = takeJournal().filter(({ call }) => ['accept', 'initialize'].includes(call));
    expect(legs).toEqual([]);
  });

  test('comes with a token, which stays open', () => {
    const script = new Script().on('export', { token: 'impersonation' });
    const { packed, token } = exportSecurityContext(serverOf(script));
    const handle = opened(present(token));
    opened(importSecurityContext({ package: 'Scripted', packed, token: handle }));
    expect(journalOf('import')[0]?.token).toBe(true);
    expect(tokenInformation(handle).type).toBe('impersonation');
    handle.close();
    expect(
      codeOf(() => importSecurityContext({ package: 'Scripted', packed, token: handle })),
    ).toBe('ERR_SECUR32_CLOSED');
  });

  test('may have its token taken over by the package: it is not the one of the caller', () => {
    const script = new Script()
      .on('export', { token: 'impersonation' })
      .on('import', { token: 'impersonation' });
    const { packed, token } = exportSecurityContext(serverOf(script));
    const handle = opened(present(token));
    opened(importSecurityContext({ package: 'Scripted', packed, token: handle }));
    expect(tokenInformation(handle).type).toBe('impersonation');
    expect(liveCounts().tokens).toBe(1);
  });

  test('is of its package, by any case of its name', () => {
    imported(Buffer.from('script:1'), 'SCRIPTED');
    imported(Buffer.from('script:1'), 'CREDSSP');
    expect(journalOf('import').map((entry) => entry.package)).toHaveLength(2);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['what no package packed', Buffer.from('nonsense')],
    ['a part of what was packed', Buffer.from('pack')],
    ['a lot', Buffer.alloc(1_000_000, 'x')],
  ])('from %s is what the package makes of it', (_, packed) => {
    imported(packed);
    const [entry] = journalOf('import');
    expect(entry?.input?.[0]?.size).toBe(packed.length);
  });

  test.each([
    ['SEC_E_INVALID_TOKEN', SEC_E_INVALID_TOKEN],
    ['SEC_E_UNSUPPORTED_FUNCTION', SEC_E_UNSUPPORTED_FUNCTION],
  ])('does not come of %s, whatever stands in its handle', (code, status) => {
    const script = new Script()
      .on('import', { status })
      .on('import', { status, handle: 'scribbled' });
    for (const form of ['packed', 'script']) {
      const packed = Buffer.from(`${form}:${script.number}`);
      const { error } = outcome(() => imported(packed));
      expect(error).toMatchObject({ code, status, call: 'ImportSecurityContext' });
    }
    expect(liveCounts().contexts).toBe(0);
    expect(journalOf('delete')).toEqual([]);
  });

  test('is of no package that is not there', () => {
    const { error } = outcome(() => imported(Buffer.from('x'), 'Nowhere'));
    expect(error).toMatchObject({
      code: 'SEC_E_SECPKG_NOT_FOUND',
      call: 'ImportSecurityContext',
    });
  });

  test.each([
    ['no options', undefined, 'INVALID_ARGUMENT'],
    ['no package', { packed: Buffer.alloc(1) }, 'INVALID_ARGUMENT'],
    ['no bytes', { package: 'Scripted' }, 'INVALID_ARGUMENT'],
    ['text', { package: 'Scripted', packed: 'packed:1' }, 'INVALID_ARGUMENT'],
    [
      'a token that is none',
      { package: 'Scripted', packed: Buffer.alloc(1), token: {} },
      'INVALID_HANDLE',
    ],
  ])('is not made of %s', (_, options, code) => {
    expect(codeOf(() => importSecurityContext(options as never))).toBe(`ERR_SECUR32_${code}`);
    expect(journalOf('import')).toEqual([]);
  });
});
