import { fake } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import {
  SECPKG_CONTEXT_EXPORT_DELETE_OLD,
  SECPKG_CONTEXT_EXPORT_RESET_NEW,
} from '../../lib/constants/messages.js';
import { SEC_E_NO_CONTEXT, SEC_E_UNSUPPORTED_FUNCTION } from '../../lib/constants/status.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { ProviderTrait } from '../../lib/binding/provider-traits.js';
import { ContextHandle, openContext } from '../../lib/raw/handles.js';
import { TokenHandle } from '../../lib/raw/token-handle.js';
import {
  exportSecurityContext,
  importSecurityContext,
  type ImportSecurityContextOptions,
} from '../../lib/raw/transfer.js';
import {
  argumentError,
  bytes,
  coded,
  establishedServer,
  rawContext,
} from '../instruments/support/fake-handles.js';
import { rawToken } from '../instruments/support/fake-tokens.js';

const DELETE_OLD = SECPKG_CONTEXT_EXPORT_DELETE_OLD;

describe('exportSecurityContext', () => {
  test('gives what the package packed, and the token that belongs to it', () => {
    fake.exportAnswers.push([0, bytes('packed'), true]);
    const { packed, token } = exportSecurityContext(rawContext());
    expect(packed).toEqual(bytes('packed'));
    expect(token).toBeInstanceOf(TokenHandle);
    expect(fake.open.token).toBe(1);
    token?.close();
    expect(fake.open.token).toBe(0);
    expect(fake.calls).toEqual([{ call: 'exportSecurityContext', handle: 1, args: [0] }]);
  });

  test('gives no token and no bytes where the package gave none', () => {
    fake.exportAnswers.push([0]);
    expect(exportSecurityContext(rawContext())).toEqual({ packed: bytes(''), token: undefined });
  });

  test('leaves the context open', () => {
    const context = rawContext();
    fake.exportAnswers.push([0, bytes('packed')]);
    exportSecurityContext(context, SECPKG_CONTEXT_EXPORT_RESET_NEW);
    expect([context.closed, fake.open.context]).toEqual([false, 1]);
    expect(fake.calls).toMatchObject([{ args: [SECPKG_CONTEXT_EXPORT_RESET_NEW] }]);
  });

  test.each([[DELETE_OLD], [[SECPKG_CONTEXT_EXPORT_RESET_NEW, DELETE_OLD]]])(
    'closes it where the package deletes the old one (%p)',
    (flags) => {
      const context = rawContext();
      fake.exportAnswers.push([0, bytes('packed')]);
      exportSecurityContext(context, flags);
      expect([context.closed, fake.open.context]).toEqual([true, 0]);
      context.close();
      expect(fake.log.filter((entry) => entry.startsWith('close'))).toEqual(['close context 1']);
      expect(() => exportSecurityContext(context)).toThrow(coded('ERR_SECUR32_CLOSED'));
    },
  );

  test('leaves it open where the package cannot', () => {
    const context = rawContext();
    fake.exportAnswers.push([SEC_E_UNSUPPORTED_FUNCTION]);
    expect(() => exportSecurityContext(context, DELETE_OLD)).toThrow(
      expect.objectContaining({
        code: 'SEC_E_UNSUPPORTED_FUNCTION',
        call: 'ExportSecurityContext',
      }),
    );
    expect([context.closed, fake.open.context]).toEqual([false, 1]);
  });

  test('takes the context of a high-level object only where it stays', async () => {
    const { handle } = await establishedServer();
    if (handle === undefined) throw new Error('no context');
    expect(() => exportSecurityContext(handle, DELETE_OLD)).toThrow(
      coded('ERR_SECUR32_OWNED_HANDLE'),
    );
    expect(fake.calls).toEqual([]);
    fake.exportAnswers.push([0, bytes('packed')]);
    expect(exportSecurityContext(handle).packed).toEqual(bytes('packed'));
    expect(handle.closed).toBe(false);
  });

  test.each([[0.5], ['1'], [null], [[undefined]], [2 ** 32]])(
    'refuses the flags %p before the addon sees them',
    (flags) => {
      const context = rawContext();
      expect(() => exportSecurityContext(context, flags as number)).toThrow(
        argumentError(/^flags/),
      );
      expect(fake.calls).toEqual([]);
    },
  );

  test('refuses what is no context', () => {
    expect(() => exportSecurityContext({} as unknown as ContextHandle)).toThrow(
      coded('ERR_SECUR32_INVALID_HANDLE'),
    );
  });

  test('throws what the addon refuses, and the context stays', () => {
    const context = rawContext();
    fake.exportAnswers.push(Refusal.busy);
    expect(() => exportSecurityContext(context, DELETE_OLD)).toThrow(coded('ERR_SECUR32_BUSY'));
    expect(context.closed).toBe(false);
  });
});

describe('importSecurityContext', () => {
  const OPTIONS: ImportSecurityContextOptions = { package: 'Kerberos', packed: bytes('packed') };

  test('gives a context of the package', () => {
    fake.importAnswers.push([0, ProviderTrait.noStreamMessages, 12000]);
    const context = importSecurityContext(OPTIONS);
    expect(context).toBeInstanceOf(ContextHandle);
    expect(openContext(context).facts).toEqual({
      package: 'Kerberos',
      traits: ProviderTrait.noStreamMessages,
      maxToken: 12000,
    });
    expect(fake.calls).toEqual([
      { call: 'importSecurityContext', handle: undefined, args: ['Kerberos', bytes('packed')] },
    ]);
    context.close();
    expect(fake.open.context).toBe(0);
  });

  test('passes the token on, which stays the caller’s', () => {
    const token = rawToken();
    fake.importAnswers.push([0]);
    importSecurityContext({ ...OPTIONS, token });
    expect(fake.calls.at(-1)).toMatchObject({ call: 'importSecurityContext', handle: 1 });
    expect(token.closed).toBe(false);
  });

  test('takes a token of undefined for none, as exportSecurityContext gives it', () => {
    fake.importAnswers.push([0]);
    importSecurityContext({ ...OPTIONS, token: undefined });
    expect(fake.calls).toMatchObject([{ handle: undefined }]);
  });

  test('throws the status of the package', () => {
    fake.importAnswers.push([SEC_E_NO_CONTEXT]);
    expect(() => importSecurityContext(OPTIONS)).toThrow(
      expect.objectContaining({ code: 'SEC_E_NO_CONTEXT', call: 'ImportSecurityContext' }),
    );
    expect(fake.open.context).toBe(0);
  });

  test.each([
    ['no object', undefined, /^the options of importSecurityContext must be a plain object$/],
    ['null', null, /^the options of importSecurityContext must be a plain object$/],
    ['no package', { packed: bytes('a') }, /^package must be a string$/],
    ['an empty package', { ...OPTIONS, package: '' }, /^package must not be empty$/],
    ['no bytes', { package: 'NTLM' }, /^packed must be a Uint8Array or Buffer, not \w+$/],
    ['text', { package: 'NTLM', packed: 'a' }, /^packed must be a Uint8Array or Buffer, not \w+$/],
  ])('refuses %s before the addon sees it', (_, options, message) => {
    expect(() => importSecurityContext(options as never)).toThrow(argumentError(message));
    expect(fake.log).toEqual([]);
  });

  test('refuses a closed token, and what is none', () => {
    const token = rawToken();
    token.close();
    fake.calls.length = 0;
    expect(() => importSecurityContext({ ...OPTIONS, token })).toThrow(coded('ERR_SECUR32_CLOSED'));
    expect(() => importSecurityContext({ ...OPTIONS, token: null } as never)).toThrow(
      coded('ERR_SECUR32_INVALID_HANDLE'),
    );
    expect(fake.calls).toEqual([]);
  });

  test('throws what the addon refuses', () => {
    fake.importAnswers.push(Refusal.noMemory);
    expect(() => importSecurityContext(OPTIONS)).toThrow(coded('ERR_SECUR32_OUT_OF_MEMORY'));
  });
});
