import { fake } from '../instruments/support/fake-native.js';

import { inspect } from 'node:util';

import { describe, expect, test } from '@jest/globals';

import { SECPKG_CRED_OUTBOUND } from '../../lib/constants/credentials.js';
import { Credentials } from '../../lib/context/credentials.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import {
  acquireCredentialsHandle,
  acquireCredentialsHandleSync,
  type AcquireCredentialsHandleOptions,
} from '../../lib/raw/acquire-credentials-handle.js';
import { argumentError } from '../instruments/support/fake-handles.js';

const OPTIONS = { package: 'NTLM', use: SECPKG_CRED_OUTBOUND };
const SECRET = 'pässword ✓';

const withIdentity = (authIdentity: unknown) =>
  ({ ...OPTIONS, authIdentity }) as AcquireCredentialsHandleOptions;

/** What the addon got for an identity. */
async function passedOn(authIdentity: unknown): Promise<unknown> {
  await acquireCredentialsHandle(withIdentity(authIdentity));
  const { user, domain, password } = fake.acquisitions[0] ?? {};
  return { user, domain, password };
}

describe('an authIdentity', () => {
  test('that is absent is the user of the process', async () => {
    await acquireCredentialsHandle(OPTIONS);
    expect(fake.acquisitions).toMatchObject([
      { user: undefined, domain: undefined, password: undefined },
    ]);
  });

  test('is passed on as it is', async () => {
    await expect(passedOn({ user: 'alice', domain: 'EXAMPLE', password: SECRET })).resolves.toEqual(
      { user: 'alice', domain: 'EXAMPLE', password: SECRET },
    );
  });

  test('can be without a domain', async () => {
    await expect(passedOn({ user: 'alice@example.com', password: SECRET })).resolves.toEqual({
      user: 'alice@example.com',
      domain: undefined,
      password: SECRET,
    });
  });

  test('can have an empty domain, which is the local machine', async () => {
    await expect(passedOn({ user: 'alice', domain: '', password: SECRET })).resolves.toMatchObject({
      domain: '',
    });
  });

  test('can have its password as bytes', async () => {
    const password = Uint8Array.from(Buffer.from(SECRET));
    await expect(passedOn({ user: 'alice', password })).resolves.toMatchObject({ password });
  });

  test('cannot have what only inherits from bytes as its password (K13)', async () => {
    const password = Object.create(Uint8Array.prototype) as Uint8Array;
    await expect(passedOn({ user: 'alice', password })).rejects.toThrow(
      argumentError('authIdentity.password must be a string or a Uint8Array'),
    );
    expect(fake.acquisitions).toEqual([]);
  });

  test('has its password copied before the call returns: the caller can zero its bytes at once', async () => {
    const password = Buffer.from(SECRET);
    const acquiring = acquireCredentialsHandle(withIdentity({ user: 'alice', password }));
    password.fill(0);
    await acquiring;
    expect(fake.acquisitions[0]?.password).toEqual(Uint8Array.from(Buffer.from(SECRET)));
  });

  test('can have user and password of 32767 characters', async () => {
    const longest = 'x'.repeat(32767);
    await expect(passedOn({ user: longest, password: longest })).resolves.toMatchObject({
      user: longest,
      password: longest,
    });
  });

  test('counts when it comes from getters', async () => {
    const identity = {
      get user() {
        return 'alice';
      },
      get password() {
        return SECRET;
      },
    };
    await expect(passedOn(identity)).resolves.toMatchObject({ user: 'alice', password: SECRET });
  });

  test.each(['acquireCredentialsHandle', 'Credentials.acquire'])(
    'is refused where it would be inherited, by %s',
    async (name) => {
      class Settings {
        readonly package = 'NTLM';
        get authIdentity() {
          return { user: 'alice', password: SECRET };
        }
      }
      // Taken for absent, it would make these the credentials of the process's user.
      const acquiring =
        name === 'Credentials.acquire'
          ? Credentials.acquire(Object.assign(new Settings(), { use: 'outbound' as const }))
          : acquireCredentialsHandle(Object.assign(new Settings(), { use: OPTIONS.use }));
      await expect(acquiring).rejects.toThrow(
        argumentError(`the options of ${name} must be a plain object`),
      );
      expect(fake.acquisitions).toEqual([]);
    },
  );

  test('whose password is not UTF-8 is refused', async () => {
    fake.acquireAnswers.push(Refusal.badPassword);
    await expect(
      acquireCredentialsHandle(withIdentity({ user: 'alice', password: Uint8Array.of(0xff) })),
    ).rejects.toThrow(argumentError('authIdentity.password must be valid UTF-8'));
  });
});

test('the error for a wrong authIdentity does not contain its password', async () => {
  const error: unknown = await acquireCredentialsHandle(
    withIdentity({ user: '', password: SECRET }),
  ).catch((reason: unknown) => reason);
  expect(error).toEqual(argumentError());
  expect(inspect(error)).not.toContain(SECRET);
});

const WRONG: [string, unknown, RegExp][] = [
  ['undefined', undefined, /^authIdentity is undefined; omit it to use the default$/],
  ['null', null, /^authIdentity is null; /],
  ['a string', 'alice', /^authIdentity is string; /],
  ['false', false, /^authIdentity is boolean; /],
  ['a function', () => undefined, /^authIdentity is function; /],
  ['an empty object', {}, /^authIdentity has no user$/],
  ['one without user', { password: SECRET }, /^authIdentity has no user$/],
  [
    'one whose user is undefined',
    { user: undefined, password: SECRET },
    /^authIdentity has no user$/,
  ],
  [
    'one whose user is null',
    { user: null, password: SECRET },
    /^authIdentity\.user must be a string$/,
  ],
  [
    'one with an empty user',
    { user: '', password: SECRET },
    /^authIdentity\.user must not be empty$/,
  ],
  ['one without password', { user: 'alice' }, /^authIdentity has no password$/],
  [
    'one whose password is undefined',
    { user: 'alice', password: undefined },
    /^authIdentity has no password$/,
  ],
  [
    'one whose password is null',
    { user: 'alice', password: null },
    /^authIdentity\.password must be a string or a Uint8Array$/,
  ],
  [
    'one whose password has a zero character',
    { user: 'alice', password: 'sec\0ret' },
    /^authIdentity\.password must not contain null characters$/,
  ],
  [
    'one whose password has a zero byte',
    { user: 'alice', password: Buffer.from('sec\0ret') },
    /^authIdentity\.password must not contain null characters$/,
  ],
  [
    'one whose password is a number',
    { user: 'alice', password: 1234 },
    /^authIdentity\.password must be a string or a Uint8Array$/,
  ],
  [
    'one whose password is an ArrayBuffer',
    { user: 'alice', password: new ArrayBuffer(4) },
    /^authIdentity\.password must be a string or a Uint8Array$/,
  ],
  [
    'one with an empty password',
    { user: 'alice', password: '' },
    /^authIdentity\.password must not be empty$/,
  ],
  [
    'one with an empty password of bytes',
    { user: 'alice', password: new Uint8Array(0) },
    /^authIdentity\.password must not be empty$/,
  ],
  [
    'one whose user has a zero character',
    { user: 'alice\0admin', password: SECRET },
    /^authIdentity\.user must not contain null characters$/,
  ],
  [
    'one whose domain has a zero character',
    { user: 'alice', domain: 'EX\0', password: SECRET },
    /^authIdentity\.domain must not contain null characters$/,
  ],
  [
    'one whose user is too long',
    { user: 'x'.repeat(32768), password: SECRET },
    /^authIdentity\.user is too long$/,
  ],
  [
    'one whose domain is too long',
    { user: 'alice', domain: 'x'.repeat(32768), password: SECRET },
    /^authIdentity\.domain is too long$/,
  ],
  [
    'one whose password is too long',
    { user: 'alice', password: 'x'.repeat(32768) },
    /^authIdentity\.password is too long$/,
  ],
  [
    'one whose domain is undefined',
    { user: 'alice', domain: undefined, password: SECRET },
    /^authIdentity.domain is undefined; omit it to use the default$/,
  ],
  [
    'one whose domain is null',
    { user: 'alice', domain: null, password: SECRET },
    /^authIdentity\.domain must be a string$/,
  ],
];

describe.each(WRONG)('as authIdentity %s', (_, authIdentity, message) => {
  test('is an argument error that names it, and never another identity', async () => {
    const wrong = argumentError(message);
    await expect(acquireCredentialsHandle(withIdentity(authIdentity))).rejects.toThrow(wrong);
    expect(() => acquireCredentialsHandleSync(withIdentity(authIdentity))).toThrow(wrong);
    await expect(
      Credentials.acquire({ package: 'NTLM', use: 'outbound', authIdentity } as never),
    ).rejects.toThrow(wrong);
    expect(fake.log).toEqual([]);
  });
});
