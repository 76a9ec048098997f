import { fake } from '../instruments/support/fake-native.js';

import { describe, expect, jest, test } from '@jest/globals';

import { SEC_E_INVALID_HANDLE, SEC_E_UNSUPPORTED_FUNCTION } from '../../lib/constants/status.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import type { ContextHandle } from '../../lib/raw/handles.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { TokenHandle } from '../../lib/raw/token-handle.js';
import {
  adoptToken,
  duplicateToken,
  duplicateTokenInto,
  querySecurityContextToken,
  tokenInformation,
  type DuplicateTokenOptions,
  type TokenInformation,
} from '../../lib/raw/tokens.js';
import {
  argumentError,
  coded,
  establishedServer,
  rawContext,
} from '../instruments/support/fake-handles.js';
import { ALICE, ENABLED, rawToken, tokenTuple, USERS } from '../instruments/support/fake-tokens.js';

const ERROR_ACCESS_DENIED = 5;
const ERROR_INVALID_HANDLE = 6;
const ERROR_INVALID_SID = 1337;

/** Matches the error of a function of Windows. */
const failed = (call: string, systemCode: number): unknown =>
  expect.objectContaining({ code: 'ERR_SECUR32_SYSTEM_ERROR', call, systemCode });

/** What tokenInformation makes of a tuple of the addon. */
function read(changes: Parameters<typeof tokenTuple>[0] = {}): TokenInformation {
  const token = rawToken();
  fake.informationAnswers.push(tokenTuple(changes));
  return tokenInformation(token);
}

describe('querySecurityContextToken', () => {
  test('gives a handle of the token', () => {
    fake.tokenAnswers.push([0]);
    const token = querySecurityContextToken(rawContext());
    expect(token).toBeInstanceOf(TokenHandle);
    expect(fake.calls).toEqual([{ call: 'querySecurityContextToken', handle: 1, args: [] }]);
    expect(liveCounts().tokens).toBe(1);
    token.close();
    expect(liveCounts().tokens).toBe(0);
  });

  test('reads the context of a high-level object, too', async () => {
    const { handle } = await establishedServer();
    if (handle === undefined) throw new Error('no context');
    fake.tokenAnswers.push([0]);
    expect(querySecurityContextToken(handle)).toBeInstanceOf(TokenHandle);
  });

  test.each([
    [SEC_E_UNSUPPORTED_FUNCTION, 'SEC_E_UNSUPPORTED_FUNCTION'],
    [SEC_E_INVALID_HANDLE, 'SEC_E_INVALID_HANDLE'],
  ])('throws the status of the package (%i)', (status, code) => {
    fake.tokenAnswers.push([status]);
    const context = rawContext();
    expect(() => querySecurityContextToken(context)).toThrow(
      expect.objectContaining({ name: 'SspiError', code, call: 'QuerySecurityContextToken' }),
    );
  });

  test('throws where there is a success and no token', () => {
    fake.tokenAnswers.push([0, false]);
    const context = rawContext();
    expect(() => querySecurityContextToken(context)).toThrow(
      failed('QuerySecurityContextToken', ERROR_INVALID_HANDLE),
    );
  });

  test('refuses a closed context, and what is none', () => {
    const context = rawContext();
    context.close();
    expect(() => querySecurityContextToken(context)).toThrow(coded('ERR_SECUR32_CLOSED'));
    expect(() => querySecurityContextToken({} as unknown as ContextHandle)).toThrow(
      coded('ERR_SECUR32_INVALID_HANDLE'),
    );
    expect(fake.calls).toEqual([]);
  });

  test('throws what the addon refuses', () => {
    fake.tokenAnswers.push(Refusal.busy);
    const context = rawContext();
    expect(() => querySecurityContextToken(context)).toThrow(coded('ERR_SECUR32_BUSY'));
  });
});

describe('tokenInformation', () => {
  test('gives all that is in a token', () => {
    expect(read({ groups: [[USERS, ENABLED]] })).toEqual({
      user: ALICE,
      groups: [
        {
          sid: USERS,
          enabled: true,
          denyOnly: false,
          mandatory: true,
          owner: false,
          integrity: false,
          resource: false,
          logonId: false,
          attributes: 7,
        },
      ],
      type: 'impersonation',
      impersonationLevel: 'impersonation',
      logonId: 0x1234n,
      elevated: false,
      elevationType: 'default',
      integrityLevel: 0x2000,
      restricted: false,
    });
  });

  test.each([
    ['mandatory', 0x1],
    ['enabled', 0x4],
    ['owner', 0x8],
    ['denyOnly', 0x10],
    ['integrity', 0x20],
    ['resource', 0x20000000],
    ['logonId', 0xc0000000],
  ] as const)('reads %s of a group from its own bits', (name, bits) => {
    const others = (0xffffffff & ~bits) >>> 0;
    const { groups } = read({
      groups: [
        ['S-1-1-0', bits],
        ['S-1-1-0', others],
      ],
    });
    const isSet = (index: number) =>
      Object.entries(groups[index] ?? {})
        .filter(([, value]) => value === true)
        .map(([key]) => key);
    expect(isSet(0)).toEqual([name]);
    expect(isSet(1)).toHaveLength(6);
    expect(isSet(1)).not.toContain(name);
    expect(groups.map(({ attributes }) => attributes)).toEqual([bits, others]);
  });

  test.each([[0x80000000], [0x40000000]])(
    'takes half of the bits of logonId for none (%i)',
    (bits) => {
      expect(read({ groups: [['S-1-5-5-0-1', bits]] }).groups[0]?.logonId).toBe(false);
    },
  );

  test.each([
    [0, 'anonymous'],
    [1, 'identification'],
    [2, 'impersonation'],
    [3, 'delegation'],
    [4, undefined],
  ])('gives level %i as %p', (level, impersonationLevel) => {
    expect(read({ level })).toMatchObject({ type: 'impersonation', impersonationLevel });
  });

  test('gives no level of a primary token', () => {
    expect(read({ primary: 1, level: 2 })).toMatchObject({
      type: 'primary',
      impersonationLevel: undefined,
    });
  });

  test.each([
    [0, 'unknown'],
    [1, 'default'],
    [2, 'full'],
    [3, 'limited'],
    [4, 'unknown'],
  ])('gives elevation type %i as %p', (elevationType, word) => {
    expect(read({ elevationType }).elevationType).toBe(word);
  });

  test('gives what is elevated or restricted, and no integrity level where there is none', () => {
    expect(read({ elevated: 1, restricted: 1, integrity: 0xffffffff })).toMatchObject({
      elevated: true,
      restricted: true,
      integrityLevel: undefined,
    });
    expect(read({ integrity: 0 }).integrityLevel).toBe(0);
  });

  test('cannot be changed', () => {
    const information = read({ groups: [[USERS, ENABLED]] });
    for (const part of [information, information.groups, information.groups[0]]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test('fails as a whole where the SID of a group cannot be had', () => {
    const groups = [
      [USERS, ENABLED],
      [undefined, ENABLED],
    ] as const;
    expect(() => read({ groups })).toThrow(failed('GetTokenInformation', ERROR_INVALID_SID));
  });

  test('fails where the SID of the user cannot be had', () => {
    expect(() => read({ user: undefined })).toThrow(
      failed('GetTokenInformation', ERROR_INVALID_SID),
    );
  });

  test('fails with the error of the system', () => {
    const token = rawToken();
    fake.informationAnswers.push([ERROR_ACCESS_DENIED]);
    expect(() => tokenInformation(token)).toThrow(
      failed('GetTokenInformation', ERROR_ACCESS_DENIED),
    );
  });

  test('throws what the addon refuses', () => {
    const token = rawToken();
    fake.informationAnswers.push(Refusal.noMemory);
    expect(() => tokenInformation(token)).toThrow(coded('ERR_SECUR32_OUT_OF_MEMORY'));
  });
});

describe('duplicateToken', () => {
  test.each<[DuplicateTokenOptions | undefined, boolean, number]>([
    [undefined, false, 2],
    [{}, false, 2],
    [{ type: 'primary' }, true, 2],
    [{ type: 'impersonation', level: 'anonymous' }, false, 0],
    [{ level: 'identification' }, false, 1],
    [{ type: 'primary', level: 'delegation' }, true, 3],
  ])('with %j makes a second token', (options, primary, level) => {
    const token = rawToken();
    fake.tokenAnswers.push([0]);
    const copy = duplicateToken(token, options);
    expect(copy).not.toBe(token);
    expect(fake.calls.at(-1)).toEqual({
      call: 'duplicateToken',
      handle: 1,
      args: [primary, level],
    });
    token.close();
    expect([copy.closed, fake.open.token]).toEqual([false, 1]);
  });

  test.each([
    [{ type: 'Primary' }, /^type must be 'primary' or 'impersonation'$/],
    [{ type: null }, /^type must be/],
    [{ level: 'impersonate' }, /^level must be one of anonymous, identification, impersonation, /],
    [{ level: 2 }, /^level must be/],
    [{ level: null }, /^level must be/],
    [null, /^the options of duplicateToken must be a plain object$/],
    ['primary', /^the options of duplicateToken must be a plain object$/],
  ])('refuses %j before the addon sees it', (options, message) => {
    const token = rawToken();
    fake.log.length = 0;
    expect(() => duplicateToken(token, options as DuplicateTokenOptions)).toThrow(
      argumentError(message),
    );
    expect(fake.log).toEqual([]);
  });

  test('fails with the error of the system', () => {
    const token = rawToken();
    fake.tokenAnswers.push([1346]);
    expect(() => duplicateToken(token, { level: 'delegation' })).toThrow(
      failed('DuplicateTokenEx', 1346),
    );
  });

  test('throws what the addon refuses', () => {
    const token = rawToken();
    fake.tokenAnswers.push(Refusal.badArgument);
    expect(() => duplicateToken(token)).toThrow(argumentError());
  });
});

describe('duplicateTokenInto', () => {
  test('gives the value that the handle has in the other process', () => {
    const token = rawToken();
    fake.duplicateAnswers.push([0, 0x2f4n]);
    expect(duplicateTokenInto(token, 4321)).toBe(0x2f4n);
    expect(fake.calls.at(-1)).toEqual({ call: 'duplicateTokenInto', handle: 1, args: [4321] });
    expect(token.closed).toBe(false);
  });

  test.each([[-1], [0.5], [2 ** 32], [NaN], ['4321'], [4321n], [undefined], [null]])(
    'refuses %p as the number of a process before the addon sees it',
    (processId) => {
      const token = rawToken();
      fake.log.length = 0;
      expect(() => duplicateTokenInto(token, processId as number)).toThrow(
        argumentError(/^processId must be an integer from 0 to 4294967295$/),
      );
      expect(fake.log).toEqual([]);
    },
  );

  test('fails with the error of the system', () => {
    const token = rawToken();
    fake.duplicateAnswers.push([ERROR_ACCESS_DENIED, 0n]);
    expect(() => duplicateTokenInto(token, 1)).toThrow(
      failed('DuplicateHandle', ERROR_ACCESS_DENIED),
    );
  });

  test('throws what the addon refuses', () => {
    const token = rawToken();
    fake.duplicateAnswers.push(Refusal.closed);
    expect(() => duplicateTokenInto(token, 1)).toThrow(coded('ERR_SECUR32_CLOSED'));
  });
});

describe('adoptToken', () => {
  test.each([[0n], [0x2f4n], [(1n << 64n) - 1n]])('takes the value %p over', (value) => {
    fake.tokenAnswers.push([0]);
    const token = adoptToken(value);
    expect(token).toBeInstanceOf(TokenHandle);
    expect(fake.calls).toEqual([{ call: 'adoptToken', handle: undefined, args: [value] }]);
  });

  test.each([[-1n], [1n << 64n], [0x2f4], ['0x2f4'], [undefined], [null]])(
    'refuses the value %p before the addon sees it',
    (value) => {
      expect(() => adoptToken(value as bigint)).toThrow(
        argumentError(/^value must be an unsigned 64-bit bigint$/),
      );
      expect(fake.log).toEqual([]);
    },
  );

  test('fails for a value that is no handle of a token', () => {
    fake.tokenAnswers.push([ERROR_INVALID_HANDLE]);
    expect(() => adoptToken(1n)).toThrow(failed('GetTokenInformation', ERROR_INVALID_HANDLE));
  });

  test('throws what the addon refuses', () => {
    fake.tokenAnswers.push(Refusal.noMemory);
    expect(() => adoptToken(1n)).toThrow(coded('ERR_SECUR32_OUT_OF_MEMORY'));
  });
});

describe('closing the handle of a token', () => {
  test('throws what the addon refuses, and the handle is closed all the same', () => {
    const token = rawToken();
    const closing = jest.spyOn(fake, 'closeToken').mockReturnValue(Refusal.notAHandle);
    expect(() => {
      token.close();
    }).toThrow(coded('ERR_SECUR32_INVALID_HANDLE'));
    expect(token.closed).toBe(true);
    token.close();
    expect(closing).toHaveBeenCalledTimes(1);
  });
});
