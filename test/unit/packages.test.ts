import { fake } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { Refusal } from '../../lib/binding/native-binding.js';
import { enumerateSecurityPackages, querySecurityPackageInfo } from '../../lib/raw/packages.js';
import { argumentError, coded } from '../instruments/support/fake-handles.js';

const NTLM = [0x82b37, 1, 10, 2888, 'NTLM', 'NTLM Security Package'] as const;
const KERBEROS = [0x28bb3, 1, 16, 48256, 'Kerberos', undefined] as const;
const NTLM_INFO = {
  capabilities: 0x82b37,
  version: 1,
  rpcId: 10,
  maxToken: 2888,
  name: 'NTLM',
  comment: 'NTLM Security Package',
};
const NONE = Array.from({ length: 6 }, () => undefined);

describe('enumerateSecurityPackages', () => {
  test('lists the packages in the order of the system', () => {
    fake.packageAnswers.push([0, ...NTLM, ...KERBEROS]);
    const packages = enumerateSecurityPackages();
    expect(packages.map(({ name }) => name)).toEqual(['NTLM', 'Kerberos']);
    expect(packages[0]).toEqual(NTLM_INFO);
  });

  test('gives an empty comment to a package without one', () => {
    fake.packageAnswers.push([0, ...KERBEROS]);
    expect(enumerateSecurityPackages()[0]?.comment).toBe('');
  });

  test('can be empty', () => {
    fake.packageAnswers.push([0]);
    expect(enumerateSecurityPackages()).toEqual([]);
  });

  test('throws the status of a failure', () => {
    fake.packageAnswers.push([0x80090300]);
    expect(() => enumerateSecurityPackages()).toThrow(
      expect.objectContaining({
        code: 'SEC_E_INSUFFICIENT_MEMORY',
        call: 'EnumerateSecurityPackages',
      }),
    );
  });
});

describe('querySecurityPackageInfo', () => {
  test('asks for the name that it was given', () => {
    fake.packageAnswers.push([0, ...NTLM]);
    expect(querySecurityPackageInfo('ntlm')).toEqual(NTLM_INFO);
    expect(fake.packageQueries).toEqual(['ntlm']);
  });

  test('throws SEC_E_SECPKG_NOT_FOUND for an unknown package', () => {
    fake.packageAnswers.push([0x80090305]);
    expect(() => querySecurityPackageInfo('No such package')).toThrow(
      expect.objectContaining({
        code: 'SEC_E_SECPKG_NOT_FOUND',
        call: 'QuerySecurityPackageInfo',
      }),
    );
  });

  test.each([
    ['no package', [0] as const],
    ['an empty one', [0, ...NONE] as const],
  ])('throws where the system succeeds with %s', (_, answer) => {
    fake.packageAnswers.push(answer);
    expect(() => querySecurityPackageInfo('NTLM')).toThrow(
      expect.objectContaining({ code: 'SEC_E_INTERNAL_ERROR', call: 'QuerySecurityPackageInfo' }),
    );
  });

  test.each([[undefined], [null], [1], [''], ['NT\0LM'], ['x'.repeat(32768)]])(
    'refuses %p as a name before the addon sees it',
    (name) => {
      expect(() => querySecurityPackageInfo(name as string)).toThrow(argumentError(/^name /));
      expect(fake.log).toEqual([]);
    },
  );

  test('throws a refusal as its error', () => {
    fake.packageAnswers.push(Refusal.noMemory, Refusal.noMemory);
    expect(() => querySecurityPackageInfo('NTLM')).toThrow(coded('ERR_SECUR32_OUT_OF_MEMORY'));
    expect(() => enumerateSecurityPackages()).toThrow(coded('ERR_SECUR32_OUT_OF_MEMORY'));
  });
});
