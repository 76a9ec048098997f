/** Attributes that are set: the bytes that arrive at the package are the record. */

import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';

import {
  SECPKG_ATTR_APP_DATA,
  SECPKG_ATTR_DTLS_MTU,
  SECPKG_ATTR_EAP_PRF_INFO,
  SECPKG_ATTR_EARLY_START,
  SECPKG_ATTR_KEYING_MATERIAL_INFO,
  SECPKG_ATTR_SIZES,
  SECPKG_ATTR_UI_INFO,
  SECPKG_ATTR_USE_VALIDATED,
} from '../../lib/constants/context-attributes.js';
import {
  SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS,
  SECPKG_CRED_ATTR_NAMES,
} from '../../lib/constants/credentials.js';
import { SEC_E_INVALID_TOKEN, SEC_I_CONTINUE_NEEDED } from '../../lib/constants/status.js';
import { native } from '../../lib/binding/native.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import {
  SETTABLE_CONTEXT_RECORDS,
  type SettableContextAttributes,
} from '../../lib/raw/attribute-records.generated.js';
import {
  setContextAttributes,
  type SettableContextAttribute,
} from '../../lib/raw/context-attributes.js';
import { setCredentialsAttributes } from '../../lib/raw/credentials-attributes.js';
import { openContext } from '../../lib/raw/handles.js';
import { acceptSecurityContext } from '../../lib/raw/handshake-calls.js';
import { codeOf } from '../instruments/support/outcomes.js';
import {
  callsAtGates,
  endOfTest,
  Gate,
  getAcquainted,
  journalOf,
  Script,
} from '../instruments/support/scripted.js';
import { closeOpened, credentialOf, serverOf } from '../instruments/support/scripted-contexts.js';
import { present } from '../instruments/support/system.js';

beforeAll(() => getAcquainted(['Scripted']));
afterEach(async () => {
  jest.restoreAllMocks();
  closeOpened();
  await endOfTest();
});

/** Sets an attribute; gives the record that arrived. */
function arrived<Attribute extends SettableContextAttribute>(
  attribute: Attribute,
  value: SettableContextAttributes[Attribute],
): Buffer {
  setContextAttributes(serverOf(new Script()), attribute, value);
  const [entry, ...others] = journalOf('setAttributes');
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ attribute, onThisThread: true });
  const record = present(entry?.record);
  expect(record.size).toBe(record.data.length);
  return record.data;
}

describe('of a context', () => {
  test.each([
    ['USE_VALIDATED', SECPKG_ATTR_USE_VALIDATED],
    ['EARLY_START', SECPKG_ATTR_EARLY_START],
    ['DTLS_MTU', SECPKG_ATTR_DTLS_MTU],
  ] as const)('%s is a DWORD', (_, attribute) => {
    for (const value of [0, 1, 0xfedcba98]) {
      expect(arrived(attribute, value)).toEqual(Buffer.from(Uint32Array.of(value).buffer));
    }
  });

  test('UI_INFO is a window', () => {
    const window = 0xfedcba9876543210n;
    expect(arrived(SECPKG_ATTR_UI_INFO, window)).toEqual(
      Buffer.from(BigUint64Array.of(window).buffer),
    );
  });

  test.each([
    ['APP_DATA', SECPKG_ATTR_APP_DATA, 'flags'],
    ['EAP_PRF_INFO', SECPKG_ATTR_EAP_PRF_INFO, 'version'],
  ] as const)('%s points to a copy of the data', (_, attribute, number) => {
    const record = arrived(attribute, {
      [number]: 0x80000001,
      data: Buffer.from('app'),
    } as never);
    expect(record).toHaveLength(16);
    expect([record.readUInt32LE(0), record.readUInt32LE(4)]).toEqual([0x80000001, 3]);
    expect(record.readBigUInt64LE(8)).not.toBe(0n);
    // Of no data the size is none, wherever it would be.
    const empty = arrived(attribute, { [number]: 5, data: Buffer.alloc(0) } as never);
    expect([empty.readUInt32LE(0), empty.readUInt32LE(4)]).toEqual([5, 0]);
    const absent = arrived(attribute, { [number]: 5, data: undefined } as never);
    expect([absent.readUInt32LE(4), absent.readBigUInt64LE(8)]).toEqual([0, 0n]);
  });

  test('KEYING_MATERIAL_INFO points to the label and the context', () => {
    const record = arrived(SECPKG_ATTR_KEYING_MATERIAL_INFO, {
      label: Buffer.from('EXPORTER-label\0'),
      context: Buffer.from('context'),
      size: 32,
    });
    expect(record).toHaveLength(40);
    expect([record.readUInt16LE(0), record.readUInt16LE(16), record.readUInt32LE(32)]).toEqual([
      15, 7, 32,
    ]);
    const [label, context] = [record.readBigUInt64LE(8), record.readBigUInt64LE(24)];
    expect(label !== 0n && context !== 0n && label !== context).toBe(true);
    const without = arrived(SECPKG_ATTR_KEYING_MATERIAL_INFO, {
      label: Buffer.alloc(0xffff, 'x'),
      context: undefined,
      size: 1,
    });
    expect([
      without.readUInt16LE(0),
      without.readUInt16LE(16),
      without.readBigUInt64LE(24),
    ]).toEqual([0xffff, 0, 0n]);
  });

  test('what the record cannot count is refused before the package is asked', () => {
    const context = serverOf(new Script());
    const value = { label: Buffer.alloc(0x10000), context: undefined, size: 1 };
    expect(
      codeOf(() => {
        setContextAttributes(context, SECPKG_ATTR_KEYING_MATERIAL_INFO, value);
      }),
    ).toBe('ERR_SECUR32_INVALID_ARGUMENT');
    expect(journalOf('setAttributes')).toEqual([]);
  });

  const WRONG: readonly [string, number, unknown][] = [
    ['an attribute that can only be read', SECPKG_ATTR_SIZES, 1],
    ['an attribute that nobody knows', 0x1234, 1],
    ['a number too large for a DWORD', SECPKG_ATTR_USE_VALIDATED, 2 ** 32],
    ['a negative number', SECPKG_ATTR_EARLY_START, -1],
    ['a window that is no bigint', SECPKG_ATTR_UI_INFO, 1],
    ['a window too large', SECPKG_ATTR_UI_INFO, 2n ** 64n],
    ['a number for a record', SECPKG_ATTR_APP_DATA, 1],
    ['a record without its number', SECPKG_ATTR_APP_DATA, { data: Buffer.alloc(1) }],
    ['text for bytes', SECPKG_ATTR_APP_DATA, { flags: 0, data: 'text' }],
    ['null for bytes', SECPKG_ATTR_APP_DATA, { flags: 0, data: null }],
    ['null', SECPKG_ATTR_KEYING_MATERIAL_INFO, null],
  ];

  test.each(WRONG)('%s is refused before the package is asked', (_, attribute, value) => {
    const context = serverOf(new Script());
    expect(
      codeOf(() => {
        setContextAttributes(context, attribute as never, value as never);
      }),
    ).toBe('ERR_SECUR32_INVALID_ARGUMENT');
    expect(journalOf('setAttributes')).toEqual([]);
  });

  test('nor does the addon take it', () => {
    const context = openContext(serverOf(new Script())).native;
    const set = (attribute: number, values: unknown[]) =>
      native().setContextAttributes(context, attribute, values);
    expect([
      set(SECPKG_ATTR_SIZES, [1]),
      set(SECPKG_ATTR_DTLS_MTU, ['x']),
      set(SECPKG_ATTR_UI_INFO, [1]),
      set(SECPKG_ATTR_UI_INFO, [-1n]),
      set(SECPKG_ATTR_APP_DATA, [1]),
      set(SECPKG_ATTR_APP_DATA, [1, [2]]),
    ]).toEqual([
      Refusal.badArgument,
      Refusal.badArgument,
      Refusal.badArgument,
      Refusal.badArgument,
      [0],
      Refusal.badArgument,
    ]);
  });

  test('every one says what the package said', () => {
    const script = new Script();
    const context = serverOf(script);
    for (const [attribute, fields] of SETTABLE_CONTEXT_RECORDS) {
      const values = Object.fromEntries(
        fields.map(([name, kind]) => [
          name,
          kind === 'bytes' ? Buffer.from('x') : kind === 'pointer' ? 1n : 1,
        ]),
      );
      const value = fields[0]?.[0] === '' ? values[''] : values;
      const set = () => {
        setContextAttributes(context, attribute as never, value as never);
      };
      script
        .on('setAttributes', { status: SEC_E_INVALID_TOKEN })
        .on('setAttributes', { status: SEC_I_CONTINUE_NEEDED });
      expect([attribute, codeOf(set), codeOf(set)]).toEqual([
        attribute,
        'SEC_E_INVALID_TOKEN',
        undefined,
      ]);
    }
    expect(new Set(journalOf('setAttributes').map(({ attribute }) => attribute))).toEqual(
      new Set(SETTABLE_CONTEXT_RECORDS.keys()),
    );
  });

  test('are not set while a leg runs, after one failed, or after the end', async () => {
    const gate = new Gate();
    const script = new Script();
    const context = serverOf(script);
    const code = () =>
      codeOf(() => {
        setContextAttributes(context, SECPKG_ATTR_EARLY_START, 1);
      });
    script.on('accept', { gate, status: SEC_E_INVALID_TOKEN });
    const leg = acceptSecurityContext({ context });
    await callsAtGates(1);
    const codes = [code()];
    gate.open();
    await leg.catch(() => undefined);
    codes.push(code());
    context.close();
    codes.push(code());
    expect(codes).toEqual(['ERR_SECUR32_BUSY', 'ERR_SECUR32_CONTEXT_FAILED', 'ERR_SECUR32_CLOSED']);
    expect(journalOf('setAttributes')).toEqual([]);
  });
});

describe('of a credential', () => {
  const KDC_PROXY = SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS;

  /** What reaches the addon; Wine's Secur32.dll has no function for it. */
  function watched(): unknown[][] {
    const calls: unknown[][] = [];
    jest.spyOn(native(), 'setCredentialsAttributes').mockImplementation((_, attribute, values) => {
      calls.push([attribute, ...values]);
      return [0];
    });
    return calls;
  }

  test.each([
    ['a host', { proxyServer: 'kdc.example.com' }, 0],
    ['nothing beside it', { proxyServer: 'kdc.example.com:443:KdcProxy', forceProxy: true }, 1],
    ['a name beyond ASCII', { proxyServer: 'straße.example', forceProxy: false }, 0],
  ] as const)('the KDC proxy is a record with its name behind it: %s', (_, settings, flags) => {
    const calls = watched();
    setCredentialsAttributes(credentialOf(new Script()), KDC_PROXY, settings);
    const name = Buffer.from(settings.proxyServer, 'utf16le');
    const header = Buffer.alloc(16);
    header.writeUInt32LE(1, 0);
    header.writeUInt32LE(flags, 4);
    header.writeUInt16LE(16, 8);
    header.writeUInt16LE(name.length, 10);
    expect(calls).toEqual([[KDC_PROXY, Buffer.concat([header, name])]]);
  });

  test.each([
    ['no settings', undefined],
    ['settings without a proxy', {}],
    ['an empty name', { proxyServer: '' }],
    ['a number', { proxyServer: 1 }],
    ['a name with a zero in it', { proxyServer: 'a\0b' }],
    ['a name that is too long', { proxyServer: 'x'.repeat(0x8000) }],
    ['a flag that is none', { proxyServer: 'x', forceProxy: 1 }],
  ])('%s are refused', (_, settings) => {
    const calls = watched();
    const credential = credentialOf(new Script());
    expect(
      codeOf(() => {
        setCredentialsAttributes(credential, KDC_PROXY, settings as never);
      }),
    ).toBe('ERR_SECUR32_INVALID_ARGUMENT');
    expect(calls).toEqual([]);
  });

  test('others are refused', () => {
    const calls = watched();
    const credential = credentialOf(new Script());
    const settings = { proxyServer: 'kdc.example.com' };
    for (const attribute of [SECPKG_CRED_ATTR_NAMES, 99, undefined]) {
      expect(
        codeOf(() => {
          setCredentialsAttributes(credential, attribute as never, settings as never);
        }),
      ).toBe('ERR_SECUR32_INVALID_ARGUMENT');
    }
    expect(calls).toEqual([]);
  });

  test('a failure says which call it was, and a closed credential is none', () => {
    const credential = credentialOf(new Script());
    const set = () => {
      setCredentialsAttributes(credential, KDC_PROXY, { proxyServer: 'kdc' });
    };
    jest.spyOn(native(), 'setCredentialsAttributes').mockReturnValueOnce([SEC_E_INVALID_TOKEN]);
    expect(set).toThrow('SetCredentialsAttributes failed: SEC_E_INVALID_TOKEN');
    credential.close();
    expect(codeOf(set)).toBe('ERR_SECUR32_CLOSED');
  });
});

test('where the system cannot set it, it says so', () => {
  const credential = credentialOf(new Script());
  expect(
    codeOf(() => {
      setCredentialsAttributes(credential, SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS, {
        proxyServer: 'kdc.example.com',
      });
    }),
  ).toBe('SEC_E_UNSUPPORTED_FUNCTION');
});
