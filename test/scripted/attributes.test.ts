/**
 * Every record of tools/generate/attributes.json comes through Secur32.dll
 * decoded, and all that a package put into it is given back as the table says.
 */

import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import * as attributeConstants from '../../lib/constants/context-attributes.js';
import * as credentialConstants from '../../lib/constants/credentials.js';
import { SEC_E_INVALID_TOKEN, SEC_I_CONTINUE_NEEDED } from '../../lib/constants/status.js';
import { native } from '../../lib/binding/native.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { CONTEXT_RECORDS, CREDENTIAL_RECORDS } from '../../lib/raw/attribute-records.generated.js';
import { queryContextAttributes } from '../../lib/raw/context-attributes.js';
import { queryCredentialsAttributes } from '../../lib/raw/credentials-attributes.js';
import { openContext, openCredential } from '../../lib/raw/handles.js';
import { acceptSecurityContext } from '../../lib/raw/handshake-calls.js';
import { TokenHandle } from '../../lib/raw/token-handle.js';
import {
  adoptToken,
  duplicateTokenInto,
  querySecurityContextToken,
  tokenInformation,
} from '../../lib/raw/tokens.js';
import {
  context as contextTable,
  credentials as credentialTable,
} from '../../tools/generate/attributes.json';
import {
  sampleOf,
  type Sample,
  type SampleAttribute,
  type SampleSources,
  type Shape,
} from '../instruments/support/attribute-samples.js';
import { codeOf } from '../instruments/support/outcomes.js';
import {
  callsAtGates,
  control,
  endOfTest,
  Gate,
  getAcquainted,
  journalOf,
  Script,
  type ScriptedBuffer,
  type ScriptedCall,
} from '../instruments/support/scripted.js';
import {
  closeOpened,
  credentialOf,
  opened,
  serverOf,
} from '../instruments/support/scripted-contexts.js';
import { present } from '../instruments/support/system.js';

type Table = Record<string, SampleAttribute>;

const CONSTANTS = { ...attributeConstants, ...credentialConstants } as Record<string, unknown>;

function queried(table: Table): [string, number, SampleAttribute][] {
  return Object.entries(table)
    .filter(([, { access }]) => access !== 'set')
    .map(([name, attribute]) => [name, CONSTANTS[name] as number, attribute]);
}

const CONTEXT_ATTRIBUTES = queried(contextTable);
const CREDENTIAL_ATTRIBUTES = queried(credentialTable);
const SHAPES: readonly Shape[] = ['full', 'empty', 'null'];

function certificate(name: string): X509Certificate {
  const file = join(__dirname, '../../../test/fixtures/certificates', name);
  return new X509Certificate(readFileSync(file));
}

let sources: SampleSources;
let own: TokenHandle;

beforeAll(async () => {
  await getAcquainted(['Scripted']);
  const [one, two] = ['rsa-sha256.pem', 'ecdsa-sha256.pem'].map(certificate);
  if (one === undefined || two === undefined) throw new Error('certificates are missing');
  own = querySecurityContextToken(serverOf(new Script()));
  sources = {
    token: { value: duplicateTokenInto(own, process.pid), expected: expect.any(TokenHandle) },
    certificates: { own: one, other: two },
  };
  own.close();
  closeOpened();
});
afterEach(async () => {
  closeOpened();
  await endOfTest();
});
afterAll(() => {
  // It is still open, although records had it.
  const token = adoptToken(sources.token.value);
  expect(tokenInformation(token).type).toBe('impersonation');
  token.close();
});

/** Queries, and expects that nothing of the record is left. */
function check(
  script: Script,
  call: ScriptedCall,
  sample: () => Sample,
  query: () => unknown,
): void {
  // What a package gives when it does not fail is the caller's, whatever the status.
  for (const status of [0, SEC_I_CONTINUE_NEEDED]) {
    const { output, expected } = sample();
    script.on(call, { status, output });
    const value = query();
    expect(value).toEqual(expected);
    const [, , left] = control.counts();
    expect({ left, certificates: control.openCertificates() }).toEqual({
      left: 0,
      certificates: 0,
    });
    if (value instanceof TokenHandle) value.close();
  }
}

test('the table has every attribute that can be queried', () => {
  expect(CONTEXT_ATTRIBUTES.map(([, value]) => value).sort()).toEqual(
    [...CONTEXT_RECORDS.keys()].sort(),
  );
  expect(CREDENTIAL_ATTRIBUTES.map(([, value]) => value).sort()).toEqual(
    [...CREDENTIAL_RECORDS.keys()].sort(),
  );
});

describe.each(SHAPES)('with memory that is %s', (shape) => {
  test.each(CONTEXT_ATTRIBUTES)('a context gives %s', (_, attribute, entry) => {
    const script = new Script();
    const context = serverOf(script);
    const sample = () => sampleOf(entry, shape, sources);
    check(script, 'queryAttributes', sample, () =>
      queryContextAttributes(context, attribute as never),
    );
    const asked = journalOf('queryAttributes').map((query) => query.attribute);
    expect(new Set(asked)).toEqual(new Set([attribute]));
  });

  test.each(CREDENTIAL_ATTRIBUTES)('a credential gives %s', (_, attribute, entry) => {
    const script = new Script();
    const credential = credentialOf(script);
    const sample = () => sampleOf(entry, shape, sources);
    check(script, 'queryCredentialsAttributes', sample, () =>
      queryCredentialsAttributes(credential, attribute as never),
    );
    const asked = journalOf('queryCredentialsAttributes').map((query) => query.attribute);
    expect(new Set(asked)).toEqual(new Set([attribute]));
  });
});

describe('what a package may do wrong', () => {
  /** The record with pointers that lead to memory that nobody may free. */
  function foreign({ size, fields }: SampleAttribute): ScriptedBuffer[] {
    const pointers = fields.filter(({ kind }) => !/^(?:u|flag|time|inline)/.test(kind));
    return [
      { data: Buffer.alloc(size, 0xff) },
      ...pointers.map(({ offset }) => ({ type: offset, memory: 'foreign' as const })),
    ];
  }

  test('nothing of a record is touched that a failing call left behind', () => {
    const script = new Script();
    const context = serverOf(script);
    const credential = credentialOf(script);
    for (const [name, attribute, entry] of CONTEXT_ATTRIBUTES) {
      script.on('queryAttributes', { status: SEC_E_INVALID_TOKEN, output: foreign(entry) });
      expect([name, codeOf(() => queryContextAttributes(context, attribute as never))]).toEqual([
        name,
        'SEC_E_INVALID_TOKEN',
      ]);
    }
    for (const [name, attribute, entry] of CREDENTIAL_ATTRIBUTES) {
      script.on('queryCredentialsAttributes', {
        status: SEC_E_INVALID_TOKEN,
        output: foreign(entry),
      });
      expect([
        name,
        codeOf(() => queryCredentialsAttributes(credential, attribute as never)),
      ]).toEqual([name, 'SEC_E_INVALID_TOKEN']);
    }
  });

  test('two pointers to the same memory are freed once', () => {
    const script = new Script();
    const context = serverOf(script);
    const block = { type: 0, data: Buffer.from('both\0', 'utf16le') };
    const again = { type: 8, memory: 'inside' as const, block: 1, data: '' };
    const output = [{ data: Buffer.alloc(16) }, block, again];
    script.on('queryAttributes', { output });
    expect(queryContextAttributes(context, attributeConstants.SECPKG_ATTR_NATIVE_NAMES)).toEqual({
      client: 'both',
      server: 'both',
    });
    const keys = Buffer.alloc(32);
    keys.writeUInt16LE(2, 4);
    keys.writeUInt16LE(2, 20);
    script.on('queryAttributes', {
      output: [
        { data: keys },
        { type: 8, data: 'ab' },
        { type: 24, memory: 'inside', block: 1, data: '' },
      ],
    });
    const both = queryContextAttributes(context, attributeConstants.SECPKG_ATTR_NEGO_KEYS);
    expect([both.key.toString(), both.verifyKey.toString()]).toEqual(['ab', 'ab']);
  });

  test.each([
    ['beyond its place', 33],
    ['absurdly large', 0xffffffff],
  ])('a count of what is in the record that is %s is none', (_, count) => {
    const script = new Script();
    const record = Buffer.alloc(40, 'x');
    record.writeUInt32LE(count, 4);
    script.on('queryAttributes', { output: [record] });
    const info = queryContextAttributes(
      serverOf(script),
      attributeConstants.SECPKG_ATTR_SESSION_INFO,
    );
    expect(info.sessionId).toEqual(Buffer.alloc(0));
  });

  test.each([
    ['of a version that nobody knows', 2, 3],
    ['of none', 1, 0],
  ])('claims %s are none', (_, version, count) => {
    const script = new Script();
    const block = Buffer.alloc(64);
    block.writeUInt16LE(version);
    block.writeUInt32LE(count, 4);
    script.on('queryAttributes', {
      output: [Buffer.alloc(8), { type: 0, memory: 'foreign', data: block }],
    });
    const attribute = attributeConstants.SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES;
    expect(queryContextAttributes(serverOf(script), attribute)).toEqual([]);
  });

  test('a record that is longer than the headers say does no harm', () => {
    const script = new Script();
    script.on('queryAttributes', { output: [Buffer.alloc(1000, 1)] });
    expect(queryContextAttributes(serverOf(script), attributeConstants.SECPKG_ATTR_FLAGS)).toBe(
      0x01010101,
    );
  });

  test('a handle that is none of a token is none', () => {
    const script = new Script();
    const record = Buffer.alloc(8);
    record.writeUInt32LE(0x7ffff0);
    script.on('queryAttributes', { output: [record] });
    const attribute = attributeConstants.SECPKG_ATTR_ACCESS_TOKEN;
    expect(queryContextAttributes(serverOf(script), attribute)).toBeUndefined();
  });
});

test('a token of a record is a handle of its own', () => {
  const script = new Script();
  const record = Buffer.alloc(8);
  record.writeBigUInt64LE(sources.token.value);
  script.on('queryAttributes', { output: [record] });
  const attribute = attributeConstants.SECPKG_ATTR_ACCESS_TOKEN;
  const token = opened(present(queryContextAttributes(serverOf(script), attribute)));
  expect(tokenInformation(token)).toMatchObject({
    type: 'impersonation',
    impersonationLevel: 'impersonation',
  });
});

describe('an attribute that is not in the table', () => {
  const UNKNOWN = [
    0x17,
    0x7fffffff,
    -1,
    1.5,
    undefined,
    'SECPKG_ATTR_SIZES',
    attributeConstants.SECPKG_ATTR_UI_INFO,
  ];

  test.each(UNKNOWN)('such as %p is refused before the package is asked', (attribute) => {
    const script = new Script();
    const context = serverOf(script);
    const credential = credentialOf(script);
    expect(codeOf(() => queryContextAttributes(context, attribute as never))).toBe(
      'ERR_SECUR32_INVALID_ARGUMENT',
    );
    expect(codeOf(() => queryCredentialsAttributes(credential, attribute as never))).toBe(
      'ERR_SECUR32_INVALID_ARGUMENT',
    );
    expect(journalOf('queryAttributes')).toEqual([]);
  });

  test('is not taken by the addon either', () => {
    const context = openContext(serverOf(new Script())).native;
    const credential = openCredential(credentialOf(new Script())).native;
    for (const attribute of [0x17, 0x7fffffff, attributeConstants.SECPKG_ATTR_UI_INFO]) {
      expect([
        native().queryContextAttributes(context, attribute),
        native().queryCredentialsAttributes(credential, attribute),
      ]).toEqual([Refusal.badArgument, Refusal.badArgument]);
    }
  });
});

describe('a context', () => {
  const sizes = attributeConstants.SECPKG_ATTR_SIZES;

  test('with a leg in it is busy', async () => {
    const gate = new Gate();
    const script = new Script();
    const context = serverOf(script);
    script.on('accept', { gate });
    const leg = acceptSecurityContext({ context });
    await callsAtGates(1);
    expect(codeOf(() => queryContextAttributes(context, sizes))).toBe('ERR_SECUR32_BUSY');
    gate.open();
    await leg;
  });

  test('that failed has no attributes', async () => {
    const script = new Script();
    const context = serverOf(script);
    script.on('accept', { status: SEC_E_INVALID_TOKEN });
    await acceptSecurityContext({ context }).catch(() => undefined);
    expect(codeOf(() => queryContextAttributes(context, sizes))).toBe('ERR_SECUR32_CONTEXT_FAILED');
  });

  test('or a credential that is closed has none either', () => {
    const context = serverOf(new Script());
    const credential = credentialOf(new Script());
    context.close();
    credential.close();
    const names = credentialConstants.SECPKG_CRED_ATTR_NAMES;
    expect([
      codeOf(() => queryContextAttributes(context, sizes)),
      codeOf(() => queryCredentialsAttributes(credential, names)),
    ]).toEqual(['ERR_SECUR32_CLOSED', 'ERR_SECUR32_CLOSED']);
  });

  test('is no credential, and the other way round', () => {
    const context = serverOf(new Script());
    const credential = credentialOf(new Script());
    expect([
      codeOf(() => queryContextAttributes(credential as never, sizes)),
      codeOf(() => queryCredentialsAttributes(context as never, 1)),
    ]).toEqual(['ERR_SECUR32_INVALID_HANDLE', 'ERR_SECUR32_INVALID_HANDLE']);
  });
});

test('a package that knows nothing says so', () => {
  const script = new Script();
  const context = serverOf(script);
  const codes = CONTEXT_ATTRIBUTES.map(([, attribute]) =>
    codeOf(() => queryContextAttributes(context, attribute as never)),
  );
  expect(new Set(codes)).toEqual(new Set(['SEC_E_UNSUPPORTED_FUNCTION']));
});
