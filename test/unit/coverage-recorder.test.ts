import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { ASC_REQ_CONNECTION, ASC_RET_EXTENDED_ERROR } from '../../lib/constants/asc-flags.js';
import {
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_SIZES,
} from '../../lib/constants/context-attributes.js';
import { SECPKG_CRED_AUTOLOGON_RESTRICTED } from '../../lib/constants/credentials.js';
import { ISC_REQ_MESSAGES, ISC_REQ_STREAM, ISC_RET_STREAM } from '../../lib/constants/isc-flags.js';
import {
  SECBUFFER_ALERT,
  SECBUFFER_DATA,
  SECBUFFER_EXTRA,
  SECBUFFER_FLAGS,
  SECBUFFER_READONLY,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import {
  SEC_E_LOGON_DENIED,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_CONTINUE_NEEDED,
} from '../../lib/constants/status.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { Recorder } from '../instruments/support/coverage/recorder.js';
import { Recording, type RecordedFile } from '../instruments/support/coverage/recording.js';

type AddonFunction = (...args: unknown[]) => unknown;

const SCRIPTED = 'SECUR32_TEST_SCRIPTED';
const before = process.env[SCRIPTED];
let title: string | undefined;

beforeEach(() => {
  title = 'a test';
  process.env[SCRIPTED] = 'here';
});
afterEach(() => {
  if (before === undefined) Reflect.deleteProperty(process.env, SCRIPTED);
  else process.env[SCRIPTED] = before;
});

/** An addon of these functions that is watched. */
function watched(functions: Record<string, AddonFunction>) {
  const recording = new Recording();
  const binding = {
    acquireCredentialsHandle: () => [0, {}, 0n, 0, 0],
    ...functions,
  } as Record<string, AddonFunction>;
  const end = new Recorder(recording, () => title).watch(binding);
  const call = (name: string, ...args: unknown[]): unknown => binding[name]?.(...args);
  return {
    call,
    end,
    binding,
    acquire: (packageName: string): unknown => {
      const [, handle] = call('acquireCredentialsHandle', true, undefined, packageName, 3) as [
        number,
        unknown,
      ];
      return handle;
    },
    tests: (): RecordedFile['tests'] => recording.toFile('file').tests,
  };
}

const ACQUIRED = { FUNCTION: ['acquireCredentialsHandle'], SECPKG_CRED: [3], STATUS: [0] };

test('a call gets what it was given, and gives what it got', async () => {
  const promise = Promise.resolve([0]);
  const failure = new Error('thrown');
  const { call, binding, end } = watched({
    same: (...args) => args,
    later: () => promise,
    fails: () => {
      throw failure;
    },
    liveCounts: () => [1, 2, 3],
  });
  const args = [{}, undefined, 1n];
  const given = call('same', ...args) as unknown[];
  given.forEach((element, index) => {
    expect(element).toBe(args[index]);
  });
  expect(call('later')).toBe(promise);
  expect(() => call('fails')).toThrow(failure);
  await promise;

  const { same } = binding;
  end();
  expect(binding['same']).not.toBe(same);
});

test('only what a test calls is recorded, under its title', () => {
  const { acquire, tests } = watched({});
  title = undefined;
  acquire('NTLM');
  expect(tests()).toEqual({});
  title = 'first';
  acquire('NTLM');
  title = 'second';
  acquire('NTLM');
  expect(tests()).toEqual({ first: { real: ACQUIRED }, second: { real: ACQUIRED } });
});

test('what is asynchronous belongs to the test that called it', async () => {
  let answer: (tuple: unknown) => void = () => undefined;
  const { call, acquire, tests } = watched({
    completeAuthToken: () => new Promise((resolve) => (answer = resolve)),
  });
  const credential = acquire('Scripted');
  title = 'waits';
  const running = call('completeAuthToken', false, credential, Uint32Array.of(2), []);
  title = 'another';
  answer([0, SECBUFFER_TOKEN, undefined]);
  await running;
  expect(tests()['waits']).toEqual({
    scripted: { FUNCTION: ['completeAuthToken'], SECBUFFER: [SECBUFFER_TOKEN], STATUS: [0] },
  });
  expect(tests()['another']).toBeUndefined();
});

test('a promise that rejects is left to the caller', async () => {
  const { call } = watched({ later: () => Promise.reject(new Error('no')) });
  await expect(call('later')).rejects.toThrow('no');
});

test('a refused call has reached nobody', async () => {
  const { call, tests } = watched({
    exportSecurityContext: () => Refusal.busy,
    later: () => Promise.resolve(Refusal.busy),
  });
  call('exportSecurityContext', {}, 1);
  await call('later');
  expect(tests()).toEqual({});
});

test('who lacks a function has driven nothing but the status that says so', () => {
  const { call, tests } = watched({ exportSecurityContext: () => [SEC_E_UNSUPPORTED_FUNCTION] });
  call('exportSecurityContext', {}, 1);
  expect(tests()).toEqual({ 'a test': { real: { STATUS: [SEC_E_UNSUPPORTED_FUNCTION] } } });
});

describe('the package', () => {
  const WORDS = Uint32Array.of(0, 0x10, 0, 0);
  const legs = {
    initializeSecurityContext: () => [0, {}, 0, 0n],
    acceptSecurityContext: () => [0, {}, 0, 0n],
    queryContextAttributes: () => [0],
    closeContext: () => undefined,
  };

  test.each([
    ['NTLM', 'real'],
    ['NamedNTLM', 'real'],
    ['MitNegotiate', 'bridge'],
    ['MitNTLM', 'bridge'],
    ['Scripted', 'scripted'],
    ['CREDSSP', 'scripted'],
    ['wdigest', 'scripted'],
  ] as const)('%s of a context is that of its credential (%s)', (name, kind) => {
    const { call, acquire, tests } = watched(legs);
    const credential = acquire(name);
    title = 'leg';
    const leg = call(
      'acceptSecurityContext',
      true,
      credential,
      undefined,
      undefined,
      WORDS,
      [],
    ) as unknown[];
    title = 'query';
    call('queryContextAttributes', leg[1], SECPKG_ATTR_SIZES);
    title = 'close';
    call('closeContext', leg[1]);
    title = 'close again';
    call('closeContext', leg[1]);
    for (const each of ['leg', 'query', 'close'])
      expect(Object.keys(tests()[each] ?? {})).toEqual([kind]);
    expect(tests()['close again']).toBeUndefined();
  });

  test('CREDSSP and WDigest are those of Windows where nobody else has the names', () => {
    Reflect.deleteProperty(process.env, SCRIPTED);
    const { acquire, tests } = watched({});
    acquire('CREDSSP');
    acquire('WDigest');
    expect(tests()).toEqual({ 'a test': { real: ACQUIRED } });
  });

  test('NamedNTLM has from NTLM all but the name of the user and failures', () => {
    const { call, acquire, tests } = watched({
      ...legs,
      completeAuthToken: () => [SEC_E_LOGON_DENIED],
    });
    const credential = acquire('NamedNTLM');
    title = 'asks';
    call('queryContextAttributes', credential, SECPKG_ATTR_NAMES);
    call('queryContextAttributes', credential, SECPKG_ATTR_SIZES);
    expect(tests()['asks']).toMatchObject({
      scripted: { SECPKG_ATTR: [SECPKG_ATTR_NAMES] },
      real: { SECPKG_ATTR: [SECPKG_ATTR_SIZES] },
    });
    title = 'fails';
    call('completeAuthToken', true, credential, Uint32Array.of(), []);
    expect(tests()['fails']).toEqual({
      scripted: { FUNCTION: ['completeAuthToken'], STATUS: [SEC_E_LOGON_DENIED] },
    });
  });

  test('a list of packages belongs to the system, its flags to each of them', () => {
    const { call, tests } = watched({
      enumerateSecurityPackages: () => [
        ...[0, 0x10, 1, 10, 100, 'NTLM', ''],
        ...[0x20, 1, 0xffff, 100, 'Scripted', ''],
      ],
    });
    call('enumerateSecurityPackages');
    expect(tests()['a test']).toEqual({
      real: {
        FUNCTION: ['enumerateSecurityPackages'],
        SECPKG_FLAG: [0x10],
        SECPKG_RPC_ID: [10],
        STATUS: [0],
      },
      scripted: { SECPKG_FLAG: [0x20], SECPKG_RPC_ID: [0xffff] },
    });
  });
});

/** What one call of an NTLM credential drives, without the function and the status. */
function driven(name: string, args: readonly unknown[], tuple: readonly unknown[]) {
  const { call, tests } = watched({ [name]: () => tuple });
  call(name, ...args);
  const { FUNCTION, STATUS, ...rest } = tests()['a test']?.real ?? {};
  expect(FUNCTION).toEqual([name]);
  expect(STATUS).toEqual([tuple[0]]);
  return rest;
}

describe('a leg', () => {
  test('of a client: flags, buffers in and out, data representation', () => {
    const flags = Buffer.alloc(8);
    flags.writeBigUInt64LE(BigInt(ISC_REQ_MESSAGES));
    const words = Uint32Array.of(
      ...[ISC_REQ_STREAM, 0x10, 2, 2],
      ...[SECBUFFER_TOKEN, SECBUFFER_FLAGS],
      ...[SECBUFFER_TOKEN, 0xffffffff, SECBUFFER_ALERT, 100],
    );
    const buffers = [
      ...[SECBUFFER_TOKEN, Buffer.from('out'), SECBUFFER_ALERT, undefined],
      ...[SECBUFFER_TOKEN, 0, SECBUFFER_EXTRA, 3],
    ];
    expect(
      driven(
        'initializeSecurityContext',
        [true, {}, undefined, 'name', words, [Buffer.from('in'), flags]],
        [SEC_I_CONTINUE_NEEDED, {}, ISC_RET_STREAM, 0n, ...buffers],
      ),
    ).toEqual({
      ISC_REQ: [ISC_REQ_STREAM, ISC_REQ_MESSAGES],
      ISC_RET: [ISC_RET_STREAM],
      DREP: [0x10],
      SECBUFFER: [SECBUFFER_TOKEN, SECBUFFER_EXTRA, SECBUFFER_ALERT, SECBUFFER_FLAGS],
    });
  });

  test('of a server that is granted flags of 64 bits', () => {
    const granted = Buffer.from(BigUint64Array.of(BigInt(ISC_REQ_MESSAGES)).buffer);
    const words = Uint32Array.of(ASC_REQ_CONNECTION, 0, 0, 1, SECBUFFER_FLAGS, 8);
    expect(
      driven(
        'acceptSecurityContext',
        [true, {}, undefined, undefined, words, []],
        [0, {}, 0, 0n, SECBUFFER_FLAGS, granted],
      ),
    ).toMatchObject({ ASC_RET: [0, ISC_REQ_MESSAGES] });
  });

  test('of a server: its own flags, also where it fails', () => {
    const words = Uint32Array.of(
      ...[ASC_REQ_CONNECTION, 0, 1, 0],
      (SECBUFFER_DATA | SECBUFFER_READONLY) >>> 0,
    );
    expect(
      driven(
        'acceptSecurityContext',
        [true, {}, undefined, undefined, words, [undefined]],
        [SEC_E_LOGON_DENIED, undefined, ASC_RET_EXTENDED_ERROR, 0n],
      ),
    ).toEqual({
      ASC_REQ: [ASC_REQ_CONNECTION],
      ASC_RET: [ASC_RET_EXTENDED_ERROR],
      DREP: [0],
      SECBUFFER: [SECBUFFER_DATA],
      SECBUFFER_ATTR: [SECBUFFER_READONLY],
    });
  });
});

const TYPES = Uint32Array.of(SECBUFFER_DATA, SECBUFFER_TOKEN);
const LEFT = [SECBUFFER_TOKEN, 0, 0, 16, SECBUFFER_DATA, 1, 0, 5];
const BUFFERS = [SECBUFFER_DATA, SECBUFFER_TOKEN];

test.each([
  ['acquireCredentialsHandle', [true, undefined, 'NTLM', 2], [0], { SECPKG_CRED: [2] }],
  [
    'acquireCredentialsHandle',
    [true, undefined, 'NTLM', 1 | SECPKG_CRED_AUTOLOGON_RESTRICTED, 'alice', 'ZOË', ''],
    [SEC_E_LOGON_DENIED],
    { SECPKG_CRED: [1, SECPKG_CRED_AUTOLOGON_RESTRICTED], AUTH_IDENTITY: [2] },
  ],
  [
    'acquireCredentialsHandle',
    [true, undefined, 'Negotiate', 2, undefined, undefined, undefined, '!NTLM'],
    [0],
    { SECPKG_CRED: [2], AUTH_IDENTITY: [2, 0x200] },
  ],
  ['queryContextAttributes', [{}, 0], [0, 1, 2, 3, 4], { SECPKG_ATTR: [0] }],
  [
    'queryContextAttributes',
    [{}, SECPKG_ATTR_NEGOTIATION_INFO],
    [0, 2],
    { SECPKG_ATTR: [SECPKG_ATTR_NEGOTIATION_INFO], NEGOTIATION_STATE: [2] },
  ],
  ['queryContextAttributes', [{}, 1], [SEC_E_LOGON_DENIED], {}],
  ['setContextAttributes', [{}, 15, [1]], [0], { SECPKG_ATTR: [15] }],
  ['queryCredentialsAttributes', [{}, 1], [0, 'alice'], { SECPKG_CRED_ATTR: [1] }],
  ['setCredentialsAttributes', [{}, 3, []], [SEC_E_LOGON_DENIED], {}],
  [
    'encryptMessage',
    [{}, 0x80000001, 0, TYPES, []],
    [0, 0, ...LEFT],
    { SECBUFFER: BUFFERS, SECQOP: [0x80000001] },
  ],
  [
    'decryptMessage',
    [{}, 0, 0, TYPES, []],
    [0, 0x80000001, ...LEFT],
    { SECBUFFER: BUFFERS, SECQOP: [0x80000001] },
  ],
  ['makeSignature', [{}, 1, 0, TYPES, []], [0, 1, ...LEFT], { SECBUFFER: BUFFERS, SECQOP: [1] }],
  ['verifySignature', [{}, 0, 0, TYPES, []], [0, 0], { SECBUFFER: BUFFERS, SECQOP: [0] }],
  ['tokenInformation', [{}], [0, 'S-1-5-18', 0, 2, 1n], { IMPERSONATION_LEVEL: [2] }],
  ['tokenInformation', [{}], [0, 'S-1-5-18', 1, 0, 1n], {}],
  ['duplicateToken', [{}, false, 1], [0, {}], { IMPERSONATION_LEVEL: [1] }],
  ['duplicateToken', [{}, false, 3], [5, undefined], {}],
  ['duplicateToken', [{}, true, 2], [0, {}], {}],
  ['exportSecurityContext', [{}, 3], [0, Buffer.alloc(1), undefined], { EXPORT: [3] }],
  [
    'applyControlToken',
    [{}, Uint32Array.of(SECBUFFER_TOKEN), [Buffer.from(Uint32Array.of(1).buffer)]],
    [0],
    { SECBUFFER: [SECBUFFER_TOKEN], SCHANNEL_CONTROL: [1] },
  ],
  [
    'applyControlToken',
    [{}, Uint32Array.of(SECBUFFER_TOKEN), [Buffer.from(Uint32Array.of(2, 1, 90).buffer)]],
    [0],
    { SECBUFFER: [SECBUFFER_TOKEN], SCHANNEL_CONTROL: [2], TLS_ALERT: [1, 90] },
  ],
  [
    'applyControlToken',
    [{}, Uint32Array.of(SECBUFFER_TOKEN), [Buffer.from(Uint32Array.of(3, 2).buffer)]],
    [0],
    { SECBUFFER: [SECBUFFER_TOKEN], SCHANNEL_CONTROL: [3], SSL_SESSION: [2] },
  ],
  ['applyControlToken', [{}, Uint32Array.of(1), [undefined]], [0], { SECBUFFER: [1] }],
  ['a function that nobody described', ['anything'], [0, 'more'], {}],
])('%s (%#)', (name, args, tuple, expected) => {
  expect(driven(name, args, tuple)).toEqual(expected);
});
