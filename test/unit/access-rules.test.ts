/** Who may come in: what is not in a token of the tests' package. */

import '../support/fake-native.js';

import { fake } from '../support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { AccessRules } from '../../lib/access-rules.js';
import { Identity } from '../../lib/identity.js';
import type { TokenGroup, TokenInformation } from '../../lib/raw/tokens.js';
import { argumentError, coded } from '../support/fake-handles.js';

const EVERYONE = 'S-1-1-0';
const GUESTS = 'S-1-5-32-546';
const ALICE = 'S-1-5-21-1-2-3-1001';
const GUEST = 'S-1-5-21-1-2-3-501';

function group(sid: string): TokenGroup {
  return {
    sid,
    enabled: true,
    denyOnly: false,
    mandatory: true,
    owner: false,
    integrity: false,
    resource: false,
    logonId: false,
    attributes: 7,
  };
}

function identity(user: string, ...groups: string[]): Identity {
  const information: TokenInformation = {
    user,
    groups: [EVERYONE, ...groups].map(group),
    type: 'impersonation',
    impersonationLevel: 'impersonation',
    logonId: 1n,
    elevated: false,
    elevationType: 'default',
    integrityLevel: 0x2000,
    restricted: false,
  };
  return new Identity(information, undefined, { nullSession: false });
}

describe('a guest, whom nobody knows,', () => {
  test.each([
    ['the account of guests', identity(GUEST)],
    ['a member of the guests', identity(ALICE, GUESTS)],
  ])('may not where rules name nobody: %s', async (_, guest) => {
    expect(guest.isGuest).toBe(true);
    expect((await AccessRules.resolve({})).permits(guest)).toBe(false);
    expect((await AccessRules.resolve({ deny: [ALICE.replace('1001', '1')] })).permits(guest)).toBe(
      false,
    );
  });

  test('may where rules name a group of the guest', async () => {
    const rules = await AccessRules.resolve({ allow: [EVERYONE] });
    expect(rules.permits(identity(GUEST))).toBe(true);
  });

  test('is none who is somebody', async () => {
    expect((await AccessRules.resolve({})).permits(identity(ALICE))).toBe(true);
  });
});

describe('a SID', () => {
  test.each(['S-1-5-032-544', 'S-1-05-32-544', 'S-1-5-32-00'])(
    'that no token has is taken for a name: %s',
    async (sid) => {
      fake.accountAnswers.push([1332, undefined, undefined, sid, 0]);
      await expect(AccessRules.resolve({ deny: [sid] })).rejects.toThrow(
        coded('ERR_SECUR32_UNKNOWN_ACCOUNT'),
      );
    },
  );

  test.each(['S-1-1-0', 's-1-5-18', 'S-1-5-21-0-0-0-497'])('is taken as it is: %s', async (sid) => {
    const rules = await AccessRules.resolve({ allow: [sid] });
    expect(rules.permits(identity(sid.toUpperCase()))).toBe(true);
  });
});

describe('a name', () => {
  test('of a domain or a machine would match nobody, and is refused', async () => {
    const domain = 'S-1-5-21-1-2-3';
    fake.accountAnswers.push([0, domain, 'WEB01', 'web01', 3], [0, domain, 'WEB01', '', 3]);
    await expect(AccessRules.resolve({ deny: ['web01'] })).rejects.toThrow(
      argumentError(/^deny\[0\]: WEB01.* is a domain or a machine/),
    );
  });
});
