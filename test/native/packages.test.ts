import { expect, test } from '@jest/globals';

import { SECPKG_FLAG_CONNECTION, SECPKG_FLAG_STREAM } from '../../lib/constants/packages.js';
import { SspiError } from '../../lib/core/errors.js';
import { enumerateSecurityPackages, querySecurityPackageInfo } from '../../lib/raw/packages.js';
import { testOnWindows } from '../instruments/support/skip.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';

const EVERYWHERE = ['Negotiate', 'Kerberos', 'NTLM', 'Schannel'];

test('the system lists its packages, each with a name, a comment and a largest token', async () => {
  const packages = enumerateSecurityPackages();
  expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(EVERYWHERE));
  for (const { name, comment, maxToken } of packages) {
    expect(name).toMatch(/\S/);
    expect(comment).toMatch(/\S/);
    // Windows' CloudAP says 0.
    if (EVERYWHERE.includes(name)) expect(maxToken).toBeGreaterThan(0);
    else expect(maxToken).toBeGreaterThanOrEqual(0);
  }
  await expectNothingLive();
});

test.each(EVERYWHERE)('%s says the same when it is asked alone', async (name) => {
  const listed = enumerateSecurityPackages().find((info) => info.name === name);
  expect(querySecurityPackageInfo(name)).toEqual(listed);
  await expectNothingLive();
});

test('capabilities are bits: all have connections, Schannel alone is a stream', () => {
  for (const name of EVERYWHERE) {
    const { capabilities } = querySecurityPackageInfo(name);
    expect(capabilities & SECPKG_FLAG_CONNECTION).not.toBe(0);
    expect((capabilities & SECPKG_FLAG_STREAM) !== 0).toBe(name === 'Schannel');
  }
});

testOnWindows('CredSSP is there, and WDigest where the system still has it', () => {
  expect(querySecurityPackageInfo('CREDSSP').maxToken).toBeGreaterThan(0);
  const digest = enumerateSecurityPackages().find(({ name }) => name === 'WDigest');
  if (digest !== undefined) expect(querySecurityPackageInfo('WDigest')).toEqual(digest);
});

test('an unknown package is SEC_E_SECPKG_NOT_FOUND', () => {
  expect(() => querySecurityPackageInfo('No such package')).toThrow(SspiError);
  expect(() => querySecurityPackageInfo('No such package')).toThrow(
    expect.objectContaining({
      code: 'SEC_E_SECPKG_NOT_FOUND',
      status: 0x80090305,
      call: 'QuerySecurityPackageInfo',
    }),
  );
});
