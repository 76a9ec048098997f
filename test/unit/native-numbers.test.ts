/** Numbers and names that C++ and TypeScript both write by hand: they must agree. */

import { describe, expect, test } from '@jest/globals';

import { ImpersonationFailure, Refusal } from '../../lib/binding/native-binding.js';
import { ProviderTrait } from '../../lib/binding/provider-traits.js';
import { SSPI_CALLS } from '../../lib/core/errors.js';
import { MAX_ACCOUNTS } from '../../lib/raw/accounts.js';
import { DEFAULT_SIZE, MAX_BUFFERS } from '../../lib/raw/sec-buffers.js';
import * as coverage from '../../tools/coverage/functions.json';
import { constantOf, enumOf, sourceOf } from '../instruments/support/native-source.js';

const ANSWERS = 'test/instruments/ssp/scripted/answer.h';
const SCRIPTED = sourceOf('test/instruments/support/scripted.ts');

/** The elements of a list of `scripted.ts`, which only loads where the package is. */
function listOf(name: string): (string | undefined)[] {
  const body = new RegExp(`const ${name} = \\[(?<body>[^\\]]*)\\] as const`).exec(SCRIPTED);
  const elements = body?.groups?.['body']?.split(',').map((element) => element.trim()) ?? [];
  return elements
    .filter((element) => element !== '')
    .map((element) => (element === 'undefined' ? undefined : element.replaceAll("'", '')));
}

describe('the numbers of the addon', () => {
  test('for calls that it refuses', () => {
    expect(Refusal).toEqual(enumOf('src-native/binding/refusal.h', 'Refusal'));
  });

  test('for impersonations that failed', () => {
    const native = enumOf('src-native/system/impersonation.h', 'ImpersonationFailure');
    expect(ImpersonationFailure).toEqual(native);
  });

  test('for traits of packages, of which TypeScript knows those that it needs', () => {
    const native = enumOf('src-native/sspi/provider.h', 'ProviderTrait');
    expect(Object.keys(native).length).toBeGreaterThan(10);
    expect(native).toMatchObject(ProviderTrait);
  });

  test.each([
    ['buffers of a call', MAX_BUFFERS, 'src-native/sspi/sec_buffers.h', 'kMaxSecBuffers'],
    ['the size that it chooses', DEFAULT_SIZE, 'src-native/sspi/leg.h', 'kDefaultSize'],
    ['accounts of a look-up', MAX_ACCOUNTS, 'src-native/binding/account_calls.cc', 'kMaxAccounts'],
  ])('for %s', (_, here, path, name) => {
    expect(here).toBe(constantOf(path, name));
  });
});

describe('the functions of the addon', () => {
  const exported = [...sourceOf('src-native/addon.cc').matchAll(/\{"(\w+)", \w+Call\}/g)]
    .map(([, name]) => name)
    .sort();

  test('are those of its typed contract', () => {
    const contract = /export interface NativeBinding \{(?<body>[\s\S]*)\n\}/.exec(
      sourceOf('lib/binding/native-binding.ts'),
    )?.groups?.['body'];
    const methods = [...(contract ?? '').matchAll(/^ {2}(\w+)[(:]/gm)]
      .map(([, name]) => name)
      .sort();
    expect(exported.length).toBeGreaterThan(30);
    expect(methods).toEqual(exported);
  });

  test('that call SSPI, as the table of coverage names them, are among them', () => {
    const named = new Set(Object.values<string[]>(coverage.sspi).flat());
    expect([...named].filter((name) => !exported.includes(name))).toEqual([]);
  });
});

describe('the functions of SSPI', () => {
  const api = sourceOf('src-native/sspi/secur32_api.cc');
  const resolved = [...api.matchAll(/"([A-Z]\w+)"/g)].map(([, name = '']) => name);
  /** A name as errors have it: without the W of the functions that take text. */
  const plain = (name: string) => name.replace(/W$/, '');

  test('that an error can name are those that the addon loads', () => {
    const loaded = new Set(resolved.map(plain));
    expect(SSPI_CALLS.filter((call) => !loaded.has(call))).toEqual([]);
  });

  test('that the table of coverage has are those that the addon loads', () => {
    const optional = ['SspiSetChannelBindingFlags'];
    const loaded = resolved.filter((name) => !optional.includes(name) && /^[A-Z]/.test(name));
    expect(Object.keys(coverage.sspi).sort()).toEqual([...new Set(loaded)].sort());
  });
});

describe('the answers of the scripted package', () => {
  test.each([
    ['CALLS', 'Call'],
    ['MEMORY', 'Memory'],
    ['HANDLES', 'HandleChange'],
  ])('%s are in the order of the enumeration %s', (list, name) => {
    expect(listOf(list)).toEqual(Object.keys(enumOf(ANSWERS, name)));
  });

  test('TOKENS are in the order of the enumeration TokenKind', () => {
    const kinds = Object.keys(enumOf(ANSWERS, 'TokenKind'));
    expect(listOf('TOKENS')).toEqual([undefined, ...kinds.slice(1)]);
  });

  test('there are as many calls as kCalls says', () => {
    expect(constantOf(ANSWERS, 'kCalls')).toBe(listOf('CALLS').length);
  });
});
