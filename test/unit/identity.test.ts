import { fake } from '../instruments/support/fake-native.js';

import { describe, expect, jest, test } from '@jest/globals';

import { SECPKG_ATTR_NAMES } from '../../lib/constants/context-attributes.js';
import {
  SEC_E_INTERNAL_ERROR,
  SEC_E_NO_IMPERSONATION,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_CONTINUE_NEEDED,
} from '../../lib/constants/status.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { ServerContext } from '../../lib/context/server-context.js';
import {
  argumentError,
  bytes,
  coded,
  credentials,
  establishedServer,
} from '../instruments/support/fake-handles.js';
import {
  ADMINISTRATORS,
  ALICE,
  DENY_ONLY,
  DISABLED,
  ENABLED,
  GUESTS,
  identityOfClient,
  INTEGRITY,
  LOGON_ID,
  queueClient,
  tokenTuple,
  USERS,
} from '../instruments/support/fake-tokens.js';

const NAME = 'EXAMPLE\\alice';
const ANONYMOUS = 'S-1-5-7';
const NULL_SESSION = 0x100000;
const RPC_S_SERVER_UNAVAILABLE = 1722;

const known = (sid: string, name: string) => [0, sid, 'EXAMPLE', name, 1] as const;
const UNKNOWN = [1332, undefined, undefined, undefined, undefined] as const;

describe('the identity of a client', () => {
  test('is read from the token of the context, and its name from the package', async () => {
    queueClient({ token: { groups: [[USERS, ENABLED]], elevated: 1, level: 3 }, name: NAME });
    const { identity } = await establishedServer();
    expect(identity).toMatchObject({
      source: 'token',
      sid: ALICE,
      name: NAME,
      logonId: 0x1234n,
      impersonationLevel: 'delegation',
      elevated: true,
      integrityLevel: 0x2000,
      isGuest: false,
      isAnonymous: false,
      isNullSession: false,
    });
    expect(identity.groups).toMatchObject([{ sid: USERS, name: undefined, enabled: true }]);
    expect(fake.calls).toEqual([
      { call: 'querySecurityContextToken', handle: 1, args: [] },
      { call: 'tokenInformation', handle: 1, args: [] },
    ]);
    expect(fake.queries).toEqual([[1, SECPKG_ATTR_NAMES]]);
  });

  test.each([
    ['a token alone', { token: {} }, { source: 'token', sid: ALICE, name: undefined }],
    ['a name alone', { name: NAME }, { source: 'names', sid: undefined, name: NAME }],
    ['nothing', {}, { source: 'none', sid: undefined, name: undefined }],
    ['an empty name', { name: '' }, { source: 'none', sid: undefined, name: undefined }],
  ])('may have %s', (_, client, identity) => {
    expect(identityOfClient(client)).toMatchObject(identity);
  });

  test('without a token knows no groups, which is not the same as having none', () => {
    const { groups, logonId, impersonationLevel, elevated, integrityLevel } = identityOfClient({
      name: NAME,
    });
    expect({ groups, logonId, impersonationLevel, elevated, integrityLevel }).toEqual({
      groups: undefined,
      logonId: undefined,
      impersonationLevel: undefined,
      elevated: false,
      integrityLevel: undefined,
    });
    expect(identityOfClient({ token: {} }).groups).toEqual([]);
  });

  test.each([
    ['the account Guest of a domain', { user: 'S-1-5-21-1-2-3-501' }, true],
    ['an account whose number ends like Guest’s', { user: 'S-1-5-21-1-2-3-1501' }, false],
    ['an account of no domain', { user: 'S-1-5-501' }, false],
    ['a member of Guests', { groups: [[GUESTS, ENABLED] as const] }, true],
    ['a member of Guests that is not enabled', { groups: [[GUESTS, DISABLED] as const] }, false],
    ['a member of Guests for denying only', { groups: [[GUESTS, DENY_ONLY] as const] }, false],
    ['a member of another group', { groups: [[USERS, ENABLED] as const] }, false],
  ])('of %s is a guest or not', (_, token, isGuest) => {
    expect(identityOfClient({ token }).isGuest).toBe(isGuest);
  });

  test('is anonymous with the SID of the anonymous logon', () => {
    expect(identityOfClient({ token: { user: ANONYMOUS } }).isAnonymous).toBe(true);
    expect(identityOfClient({ name: 'NT AUTHORITY\\ANONYMOUS LOGON' }).isAnonymous).toBe(false);
  });

  test('is of a null session where the attribute says so', () => {
    expect(identityOfClient({ token: {}, attr: NULL_SESSION }).isNullSession).toBe(true);
    expect(identityOfClient({ token: {}, attr: ~NULL_SESSION }).isNullSession).toBe(false);
  });

  test('as JSON is without groups', () => {
    const identity = identityOfClient({ token: { groups: [[USERS, ENABLED]] }, name: NAME });
    expect(JSON.parse(JSON.stringify(identity))).toEqual({
      source: 'token',
      sid: ALICE,
      name: NAME,
      isGuest: false,
      isAnonymous: false,
      isNullSession: false,
    });
  });

  test('stays readable after the context is closed', async () => {
    queueClient({ token: {}, name: NAME });
    const context = await establishedServer();
    context.close();
    expect(context.identity.sid).toBe(ALICE);
  });

  test('is the same object each time, and not there before the handshake is done', async () => {
    const context = new ServerContext(await credentials());
    expect(() => context.identity).toThrow(coded('ERR_SECUR32_NOT_ESTABLISHED'));
    fake.legAnswers.push({ status: SEC_I_CONTINUE_NEEDED }, {});
    await context.step(bytes('1'));
    expect(() => context.identity).toThrow(coded('ERR_SECUR32_NOT_ESTABLISHED'));
    await context.step(bytes('2'));
    expect(context.identity).toBe(context.identity);
  });
});

describe('the groups of an identity', () => {
  test('cannot be changed', () => {
    const { groups = [] } = identityOfClient({ token: { groups: [[USERS, ENABLED]] } });
    expect(groups.map((group) => Object.isFrozen(group))).toEqual([true]);
  });

  test('are not changed by who changes the list', () => {
    const identity = identityOfClient({ token: { groups: [[USERS, ENABLED]] } });
    (identity.groups as unknown[]).length = 0;
    expect(identity.groups).toHaveLength(1);
    expect(identity.isMemberOf(USERS)).toBe(true);
  });

  test.each([
    ['an enabled group', ENABLED, true],
    ['a group that is not enabled', DISABLED, false],
    ['a group for denying only', DENY_ONLY, false],
    ['a group for denying only that says that it is enabled', DENY_ONLY | ENABLED, false],
  ])('make a member of %s or not', (_, attributes, member) => {
    const identity = identityOfClient({ token: { groups: [[ADMINISTRATORS, attributes]] } });
    expect(identity.isMemberOf(ADMINISTRATORS)).toBe(member);
  });

  test('make nobody a member of another group, or without a token', () => {
    expect(identityOfClient({ token: { groups: [[USERS, ENABLED]] } }).isMemberOf(GUESTS)).toBe(
      false,
    );
    expect(identityOfClient({ name: NAME }).isMemberOf(USERS)).toBe(false);
  });
});

describe('resolveNames', () => {
  // Names are remembered from one test to the next, by SID.
  const group = (index: number) => `S-1-5-21-9-9-9-${index}`;

  test('asks for the user and the groups of people, and gives itself', async () => {
    const identity = identityOfClient({
      token: {
        user: group(1),
        groups: [
          [group(2), ENABLED],
          ['S-1-16-8192', INTEGRITY],
          ['S-1-5-5-0-4711', LOGON_ID],
          [group(3), DENY_ONLY],
        ],
      },
      name: NAME,
    });
    fake.accountAnswers.push([
      ...known(group(1), 'alice.miller'),
      ...known(group(2), 'Staff'),
      ...UNKNOWN,
    ]);
    await expect(identity.resolveNames()).resolves.toBe(identity);
    expect(fake.calls.at(-1)).toEqual({
      call: 'lookupAccountSids',
      handle: undefined,
      args: [group(1), group(2), group(3)],
    });
    expect(identity.name).toBe('EXAMPLE\\alice.miller');
    expect(identity.groups?.map(({ name }) => name)).toEqual([
      'EXAMPLE\\Staff',
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('keeps the name of the package where nobody knows the SID', async () => {
    const identity = identityOfClient({ token: { user: group(11) }, name: NAME });
    fake.accountAnswers.push(UNKNOWN);
    await identity.resolveNames();
    expect(identity.name).toBe(NAME);
  });

  test('asks nobody where there is no token', async () => {
    const identity = identityOfClient({ name: NAME });
    await expect(identity.resolveNames()).resolves.toBe(identity);
    expect(identity.name).toBe(NAME);
  });

  test('rejects where the domain cannot be asked, and leaves the identity as it was', async () => {
    const identity = identityOfClient({ token: { user: group(21) }, name: NAME });
    fake.accountAnswers.push([
      RPC_S_SERVER_UNAVAILABLE,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    await expect(identity.resolveNames()).rejects.toMatchObject({
      code: 'ERR_SECUR32_SYSTEM_ERROR',
      systemCode: RPC_S_SERVER_UNAVAILABLE,
    });
    expect(identity.name).toBe(NAME);
  });
});

describe('names of which some cannot be looked up (K10)', () => {
  const group = (index: number) => `S-1-5-21-9-9-8-${index}`;
  const TRUSTED_RELATIONSHIP_FAILURE = 1789;
  const FAILED = [
    TRUSTED_RELATIONSHIP_FAILURE,
    undefined,
    undefined,
    undefined,
    undefined,
  ] as const;

  test('are set as far as they were found, and what is missing is told', async () => {
    const groups = [2, 3, 4].map((index) => [group(index), ENABLED] as const);
    const identity = identityOfClient({ token: { user: group(1), groups }, name: NAME });
    expect(identity.unresolvedSids).toEqual([]);
    fake.accountAnswers.push([
      ...known(group(1), 'alice.miller'),
      ...known(group(2), 'Staff'),
      ...FAILED,
      ...UNKNOWN,
    ]);
    await expect(identity.resolveNames()).resolves.toBe(identity);
    expect(identity.name).toBe('EXAMPLE\\alice.miller');
    expect(identity.groups?.map(({ name }) => name)).toEqual([
      'EXAMPLE\\Staff',
      undefined,
      undefined,
    ]);
    expect(identity.unresolvedSids).toEqual([group(3)]);
    // Found the next time.
    fake.accountAnswers.push(known(group(3), 'Guests'));
    await identity.resolveNames();
    expect([identity.unresolvedSids, identity.groups?.[1]?.name]).toEqual([[], 'EXAMPLE\\Guests']);
  });

  test('are an error if the user is among them, and the groups are set all the same', async () => {
    const groups = [[group(12), ENABLED] as const];
    const identity = identityOfClient({ token: { user: group(11), groups }, name: NAME });
    fake.accountAnswers.push([...FAILED, ...known(group(12), 'Staff')]);
    await expect(identity.resolveNames()).rejects.toMatchObject({
      code: 'ERR_SECUR32_SYSTEM_ERROR',
      systemCode: TRUSTED_RELATIONSHIP_FAILURE,
    });
    expect([identity.name, identity.groups?.[0]?.name, identity.unresolvedSids]).toEqual([
      NAME,
      'EXAMPLE\\Staff',
      [group(11)],
    ]);
  });
});

describe('an identity (S15)', () => {
  const identity = () => identityOfClient({ token: { groups: [[USERS, ENABLED]] }, name: NAME });

  test('finds a group in any capitals', () => {
    expect(identity().isMemberOf(USERS.toLowerCase())).toBe(true);
    expect(identity().isMemberOf(ADMINISTRATORS)).toBe(false);
  });

  test.each([['EXAMPLE\\Users'], ['S-1-5-'], [' S-1-5-32-545'], ['S-1-5-032-545'], ['']])(
    'is not asked for %p, which is no SID',
    (name) => {
      expect(() => identity().isMemberOf(name)).toThrow(argumentError());
    },
  );

  test.each([[undefined], [null], [545], [['S-1-5-32-545']]])('is not asked for %p', (sid) => {
    expect(() => identity().isMemberOf(sid as never)).toThrow(
      argumentError('sid must be a string'),
    );
  });

  test('is frozen: the next request sees no change of one handler', () => {
    const shared = identity();
    for (const name of ['sid', 'source', 'isGuest', 'name', 'extra']) {
      expect(() => {
        (shared as unknown as Record<string, unknown>)[name] = 'S-1-5-18';
      }).toThrow(TypeError);
    }
    expect(Object.isFrozen(shared)).toBe(true);
    expect(() => Object.defineProperty(shared, 'isMemberOf', { value: () => true })).toThrow(
      TypeError,
    );
    expect(shared.sid).toBe(ALICE);
  });

  test('cannot be made by new (K13)', () => {
    const Class = identity().constructor as new (...args: unknown[]) => unknown;
    expect(() => new Class(undefined, NAME, false)).toThrow(
      argumentError('Identity cannot be constructed; identities come from contexts'),
    );
  });
});

describe('an identity that cannot be read', () => {
  /** A step that is the whole handshake, of a context that is looked at afterwards. */
  async function failing(): Promise<{ context: ServerContext; step: Promise<unknown> }> {
    const context = new ServerContext(await credentials());
    fake.legAnswers.push({});
    return { context, step: context.step(bytes('1')) };
  }

  test.each<[string, () => void, object]>([
    [
      'the token',
      () => fake.tokenAnswers.push([SEC_E_INTERNAL_ERROR]),
      { code: 'SEC_E_INTERNAL_ERROR', call: 'QuerySecurityContextToken' },
    ],
    [
      'what is in the token',
      () => {
        fake.tokenAnswers.push([0]);
        fake.informationAnswers.push([5]);
      },
      { code: 'ERR_SECUR32_SYSTEM_ERROR', call: 'GetTokenInformation', systemCode: 5 },
    ],
    [
      'the SID of a group',
      () => {
        fake.tokenAnswers.push([0]);
        fake.informationAnswers.push(tokenTuple({ groups: [[undefined, ENABLED]] }));
      },
      { code: 'ERR_SECUR32_SYSTEM_ERROR', systemCode: 1337 },
    ],
    [
      'the name',
      () => {
        fake.tokenAnswers.push([SEC_E_UNSUPPORTED_FUNCTION]);
        fake.attributeAnswers.push([SEC_E_INTERNAL_ERROR]);
      },
      { code: 'SEC_E_INTERNAL_ERROR', call: 'QueryContextAttributes' },
    ],
    [
      'what the addon refuses',
      () => fake.tokenAnswers.push(Refusal.noMemory),
      { code: 'ERR_SECUR32_OUT_OF_MEMORY' },
    ],
  ])('for want of %s fails the step, and its context is deleted', async (_, queue, error) => {
    queue();
    const { context, step } = await failing();
    await expect(step).rejects.toMatchObject(error);
    expect([context.established, fake.open.context, fake.open.token]).toEqual([false, 0, 0]);
    expect(() => context.identity).toThrow(coded('ERR_SECUR32_NOT_ESTABLISHED'));
    await expect(context.step(bytes('2'))).rejects.toThrow(coded('ERR_SECUR32_CONTEXT_FAILED'));
  });

  test('does not take an error of Windows for a package without tokens', async () => {
    fake.tokenAnswers.push([0]);
    fake.informationAnswers.push([SEC_E_UNSUPPORTED_FUNCTION]);
    const { step } = await failing();
    await expect(step).rejects.toThrow(coded('ERR_SECUR32_SYSTEM_ERROR'));
  });
});

test('a package that has no token for this client has a name at most', async () => {
  fake.tokenAnswers.push([SEC_E_NO_IMPERSONATION]);
  fake.attributeAnswers.push([0, NAME]);
  const { identity } = await establishedServer();
  expect(identity).toMatchObject({ source: 'names', name: NAME, sid: undefined });
});

test('the token is closed as soon as it is read', async () => {
  const closing = jest.spyOn(fake, 'closeToken');
  queueClient({ token: {} });
  await establishedServer();
  expect(closing).toHaveBeenCalledTimes(1);
  expect(fake.open.token).toBe(0);
});
