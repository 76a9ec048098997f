import { describe, expect, test } from '@jest/globals';

import { SECPKG_CRED_INBOUND, SECPKG_CRED_OUTBOUND } from '../../lib/constants/credentials.js';
import { Credentials } from '../../lib/context/credentials.js';
import {
  acquireCredentialsHandle,
  acquireCredentialsHandleSync,
  freeCredentialsHandle,
} from '../../lib/raw/acquire-credentials-handle.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { testOnWindows, testOnWine, testWithDomain } from '../instruments/support/skip.js';

const IDENTITY = { user: 'somebody', domain: 'SOMEWHERE', password: 'something' };

describe.each(['NTLM', 'Negotiate'])('%s', (name) => {
  test.each([
    ['inbound', SECPKG_CRED_INBOUND],
    ['outbound', SECPKG_CRED_OUTBOUND],
  ])(
    'gives %s credentials of the current user, asynchronously and synchronously',
    async (_, use) => {
      const waited = await acquireCredentialsHandle({ package: name, use });
      const atOnce = acquireCredentialsHandleSync({ package: name, use });
      expect(liveCounts().credentials).toBe(2);
      expect(waited.credential.package).toBe(name);
      expect(waited.credential.maxToken).toBe(atOnce.credential.maxToken);
      expect(typeof waited.expiry).toBe('bigint');
      waited.credential.close();
      freeCredentialsHandle(atOnce.credential);
      freeCredentialsHandle(atOnce.credential);
      await expectNothingLive();
    },
  );
});

test('credentials for both sides are one handle', async () => {
  const credentials = await Credentials.acquire({ package: 'NTLM', use: 'both' });
  expect(liveCounts().credentials).toBe(1);
  credentials.close();
  await expectNothingLive();
});

testWithDomain(
  'Kerberos gives both kinds, of the ticket and of the key that are there',
  async () => {
    const outbound = await Credentials.acquire({ package: 'Kerberos', use: 'outbound' });
    const inbound = await Credentials.acquire({ package: 'Kerberos', use: 'inbound' });
    expect(liveCounts().credentials).toBe(2);
    outbound.close();
    inbound.close();
    await expectNothingLive();
  },
);

test.each(['password', Buffer.from('pässword', 'utf8'), new Uint8Array([112, 119])])(
  'an explicit user is taken with the password %p',
  async (password) => {
    const options = { package: 'NTLM', use: SECPKG_CRED_OUTBOUND };
    const { credential } = await acquireCredentialsHandle({
      ...options,
      authIdentity: { user: 'somebody', password },
    });
    credential.close();
    await expectNothingLive();
  },
);

test('a password of bytes that are not UTF-8 is refused, and nothing is left', async () => {
  const authIdentity = { ...IDENTITY, password: Uint8Array.of(0xff, 0xfe, 0x41) };
  await expect(
    acquireCredentialsHandle({ package: 'NTLM', use: SECPKG_CRED_OUTBOUND, authIdentity }),
  ).rejects.toMatchObject({ code: 'ERR_SECUR32_INVALID_ARGUMENT' });
  await expectNothingLive();
});

test('an unknown package is SEC_E_SECPKG_NOT_FOUND', async () => {
  await expect(Credentials.acquire({ package: 'Nope', use: 'inbound' })).rejects.toMatchObject({
    name: 'SspiError',
    code: 'SEC_E_SECPKG_NOT_FOUND',
    status: 0x80090305,
    call: 'AcquireCredentialsHandle',
  });
  await expectNothingLive();
});

testOnWine('a list of packages that would be ignored is refused', async () => {
  const packageList = ['Kerberos'];
  await expect(
    Credentials.acquire({ package: 'Negotiate', use: 'inbound', packageList }),
  ).rejects.toMatchObject({ code: 'ERR_SECUR32_PACKAGE_LIST_UNSUPPORTED' });
  await expectNothingLive();
});

testOnWindows('Negotiate takes a list of packages, with and without an identity', async () => {
  const packageList = ['!Kerberos'];
  const own = await Credentials.acquire({ package: 'Negotiate', use: 'outbound', packageList });
  const other = await Credentials.acquire({
    package: 'Negotiate',
    use: 'outbound',
    packageList,
    authIdentity: IDENTITY,
  });
  own.close();
  other.close();
  await expectNothingLive();
});

test('Schannel gives credentials without an identity, and takes none', async () => {
  const credentials = await Credentials.acquire({ package: 'Schannel', use: 'outbound' });
  credentials.close();
  await expect(
    Credentials.acquire({ package: 'Schannel', use: 'outbound', authIdentity: IDENTITY }),
  ).rejects.toMatchObject({ code: 'ERR_SECUR32_INVALID_ARGUMENT' });
  await expectNothingLive();
});
