import { hostname, userInfo } from 'node:os';

import { afterEach, describe, expect, test } from '@jest/globals';

import { AccessRules } from '../../lib/identity/access-rules.js';
import { accountsBySid, resolveAccount } from '../../lib/identity/account-names.js';
import { lookupAccountNames, lookupAccountSids } from '../../lib/raw/accounts.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { testOnWine } from '../instruments/support/skip.js';

afterEach(expectNothingLive);

const EVERYONE = 'S-1-1-0';
const ADMINISTRATORS = 'S-1-5-32-544';
/** Of nobody: no machine has this number. */
const NOBODY = 'S-1-5-21-1-2-3-1234';

const ERROR_NONE_MAPPED = 1332;
const ERROR_INVALID_SID = 1337;

/** Names of accounts are translated, but not the words in which SIDs say them. */
const wellKnown = [
  [EVERYONE, 'wellKnownGroup'],
  [ADMINISTRATORS, 'alias'],
  ['S-1-5-32-545', 'alias'],
  ['S-1-5-18', 'wellKnownGroup'],
  ['S-1-5-7', 'wellKnownGroup'],
  ['S-1-5-11', 'wellKnownGroup'],
] as const;

const qualified = ({ domain, name }: { domain: string; name: string }) =>
  domain === '' ? name : `${domain}\\${name}`;

describe('by SID', () => {
  test('the accounts that every system has, in the order of the question', async () => {
    const found = await lookupAccountSids(wellKnown.map(([sid]) => sid));
    expect(found.map(({ error, sid, use }) => ({ error, sid, use }))).toEqual(
      wellKnown.map(([sid, use]) => ({ error: 0, sid, use })),
    );
    for (const { name } of found) expect(name).not.toBe('');
  });

  test('one that nobody knows, and what is no SID, between others', async () => {
    const sids = [EVERYONE, NOBODY, 'no SID', `${EVERYONE} `, ADMINISTRATORS];
    const found = await lookupAccountSids(sids);
    expect(found.map(({ error }) => error)).toEqual([
      0,
      ERROR_NONE_MAPPED,
      ERROR_INVALID_SID,
      ERROR_INVALID_SID,
      0,
    ]);
    expect(found[1]).toMatchObject({ sid: NOBODY, name: '', domain: '', use: 'unknown' });
  });

  test('none, and many', async () => {
    expect(await lookupAccountSids([])).toEqual([]);
    const many = await lookupAccountSids(Array.from({ length: 4096 }, () => EVERYONE));
    expect(many.every(({ error, use }) => error === 0 && use === 'wellKnownGroup')).toBe(true);
    await expect(
      lookupAccountSids(Array.from({ length: 4097 }, () => EVERYONE)),
    ).rejects.toMatchObject({ code: 'ERR_SECUR32_INVALID_ARGUMENT' });
  });

  test('while they wait, others run', async () => {
    const lookups = Array.from({ length: 200 }, () => lookupAccountSids([EVERYONE]));
    const found = await Promise.all(lookups);
    expect(new Set(found.map(([account]) => account?.name)).size).toBe(1);
  });
});

describe('by name', () => {
  test('both ways the same account', async () => {
    const bySid = await lookupAccountSids(wellKnown.map(([sid]) => sid));
    const byName = await lookupAccountNames(bySid.map(qualified));
    expect(byName.map(({ sid, use }) => [sid, use])).toEqual(wellKnown);
  });

  test('capitals do not matter', async () => {
    const [account] = await lookupAccountSids([ADMINISTRATORS]);
    const name = qualified(account ?? { domain: '', name: '' });
    const found = await lookupAccountNames([name.toUpperCase(), name.toLowerCase()]);
    expect(found.map(({ sid }) => sid)).toEqual([ADMINISTRATORS, ADMINISTRATORS]);
  });

  test('the user of this process, with and without the machine', async () => {
    const { username } = userInfo();
    const [alone] = await lookupAccountNames([username]);
    expect(alone).toMatchObject({ error: 0, use: 'user' });
    expect(alone?.sid).toMatch(/^S-1-5-21-/);
    const [back] = await lookupAccountSids([alone?.sid ?? '']);
    expect(back?.name.toLowerCase()).toBe(username.toLowerCase());
    const [full] = await lookupAccountNames([`${back?.domain ?? ''}\\${username}`]);
    expect(full?.sid).toBe(alone?.sid);
  });

  test('names that nobody has', async () => {
    const found = await lookupAccountNames([
      'nobody-is-called-like-this',
      'NO-SUCH-DOMAIN\\somebody',
      `${hostname()}\\nobody-is-called-like-this`,
    ]);
    for (const { error, sid } of found) {
      expect(error).not.toBe(0);
      expect(sid).toBe('');
    }
    expect(found[0]?.error).toBe(ERROR_NONE_MAPPED);
  });

  test('long and strange ones do no harm', async () => {
    const names = ['a'.repeat(5_000), ' ', '\\', '\\\\', 'a\\b\\c', '@', '\ud800', 'Ünïcode-名'];
    const found = await lookupAccountNames(names);
    expect(found).toHaveLength(names.length);
    // Windows takes some forms of an empty name for a domain.
    for (const { error, use } of found) expect([error !== 0, use]).not.toEqual([false, 'user']);
    expect(found[0]?.error).not.toBe(0);
  });
});

describe('resolveAccount', () => {
  test('gives the account as the system writes it', async () => {
    const [known] = await lookupAccountSids([ADMINISTRATORS]);
    const name = qualified(known ?? { domain: '', name: '' });
    for (const asked of [name, name.toUpperCase(), known?.name ?? '']) {
      expect(await resolveAccount(asked)).toEqual({ sid: ADMINISTRATORS, name, use: 'alias' });
    }
    expect(
      await resolveAccount((await lookupAccountSids([EVERYONE]))[0]?.name ?? ''),
    ).toMatchObject({ sid: EVERYONE, use: 'wellKnownGroup' });
  });

  test('rejects for a name that nobody has, with the name', async () => {
    await expect(resolveAccount('nobody-is-called-like-this')).rejects.toMatchObject({
      code: 'ERR_SECUR32_UNKNOWN_ACCOUNT',
      message: 'no account is named "nobody-is-called-like-this"',
    });
  });
});

test('accountsBySid leaves out whom nobody knows, also the second time', async () => {
  for (let i = 0; i < 2; ++i) {
    const accounts = await accountsBySid([EVERYONE, NOBODY, EVERYONE, ADMINISTRATORS]);
    expect([...accounts.keys()].sort()).toEqual([EVERYONE, ADMINISTRATORS].sort());
  }
});

test('accountsBySid rejects for what is no SID', async () => {
  await expect(accountsBySid(['no SID'])).rejects.toMatchObject({
    code: 'ERR_SECUR32_SYSTEM_ERROR',
    call: 'LookupAccountSid',
    systemCode: ERROR_INVALID_SID,
    message: `LookupAccountSid failed with Windows error ${ERROR_INVALID_SID}`,
  });
});

describe('AccessRules.resolve', () => {
  test('takes names and SIDs, known or not', async () => {
    const [everyone] = await lookupAccountSids([EVERYONE]);
    const rules = AccessRules.resolve({
      allow: [everyone?.name ?? '', ADMINISTRATORS, NOBODY],
      deny: [userInfo().username],
    });
    await expect(rules).resolves.toBeInstanceOf(AccessRules);
  });

  test.each([['allow'], ['deny']])('rejects for a name in %s that nobody has', async (list) => {
    const rules = AccessRules.resolve({ [list]: [EVERYONE, 'nobody-is-called-like-this'] });
    await expect(rules).rejects.toMatchObject({ code: 'ERR_SECUR32_UNKNOWN_ACCOUNT' });
  });
});

// There the machine is in no domain: its users are known to their logons only.
testOnWine('the users of the domain are unknown', async () => {
  const found = await lookupAccountNames(['SSPI\\alice', 'alice@sspi.test']);
  expect(found.map(({ error }) => error)).toEqual([ERROR_NONE_MAPPED, ERROR_NONE_MAPPED]);
});
