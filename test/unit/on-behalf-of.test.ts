/** Credentials of the client of a context: delegation, the double hop. */

import { fake, Gate, type AcquireAnswer } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { ClientContext } from '../../lib/context/client-context.js';
import { SECPKG_CRED_OUTBOUND } from '../../lib/constants/credentials.js';
import { SEC_E_NO_CREDENTIALS, SEC_E_NO_IMPERSONATION } from '../../lib/constants/status.js';
import { Credentials, type CredentialsOptions } from '../../lib/context/credentials.js';
import { ImpersonationFailure, Refusal } from '../../lib/binding/native-binding.js';
import {
  acquireCredentialsHandle,
  acquireCredentialsHandleSync,
  type AcquireCredentialsHandleOptions,
} from '../../lib/raw/acquire-credentials-handle.js';
import type { ContextHandle } from '../../lib/raw/handles.js';
import { ServerContext } from '../../lib/context/server-context.js';
import {
  argumentError,
  coded,
  credentials,
  establishedServer,
  rawContext,
} from '../instruments/support/fake-handles.js';

const IDENTITY = { user: 'alice', domain: 'EXAMPLE', password: 'secret' };

interface Client {
  high: ServerContext;
  raw: ContextHandle;
}

/** A client who logged on to a server. */
async function client(): Promise<Client> {
  const high = await establishedServer();
  if (high.handle === undefined) throw new Error('no context');
  fake.acquisitions.length = 0;
  return { high, raw: high.handle };
}

const rawOptions = ({ raw }: Client, more: object = {}): AcquireCredentialsHandleOptions => ({
  package: 'Negotiate',
  use: SECPKG_CRED_OUTBOUND,
  onBehalfOf: raw,
  ...more,
});

/** Every way to acquire credentials for a client. */
const WAYS: readonly [string, (of: Client, more?: object) => Promise<unknown>][] = [
  [
    'Credentials.acquire',
    ({ high }, more = {}) =>
      Credentials.acquire({ package: 'Negotiate', use: 'outbound', onBehalfOf: high, ...more }),
  ],
  ['acquireCredentialsHandle', (of, more) => acquireCredentialsHandle(rawOptions(of, more))],
  [
    'acquireCredentialsHandleSync',
    // eslint-disable-next-line @typescript-eslint/require-await -- what it throws must become a rejection
    async (of, more) => acquireCredentialsHandleSync(rawOptions(of, more)),
  ],
];

describe.each(WAYS)('%s on behalf of a client', (name, acquire) => {
  test('acquires in one call, with the client’s context and nobody’s identity', async () => {
    const of = await client();
    await acquire(of, { principal: 'alice', packageList: ['Kerberos'] });
    expect(fake.acquisitions).toEqual([
      {
        sync: name.endsWith('Sync'),
        principal: 'alice',
        packageName: 'Negotiate',
        use: SECPKG_CRED_OUTBOUND,
        user: undefined,
        domain: undefined,
        password: undefined,
        packageList: 'Kerberos',
        onBehalfOf: 1,
      },
    ]);
    expect(of.high.established).toBe(true);
  });

  test.each<[string, AcquireAnswer, object]>([
    [
      'the package does not impersonate',
      { status: SEC_E_NO_IMPERSONATION },
      { code: 'SEC_E_NO_IMPERSONATION', call: 'ImpersonateSecurityContext' },
    ],
    [
      'the thread acts as somebody already',
      { failure: ImpersonationFailure.already },
      { code: 'ERR_SECUR32_IMPERSONATING' },
    ],
    [
      'the package did nothing',
      { failure: ImpersonationFailure.noToken },
      { code: 'ERR_SECUR32_CANNOT_IMPERSONATE' },
    ],
    [
      'the client may only be identified',
      { failure: ImpersonationFailure.identifyOnly },
      { code: 'ERR_SECUR32_CANNOT_IMPERSONATE' },
    ],
    [
      'the client has no credentials',
      { status: SEC_E_NO_CREDENTIALS, impersonated: true },
      { code: 'SEC_E_NO_CREDENTIALS', call: 'AcquireCredentialsHandle' },
    ],
  ])('acquires nothing, and for nobody else, where %s', async (_, answer, error) => {
    const of = await client();
    fake.acquireAnswers.push(answer);
    await expect(acquire(of)).rejects.toMatchObject(error);
    expect(fake.acquisitions).toMatchObject([{ onBehalfOf: 1 }]);
    expect(fake.open.credential).toBe(1);
  });

  test('refuses a second identity', async () => {
    const of = await client();
    await expect(acquire(of, { authIdentity: IDENTITY })).rejects.toThrow(
      argumentError(/^authIdentity and onBehalfOf cannot be combined$/),
    );
    await expect(acquire(of, { authIdentity: undefined })).rejects.toThrow(
      argumentError(/^authIdentity is undefined/),
    );
    expect(fake.acquisitions).toEqual([]);
  });

  test('refuses a client that is lost', async () => {
    const of = await client();
    await expect(acquire(of, { onBehalfOf: undefined })).rejects.toThrow(
      argumentError(/^onBehalfOf is undefined; omit it to use the default$/),
    );
    expect(fake.acquisitions).toEqual([]);
  });

  test.each([[null], [false], [''], [1], [{}], [Object.create(null) as unknown]])(
    'refuses %p as a client',
    async (onBehalfOf) => {
      const of = await client();
      await expect(acquire(of, { onBehalfOf })).rejects.toThrow(TypeError);
      expect(fake.acquisitions).toEqual([]);
    },
  );

  test('refuses a context that is closed', async () => {
    const of = await client();
    of.high.close();
    await expect(acquire(of)).rejects.toThrow(
      coded(name === 'Credentials.acquire' ? 'ERR_SECUR32_NOT_ESTABLISHED' : 'ERR_SECUR32_CLOSED'),
    );
    expect(fake.acquisitions).toEqual([]);
  });

  test.each([
    [Refusal.busy, 'ERR_SECUR32_BUSY'],
    [Refusal.closed, 'ERR_SECUR32_CLOSED'],
    [Refusal.failedBefore, 'ERR_SECUR32_CONTEXT_FAILED'],
  ] as const)('gives refusal %i as %s', async (refusal, code) => {
    const of = await client();
    fake.acquireAnswers.push(refusal);
    await expect(acquire(of)).rejects.toThrow(coded(code));
  });

  test('refuses a client that is inherited', async () => {
    const of = await client();
    const inherited = Object.create({
      onBehalfOf: name.startsWith('C') ? of.high : of.raw,
    }) as object;
    const options = Object.assign(inherited, { package: 'Negotiate' });
    const acquiring = async (): Promise<unknown> => {
      if (name === 'Credentials.acquire') {
        return Credentials.acquire(Object.assign(options, { use: 'outbound' as const }));
      }
      const raw = Object.assign(options, { use: SECPKG_CRED_OUTBOUND });
      return name.endsWith('Sync')
        ? acquireCredentialsHandleSync(raw)
        : acquireCredentialsHandle(raw);
    };
    await expect(acquiring()).rejects.toThrow(argumentError(/must be a plain object$/));
    expect(fake.acquisitions).toEqual([]);
  });
});

describe('the status of a failure', () => {
  test('is that of the acquisition where nobody was to be impersonated', async () => {
    fake.acquireAnswers.push({ status: SEC_E_NO_CREDENTIALS });
    await expect(
      acquireCredentialsHandle({ package: 'NTLM', use: SECPKG_CRED_OUTBOUND }),
    ).rejects.toMatchObject({ call: 'AcquireCredentialsHandle' });
  });
});

describe('Credentials.acquire', () => {
  const acquire = (onBehalfOf: unknown) =>
    Credentials.acquire({ package: 'NTLM', use: 'outbound', onBehalfOf } as CredentialsOptions);

  test('refuses a handle of the raw level, and the context of a client', async () => {
    const { raw } = await client();
    await expect(acquire(raw)).rejects.toThrow(
      argumentError(/^onBehalfOf must be a ServerContext$/),
    );
    const other = new ClientContext(await credentials());
    await expect(acquire(other)).rejects.toThrow(
      argumentError(/^onBehalfOf must be a ServerContext$/),
    );
  });

  test('refuses a context that is not established', async () => {
    const context = new ServerContext(await credentials());
    fake.acquisitions.length = 0;
    await expect(acquire(context)).rejects.toThrow(coded('ERR_SECUR32_NOT_ESTABLISHED'));
    expect(fake.acquisitions).toEqual([]);
  });

  test('refuses what only looks like a ServerContext', async () => {
    const forged = { impersonate: () => undefined, established: true, handle: {} };
    await expect(acquire(forged)).rejects.toThrow(coded('ERR_SECUR32_INVALID_HANDLE'));
    expect(fake.acquisitions).toEqual([]);
  });

  test('is about the client that was asked for, though the options are changed meanwhile', async () => {
    const { high } = await client();
    const options: CredentialsOptions = { package: 'NTLM', use: 'outbound', onBehalfOf: high };
    const gate = new Gate();
    fake.acquireAnswers.push({ until: gate.opened });
    const acquiring = Credentials.acquire(options);
    options.onBehalfOf = await establishedServer();
    gate.open();
    await acquiring;
    expect(fake.acquisitions[0]).toMatchObject({ onBehalfOf: 1 });
  });
});

test('a context of the raw level may be the client, too', async () => {
  const onBehalfOf = rawContext();
  await acquireCredentialsHandle({ package: 'NTLM', use: SECPKG_CRED_OUTBOUND, onBehalfOf });
  expect(fake.acquisitions.at(-1)).toMatchObject({ onBehalfOf: 1 });
});
