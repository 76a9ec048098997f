/** Access tokens: whose they are, and that each is closed once. */

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { SEC_E_INVALID_TOKEN, SEC_E_UNSUPPORTED_FUNCTION } from '../../lib/constants/status.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { acceptSecurityContext } from '../../lib/raw/handshake-calls.js';
import { TokenHandle } from '../../lib/raw/token-handle.js';
import {
  adoptToken,
  duplicateToken,
  duplicateTokenInto,
  querySecurityContextToken,
  tokenInformation,
} from '../../lib/raw/tokens.js';
import { runChild } from '../instruments/support/child.js';
import { codeOf, outcome } from '../instruments/support/outcomes.js';
import {
  callsAtGates,
  control,
  endOfTest,
  Gate,
  getAcquainted,
  journalOf,
  Script,
  type ScriptedToken,
} from '../instruments/support/scripted.js';
import {
  closeOpened,
  credentialOf,
  opened,
  serverOf,
} from '../instruments/support/scripted-contexts.js';
import { present } from '../instruments/support/system.js';

const ADMINISTRATORS = 'S-1-5-32-544';
const EVERYONE = 'S-1-1-0';
const NOBODY = 'S-1-5-7';
const SID = /^S-1-\d+(?:-\d+)+$/;

beforeAll(() => getAcquainted(['Scripted']));
afterEach(async () => {
  closeOpened();
  await endOfTest();
});

function tokenOf(kind: ScriptedToken): TokenHandle {
  const script = new Script().on('queryToken', { token: kind });
  return opened(querySecurityContextToken(serverOf(script)));
}

describe('the token of a context', () => {
  test.each([
    ['impersonation', 'impersonation'],
    ['identification', 'identification'],
    ['denyOnly', 'impersonation'],
    ['anonymous', 'impersonation'],
  ] as const)('%s is of its level', (kind, level) => {
    const information = tokenInformation(tokenOf(kind));
    expect(information).toMatchObject({ type: 'impersonation', impersonationLevel: level });
    expect(information.user).toMatch(SID);
    expect(Object.isFrozen(information) && Object.isFrozen(information.groups)).toBe(true);
    for (const group of information.groups) expect(group.sid).toMatch(SID);
  });

  test('is handed out for the caller to close, here and now', () => {
    const token = tokenOf('impersonation');
    expect([control.openTokens(), liveCounts().tokens]).toEqual([1, 1]);
    token.close();
    expect([token.closed, control.openTokens(), liveCounts().tokens]).toEqual([true, 0, 0]);
    token.close();
    expect(codeOf(() => tokenInformation(token))).toBe('ERR_SECUR32_CLOSED');
    expect(journalOf('queryToken')).toEqual([expect.objectContaining({ onThisThread: true })]);
  });

  test('stays when its context goes', () => {
    const context = serverOf(new Script());
    const token = opened(querySecurityContextToken(context));
    context.close();
    expect(tokenInformation(token).user).toMatch(SID);
  });

  test('is a new handle each time', () => {
    const context = serverOf(new Script());
    const tokens = [1, 2, 3].map(() => opened(querySecurityContextToken(context)));
    expect(control.openTokens()).toBe(3);
    tokens[0]?.close();
    expect(tokenInformation(present(tokens[1])).user).toMatch(SID);
  });

  test('can be declared with using', () => {
    {
      using token = querySecurityContextToken(serverOf(new Script()));
      expect(token.closed).toBe(false);
    }
    expect(control.openTokens()).toBe(0);
  });

  test('that a package does not give in spite of a success is an error', () => {
    const script = new Script().on('queryToken', { token: 'null' });
    const { error } = outcome(() => querySecurityContextToken(serverOf(script)));
    expect(error).toMatchObject({
      code: 'ERR_SECUR32_SYSTEM_ERROR',
      call: 'QuerySecurityContextToken',
      systemCode: 6,
    });
  });

  test.each([
    ['SEC_E_UNSUPPORTED_FUNCTION', SEC_E_UNSUPPORTED_FUNCTION],
    ['SEC_E_INVALID_TOKEN', SEC_E_INVALID_TOKEN],
  ])('is not there after %s, whatever the package left behind', (code, status) => {
    const script = new Script().on('queryToken', { status, handle: 'scribbled' });
    const { error } = outcome(() => querySecurityContextToken(serverOf(script)));
    expect(error).toMatchObject({ code, status, call: 'QuerySecurityContextToken' });
    expect(liveCounts().tokens).toBe(0);
  });

  test('is not to be had while a leg runs, after one failed, or after the end', async () => {
    const gate = new Gate();
    const script = new Script();
    const context = serverOf(script);
    const code = () => codeOf(() => querySecurityContextToken(context));
    script.on('accept', { gate, status: SEC_E_INVALID_TOKEN });
    const leg = acceptSecurityContext({ context });
    await callsAtGates(1);
    const codes = [code()];
    gate.open();
    await leg.catch(() => undefined);
    codes.push(code());
    context.close();
    codes.push(code());
    expect(codes).toEqual(['ERR_SECUR32_BUSY', 'ERR_SECUR32_CONTEXT_FAILED', 'ERR_SECUR32_CLOSED']);
  });
});

describe('what is in a token', () => {
  test("is the user of this process and the user's groups", () => {
    const { user, groups, logonId } = tokenInformation(tokenOf('impersonation'));
    expect(user).toMatch(/^S-1-5-21-/);
    // Wine has one logon session, whose number is 0.
    expect(typeof logonId).toBe('bigint');
    const everyone = groups.find(({ sid }) => sid === EVERYONE);
    expect(everyone).toMatchObject({ enabled: true, denyOnly: false, mandatory: true });
    const administrators = groups.find(({ sid }) => sid === ADMINISTRATORS);
    expect(administrators).toMatchObject({ enabled: true, denyOnly: false });
  });

  test('is the same user of any level', () => {
    const { user, groups } = tokenInformation(tokenOf('impersonation'));
    const other = tokenInformation(tokenOf('identification'));
    expect([other.user, other.groups]).toEqual([user, groups]);
  });

  test('is a group for denying only of a filtered administrator', () => {
    const { groups } = tokenInformation(tokenOf('denyOnly'));
    const administrators = groups.filter(({ sid }) => sid === ADMINISTRATORS);
    expect(administrators).toEqual([expect.objectContaining({ denyOnly: true })]);
    const others = groups.filter(({ sid, denyOnly }) => sid !== ADMINISTRATORS && denyOnly);
    expect(others).toEqual([]);
  });

  test('is nobody of an anonymous one', () => {
    const { user, groups, elevated } = tokenInformation(tokenOf('anonymous'));
    expect(user).toBe(NOBODY);
    expect(groups.map(({ sid }) => sid)).toEqual([EVERYONE]);
    expect(elevated).toBe(false);
  });
});

describe('a second token', () => {
  test.each([
    ['anonymous', 'anonymous'],
    ['identification', 'identification'],
    ['impersonation', 'impersonation'],
  ] as const)('has the level %s', (level, expected) => {
    const token = tokenOf('impersonation');
    const copy = opened(duplicateToken(token, { level }));
    expect(liveCounts().tokens).toBe(2);
    expect(tokenInformation(copy)).toMatchObject({
      type: 'impersonation',
      impersonationLevel: expected,
      user: tokenInformation(token).user,
    });
    token.close();
    expect(tokenInformation(copy).user).toMatch(SID);
  });

  test('can be a primary one, which has no level', () => {
    const copy = opened(duplicateToken(tokenOf('impersonation'), { type: 'primary' }));
    expect(tokenInformation(copy)).toMatchObject({
      type: 'primary',
      impersonationLevel: undefined,
    });
  });

  test('is not of a higher level than the first', () => {
    const { error } = outcome(() =>
      opened(duplicateToken(tokenOf('identification'), { level: 'impersonation' })),
    );
    expect(error).toMatchObject({ code: 'ERR_SECUR32_SYSTEM_ERROR', call: 'DuplicateTokenEx' });
    expect(liveCounts().tokens).toBe(1);
  });

  test.each([
    ['a type that is none', { type: 'secondary' }],
    ['a level that is none', { level: 'delegate' }],
    ['null for a level', { level: null }],
  ])('is refused with %s', (_, options) => {
    const token = tokenOf('impersonation');
    expect(codeOf(() => duplicateToken(token, options as never))).toBe(
      'ERR_SECUR32_INVALID_ARGUMENT',
    );
  });
});

describe('a token for another process', () => {
  test('is a handle there, which is adopted and closed there', () => {
    const token = tokenOf('impersonation');
    const { user } = tokenInformation(token);
    const value = duplicateTokenInto(token, process.pid);
    expect(value).toBeGreaterThan(0n);
    expect(liveCounts().tokens).toBe(1);
    token.close();
    const adopted = adoptToken(value);
    expect(tokenInformation(adopted).user).toBe(user);
    expect(liveCounts().tokens).toBe(1);
    adopted.close();
    expect(codeOf(() => adoptToken(value))).toBe('ERR_SECUR32_SYSTEM_ERROR');
  });

  test('goes to no process that is not there', () => {
    const { error } = outcome(() => duplicateTokenInto(tokenOf('impersonation'), 0xfffffffc));
    expect(error).toMatchObject({ code: 'ERR_SECUR32_SYSTEM_ERROR' });
  });

  test.each([-1, 1.5, 2 ** 32, '1', undefined])('is not for the process %p', (processId) => {
    const token = tokenOf('impersonation');
    expect(codeOf(() => duplicateTokenInto(token, processId as never))).toBe(
      'ERR_SECUR32_INVALID_ARGUMENT',
    );
  });

  test.each([
    ['none', 0n],
    ["this process's own pseudo-handle", 2n ** 64n - 1n],
    ["this thread's effective token", 2n ** 64n - 6n],
    ['one of nothing', 0x7ffff0n],
  ])('is not adopted from a value that is %s', (_, value) => {
    expect(codeOf(() => adoptToken(value))).toBe('ERR_SECUR32_SYSTEM_ERROR');
    expect(liveCounts().tokens).toBe(0);
  });

  test.each([-1n, 2n ** 64n, 8, '8', undefined])('is not adopted from %p', (value) => {
    expect(codeOf(() => adoptToken(value as never))).toBe('ERR_SECUR32_INVALID_ARGUMENT');
  });
});

test.each([
  ['undefined', () => undefined],
  ['an object', () => ({})],
  ['a context', () => serverOf(new Script())],
  ['a credential', () => credentialOf(new Script())],
  ['something with its prototype', () => Object.create(TokenHandle.prototype) as unknown],
])('%s is no token', (_, make) => {
  const value = make() as never;
  expect([
    codeOf(() => tokenInformation(value)),
    codeOf(() => duplicateToken(value)),
    codeOf(() => duplicateTokenInto(value, process.pid)),
  ]).toEqual(Array.from({ length: 3 }, () => 'ERR_SECUR32_INVALID_HANDLE'));
});

test('tokens and imported contexts that nobody refers to are collected', async () => {
  const { status, output, errors } = await runChild('scripted/children/dropped.js', {
    nodeOptions: ['--expose-gc'],
  });
  expect({ status, output, errors }).toEqual({
    status: 0,
    output: { alive: true, left: 0, violations: [] },
    errors: '',
  });
});

test('a token is made by a call, not by new', () => {
  const Constructor = TokenHandle as unknown as new () => unknown;
  expect(codeOf(() => new Constructor())).toBe('ERR_SECUR32_INVALID_HANDLE');
});
