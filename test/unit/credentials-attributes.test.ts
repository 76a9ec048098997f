import { fake } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import {
  SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS,
  SECPKG_CRED_ATTR_NAMES,
} from '../../lib/constants/credentials.js';
import { SEC_E_NO_CREDENTIALS, SEC_E_UNSUPPORTED_FUNCTION } from '../../lib/constants/status.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import {
  queryCredentialsAttributes,
  setCredentialsAttributes,
  type CredentialAttribute,
  type KdcProxySettings,
  type SettableCredentialAttribute,
} from '../../lib/raw/credentials-attributes.js';
import type { CredentialHandle } from '../../lib/raw/handles.js';
import {
  argumentError,
  coded,
  credentials,
  rawCredential,
} from '../instruments/support/fake-handles.js';

const KDC_PROXY = SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS;
const SETTINGS = { proxyServer: 'kdc.example.com' };

/** A call as a function without a result, for `expect`. */
function setting(
  value: unknown = SETTINGS,
  attribute: unknown = KDC_PROXY,
  credential = rawCredential(),
): () => void {
  return () => {
    setCredentialsAttributes(
      credential,
      attribute as SettableCredentialAttribute,
      value as KdcProxySettings,
    );
  };
}

/** The record that the addon gets for settings. */
function recordOf(settings: KdcProxySettings): Buffer {
  fake.setAnswers.push([0]);
  setting(settings)();
  const record = fake.calls.at(-1)?.args[1];
  if (!(record instanceof Uint8Array)) throw new Error('no record');
  return Buffer.from(record);
}

describe('queryCredentialsAttributes', () => {
  test('reads the credential of a high-level object, too', async () => {
    const { handle } = await credentials();
    fake.credentialAttributeAnswers.push([0, 'alice']);
    expect(queryCredentialsAttributes(handle, SECPKG_CRED_ATTR_NAMES)).toBe('alice');
  });

  test.each([[KDC_PROXY], [-1], [1000], [NaN], ['1'], [undefined], ['toString']])(
    'refuses attribute %p, which it cannot decode',
    (attribute) => {
      const credential = rawCredential();
      expect(() =>
        queryCredentialsAttributes(credential, attribute as CredentialAttribute),
      ).toThrow(argumentError(`attribute ${String(attribute)} is not supported by this function`));
      expect(fake.calls).toEqual([]);
    },
  );

  test('throws the status of the package', () => {
    const credential = rawCredential();
    fake.credentialAttributeAnswers.push([SEC_E_NO_CREDENTIALS]);
    expect(() => queryCredentialsAttributes(credential, SECPKG_CRED_ATTR_NAMES)).toThrow(
      expect.objectContaining({ code: 'SEC_E_NO_CREDENTIALS', call: 'QueryCredentialsAttributes' }),
    );
  });

  test('refuses a closed credential, and what is none', () => {
    const credential = rawCredential();
    credential.close();
    expect(() => queryCredentialsAttributes(credential, SECPKG_CRED_ATTR_NAMES)).toThrow(
      coded('ERR_SECUR32_CLOSED'),
    );
    expect(() =>
      queryCredentialsAttributes({} as unknown as CredentialHandle, SECPKG_CRED_ATTR_NAMES),
    ).toThrow(coded('ERR_SECUR32_INVALID_HANDLE'));
  });

  test('throws what the addon refuses', () => {
    const credential = rawCredential();
    fake.credentialAttributeAnswers.push(Refusal.noMemory);
    expect(() => queryCredentialsAttributes(credential, SECPKG_CRED_ATTR_NAMES)).toThrow(
      coded('ERR_SECUR32_OUT_OF_MEMORY'),
    );
  });
});

describe('the record of KDC proxy settings (SecPkgCredentials_KdcProxySettings)', () => {
  test('has version 1, the flags, and where the server is and its length in bytes', () => {
    const record = recordOf(SETTINGS);
    expect({
      version: record.readUInt32LE(0),
      flags: record.readUInt32LE(4),
      proxyServerOffset: record.readUInt16LE(8),
      proxyServerLength: record.readUInt16LE(10),
      clientTlsCredOffset: record.readUInt16LE(12),
      clientTlsCredLength: record.readUInt16LE(14),
    }).toEqual({
      version: 1,
      flags: 0,
      proxyServerOffset: 16,
      proxyServerLength: 30,
      clientTlsCredOffset: 0,
      clientTlsCredLength: 0,
    });
    expect(record.subarray(16).toString('utf16le')).toBe('kdc.example.com');
  });

  test.each([
    [true, 1],
    [false, 0],
  ])('with forceProxy %p has the flags %i', (forceProxy, flags) => {
    expect(recordOf({ ...SETTINGS, forceProxy }).readUInt32LE(4)).toBe(flags);
  });

  test('takes the longest server whose length can be told', () => {
    const record = recordOf({ proxyServer: 'a'.repeat(32759) });
    expect([record.length, record.readUInt16LE(10)]).toEqual([0xffff - 1, 0xffff - 17]);
  });
});

describe('setCredentialsAttributes', () => {
  test('passes the attribute and its record on', () => {
    fake.setAnswers.push([0]);
    setting()();
    expect(fake.calls).toEqual([
      { call: 'setCredentialsAttributes', handle: 1, args: [KDC_PROXY, expect.any(Uint8Array)] },
    ]);
  });

  test.each([
    ['no object', 'kdc.example.com', /^value must be a plain object$/],
    ['null', null, /^value must be a plain object$/],
    ['no server', {}, /^proxyServer must be a string$/],
    ['an empty server', { proxyServer: '' }, /^proxyServer must not be empty$/],
    ['a zero character', { proxyServer: 'a\0' }, /^proxyServer must not contain/],
    ['a server without end', { proxyServer: 'a'.repeat(32760) }, /^proxyServer is too long$/],
    [
      'forceProxy as a number',
      { ...SETTINGS, forceProxy: 1 },
      /^forceProxy must be true or false$/,
    ],
  ])('refuses %s before the addon sees it', (_, value, message) => {
    expect(setting(value)).toThrow(argumentError(message));
    expect(fake.calls).toEqual([]);
  });

  test.each([[SECPKG_CRED_ATTR_NAMES], [0], ['3'], [NaN], [null]])(
    'refuses attribute %p, which it cannot set',
    (attribute) => {
      expect(setting(SETTINGS, attribute)).toThrow(argumentError(/^attribute /));
      expect(fake.calls).toEqual([]);
    },
  );

  test('throws the status of a package or system that cannot', () => {
    fake.setAnswers.push([SEC_E_UNSUPPORTED_FUNCTION]);
    expect(setting()).toThrow(
      expect.objectContaining({
        code: 'SEC_E_UNSUPPORTED_FUNCTION',
        call: 'SetCredentialsAttributes',
      }),
    );
  });

  test('refuses a closed credential, and what is none', () => {
    const credential = rawCredential();
    credential.close();
    expect(setting(SETTINGS, KDC_PROXY, credential)).toThrow(coded('ERR_SECUR32_CLOSED'));
    expect(setting(SETTINGS, KDC_PROXY, {} as unknown as CredentialHandle)).toThrow(
      coded('ERR_SECUR32_INVALID_HANDLE'),
    );
  });

  test('throws what the addon refuses', () => {
    fake.setAnswers.push(Refusal.noMemory);
    expect(setting()).toThrow(coded('ERR_SECUR32_OUT_OF_MEMORY'));
  });
});
