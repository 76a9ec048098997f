/**
 * How options are taken, of every function that has some: a setting that was
 * misspelt, inherited or lost is an error, and never the default.
 */

import '../instruments/support/fake-native.js';

import { runInNewContext } from 'node:vm';

import { describe, expect, test } from '@jest/globals';

import * as http from '../../lib/http/index.js';
import * as high from '../../lib/index.js';
import { nearestName } from '../../lib/core/nearest-name.js';
import * as raw from '../../lib/raw/index.js';
import { argumentError, credentials } from '../instruments/support/fake-handles.js';
import {
  functionsWithOptions,
  type FunctionWithOptions,
} from '../instruments/support/functions-with-options.js';

/** Exported functions and classes that take no options, as `export` statements name them. */
const WITHOUT_OPTIONS = [
  // Errors and what only calls make.
  'SspiError',
  'ChannelBindings',
  'Identity',
  'ContextHandle',
  'CredentialHandle',
  'TokenHandle',
  // With arguments of their own.
  'adoptToken',
  'ascReqBits',
  'ascRetNames',
  'deleteSecurityContext',
  'duplicateTokenInto',
  'enumerateSecurityPackages',
  'exportSecurityContext',
  'freeCredentialsHandle',
  'getAuthentication',
  'getIdentity',
  'isFailure',
  'iscReqBits',
  'iscRetNames',
  'liveCounts',
  'lookupAccountNames',
  'lookupAccountSids',
  'queryContextAttributes',
  'queryCredentialsAttributes',
  'querySecurityContextToken',
  'querySecurityPackageInfo',
  'resolveAccount',
  'setThreadLimit',
  'statusMeaning',
  'statusName',
  'tokenInformation',
];

/** The message of the argument error of a call, which reads its options before this returns. */
async function complaint(
  { call }: FunctionWithOptions,
  options: unknown,
): Promise<string | undefined> {
  try {
    await closed(await call(options as never));
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // What the fake has no answer for has reached it; so have errors that are no TypeError.
    const reached = code !== 'ERR_SECUR32_INVALID_ARGUMENT' && !(error instanceof TypeError);
    return reached ? undefined : message;
  }
}

/** Closes what a call made, if that is to be closed. */
async function closed(made: unknown): Promise<void> {
  const { close } = (made ?? {}) as { close?: () => unknown };
  if (typeof close === 'function') await close.call(made);
}

const misspelt = (name: string) => `${name}x`;

const namesOf = ({ valid, more }: FunctionWithOptions) => [...Object.keys(valid), ...more];

/** Complaints by function, so that a failure says which ones are wrong. */
async function complaints(
  group: string,
  optionsOf: (entry: FunctionWithOptions) => unknown,
): Promise<Record<string, string | undefined>> {
  const found: Record<string, string | undefined> = {};
  for (const entry of (await functionsWithOptions[group]?.()) ?? []) {
    found[entry.name] = await complaint(entry, optionsOf(entry));
  }
  return found;
}

async function expectAll(
  group: string,
  optionsOf: (entry: FunctionWithOptions) => unknown,
  expected: (entry: FunctionWithOptions) => string | undefined,
): Promise<void> {
  const entries = (await functionsWithOptions[group]?.()) ?? [];
  expect(entries.length).toBeGreaterThan(0);
  expect(await complaints(group, optionsOf)).toEqual(
    Object.fromEntries(entries.map((entry) => [entry.name, expected(entry)])),
  );
}

test('every exported function is known here, with options or without', async () => {
  const groups = await Promise.all(Object.values(functionsWithOptions).map(async (make) => make()));
  const withOptions = groups.flat().flatMap(({ exports }) => exports ?? []);
  const exported = [high, raw, http].flatMap((entryPoint) =>
    Object.entries(entryPoint as Record<string, unknown>)
      .filter(([, value]) => typeof value === 'function')
      .map(([name]) => name),
  );
  expect([...new Set([...withOptions, ...WITHOUT_OPTIONS])].sort()).toEqual(
    [...new Set(exported)].sort(),
  );
});

describe.each(Object.keys(functionsWithOptions))('%s', (group) => {
  test('take options that are right, by any realm, and by Object.create(null)', async () => {
    const realms = [
      ({ valid }: FunctionWithOptions) => ({ ...valid }),
      ({ valid }: FunctionWithOptions) => Object.assign(Object.create(null) as object, valid),
      ({ valid }: FunctionWithOptions) => Object.assign(runInNewContext('({})') as object, valid),
    ];
    for (const optionsOf of realms) await expectAll(group, optionsOf, () => undefined);
  });

  test('refuse an option that is misspelt, and say which one is meant', async () => {
    // Of a name such as 'legs' there may be a nearer one; the error names the wrong one at least.
    for (const index of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]) {
      const wrong = (entry: FunctionWithOptions) => {
        const name = namesOf(entry)[index];
        return name === undefined || name.length < 3 ? 'nonesuch' : misspelt(name);
      };
      const entries = (await functionsWithOptions[group]?.()) ?? [];
      const found = await complaints(group, (entry) => ({ ...entry.valid, [wrong(entry)]: 1 }));
      for (const entry of entries) {
        const { name, prefix = '' } = entry;
        const meant = namesOf(entry)[index];
        const text = found[name] ?? 'nothing';
        expect([name, text.split('. ')[0]]).toEqual([
          name,
          `Unknown option '${prefix}${wrong(entry)}'`,
        ]);
        if (wrong(entry) === 'nonesuch') expect(text).not.toContain('Did you mean');
        else expect(text).toContain(`. Did you mean '${prefix}${meant ?? ''}'?`);
      }
    }
  });

  test('refuse one in other letters, one that is not enumerable, and an own __proto__', async () => {
    const upper = (entry: FunctionWithOptions) => (namesOf(entry)[0] ?? '').toUpperCase();
    await expectAll(
      group,
      (entry) => ({ ...entry.valid, [upper(entry)]: 1 }),
      (entry) => {
        const { prefix = '' } = entry;
        return `Unknown option '${prefix}${upper(entry)}'. Did you mean '${prefix}${namesOf(entry)[0] ?? ''}'?`;
      },
    );
    await expectAll(
      group,
      ({ valid }) => Object.defineProperty({ ...valid }, 'nonesuch', { value: 1 }),
      ({ prefix = '' }) => `Unknown option '${prefix}nonesuch'`,
    );
    await expectAll(
      group,
      ({ valid }) => ({ ...valid, ['__proto__']: {} }),
      ({ prefix = '' }) => `Unknown option '${prefix}__proto__'`,
    );
  });

  test.each<[string, (valid: object) => unknown]>([
    ['null', () => null],
    ['text', () => 'options'],
    ['a function', (valid) => Object.assign(() => undefined, valid)],
    ['an array', () => []],
    ['an array with options', (valid) => Object.assign([], valid)],
    ['a Map', (valid) => new Map(Object.entries(valid))],
    ['a Map of another realm', () => runInNewContext('new Map()') as object],
    ['an object that inherits its options', (valid) => Object.create(valid) as object],
    [
      'an object that inherits its options from one without a prototype',
      (valid) => Object.create(Object.assign(Object.create(null) as object, valid)) as object,
    ],
    [
      'an instance of a class',
      (valid) => {
        class Options {
          readonly valid = valid;
          /** What makes it more than its own properties. */
          get inherited() {
            return this.valid;
          }
        }
        return new Options();
      },
    ],
  ])('refuse %s in the place of options', async (_, optionsOf) => {
    // crossSite may be a text, authIdentity says what it should be.
    const named = ({ what }: FunctionWithOptions) =>
      what === 'crossSite' || what === 'authIdentity';
    const entries = (await functionsWithOptions[group]?.()) ?? [];
    const found = await complaints(group, ({ valid }) => optionsOf(valid));
    for (const entry of entries) {
      const { name, what } = entry;
      const expected = named(entry)
        ? expect.stringMatching(`^${what} `)
        : `${what} must be a plain object`;
      expect([name, found[name]]).toEqual([name, expected]);
    }
  });

  test('refuse an option without a value, but for those that may have none', async () => {
    const entries = (await functionsWithOptions[group]?.()) ?? [];
    for (const { name, more, valid, prefix = '', orUndefined = [] } of entries) {
      for (const option of more) {
        const found = await complaints(group, (entry) =>
          entry.name === name ? { ...valid, [option]: undefined } : entry.valid,
        );
        expect([name, found[name]]).toEqual([
          name,
          orUndefined.includes(option)
            ? undefined
            : `${prefix}${option} is undefined; omit it to use the default`,
        ]);
      }
    }
  });

  test('read each option once, whatever a getter gives the next time', async () => {
    for (const entry of (await functionsWithOptions[group]?.()) ?? []) {
      const reads: Record<string, number> = {};
      const options: object = {};
      for (const [name, value] of Object.entries(entry.valid)) {
        const get = () => {
          reads[name] = (reads[name] ?? 0) + 1;
          return reads[name] === 1 ? value : Symbol('another');
        };
        Object.defineProperty(options, name, { get, enumerable: true });
      }
      expect([entry.name, await complaint(entry, options)]).toEqual([entry.name, undefined]);
      const once = Object.fromEntries(Object.keys(entry.valid).map((name) => [name, 1]));
      expect([entry.name, reads]).toEqual([entry.name, once]);
    }
  });

  test('see nothing of what somebody put on Object.prototype', async () => {
    for (const entry of (await functionsWithOptions[group]?.()) ?? []) {
      const seen: string[] = [];
      const names = namesOf(entry);
      for (const name of names) {
        const get = () => {
          // Node.js itself reads some of these names elsewhere.
          const [, , reader = ''] = (new Error().stack ?? '').split('\n');
          if (/[\\/]dist[\\/]lib[\\/]/.test(reader)) seen.push(`${name}${reader}`);
          return undefined;
        };
        Object.defineProperty(Object.prototype, name, { get, configurable: true });
      }
      let pending;
      try {
        pending = complaint(entry, { ...entry.valid });
      } finally {
        for (const name of names) Reflect.deleteProperty(Object.prototype, name);
      }
      expect([entry.name, await pending, seen]).toEqual([entry.name, undefined, []]);
    }
  });
});

describe('the error for an unknown option', () => {
  test.each<[string, () => unknown, string]>([
    [
      'a server told a client’s option',
      async () => new high.ServerContext(await credentials(), { targetName: 'HTTP/web' } as never),
      "Unknown option 'targetName'. Did you mean 'targetNames'?",
    ],
    [
      'a client told a server’s option',
      async () => new high.ClientContext(await credentials(), { targetNames: [] } as never),
      "Unknown option 'targetNames'. Did you mean 'targetName'?",
    ],
    [
      'a user and password that stand outside of authIdentity',
      () =>
        high.Credentials.acquire({
          package: 'NTLM',
          use: 'both',
          user: 'a',
          password: 'b',
        } as never),
      "Unknown option 'user'. Did you mean 'authIdentity.user'?",
    ],
    [
      'a name that others use',
      () =>
        high.Credentials.acquire({
          package: 'NTLM',
          use: 'both',
          authIdentity: { username: 'a', password: 'b' },
        } as never),
      "Unknown option 'authIdentity.username'. Did you mean 'authIdentity.user'?",
    ],
    [
      'rules in the past tense',
      () => high.AccessRules.resolve({ allowed: [] } as never),
      "Unknown option 'allowed'. Did you mean 'allow'?",
    ],
    [
      'a limit of a limit',
      () => http.integratedAuth({ limits: { tokenByte: 1 } } as never),
      "Unknown option 'limits.tokenByte'. Did you mean 'limits.tokenBytes'?",
    ],
  ])('names what %s may mean', async (_, call, message) => {
    await expect(Promise.resolve().then(call)).rejects.toThrow(
      argumentError(`^${message.replace(/[.?[\]]/g, '\\$&')}$`),
    );
  });
});

describe('the nearest name', () => {
  test.each([
    ['deyn', 'deny'],
    ['Deny', 'deny'],
    ['dney', 'deny'],
    ['den', 'deny'],
    ['denyy', 'deny'],
    ['denied', undefined],
    ['alow', 'allow'],
    ['allowed', 'allow'],
    ['extendedProtecton', 'extendedProtection'],
    ['user', 'authIdentity.user'],
    ['usr', 'use'],
    ['', undefined],
    ['x'.repeat(41), undefined],
    ['nonesuch', undefined],
  ])('to %p is %p', (name, expected) => {
    const names = ['use', 'allow', 'deny', 'extendedProtection', 'authIdentity.user'];
    expect(nearestName(name, names)).toBe(expected);
  });
});
