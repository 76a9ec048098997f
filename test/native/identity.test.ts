/** Who logged on, as the server's context says. */

import { userInfo } from 'node:os';

import { afterEach, describe, expect } from '@jest/globals';

import { AccessRules } from '../../lib/identity/access-rules.js';
import type { Identity } from '../../lib/identity/identity.js';
import { lookupAccountNames } from '../../lib/raw/accounts.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { closePairs, exchange, openPair, type Pair } from '../instruments/support/handshake.js';
import {
  testOnWindows,
  testOnWindowsWithAccount,
  testOnWine,
  testWithAccount,
  testWithDomain,
} from '../instruments/support/skip.js';
import { alice, domain, present } from '../instruments/support/system.js';

afterEach(closePairs);

const EVERYONE = 'S-1-1-0';
const AUTHENTICATED_USERS = 'S-1-5-11';
const NETWORK = 'S-1-5-2';

async function logOn(packageName: string): Promise<Pair> {
  const pair = await openPair(
    packageName === 'NTLM'
      ? { package: packageName, ...(alice && { authIdentity: alice }) }
      : { package: packageName, client: { targetName: present(domain).spn } },
  );
  await exchange(pair);
  return pair;
}

/** Nobody knows who it is, which must not look like somebody, or like no groups. */
async function expectUnknown(identity: Identity): Promise<void> {
  expect(identity).toMatchObject({ source: 'none', isGuest: false, isAnonymous: false });
  const { sid, name, groups, logonId, impersonationLevel, integrityLevel } = identity;
  expect([sid, name, groups, logonId, impersonationLevel, integrityLevel]).toEqual(
    Array(6).fill(undefined),
  );
  expect(identity.elevated).toBe(false);
  expect(identity.isMemberOf(EVERYONE)).toBe(false);
  expect(await identity.resolveNames()).toBe(identity);
  expect(identity.name).toBeUndefined();
  for (const options of [{}, { allow: [EVERYONE] }, { deny: [] }]) {
    expect((await AccessRules.resolve(options)).permits(identity)).toBe(false);
  }
}

describe('on Wine, whose packages have neither tokens nor names', () => {
  testOnWine('NTLM: nothing', async () => {
    const { server } = await logOn('NTLM');
    await expectUnknown(server.identity);
  });

  testOnWine('Kerberos and Negotiate: nothing', async () => {
    for (const packageName of ['Kerberos', 'Negotiate']) {
      const { server } = await logOn(packageName);
      await expectUnknown(server.identity);
    }
  });
});

describe('on Windows, from the token', () => {
  testOnWindowsWithAccount('the user, by SID and by name, and its groups', async () => {
    const { server } = await logOn('NTLM');
    const { identity } = server;
    const username = alice?.user ?? userInfo().username;
    const [account] = await lookupAccountNames([alice ? `${alice.domain}\\${username}` : username]);
    expect(identity).toMatchObject({ source: 'token', sid: account?.sid, isAnonymous: false });
    expect(identity.isMemberOf(EVERYONE)).toBe(true);
    expect(identity.isMemberOf(AUTHENTICATED_USERS)).toBe(true);
    expect(identity.isMemberOf(NETWORK)).toBe(true);
    expect(identity.logonId).toEqual(expect.any(BigInt));
    expect(identity.impersonationLevel).toMatch(/^(identification|impersonation|delegation)$/);
    expect(identity.integrityLevel).toBeGreaterThanOrEqual(0x1000);

    await identity.resolveNames();
    expect(identity.name?.toLowerCase().endsWith(`\\${username.toLowerCase()}`)).toBe(true);
    const everyone = present(identity.groups).find(({ sid }) => sid === EVERYONE);
    expect(everyone).toMatchObject({ enabled: true, denyOnly: false, name: expect.any(String) });
    expect(liveCounts().tokens).toBe(0);
  });

  testOnWindows('rules by user and group', async () => {
    const { server } = await logOn('NTLM');
    const { identity } = server;
    const sid = present(identity.sid);
    const permits = async (options: Parameters<typeof AccessRules.resolve>[0]) =>
      (await AccessRules.resolve(options)).permits(identity);
    expect(await permits({})).toBe(true);
    expect(await permits({ allow: [sid] })).toBe(true);
    expect(await permits({ allow: [AUTHENTICATED_USERS] })).toBe(true);
    expect(await permits({ allow: ['S-1-5-32-546'] })).toBe(identity.isGuest);
    expect(await permits({ allow: [EVERYONE], deny: [sid] })).toBe(false);
    expect(await permits({ deny: [AUTHENTICATED_USERS] })).toBe(false);
  });
});

testWithAccount('before the logon is done there is nobody', async () => {
  const { client, server } = await openPair({ package: 'NTLM', authIdentity: present(alice) });
  const notYet = expect.objectContaining({ code: 'ERR_SECUR32_NOT_ESTABLISHED' });
  expect(() => server.identity).toThrow(notYet);
  await server.step(present((await client.step()).token));
  expect(() => server.identity).toThrow(notYet);
});

testWithAccount('a refused logon has nobody', async () => {
  const pair = await openPair({
    package: 'NTLM',
    authIdentity: { ...present(alice), password: 'not the password of the tests' },
  });
  await expect(exchange(pair)).rejects.toMatchObject({ code: 'SEC_E_LOGON_DENIED' });
  expect(() => pair.server.identity).toThrow(
    expect.objectContaining({ code: 'ERR_SECUR32_NOT_ESTABLISHED' }),
  );
});

testWithDomain(
  'it stays readable when the context is closed, and shows no groups in a log',
  async () => {
    const { server } = await logOn('Kerberos');
    const { identity } = server;
    server.close();
    expect(server.identity).toBe(identity);
    expect(JSON.parse(JSON.stringify(identity))).not.toHaveProperty('groups');
  },
);
