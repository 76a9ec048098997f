import { fake } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { AccessRules, type AccessRulesOptions } from '../../lib/identity/access-rules.js';
import type { Identity } from '../../lib/identity/identity.js';
import { argumentError, exactArgumentError } from '../instruments/support/fake-handles.js';
import {
  ADMINISTRATORS,
  ALICE,
  DENY_ONLY,
  DISABLED,
  ENABLED,
  GUESTS,
  identityOfClient,
  USERS,
  type FakeGroup,
} from '../instruments/support/fake-tokens.js';

const NULL_SESSION = 0x100000;
const ANONYMOUS = 'S-1-5-7';
const STAFF = 'S-1-5-21-1-2-3-2001';

const inGroups = (...groups: FakeGroup[]): Identity => identityOfClient({ token: { groups } });
const found = (sid: string) => [0, sid, 'EXAMPLE', 'name', 2] as const;

/** Whether somebody may come in by rules of SIDs. */
async function permits(options: AccessRulesOptions, identity: Identity): Promise<boolean> {
  return (await AccessRules.resolve(options)).permits(identity);
}

describe('rules that allow', () => {
  test.each([
    ['an enabled group', [STAFF, ENABLED] as const, true],
    ['a group that is not enabled', [STAFF, DISABLED] as const, false],
    ['a group for denying only', [STAFF, DENY_ONLY] as const, false],
    ['a group for denying only that is enabled', [STAFF, DENY_ONLY | ENABLED] as const, false],
    ['another group', [USERS, ENABLED] as const, false],
  ])('a group take a member of %s or not', async (_, group, permitted) => {
    expect(await permits({ allow: [STAFF] }, inGroups(group))).toBe(permitted);
  });

  test('a user take that user, in whatever group', async () => {
    expect(await permits({ allow: [USERS, ALICE] }, inGroups())).toBe(true);
    expect(await permits({ allow: ['S-1-5-21-1-2-3-1105'] }, inGroups())).toBe(false);
    // Not a part of the SID either.
    expect(await permits({ allow: [`${ALICE}5`, ALICE.slice(0, -1)] }, inGroups())).toBe(false);
  });

  test('nobody let nobody in', async () => {
    expect(await permits({ allow: [] }, inGroups([STAFF, ENABLED]))).toBe(false);
  });

  test('everybody let everybody in who is known', async () => {
    expect(await permits({}, inGroups())).toBe(true);
    expect(await permits({ deny: [] }, inGroups())).toBe(true);
  });
});

describe('rules that deny', () => {
  test.each([
    ['an enabled group', ENABLED],
    ['a group that is not enabled', DISABLED],
    ['a group for denying only', DENY_ONLY],
  ])('a group refuse a member of %s, whatever is allowed', async (_, attributes) => {
    const identity = inGroups([ADMINISTRATORS, attributes], [STAFF, ENABLED]);
    expect(await permits({ deny: [ADMINISTRATORS] }, identity)).toBe(false);
    expect(await permits({ allow: [STAFF, ALICE], deny: [ADMINISTRATORS] }, identity)).toBe(false);
    expect(await permits({ allow: [STAFF], deny: [USERS] }, identity)).toBe(true);
  });

  test('a user refuse that user', async () => {
    expect(await permits({ allow: [ALICE], deny: [ALICE] }, inGroups())).toBe(false);
  });
});

describe('nobody comes in', () => {
  test.each([
    ['who has no token', { name: 'EXAMPLE\\alice' }],
    ['of whom nothing is known', {}],
    ['who is anonymous', { token: { user: ANONYMOUS } }],
    ['of a null session', { token: {}, attr: NULL_SESSION }],
  ])('%s', async (_, client) => {
    const identity = identityOfClient(client);
    expect(await permits({}, identity)).toBe(false);
    expect(await permits({ allow: [ALICE, ANONYMOUS], deny: [] }, identity)).toBe(false);
  });
});

test('a guest comes in only where that is allowed by name', async () => {
  const guest = identityOfClient({ token: { groups: [[GUESTS, ENABLED]] } });
  expect(guest.isGuest).toBe(true);
  expect(await permits({}, guest)).toBe(false);
  expect(await permits({ deny: [STAFF] }, guest)).toBe(false);
  expect(await permits({ allow: [STAFF] }, guest)).toBe(false);
  expect(await permits({ allow: [GUESTS] }, guest)).toBe(true);
});

describe('the accounts of rules', () => {
  test('may be SIDs in any case, which nobody is asked for', async () => {
    expect(await permits({ allow: [STAFF.toLowerCase()] }, inGroups([STAFF, ENABLED]))).toBe(true);
    expect(await permits({ deny: [STAFF.toLowerCase()] }, inGroups([STAFF, ENABLED]))).toBe(false);
    expect(fake.calls.filter(({ call }) => call.startsWith('lookup'))).toEqual([]);
  });

  test('may be names, which are looked up once', async () => {
    fake.accountAnswers.push(found(STAFF), found(ADMINISTRATORS));
    const rules = await AccessRules.resolve({
      allow: ['EXAMPLE\\Staff', USERS],
      deny: ['BUILTIN\\Administrators'],
    });
    expect(fake.calls).toMatchObject([
      { call: 'lookupAccountNames', args: ['EXAMPLE\\Staff'] },
      { call: 'lookupAccountNames', args: ['BUILTIN\\Administrators'] },
    ]);
    expect(rules.permits(inGroups([STAFF, ENABLED]))).toBe(true);
    expect(rules.permits(inGroups([USERS, ENABLED]))).toBe(true);
    expect(rules.permits(inGroups([STAFF, ENABLED], [ADMINISTRATORS, DENY_ONLY]))).toBe(false);
    expect(rules.permits(inGroups())).toBe(false);
  });

  test.each([['allow'], ['deny']])('of %s that nobody knows are an error', async (list) => {
    fake.accountAnswers.push([1332, undefined, undefined, undefined, undefined]);
    await expect(AccessRules.resolve({ [list]: [USERS, 'nobody'] })).rejects.toMatchObject({
      code: 'ERR_SECUR32_UNKNOWN_ACCOUNT',
    });
  });

  test('are an error where the domain cannot be asked', async () => {
    fake.accountAnswers.push([1722, undefined, undefined, undefined, undefined]);
    await expect(AccessRules.resolve({ deny: ['EXAMPLE\\Staff'] })).rejects.toMatchObject({
      code: 'ERR_SECUR32_SYSTEM_ERROR',
      systemCode: 1722,
    });
  });

  test.each([['allow'], ['deny']])('of %s that are domains would match nobody', async (list) => {
    fake.accountAnswers.push([0, 'S-1-5-21-1-2-3', 'WEB01', 'web01', 3]);
    await expect(AccessRules.resolve({ [list]: ['web01'] })).rejects.toThrow(
      argumentError(
        /^(allow|deny)\[0\] must be a user or a group; .*web01 is a domain or a computer/,
      ),
    );
  });

  test.each([
    ['S-1-5-32-0544'],
    ['S-1-05-32-544'],
    ['S-1-5-32-4294967296'],
    ['S-1-4294967296-1'],
    ['S-2-5-32-544'],
    ['S-1-5'],
    ['S-1-5-32-544 '],
    ['S-1-5-32-'],
    [`S-1-5${'-1'.repeat(16)}`],
  ])('that look like SIDs, but are none as Windows writes it, are names: %p', async (account) => {
    fake.accountAnswers.push([1332, undefined, undefined, undefined, undefined]);
    await expect(AccessRules.resolve({ deny: [account] })).rejects.toMatchObject({
      code: 'ERR_SECUR32_UNKNOWN_ACCOUNT',
    });
    expect(fake.calls).toMatchObject([{ args: [account] }]);
  });

  test.each([['S-1-0-0'], [`S-1-5${'-4294967295'.repeat(15)}`], ['S-1-4294967295-1']])(
    'may be any SID: %p',
    async (sid) => {
      expect(await permits({ allow: [sid] }, inGroups([sid, ENABLED]))).toBe(true);
    },
  );

  test('are a copy: what is done to the list later does not count', async () => {
    const allow = [STAFF];
    const rules = await AccessRules.resolve({ allow });
    allow.push(USERS);
    expect(rules.permits(inGroups([USERS, ENABLED]))).toBe(false);
  });
});

describe('AccessRules.resolve', () => {
  const MUST_BE_ARRAY = /^(allow|deny) must be an array of strings$/;

  test.each([
    ['no object', undefined, /^the options of AccessRules.resolve must be a plain object$/],
    ['null', null, /^the options of AccessRules.resolve must be a plain object$/],
    ['an array', [STAFF], /^the options of AccessRules.resolve must be a plain object$/],
    ['allow without a value', { allow: undefined }, /^allow is undefined; omit it/],
    ['deny without a value', { deny: undefined }, /^deny is undefined; omit it/],
    ['deny of null', { allow: [], deny: null }, MUST_BE_ARRAY],
    ['allow as one string', { allow: STAFF }, MUST_BE_ARRAY],
    ['allow as a Set', { allow: new Set([STAFF]) }, MUST_BE_ARRAY],
    ['a number', { deny: [STAFF, 5] }, /^deny\[1\] must be a string$/],
    // eslint-disable-next-line no-sparse-arrays -- a hole is what is tested
    ['a hole', { deny: [, STAFF] }, /^deny\[0\] must be a string$/],
    ['an empty name', { allow: [''] }, /^allow\[0\] must not be empty$/],
    [
      '1001 accounts',
      { allow: Array.from({ length: 1001 }, () => STAFF) },
      /^allow must not have more than 1000 accounts$/,
    ],
  ])('refuses %s', async (_, options, message) => {
    await expect(AccessRules.resolve(options as AccessRulesOptions)).rejects.toThrow(
      argumentError(message),
    );
    expect(fake.log).toEqual([]);
  });

  test('takes 1000 accounts', async () => {
    const allow = Array.from({ length: 1000 }, () => STAFF);
    expect(await permits({ allow }, inGroups([STAFF, ENABLED]))).toBe(true);
  });

  test('reads both lists before it waits: what is done to them then does not count', async () => {
    const deny = [STAFF];
    const resolving = AccessRules.resolve({ allow: [STAFF], deny });
    deny.pop();
    expect((await resolving).permits(inGroups([STAFF, ENABLED]))).toBe(false);
  });
});

describe('rules that would keep nobody out, or let nobody in (K9)', () => {
  test.each([
    ["a domain's own SID", 'S-1-5-21-1-2-3'],
    ['a part of one', 'S-1-5-21-1'],
    ['BUILTIN alone', 'S-1-5-32'],
    ['logon sessions, but none of them', 'S-1-5-5-0'],
    ['BUILTIN in other capitals', 's-1-5-32'],
  ])('are an error for %s', async (_, sid) => {
    for (const list of ['allow', 'deny'] as const) {
      await expect(AccessRules.resolve({ [list]: [STAFF, sid] })).rejects.toThrow(
        exactArgumentError(
          `${list}[1] must be a user or a group; ${sid.toUpperCase()} is a domain or an authority, which has no members`,
        ),
      );
    }
  });

  test.each([
    ['a domain', 3, 'a domain or a computer'],
    ['a deleted account', 6, 'a deleted account'],
    ['an invalid one', 7, 'not an account'],
    ['one of which nobody knows what it is', 8, 'not an account'],
  ])('are an error for the name of %s', async (_, use, what) => {
    fake.accountAnswers.push([0, 'S-1-5-21-1-2-3-4', 'EXAMPLE', 'name', use]);
    await expect(AccessRules.resolve({ deny: ['name'] })).rejects.toThrow(
      exactArgumentError(
        `deny[0] must be a user or a group; name is ${what}, which has no members`,
      ),
    );
  });

  test('are none for what has members', async () => {
    const sids = ['S-1-5-21-1-2-3-512', 'S-1-5-32-544', 'S-1-5-5-0-1234', 'S-1-1-0', 'S-1-5-11'];
    await expect(AccessRules.resolve({ deny: sids })).resolves.toBeInstanceOf(AccessRules);
  });
});

test('rules cannot be made by new (K13)', () => {
  const Class = AccessRules as unknown as new (...args: unknown[]) => unknown;
  expect(() => new Class(undefined, new Set())).toThrow(
    exactArgumentError('AccessRules cannot be constructed; use AccessRules.resolve'),
  );
});
