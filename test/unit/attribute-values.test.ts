/** The records of the attributes: what is read of each field, and what is taken for it. */

import { fake } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import * as contextAttributes from '../../lib/constants/context-attributes.js';
import {
  SECPKG_ATTR_ACCESS_TOKEN,
  SECPKG_ATTR_APP_DATA,
  SECPKG_ATTR_DTLS_MTU,
  SECPKG_ATTR_EAP_PRF_INFO,
  SECPKG_ATTR_EARLY_START,
  SECPKG_ATTR_KEYING_MATERIAL_INFO,
  SECPKG_ATTR_PACKAGE_INFO,
  SECPKG_ATTR_REMOTE_CERT_CONTEXT,
  SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES,
  SECPKG_ATTR_UI_INFO,
  SECPKG_ATTR_USE_VALIDATED,
} from '../../lib/constants/context-attributes.js';
import * as credentialConstants from '../../lib/constants/credentials.js';
import { SEC_E_UNSUPPORTED_FUNCTION, SEC_I_CONTINUE_NEEDED } from '../../lib/constants/status.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import {
  CONTEXT_RECORDS,
  CREDENTIAL_RECORDS,
  SETTABLE_CONTEXT_RECORDS,
  type FieldKind,
  type RecordField,
} from '../../lib/raw/attribute-records.generated.js';
import {
  queryContextAttributes,
  setContextAttributes,
  type ContextAttribute,
  type SettableContextAttribute,
} from '../../lib/raw/context-attributes.js';
import {
  queryCredentialsAttributes,
  type CredentialAttribute,
} from '../../lib/raw/credentials-attributes.js';
import type { ContextHandle } from '../../lib/raw/handles.js';
import { TokenHandle } from '../../lib/raw/token-handle.js';
import {
  argumentError,
  bytes,
  coded,
  rawContext,
  rawCredential,
} from '../instruments/support/fake-handles.js';

/** What the addon gives for a field of a kind, and what it is read as. */
interface Sample {
  given: () => unknown[];
  read: unknown;
}

const constant = (value: unknown): Sample => ({ given: () => [value], read: value });

/** A token of the fake, as the addon gives it. */
function nativeToken(): unknown {
  fake.tokenAnswers.push([0]);
  const answer = fake.adoptToken(1n);
  if (typeof answer === 'number') throw new Error('no token');
  return answer[1];
}

const PACKAGE = {
  capabilities: 0x28bb3,
  version: 1,
  rpcId: 9,
  maxToken: 48256,
  name: 'Kerberos',
  comment: 'Microsoft Kerberos V1.0',
};

/** Kinds that a query does not have: what is only set, or not given out. */
type Unread = 'pointer' | 'opaque' | 'record';

const SAMPLES: Record<Exclude<FieldKind, Unread>, Sample> = {
  u8: constant(255),
  u16: constant(65535),
  u32: constant(0xffffffff),
  flag: { given: () => [1], read: true },
  time: constant(0x7fffff36d5969fffn),
  text: constant('EXAMPLE\\alice'),
  bytes: constant(bytes('bytes')),
  secret: constant(bytes('secret')),
  inlineText: constant('AES'),
  inlineBytes: constant(bytes('h2')),
  words16: constant([0x403, 0x804]),
  words32: constant([0x660e, 0x6610]),
  blobs: constant([bytes('first'), bytes('')]),
  package: { given: () => Object.values(PACKAGE), read: PACKAGE },
  claims: {
    given: () => [[['department', 3, 2, ['sales', undefined]]]],
    read: [{ name: 'department', type: 3, flags: 2, values: ['sales', undefined] }],
  },
  token: { given: () => [nativeToken()], read: expect.any(TokenHandle) },
  certificate: {
    given: () => [[bytes('own'), bytes('issuer'), bytes('root')]],
    read: { certificate: bytes('own'), store: [bytes('issuer'), bytes('root')] },
  },
};

/** The same where the package gave nothing. */
const ABSENT: Partial<typeof SAMPLES> = {
  flag: { given: () => [0], read: false },
  text: constant(undefined),
  bytes: { given: () => [undefined], read: bytes('') },
  secret: { given: () => [undefined], read: bytes('') },
  words16: constant([]),
  words32: constant([]),
  blobs: constant([]),
  claims: constant([]),
  package: { given: () => Array.from({ length: 6 }, () => undefined), read: undefined },
  token: constant(undefined),
  certificate: constant(undefined),
};

/** The constants that begin so, as the headers name them, by their numbers. */
function namesOf(constants: object, prefix: string): Map<number, string> {
  const named = Object.entries(constants).filter(
    (entry): entry is [string, number] => entry[0].startsWith(prefix) && !isNaN(Number(entry[1])),
  );
  return new Map(named.map(([name, number]) => [number, name]));
}

const CONTEXT_NAMES = namesOf(contextAttributes, 'SECPKG_ATTR_');
const CREDENTIAL_NAMES = new Map([
  ...namesOf(credentialConstants, 'SECPKG_ATTR_'),
  ...namesOf(credentialConstants, 'SECPKG_CRED_ATTR_'),
]);

type Row = [name: string, attribute: number, fields: readonly RecordField[]];

function rows(
  records: ReadonlyMap<number, readonly RecordField[]>,
  names: ReadonlyMap<number, string>,
): Row[] {
  return [...records].map(([attribute, fields]) => [
    names.get(attribute) ?? `no constant for ${attribute}`,
    attribute,
    fields,
  ]);
}

/** What the addon gives for a record, and what is to be read of it. */
function sampled(
  fields: readonly RecordField[],
  samples: Partial<typeof SAMPLES>,
): { elements: unknown[]; value: unknown } {
  const elements: unknown[] = [];
  const value: Record<string, unknown> = {};
  let whole: unknown;
  for (const [name, kind] of fields) {
    const sample = samples[kind as keyof typeof SAMPLES] ?? SAMPLES[kind as keyof typeof SAMPLES];
    elements.push(...sample.given());
    if (name === '') whole = sample.read;
    else value[name] = sample.read;
  }
  return { elements, value: fields[0]?.[0] === '' ? whole : value };
}

describe.each([
  ['of a package that wrote them', SAMPLES],
  ['of a package that wrote nothing', ABSENT],
])('the values %s', (_, samples) => {
  test.each(rows(CONTEXT_RECORDS, CONTEXT_NAMES))('of %s are read', (__, attribute, fields) => {
    const context = rawContext();
    const { elements, value } = sampled(fields, samples);
    fake.attributeAnswers.push([0, ...elements]);
    expect(queryContextAttributes(context, attribute as ContextAttribute)).toEqual(value);
    expect(fake.queries).toEqual([[1, attribute]]);
  });

  test.each(rows(CREDENTIAL_RECORDS, CREDENTIAL_NAMES))(
    'of %s are read',
    (__, attribute, fields) => {
      const credential = rawCredential();
      const { elements, value } = sampled(fields, samples);
      fake.credentialAttributeAnswers.push([0, ...elements]);
      const read = queryCredentialsAttributes(credential, attribute as CredentialAttribute);
      expect(read).toEqual(value);
      expect(fake.calls.at(-1)).toEqual({
        call: 'queryCredentialsAttributes',
        handle: 1,
        args: [attribute],
      });
    },
  );
});

describe('the records', () => {
  const all: Row[] = [
    ...rows(CONTEXT_RECORDS, CONTEXT_NAMES),
    ...rows(SETTABLE_CONTEXT_RECORDS, CONTEXT_NAMES),
    ...rows(CREDENTIAL_RECORDS, CREDENTIAL_NAMES),
  ];

  test.each(all)('of %s has a constant, and one name for each field', (name, _, fields) => {
    expect(name).toMatch(/^SECPKG_/);
    const names = fields.map(([field]) => field);
    expect(new Set(names).size).toBe(fields.length);
    expect(fields.length).toBeGreaterThan(0);
    if (fields.length > 1) expect(names).not.toContain('');
  });

  test('have every kind of field that can be read', () => {
    const kinds = [...CONTEXT_RECORDS.values(), ...CREDENTIAL_RECORDS.values()].flat();
    expect(new Set(kinds.map(([, kind]) => kind))).toEqual(new Set(Object.keys(SAMPLES)));
  });
});

test('a claim without a name has an empty one', () => {
  const context = rawContext();
  fake.attributeAnswers.push([0, [[undefined, 1, 0, [1n]]]]);
  expect(queryContextAttributes(context, SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES)).toEqual([
    { name: '', type: 1, flags: 0, values: [1n] },
  ]);
});

test('a package without a name and a comment has empty ones', () => {
  const context = rawContext();
  fake.attributeAnswers.push([0, 1, 2, 3, 4, undefined, undefined]);
  expect(queryContextAttributes(context, SECPKG_ATTR_PACKAGE_INFO)).toEqual({
    capabilities: 1,
    version: 2,
    rpcId: 3,
    maxToken: 4,
    name: '',
    comment: '',
  });
});

test('a certificate may have come alone', () => {
  const context = rawContext();
  fake.attributeAnswers.push([0, [bytes('own')]]);
  expect(queryContextAttributes(context, SECPKG_ATTR_REMOTE_CERT_CONTEXT)).toEqual({
    certificate: bytes('own'),
    store: [],
  });
});

test('a token is a handle of the caller’s own', () => {
  const context = rawContext();
  fake.attributeAnswers.push([0, nativeToken()]);
  const token = queryContextAttributes(context, SECPKG_ATTR_ACCESS_TOKEN);
  context.close();
  expect([token?.closed, fake.open.token]).toEqual([false, 1]);
  token?.close();
  expect(fake.open.token).toBe(0);
});

/** A call as a function without a result, for `expect`. */
function setting(attribute: unknown, value: unknown, context?: ContextHandle): () => void {
  const target = context ?? rawContext();
  return () => {
    setContextAttributes(target, attribute as SettableContextAttribute, value as never);
  };
}

describe('setContextAttributes', () => {
  test.each<[string, number, unknown, unknown[]]>([
    ['USE_VALIDATED', SECPKG_ATTR_USE_VALIDATED, 0xffffffff, [0xffffffff]],
    ['DTLS_MTU', SECPKG_ATTR_DTLS_MTU, 65535, [65535]],
    ['APP_DATA', SECPKG_ATTR_APP_DATA, { flags: 0, data: bytes('a') }, [0, bytes('a')]],
    ['APP_DATA of nothing', SECPKG_ATTR_APP_DATA, { flags: 1, data: undefined }, [1, undefined]],
    [
      'EAP_PRF_INFO',
      SECPKG_ATTR_EAP_PRF_INFO,
      { data: Uint8Array.of(1), version: 2 },
      [2, Uint8Array.of(1)],
    ],
    ['UI_INFO', SECPKG_ATTR_UI_INFO, 0xffffffffffffffffn, [0xffffffffffffffffn]],
    ['EARLY_START', SECPKG_ATTR_EARLY_START, 0, [0]],
    [
      'KEYING_MATERIAL_INFO',
      SECPKG_ATTR_KEYING_MATERIAL_INFO,
      { label: bytes('EXPORTER'), context: undefined, size: 32 },
      [bytes('EXPORTER'), undefined, 32],
    ],
  ])('passes SECPKG_ATTR_%s on, field by field', (_, attribute, value, elements) => {
    fake.setAnswers.push([0]);
    setting(attribute, value)();
    expect(fake.calls).toEqual([
      { call: 'setContextAttributes', handle: 1, args: [attribute, ...elements] },
    ]);
  });

  test('knows the attributes above, and no other', () => {
    expect([...SETTABLE_CONTEXT_RECORDS.keys()].sort()).toEqual(
      [
        SECPKG_ATTR_USE_VALIDATED,
        SECPKG_ATTR_DTLS_MTU,
        SECPKG_ATTR_APP_DATA,
        SECPKG_ATTR_EAP_PRF_INFO,
        SECPKG_ATTR_UI_INFO,
        SECPKG_ATTR_EARLY_START,
        SECPKG_ATTR_KEYING_MATERIAL_INFO,
      ].sort(),
    );
  });

  test.each<[string, number, unknown, string]>([
    ['a negative number', SECPKG_ATTR_USE_VALIDATED, -1, 'the value must be an integer from 0'],
    ['33 bits', SECPKG_ATTR_USE_VALIDATED, 2 ** 32, 'from 0 to 4294967295'],
    ['half a number', SECPKG_ATTR_DTLS_MTU, 1.5, 'the value must be an integer'],
    ['a number as text', SECPKG_ATTR_EARLY_START, '1', 'the value must be an integer'],
    ['no number', SECPKG_ATTR_EARLY_START, undefined, 'the value must be an integer'],
    ['a negative pointer', SECPKG_ATTR_UI_INFO, -1n, 'the value must be an unsigned 64-bit bigint'],
    ['65 bits', SECPKG_ATTR_UI_INFO, 1n << 64n, 'the value must be an unsigned 64-bit bigint'],
    ['a number as pointer', SECPKG_ATTR_UI_INFO, 1, 'the value must be an unsigned 64-bit bigint'],
    ['no object', SECPKG_ATTR_APP_DATA, 1, 'value must be a plain object'],
    ['null', SECPKG_ATTR_APP_DATA, null, 'value must be a plain object'],
    ['another', SECPKG_ATTR_APP_DATA, { flags: 0, more: 1 }, "Unknown option 'value.more'"],
    ['no flags', SECPKG_ATTR_APP_DATA, { data: bytes('') }, 'flags must be an integer'],
    ['text', SECPKG_ATTR_APP_DATA, { flags: 0, data: 'a' }, 'data must be a Uint8Array'],
    ['null bytes', SECPKG_ATTR_APP_DATA, { flags: 0, data: null }, 'data must be a Uint8Array'],
  ])('refuses %s before the addon sees it', (_, attribute, value, message) => {
    expect(setting(attribute, value)).toThrow(argumentError(message));
    expect(fake.calls).toEqual([]);
  });

  test.each([[0], [-1], [1000], [NaN], ['0'], [undefined], ['__proto__']])(
    'refuses attribute %p, which it cannot set',
    (attribute) => {
      expect(setting(attribute, 0)).toThrow(
        argumentError(`attribute ${String(attribute)} is not supported by this function`),
      );
      expect(fake.calls).toEqual([]);
    },
  );

  test('takes a status that is not SEC_E_OK for a success where it is one', () => {
    fake.setAnswers.push([SEC_I_CONTINUE_NEEDED]);
    expect(setting(SECPKG_ATTR_EARLY_START, 1)).not.toThrow();
  });

  test('throws the status of a package that does not let it be set', () => {
    fake.setAnswers.push([SEC_E_UNSUPPORTED_FUNCTION]);
    expect(setting(SECPKG_ATTR_EARLY_START, 1)).toThrow(
      expect.objectContaining({
        code: 'SEC_E_UNSUPPORTED_FUNCTION',
        call: 'SetContextAttributes',
      }),
    );
  });

  test('refuses a closed context, and what is none', () => {
    const context = rawContext();
    context.close();
    expect(setting(SECPKG_ATTR_EARLY_START, 1, context)).toThrow(coded('ERR_SECUR32_CLOSED'));
    expect(setting(SECPKG_ATTR_EARLY_START, 1, {} as unknown as ContextHandle)).toThrow(
      coded('ERR_SECUR32_INVALID_HANDLE'),
    );
    expect(fake.calls).toEqual([]);
  });

  test('throws what the addon refuses', () => {
    fake.setAnswers.push(Refusal.busy);
    expect(setting(SECPKG_ATTR_EARLY_START, 1)).toThrow(coded('ERR_SECUR32_BUSY'));
  });
});
