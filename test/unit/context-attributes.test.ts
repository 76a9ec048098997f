import { fake } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import {
  SECPKG_ATTR_FLAGS,
  SECPKG_ATTR_LIFESPAN,
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_PACKAGE_INFO,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_ATTR_SIZES,
} from '../../lib/constants/context-attributes.js';
import { grantedAttributes } from '../../lib/context/granted-attributes.js';
import { SEC_E_UNSUPPORTED_FUNCTION } from '../../lib/constants/status.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { ProviderTrait } from '../../lib/binding/provider-traits.js';
import { queryContextAttributes, type ContextAttribute } from '../../lib/raw/context-attributes.js';
import {
  argumentError,
  bytes,
  coded,
  rawContext,
  rawCredential,
} from '../instruments/support/fake-handles.js';

const PACKAGE = [0x28bb3, 1, 9, 48256, 'Kerberos', 'Microsoft Kerberos V1.0'] as const;
const PACKAGE_INFO = {
  capabilities: 0x28bb3,
  version: 1,
  rpcId: 9,
  maxToken: 48256,
  name: 'Kerberos',
  comment: 'Microsoft Kerberos V1.0',
};
const NO_PACKAGE = Array.from({ length: 6 }, () => undefined);

describe('queryContextAttributes', () => {
  test.each<[string, ContextAttribute, readonly unknown[], unknown]>([
    [
      'SECPKG_ATTR_SIZES',
      SECPKG_ATTR_SIZES,
      [2888, 16, 8, 60],
      { maxToken: 2888, maxSignature: 16, blockSize: 8, securityTrailer: 60 },
    ],
    ['SECPKG_ATTR_NAMES', SECPKG_ATTR_NAMES, ['EXAMPLE\\alice'], 'EXAMPLE\\alice'],
    ['SECPKG_ATTR_NAMES without one', SECPKG_ATTR_NAMES, [undefined], undefined],
    ['SECPKG_ATTR_LIFESPAN', SECPKG_ATTR_LIFESPAN, [1n, 2n], { start: 1n, expiry: 2n }],
    ['SECPKG_ATTR_SESSION_KEY', SECPKG_ATTR_SESSION_KEY, [bytes('key')], bytes('key')],
    ['SECPKG_ATTR_SESSION_KEY without one', SECPKG_ATTR_SESSION_KEY, [undefined], bytes('')],
    ['SECPKG_ATTR_PACKAGE_INFO', SECPKG_ATTR_PACKAGE_INFO, PACKAGE, PACKAGE_INFO],
    ['SECPKG_ATTR_PACKAGE_INFO without one', SECPKG_ATTR_PACKAGE_INFO, NO_PACKAGE, undefined],
    [
      'SECPKG_ATTR_NEGOTIATION_INFO',
      SECPKG_ATTR_NEGOTIATION_INFO,
      [0, ...PACKAGE],
      { state: 0, package: PACKAGE_INFO },
    ],
    [
      'SECPKG_ATTR_NEGOTIATION_INFO before it is known',
      SECPKG_ATTR_NEGOTIATION_INFO,
      [2, ...NO_PACKAGE],
      { state: 2, package: undefined },
    ],
    ['SECPKG_ATTR_FLAGS', SECPKG_ATTR_FLAGS, [0x10010], 0x10010],
  ])('decodes %s', (_, attribute, elements, value) => {
    const context = rawContext();
    fake.attributeAnswers.push([0, ...elements]);
    expect(queryContextAttributes(context, attribute)).toEqual(value);
    expect(fake.queries).toEqual([[1, attribute]]);
  });

  test.each([[-1], [1000], [NaN], ['0'], [undefined], ['toString'], ['__proto__']])(
    'refuses attribute %p, which it cannot decode',
    (attribute) => {
      const context = rawContext();
      expect(() => queryContextAttributes(context, attribute as ContextAttribute)).toThrow(
        argumentError(),
      );
      expect(fake.queries).toEqual([]);
    },
  );

  test('throws the status of a package that does not have the attribute', () => {
    const context = rawContext();
    fake.attributeAnswers.push([SEC_E_UNSUPPORTED_FUNCTION]);
    expect(() => queryContextAttributes(context, SECPKG_ATTR_NAMES)).toThrow(
      expect.objectContaining({
        code: 'SEC_E_UNSUPPORTED_FUNCTION',
        status: SEC_E_UNSUPPORTED_FUNCTION,
        call: 'QueryContextAttributes',
      }),
    );
  });

  test.each([
    [Refusal.badArgument, 'ERR_SECUR32_INVALID_ARGUMENT'],
    [Refusal.notAHandle, 'ERR_SECUR32_INVALID_HANDLE'],
    [Refusal.closed, 'ERR_SECUR32_CLOSED'],
    [Refusal.busy, 'ERR_SECUR32_BUSY'],
    [Refusal.failedBefore, 'ERR_SECUR32_CONTEXT_FAILED'],
  ] as const)('throws refusal %i as %s', (refusal, code) => {
    const context = rawContext();
    fake.attributeAnswers.push(refusal);
    expect(() => queryContextAttributes(context, SECPKG_ATTR_SIZES)).toThrow(coded(code));
  });
});

describe('granted attributes', () => {
  const NONE = {
    confidentiality: false,
    integrity: false,
    replayDetect: false,
    sequenceDetect: false,
    mutualAuth: false,
    delegate: false,
    identify: false,
    nullSession: false,
  };
  const CLIENT = {
    confidentiality: 0x10,
    integrity: 0x10000,
    replayDetect: 4,
    sequenceDetect: 8,
    mutualAuth: 2,
    delegate: 1,
    identify: 0x20000,
    nullSession: 0x40000,
  };
  const SERVER = { ...CLIENT, integrity: 0x20000, identify: 0x80000, nullSession: 0x100000 };
  const notWritten = () => {
    const traits = ProviderTrait.contextAttributesNotWritten;
    return rawContext(rawCredential({ traits }));
  };

  test.each([
    ['client', CLIENT],
    ['server', SERVER],
  ] as const)('are read from the bits of the %s, each from its own', (side, bits) => {
    const context = rawContext();
    for (const [name, bit] of Object.entries(bits)) {
      expect(grantedAttributes(side, bit, context)).toMatchObject({
        ...NONE,
        [name]: true,
        bits: bit,
      });
    }
    expect(fake.queries).toEqual([]);
  });

  test('have the names of their side', () => {
    const context = rawContext();
    expect(grantedAttributes('client', 0x20000, context).names).toEqual(['ISC_RET_IDENTIFY']);
    expect(grantedAttributes('server', 0x20000, context).names).toEqual(['ASC_RET_INTEGRITY']);
  });

  test('cannot be changed', () => {
    const attributes = grantedAttributes('server', 0x20000, rawContext());
    expect(Object.isFrozen(attributes)).toBe(true);
    expect(Object.isFrozen(attributes.names)).toBe(true);
  });

  test.each([
    ['client', 0x10010],
    ['server', 0x20010],
  ] as const)(
    'are asked for where the package does not write them, and made the bits of the %s',
    (side, bits) => {
      const context = notWritten();
      // SECPKG_ATTR_FLAGS is in the client's bits on both sides.
      fake.attributeAnswers.push([0, 0x10010]);
      expect(grantedAttributes(side, 0, context)).toMatchObject({
        ...NONE,
        bits,
        integrity: true,
        confidentiality: true,
      });
      expect(fake.queries).toEqual([[1, SECPKG_ATTR_FLAGS]]);
    },
  );

  test('that are asked for say nothing but signing and sealing', () => {
    fake.attributeAnswers.push([0, 0x7fffffff & ~0x10010]);
    expect(grantedAttributes('client', 0, notWritten())).toMatchObject({ ...NONE, bits: 0 });
  });

  test('are not asked for where the package wrote some, or is one that writes them', () => {
    expect(grantedAttributes('server', 0x20000, notWritten()).integrity).toBe(true);
    expect(grantedAttributes('server', 0, rawContext())).toMatchObject({ ...NONE, bits: 0 });
    expect(fake.queries).toEqual([]);
  });
});
