/** Who the client of a ServerContext is, from what its package gives. */

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { AccessRules } from '../../lib/identity/access-rules.js';
import { ASC_RET_NULL_SESSION } from '../../lib/constants/asc-flags.js';
import { SECPKG_ATTR_NAMES } from '../../lib/constants/context-attributes.js';
import {
  SEC_E_INSUFFICIENT_MEMORY,
  SEC_E_INTERNAL_ERROR,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_CONTINUE_NEEDED,
} from '../../lib/constants/status.js';
import type { Identity } from '../../lib/identity/identity.js';
import { codeOf } from '../instruments/support/outcomes.js';
import {
  control,
  endOfTest,
  getAcquainted,
  journalOf,
  Script,
  takeJournal,
  type ScriptedAnswer,
  type ScriptedCall,
  type ScriptedToken,
} from '../instruments/support/scripted.js';
import {
  closeOpened,
  establishedServer,
  serverContextOf,
} from '../instruments/support/scripted-contexts.js';

const ADMINISTRATORS = 'S-1-5-32-544';
const EVERYONE = 'S-1-1-0';

beforeAll(() => getAcquainted(['Scripted']));
afterEach(async () => {
  closeOpened();
  await endOfTest();
});

function named(script: Script, name: string): Script {
  const pointer = { type: 0, data: Buffer.from(`${name}\0`, 'utf16le') };
  return script.on('queryAttributes', { output: [Buffer.alloc(8), pointer] });
}

async function identityOf(token: ScriptedToken, name?: string): Promise<Identity> {
  const script = new Script().on('queryToken', { token });
  if (name !== undefined) named(script, name);
  return (await establishedServer(script)).identity;
}

async function nameless(status = SEC_E_UNSUPPORTED_FUNCTION): Promise<Identity> {
  const script = new Script().on('queryToken', { status });
  return (await establishedServer(script)).identity;
}

describe('with a token', () => {
  test('it is the user, the groups and the level, and the token is closed', async () => {
    const identity = await identityOf('impersonation', 'SSPI\\alice');
    expect(control.openTokens()).toBe(0);
    expect(identity).toMatchObject({
      source: 'token',
      name: 'SSPI\\alice',
      impersonationLevel: 'impersonation',
      isAnonymous: false,
      isGuest: false,
      isNullSession: false,
    });
    expect(identity.sid).toMatch(/^S-1-5-21-/);
    expect(identity.isMemberOf(EVERYONE)).toBe(true);
    expect(identity.isMemberOf(ADMINISTRATORS)).toBe(true);
    expect(identity.isMemberOf('S-1-5-32-9999')).toBe(false);
  });

  test('nobody is impersonated for it', async () => {
    const server = await establishedServer(new Script());
    expect(server.identity.source).toBe('token');
    const calls = takeJournal().map(({ call }) => call);
    expect(calls).toContain('queryToken');
    expect(calls).not.toContain('impersonate');
  });

  test('of a name it knows nothing without the package', async () => {
    expect((await identityOf('impersonation')).name).toBeUndefined();
    expect((await identityOf('impersonation', '')).name).toBeUndefined();
  });

  test('that may only be identified it is known all the same', async () => {
    const identity = await identityOf('identification');
    expect(identity).toMatchObject({ source: 'token', impersonationLevel: 'identification' });
    expect(identity.isMemberOf(ADMINISTRATORS)).toBe(true);
  });

  test('groups for denying only make no member, but deny', async () => {
    const identity = await identityOf('denyOnly');
    const administrators = identity.groups?.filter(({ sid }) => sid === ADMINISTRATORS);
    expect(administrators).toEqual([expect.objectContaining({ denyOnly: true })]);
    expect(identity.isMemberOf(ADMINISTRATORS)).toBe(false);
    expect(identity.isMemberOf(EVERYONE)).toBe(true);
    const permits = async (rules: Parameters<typeof AccessRules.resolve>[0]) =>
      (await AccessRules.resolve(rules)).permits(identity);
    expect([
      await permits({ allow: [ADMINISTRATORS] }),
      await permits({ allow: [EVERYONE] }),
      await permits({ allow: [EVERYONE], deny: [ADMINISTRATORS] }),
      await permits({ deny: [ADMINISTRATORS] }),
      await permits({ deny: ['S-1-5-32-9999'] }),
    ]).toEqual([false, true, false, false, true]);
  });

  test('of nobody it is no logon', async () => {
    const server = await serverContextOf(new Script().on('queryToken', { token: 'anonymous' }));
    await expect(server.step(Buffer.from('token'))).rejects.toMatchObject({
      code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
      message: expect.stringContaining('not met: a client that is not anonymous'),
    });
    expect(control.openTokens()).toBe(0);
  });
});

describe('without a token', () => {
  test('it is the name alone, and of groups nobody knows', async () => {
    const script = named(
      new Script().on('queryToken', { status: SEC_E_UNSUPPORTED_FUNCTION }),
      'SSPI\\alice',
    );
    const { identity } = await establishedServer(script);
    expect(identity).toMatchObject({
      source: 'names',
      name: 'SSPI\\alice',
      sid: undefined,
      logonId: undefined,
      impersonationLevel: undefined,
      integrityLevel: undefined,
      elevated: false,
      groups: undefined,
    });
    expect(identity.isMemberOf(EVERYONE)).toBe(false);
    expect((await AccessRules.resolve({})).permits(identity)).toBe(false);
    // There is nothing to look up.
    expect(await identity.resolveNames()).toBe(identity);
    expect(identity.name).toBe('SSPI\\alice');
  });

  test('and without a name it is nobody whom anybody knows', async () => {
    const identity = await nameless();
    expect(identity).toMatchObject({ source: 'none', name: undefined, sid: undefined });
    expect((await AccessRules.resolve({})).permits(identity)).toBe(false);
  });
});

describe('a logon is no logon', () => {
  const NONE: readonly [string, string, ScriptedCall, ScriptedAnswer][] = [
    [
      'the token cannot be had',
      'SEC_E_INTERNAL_ERROR',
      'queryToken',
      { status: SEC_E_INTERNAL_ERROR },
    ],
    [
      'there is no token in spite of a success',
      'ERR_SECUR32_SYSTEM_ERROR',
      'queryToken',
      { token: 'null' },
    ],
    [
      'the name cannot be had',
      'SEC_E_INSUFFICIENT_MEMORY',
      'queryAttributes',
      { status: SEC_E_INSUFFICIENT_MEMORY },
    ],
  ];

  test.each(NONE)('where %s', async (_, code, call, answer) => {
    const server = await serverContextOf(new Script().on(call, answer));
    await expect(server.step(Buffer.from('token'))).rejects.toMatchObject({ code });
    expect(codeOf(() => server.identity)).toBe('ERR_SECUR32_NOT_ESTABLISHED');
    expect(server.established).toBe(false);
    expect(codeOf(() => server.sizes)).toBe('ERR_SECUR32_NOT_ESTABLISHED');
  });

  test('of a null session', async () => {
    const server = await serverContextOf(
      new Script().on('accept', { attributes: ASC_RET_NULL_SESSION }),
    );
    await expect(server.step(Buffer.from('token'))).rejects.toMatchObject({
      code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
    });
    expect(journalOf('queryToken')).toEqual([]);
  });
});

test('it is read once, when the handshake is done, and stays after the end', async () => {
  const script = new Script().on('accept', { status: SEC_I_CONTINUE_NEEDED });
  const server = await establishedServer(script);
  expect(codeOf(() => server.identity)).toBe('ERR_SECUR32_NOT_ESTABLISHED');
  expect(journalOf('queryToken')).toEqual([]);
  named(script, 'SSPI\\alice');
  await server.step(Buffer.from('another token'));
  const { identity } = server;
  server.close();
  expect(server.identity).toBe(identity);
  const calls = takeJournal();
  expect(calls.filter(({ call }) => call === 'queryToken')).toHaveLength(1);
  const asked = calls.filter(({ call }) => call === 'queryAttributes');
  expect(asked.map(({ attribute }) => attribute)).toEqual([SECPKG_ATTR_NAMES]);
});

test('its names can be looked up', async () => {
  const identity = await identityOf('impersonation');
  await identity.resolveNames();
  expect(identity.name).toMatch(/.\\./);
  const everyone = identity.groups?.find(({ sid }) => sid === EVERYONE);
  expect(everyone?.name).toBe('Everyone');
});

test('nobody can change it, and in a log it has no groups', async () => {
  const identity = await identityOf('impersonation', 'SSPI\\alice');
  for (const group of identity.groups ?? []) expect(Object.isFrozen(group)).toBe(true);
  expect(identity.groups?.length).toBeGreaterThan(0);
  expect(JSON.parse(JSON.stringify(identity))).toEqual({
    source: 'token',
    sid: identity.sid,
    name: 'SSPI\\alice',
    isGuest: false,
    isAnonymous: false,
    isNullSession: false,
  });
});
