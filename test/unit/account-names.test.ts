import { fake } from '../instruments/support/fake-native.js';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { accountsBySid, resolveAccount } from '../../lib/identity/account-names.js';
import { argumentError, coded } from '../instruments/support/fake-handles.js';

const ERROR_ACCESS_DENIED = 5;
const RPC_S_SERVER_UNAVAILABLE = 1722;
const ERROR_NONE_MAPPED = 1332;
const MINUTE = 60_000;
const MAX_REMEMBERED = 10_000;
/** As many as one look-up takes. */
const CHUNK = 4096;

/** What is remembered outlives a test; a day later nothing of it is good any more. */
let now = 0;

beforeEach(() => {
  now += 24 * 60 * MINUTE;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});

afterEach(() => {
  jest.restoreAllMocks();
});

const sidOf = (index: number) => `S-1-5-21-1-2-3-${index}`;
const known = (sid: string, name: string, domain = 'EXAMPLE') => [0, sid, domain, name, 1] as const;
const failing = (error: number) => [error, undefined, undefined, undefined, undefined] as const;
const UNKNOWN = failing(ERROR_NONE_MAPPED);

/** The SIDs or names of each look-up, in order. */
const asked = () => fake.calls.map(({ args }) => args);

/** Looks up accounts that nobody was asked for before, each with its number as name. */
async function lookUp(first: number, count: number): Promise<void> {
  for (let from = first; from < first + count; from += CHUNK) {
    const sids = Array.from({ length: Math.min(CHUNK, first + count - from) }, (_, i) =>
      sidOf(from + i),
    );
    fake.accountAnswers.push(sids.flatMap((sid, i) => known(sid, `${from + i}`)));
    await accountsBySid(sids);
  }
  fake.calls.length = 0;
}

describe('accountsBySid', () => {
  test('gives the account of each SID that somebody knows', async () => {
    fake.accountAnswers.push([
      ...known(sidOf(1), 'alice'),
      ...UNKNOWN,
      ...[0, 'S-1-1-0', '', 'Everyone', 5],
    ]);
    const accounts = await accountsBySid([sidOf(1), sidOf(2), 'S-1-1-0']);
    expect([...accounts]).toEqual([
      [sidOf(1), { sid: sidOf(1), name: 'EXAMPLE\\alice', use: 'user' }],
      ['S-1-1-0', { sid: 'S-1-1-0', name: 'Everyone', use: 'wellKnownGroup' }],
    ]);
    expect(Object.isFrozen(accounts.get(sidOf(1)))).toBe(true);
    expect(fake.calls[0]?.call).toBe('lookupAccountSids');
  });

  test('asks nobody for nothing', async () => {
    await expect(accountsBySid([])).resolves.toEqual(new Map());
    expect(fake.calls).toEqual([]);
  });

  test('takes any iterable, and asks once for what is there twice', async () => {
    fake.accountAnswers.push([...known(sidOf(1), 'alice'), ...known(sidOf(2), 'bob')]);
    function* sids() {
      yield* [sidOf(1), sidOf(2), sidOf(1)];
    }
    expect((await accountsBySid(sids())).size).toBe(2);
    expect(asked()).toEqual([[sidOf(1), sidOf(2)]]);
  });

  test('asks only for what is not remembered', async () => {
    fake.accountAnswers.push(known(sidOf(1), 'alice'), known(sidOf(2), 'bob'));
    await accountsBySid([sidOf(1)]);
    const accounts = await accountsBySid([sidOf(1), sidOf(2)]);
    expect([...accounts.values()].map(({ name }) => name).sort()).toEqual([
      'EXAMPLE\\alice',
      'EXAMPLE\\bob',
    ]);
    expect(asked()).toEqual([[sidOf(1)], [sidOf(2)]]);
  });

  test('remembers a name for ten minutes', async () => {
    fake.accountAnswers.push(known(sidOf(1), 'alice'), known(sidOf(1), 'alice.miller'));
    await accountsBySid([sidOf(1)]);
    now += 10 * MINUTE - 1;
    expect((await accountsBySid([sidOf(1)])).get(sidOf(1))?.name).toBe('EXAMPLE\\alice');
    expect(fake.calls).toHaveLength(1);
    now += 1;
    expect((await accountsBySid([sidOf(1)])).get(sidOf(1))?.name).toBe('EXAMPLE\\alice.miller');
    expect(fake.calls).toHaveLength(2);
  });

  test('remembers for one minute that nobody knows a SID', async () => {
    fake.accountAnswers.push(UNKNOWN, known(sidOf(1), 'new'));
    await expect(accountsBySid([sidOf(1)])).resolves.toEqual(new Map());
    now += MINUTE - 1;
    await expect(accountsBySid([sidOf(1)])).resolves.toEqual(new Map());
    expect(fake.calls).toHaveLength(1);
    now += 1;
    expect((await accountsBySid([sidOf(1)])).get(sidOf(1))?.name).toBe('EXAMPLE\\new');
  });

  test('counts the time from the answer, which may have taken a while', async () => {
    fake.accountAnswers.push(known(sidOf(1), 'alice'));
    const asking = accountsBySid([sidOf(1)]);
    now += 5 * MINUTE;
    await asking;
    now += 10 * MINUTE - 1;
    await accountsBySid([sidOf(1)]);
    expect(fake.calls).toHaveLength(1);
  });

  test('rejects with the first error of the system, and remembers the rest', async () => {
    fake.accountAnswers.push(
      [
        ...known(sidOf(1), 'alice'),
        ...failing(RPC_S_SERVER_UNAVAILABLE),
        ...failing(ERROR_ACCESS_DENIED),
        ...known(sidOf(4), 'bob'),
      ],
      [...known(sidOf(2), 'carol'), ...known(sidOf(3), 'dave')],
    );
    const sids = [1, 2, 3, 4].map(sidOf);
    await expect(accountsBySid(sids)).rejects.toMatchObject({
      code: 'ERR_SECUR32_SYSTEM_ERROR',
      call: 'LookupAccountSid',
      systemCode: RPC_S_SERVER_UNAVAILABLE,
    });
    expect((await accountsBySid(sids)).size).toBe(4);
    expect(asked()[1]).toEqual([sidOf(2), sidOf(3)]);
  });

  test('remembers nothing of a SID that the answer leaves out', async () => {
    fake.accountAnswers.push(known(sidOf(1), 'alice'), known(sidOf(2), 'bob'));
    expect((await accountsBySid([sidOf(1), sidOf(2)])).size).toBe(1);
    expect((await accountsBySid([sidOf(1), sidOf(2)])).size).toBe(2);
  });

  test('rejects with what the addon refuses, and asks again', async () => {
    fake.accountAnswers.push(13, known(sidOf(1), 'alice'));
    await expect(accountsBySid([sidOf(1)])).rejects.toThrow(coded('ERR_SECUR32_IMPERSONATING'));
    expect((await accountsBySid([sidOf(1)])).size).toBe(1);
  });

  test('does not take what it cannot ask for', async () => {
    await expect(accountsBySid([''])).rejects.toThrow(argumentError());
  });
});

describe('what is remembered', () => {
  test('is at most 10,000 accounts, of which the oldest are forgotten', async () => {
    await lookUp(0, MAX_REMEMBERED);
    await accountsBySid([sidOf(0), sidOf(MAX_REMEMBERED - 1)]);
    expect(fake.calls).toEqual([]);

    await lookUp(MAX_REMEMBERED, 2);
    await accountsBySid([sidOf(2), sidOf(MAX_REMEMBERED + 1)]);
    expect(fake.calls).toEqual([]);
    fake.accountAnswers.push([...UNKNOWN, ...UNKNOWN]);
    await accountsBySid([sidOf(0), sidOf(1), sidOf(3)]);
    expect(asked()).toEqual([[sidOf(0), sidOf(1)]]);
  });

  test('is as old as its last answer', async () => {
    await lookUp(0, 1);
    await lookUp(1, MAX_REMEMBERED - 2);
    now += 10 * MINUTE;
    fake.accountAnswers.push(known(sidOf(0), 'again'), known(sidOf(-1), 'other'));
    await accountsBySid([sidOf(0)]);
    await accountsBySid([sidOf(-1)]);
    await lookUp(MAX_REMEMBERED, 2);
    expect((await accountsBySid([sidOf(0)])).get(sidOf(0))?.name).toBe('EXAMPLE\\again');
    expect(fake.calls).toEqual([]);
  });

  test('is as old as its last answer where two ask for it at once', async () => {
    fake.accountAnswers.push(known(sidOf(-1), 'first'));
    const first = accountsBySid([sidOf(-1)]);
    const others = lookUp(0, CHUNK);
    fake.accountAnswers.push(known(sidOf(-1), 'second'));
    const second = accountsBySid([sidOf(-1)]);
    await Promise.all([first, others, second]);
    await lookUp(CHUNK, MAX_REMEMBERED - CHUNK);
    expect((await accountsBySid([sidOf(-1)])).get(sidOf(-1))?.name).toBe('EXAMPLE\\second');
    expect(fake.calls).toEqual([]);
  });

  test('is in the answer although a new account takes its place meanwhile', async () => {
    await lookUp(0, MAX_REMEMBERED);
    fake.accountAnswers.push(known(sidOf(-1), 'new'));
    const accounts = await accountsBySid([sidOf(0), sidOf(-1)]);
    expect([...accounts.values()].map(({ name }) => name).sort()).toEqual([
      'EXAMPLE\\0',
      'EXAMPLE\\new',
    ]);
  });
});

describe('resolveAccount', () => {
  test('gives the account as the system writes it, and asks for the name each time', async () => {
    fake.accountAnswers.push(
      [0, 'S-1-5-32-544', 'BUILTIN', 'BUILTIN\\administrators', 4],
      [0, 'S-1-5-32-544', 'BUILTIN', 'Administrators', 4],
      [0, 'S-1-5-32-545', 'BUILTIN', 'Users', 4],
      UNKNOWN,
    );
    const account = await resolveAccount('BUILTIN\\administrators');
    expect(account).toEqual({
      sid: 'S-1-5-32-544',
      name: 'BUILTIN\\Administrators',
      use: 'alias',
    });
    expect(Object.isFrozen(account)).toBe(true);
    // Of another SID by now, which has no other name.
    expect((await resolveAccount('BUILTIN\\administrators')).name).toBe('BUILTIN\\Users');
    expect(asked()).toEqual([
      ['BUILTIN\\administrators'],
      ['S-1-5-32-544'],
      ['BUILTIN\\administrators'],
      ['S-1-5-32-545'],
    ]);
  });

  test.each([
    ['says so', UNKNOWN],
    ['says nothing', []],
  ])('rejects a name that nobody knows, where the system %s', async (_, answer) => {
    fake.accountAnswers.push(answer);
    await expect(resolveAccount('EXAMPLE\\nobody')).rejects.toMatchObject({
      code: 'ERR_SECUR32_UNKNOWN_ACCOUNT',
      message: 'no account is named "EXAMPLE\\\\nobody"',
    });
  });

  test('rejects with the error of the system', async () => {
    fake.accountAnswers.push(failing(RPC_S_SERVER_UNAVAILABLE));
    await expect(resolveAccount('alice')).rejects.toMatchObject({
      code: 'ERR_SECUR32_SYSTEM_ERROR',
      call: 'LookupAccountName',
      systemCode: RPC_S_SERVER_UNAVAILABLE,
    });
  });

  test.each([[''], [undefined], [5]])('refuses %p before the addon sees it', async (name) => {
    await expect(resolveAccount(name as string)).rejects.toThrow(argumentError());
    expect(fake.log).toEqual([]);
  });
});
