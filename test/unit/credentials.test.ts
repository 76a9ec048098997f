import { fake, Gate } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import {
  SECPKG_CRED_BOTH,
  SECPKG_CRED_INBOUND,
  SECPKG_CRED_OUTBOUND,
} from '../../lib/constants/credentials.js';
import { SSPI_TIME_FOREVER } from '../../lib/constants/time.js';
import { Credentials } from '../../lib/context/credentials.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { ProviderTrait } from '../../lib/binding/provider-traits.js';
import {
  acquireCredentialsHandle,
  acquireCredentialsHandleSync,
} from '../../lib/raw/acquire-credentials-handle.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { expiryDate } from '../../lib/core/time.js';
import {
  argumentError,
  coded,
  credentials,
  exactArgumentError,
} from '../instruments/support/fake-handles.js';

const IDENTITY = { user: 'alice', domain: 'EXAMPLE', password: 'secret' };
const RAW = { package: 'Negotiate', use: SECPKG_CRED_OUTBOUND };

/** Both forms as promises. */
const FORMS = [
  ['asynchronous', false, (options: never) => acquireCredentialsHandle(options)],
  [
    'synchronous',
    true,
    // eslint-disable-next-line @typescript-eslint/require-await -- what it throws must become a rejection
    async (options: never) => acquireCredentialsHandleSync(options),
  ],
] as const;

describe.each(FORMS)('acquireCredentialsHandle (%s)', (_, sync, acquireForm) => {
  const acquire = (options: object) => acquireForm(options as never);

  test('passes all of its options on', async () => {
    await acquire({
      ...RAW,
      principal: 'HTTP/web.example.com',
      authIdentity: IDENTITY,
      packageList: ['Kerberos', '!NTLM'],
    });
    expect(fake.acquisitions).toEqual([
      {
        sync,
        principal: 'HTTP/web.example.com',
        packageName: 'Negotiate',
        use: SECPKG_CRED_OUTBOUND,
        user: 'alice',
        domain: 'EXAMPLE',
        password: 'secret',
        packageList: 'Kerberos,!NTLM',
      },
    ]);
  });

  test('passes nothing on that was left out', async () => {
    await acquire(RAW);
    expect(fake.acquisitions).toEqual([
      {
        sync,
        principal: undefined,
        packageName: 'Negotiate',
        use: SECPKG_CRED_OUTBOUND,
        user: undefined,
        domain: undefined,
        password: undefined,
        packageList: undefined,
      },
    ]);
  });

  test('gives the credential and its expiry as the package wrote it', async () => {
    fake.acquireAnswers.push({ expiry: 132n, maxToken: 12000 });
    const { credential, expiry } = await acquire(RAW);
    expect([credential.package, credential.maxToken, expiry]).toEqual(['Negotiate', 12000, 132n]);
    expect(fake.open.credential).toBe(1);
  });

  test('fails with the status of the package', async () => {
    fake.acquireAnswers.push({ status: 0x80090305 });
    await expect(acquire(RAW)).rejects.toMatchObject({
      name: 'SspiError',
      code: 'SEC_E_SECPKG_NOT_FOUND',
      call: 'AcquireCredentialsHandle',
    });
    expect(fake.open.credential).toBe(0);
  });

  test('takes a success that is not SEC_E_OK for a success', async () => {
    fake.acquireAnswers.push({ status: 0x00090312 });
    await expect(acquire(RAW)).resolves.toHaveProperty('credential');
  });

  test.each([
    [Refusal.badArgument, 'ERR_SECUR32_INVALID_ARGUMENT'],
    [Refusal.noMemory, 'ERR_SECUR32_OUT_OF_MEMORY'],
    [Refusal.badPassword, 'ERR_SECUR32_INVALID_ARGUMENT'],
  ] as const)('gives refusal %i as %s', async (refusal, code) => {
    fake.acquireAnswers.push(refusal);
    await expect(acquire(RAW)).rejects.toThrow(coded(code));
  });

  test.each([
    [
      'no object',
      undefined,
      /^the options of acquireCredentialsHandle(?:Sync)? must be a plain object$/,
    ],
    ['null', null, /^the options of acquireCredentialsHandle(?:Sync)? must be a plain object$/],
    ['no package', { use: 1 }, /^package must be a string$/],
    ['an empty package', { ...RAW, package: '' }, /^package must not be empty$/],
    ['a package with a zero character', { ...RAW, package: 'NT\0LM' }, /^package must not contain/],
    ['no use', { package: 'NTLM' }, /^use must be SECPKG_CRED_/],
    ['use 0', { ...RAW, use: 0 }, /^use must be SECPKG_CRED_/],
    ['use 4', { ...RAW, use: 4 }, /^use must be SECPKG_CRED_/],
    ['use as a word', { ...RAW, use: 'outbound' }, /^use must be SECPKG_CRED_/],
    ['an empty principal', { ...RAW, principal: '' }, /^principal must not be empty$/],
    ['a principal of null', { ...RAW, principal: null }, /^principal must be a string$/],
    [
      'an empty list of packages',
      { ...RAW, packageList: [] },
      /^packageList must be a non-empty array/,
    ],
    [
      'a list that is a string',
      { ...RAW, packageList: 'NTLM' },
      /^packageList must be a non-empty array/,
    ],
    ['a list of null', { ...RAW, packageList: null }, /^packageList must be a non-empty array/],
    ['a list with an empty name', { ...RAW, packageList: ['a', ''] }, /^packageList\[1\] must not/],
    ['a list with a number', { ...RAW, packageList: [1] }, /^packageList\[0\] must be a string$/],
    [
      'a list of one string',
      { ...RAW, packageList: ['a,b'] },
      /^packageList\[0\] must be a single package name$/,
    ],
    [
      'an identity for Schannel',
      { ...RAW, package: 'SCHANNEL', authIdentity: IDENTITY },
      /^SCHANNEL does not support authIdentity or packageList$/,
    ],
    [
      'an identity for the long name of Schannel',
      {
        ...RAW,
        package: 'Microsoft Unified Security Protocol Provider',
        authIdentity: IDENTITY,
      },
      /does not support authIdentity/,
    ],
    [
      'a list of packages for CredSSP',
      { ...RAW, package: 'CREDSSP', packageList: ['NTLM'] },
      /^CREDSSP does not support authIdentity or packageList$/,
    ],
  ])('refuses %s before the addon sees it', async (__, options, message) => {
    await expect(acquire(options as object)).rejects.toThrow(argumentError(message));
    expect(fake.log).toEqual([]);
  });

  test.each([[SECPKG_CRED_INBOUND], [SECPKG_CRED_OUTBOUND], [SECPKG_CRED_BOTH]])(
    'takes use %i',
    async (use) => {
      await acquire({ ...RAW, use });
      expect(fake.acquisitions).toMatchObject([{ use }]);
    },
  );

  test('refuses a list that the package ignores, and gives the credential back', async () => {
    fake.acquireAnswers.push({ traits: ProviderTrait.ignoresPackageList });
    await expect(acquire({ ...RAW, packageList: ['Kerberos'] })).rejects.toThrow(
      coded('ERR_SECUR32_PACKAGE_LIST_UNSUPPORTED'),
    );
    expect(fake.log).toEqual(['acquire', 'close credential 1']);
    expect(fake.open.credential).toBe(0);
  });

  test('does not mind such a package where there is no list', async () => {
    fake.acquireAnswers.push({ traits: ProviderTrait.ignoresPackageList });
    await expect(acquire(RAW)).resolves.toHaveProperty('credential');
  });

  test.each([
    ['an exclusion of nothing', ['!'], 'packageList[0]: no package is named ""'],
    [
      'spaces',
      ['Kerberos', ' NTLM'],
      `packageList[1]: no package is named " NTLM". Did you mean 'ntlm'?`,
    ],
    [
      'a misspelt exclusion',
      ['!NTML'],
      `packageList[0]: no package is named "NTML". Did you mean 'ntlm'?`,
    ],
    ['a package of no system', ['!NTLM', 'Oracle'], 'packageList[1]: no package is named "Oracle"'],
  ])(
    'refuses a list with %s, which would restrict nothing (K8)',
    async (__, packageList, message) => {
      fake.packageAnswers.push([0, 0, 1, 1, 100, 'Scripted', '']);
      await expect(acquire({ ...RAW, packageList })).rejects.toThrow(exactArgumentError(message));
      expect(fake.log).toEqual(['enumerate']);
    },
  );

  test('refuses a list with a hole (K8)', async () => {
    await expect(acquire({ ...RAW, packageList: Array(1) })).rejects.toThrow(
      exactArgumentError('packageList[0] must be a string'),
    );
    expect(fake.log).toEqual([]);
  });

  test('takes a package that only this system has, in any capitals (K8)', async () => {
    fake.packageAnswers.push([0, 0, 1, 1, 100, 'Scripted', '']);
    await acquire({ ...RAW, packageList: ['scripted', '!ntlm'] });
    expect(fake.acquisitions).toMatchObject([{ packageList: 'scripted,!ntlm' }]);
  });

  test.each(['packageList', 'principal'])('refuses %s without a value', async (name) => {
    await expect(acquire({ ...RAW, [name]: undefined })).rejects.toThrow(
      argumentError(`${name} is undefined; omit it to use the default`),
    );
  });
});

describe('Credentials.acquire', () => {
  test.each([
    ['inbound', SECPKG_CRED_INBOUND],
    ['outbound', SECPKG_CRED_OUTBOUND],
    ['both', SECPKG_CRED_BOTH],
  ] as const)('acquires %s credentials', async (use, raw) => {
    const acquired = await Credentials.acquire({ package: 'Kerberos', use });
    expect(fake.acquisitions).toMatchObject([{ sync: false, packageName: 'Kerberos', use: raw }]);
    expect([acquired.package, acquired.use, acquired.closed]).toEqual(['Kerberos', use, false]);
    expect(acquired.handle.package).toBe('Kerberos');
  });

  test('passes principal, identity and list on', async () => {
    await Credentials.acquire({
      package: 'Negotiate',
      use: 'outbound',
      principal: 'alice',
      authIdentity: IDENTITY,
      packageList: ['Kerberos'],
    });
    expect(fake.acquisitions).toMatchObject([
      { principal: 'alice', ...IDENTITY, packageList: 'Kerberos' },
    ]);
  });

  test.each([
    ['no object', undefined, /^the options of Credentials.acquire must be a plain object$/],
    ['null', null, /^the options of Credentials.acquire must be a plain object$/],
    ['no use', { package: 'NTLM' }, /^use must be one of 'inbound', 'outbound', 'both'$/],
    ['another use', { package: 'NTLM', use: 'INBOUND' }, /^use must be/],
    ['use as a number', { package: 'NTLM', use: 1 }, /^use must be/],
    ['use as a name of every object', { package: 'NTLM', use: 'toString' }, /^use must be/],
    ['no package', { use: 'both' }, /^package must be a string$/],
  ])('refuses %s before the addon sees it', async (_, options, message) => {
    await expect(Credentials.acquire(options as never)).rejects.toThrow(argumentError(message));
    expect(fake.log).toEqual([]);
  });

  test('fails with the status of the package', async () => {
    fake.acquireAnswers.push({ status: 0x8009030e });
    await expect(Credentials.acquire({ package: 'NTLM', use: 'both' })).rejects.toMatchObject({
      code: 'SEC_E_NO_CREDENTIALS',
      call: 'AcquireCredentialsHandle',
    });
  });

  test('is about what was asked for, though the options are changed meanwhile', async () => {
    const gate = new Gate();
    fake.acquireAnswers.push({ until: gate.opened });
    const options = { package: 'Negotiate', use: 'inbound' as 'inbound' | 'both' };
    const acquiring = Credentials.acquire(options);
    options.package = 'NTLM';
    options.use = 'both';
    gate.open();
    const acquired = await acquiring;
    expect([acquired.package, acquired.use, acquired.handle.package]).toEqual([
      'Negotiate',
      'inbound',
      'Negotiate',
    ]);
  });
});

describe('credentials', () => {
  test('expire when the package says', async () => {
    const expiry = 133_500_000_000_000_000n;
    const acquired = await credentials({ expiry });
    expect(acquired.expiresAt).toEqual(expiryDate(expiry));
    expect(acquired.expiresAt).toBeInstanceOf(Date);
  });

  test.each([[0n], [SSPI_TIME_FOREVER]])('never expire where it says %p', async (expiry) => {
    expect((await credentials({ expiry })).expiresAt).toBeUndefined();
  });

  test('are given back exactly once, however often they are closed', async () => {
    const acquired = await credentials();
    acquired.close();
    acquired.close();
    acquired[Symbol.dispose]();
    expect([acquired.closed, acquired.handle.closed]).toEqual([true, true]);
    expect(fake.log).toEqual(['acquire', 'close credential 1']);
  });

  test('are given back at the end of a using declaration', async () => {
    {
      using acquired = await credentials();
      expect(acquired.closed).toBe(false);
    }
    expect(fake.open.credential).toBe(0);
  });

  test('cannot be made by new, not even with a handle (K13)', async () => {
    const { credential } = await acquireCredentialsHandle({ package: 'NTLM', use: 1 });
    const Made = Credentials as unknown as new (...args: unknown[]) => unknown;
    expect(() => new Made('NTLM', 'both', credential, 0n)).toThrow(argumentError());
    expect(() => new Made(Symbol('made by secur32'), 'NTLM', 'both', credential, 0n)).toThrow(
      argumentError(),
    );
    credential.close();
  });

  test('cannot be made by new', () => {
    const Class = Credentials as unknown as new (...args: unknown[]) => unknown;
    expect(() => new Class('NTLM', 'both', {}, 0n)).toThrow(
      exactArgumentError('Credentials cannot be constructed; use Credentials.acquire'),
    );
  });

  test('of any number count as live until they are closed', async () => {
    const acquired = [await credentials(), await credentials()];
    expect(liveCounts()).toEqual({ credentials: 2, contexts: 0, contextBuffers: 0, tokens: 0 });
    for (const each of acquired) each.close();
    expect(liveCounts().credentials).toBe(0);
  });
});
