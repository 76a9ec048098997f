/**
 * Every flag, type and value of the headers passes as it is: what is asked for
 * arrives at the package, and what the package says comes back.
 */

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import * as ascFlags from '../../lib/constants/asc-flags.js';
import {
  SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS,
  SECPKG_ATTR_NEGO_INFO_FLAG_NO_KERBEROS,
  SECPKG_ATTR_NEGO_INFO_FLAG_NO_NTLM,
  SECPKG_ATTR_NEGO_PKG_INFO,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_SERVER_AUTH_FLAGS,
  SECPKG_NEGOTIATION_COMPLETE,
  SECPKG_NEGOTIATION_DIRECT,
  SECPKG_NEGOTIATION_IN_PROGRESS,
  SECPKG_NEGOTIATION_OPTIMISTIC,
  SECPKG_NEGOTIATION_TRY_MULTICRED,
  SecPkgAttrLastClientTokenMaybe,
  SecPkgAttrLastClientTokenNo,
  SecPkgAttrLastClientTokenYes,
} from '../../lib/constants/context-attributes.js';
import * as credentialConstants from '../../lib/constants/credentials.js';
import * as iscFlags from '../../lib/constants/isc-flags.js';
import { SECQOP_WRAP_NO_ENCRYPT, SECQOP_WRAP_OOB_DATA } from '../../lib/constants/messages.js';
import * as schannel from '../../lib/constants/schannel.js';
import * as secBuffers from '../../lib/constants/sec-buffers.js';
import { queryContextAttributes } from '../../lib/raw/context-attributes.js';
import { applyControlToken } from '../../lib/raw/control-token.js';
import { encryptMessage } from '../../lib/raw/messages.js';
import type { SecBuffer } from '../../lib/core/sec-buffer.js';
import { plainType } from '../../lib/raw/sec-buffers.js';
import {
  acceptSecurityContextSync,
  initializeSecurityContextSync,
} from '../../lib/raw/handshake-calls.js';
import {
  endOfTest,
  getAcquainted,
  journalOf,
  Script,
  takeJournal,
} from '../instruments/support/scripted.js';
import {
  clientOf,
  closeOpened,
  credentialOf,
  opened,
  serverOf,
} from '../instruments/support/scripted-contexts.js';
import { present } from '../instruments/support/system.js';

beforeAll(() => getAcquainted(['Scripted']));
afterEach(async () => {
  closeOpened();
  await endOfTest();
});

/** The constants of a module whose names begin so. */
function named<T extends number>(module: object, prefix: string): [name: string, value: T][] {
  return Object.entries(module)
    .filter(([name, value]) => name.startsWith(prefix) && typeof value === 'number')
    .filter(([name]) => !name.includes('_RESERVED'))
    .map(([name, value]) => [name, value as T]);
}

const { SECBUFFER_DATA, SECBUFFER_FLAGS, SECBUFFER_TOKEN } = secBuffers;
const TWO_WORDS = 0x1_0000_0000;
/** Who allocates the output is for the addon to say. */
const ALLOCATE = iscFlags.ISC_REQ_ALLOCATE_MEMORY;

function words64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function flagsOf(output: readonly SecBuffer[]): number | undefined {
  const bytes = output.find(({ type }) => plainType(type) === SECBUFFER_FLAGS)?.data;
  return bytes?.length === 8 ? Number(bytes.readBigUInt64LE()) : undefined;
}

const sides = [
  {
    call: 'initialize' as const,
    side: 'client',
    requirements: named<iscFlags.IscReq>(iscFlags, 'ISC_REQ_'),
    results: named<number>(iscFlags, 'ISC_RET_'),
    leg: (script: Script, contextReq: number, input: { type: number; data: Buffer }[] = []) =>
      initializeSecurityContextSync({
        credential: credentialOf(script),
        contextReq: [contextReq as iscFlags.IscReq],
        input,
        output: [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_FLAGS, size: 8 }],
      }),
  },
  {
    call: 'accept' as const,
    side: 'server',
    requirements: named<ascFlags.AscReq>(ascFlags, 'ASC_REQ_'),
    results: named<number>(ascFlags, 'ASC_RET_'),
    leg: (script: Script, contextReq: number, input: { type: number; data: Buffer }[] = []) =>
      acceptSecurityContextSync({
        credential: credentialOf(script),
        contextReq: [contextReq as ascFlags.AscReq],
        input: [{ type: SECBUFFER_TOKEN, data: Buffer.from('token') }, ...input],
        output: [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_FLAGS, size: 8 }],
      }),
  },
];

describe.each(sides)('a $side', ({ call, requirements, results, leg }) => {
  const narrow = requirements.filter(([, flag]) => flag < TWO_WORDS && flag !== ALLOCATE);
  const wide = requirements.filter(([, flag]) => flag >= TWO_WORDS);

  test.each(narrow)('asks for %s', (_, flag) => {
    opened(present(leg(new Script(), flag).context));
    const [entry] = journalOf(call);
    expect((present(entry?.contextReq) & ~ALLOCATE) >>> 0).toBe(flag);
  });

  test.each(wide)('asks for %s, in a buffer of its own', (_, flag) => {
    const input = [{ type: SECBUFFER_FLAGS, data: words64(flag) }];
    opened(present(leg(new Script(), 0, input).context));
    const [entry] = journalOf(call);
    expect(entry?.input?.find(({ type }) => type === SECBUFFER_FLAGS)?.data).toEqual(words64(flag));
  });

  test.each(results.filter(([, flag]) => flag < TWO_WORDS))('is granted %s', (_, flag) => {
    const result = leg(new Script().on(call, { attributes: flag }), 0);
    opened(present(result.context));
    expect(result.contextAttr).toBe(flag);
  });

  test.each(results.filter(([, flag]) => flag >= TWO_WORDS))(
    'is granted %s, in a buffer of its own',
    (_, flag) => {
      const result = leg(new Script().on(call, { output: ['', words64(flag)] }), 0);
      opened(present(result.context));
      expect(flagsOf(result.output)).toBe(flag);
    },
  );
});

describe('a buffer', () => {
  const notTypes = ['SECBUFFER_VERSION', 'SECBUFFER_ATTRMASK'];
  const attributes = ['SECBUFFER_READONLY', 'SECBUFFER_READONLY_WITH_CHECKSUM'];
  const types = named<number>(secBuffers, 'SECBUFFER_').filter(
    ([name]) => ![...notTypes, ...attributes].includes(name),
  );

  test.each(types)('of the type %s goes in and comes out', (_, type) => {
    const script = new Script().on('initialize', { output: [{ data: 'token' }, { data: 'out' }] });
    const leg = initializeSecurityContextSync({
      credential: credentialOf(script),
      input: [{ type, data: Buffer.from('in') }],
      output: [{ type: SECBUFFER_TOKEN }, { type, size: 16 }],
    });
    opened(present(leg.context));
    expect(leg.output[1]).toEqual({ type, data: Buffer.from('out') });
    expect(journalOf('initialize')[0]?.input).toEqual([{ type, size: 2, data: Buffer.from('in') }]);
  });
});

describe('the use of a credential', () => {
  const { SECPKG_CRED_INBOUND, SECPKG_CRED_OUTBOUND, SECPKG_CRED_BOTH } = credentialConstants;
  const { SECPKG_CRED_AUTOLOGON_RESTRICTED, SECPKG_CRED_PROCESS_POLICY_ONLY } = credentialConstants;
  test.each([
    ['SECPKG_CRED_INBOUND', SECPKG_CRED_INBOUND],
    ['SECPKG_CRED_OUTBOUND', SECPKG_CRED_OUTBOUND],
    ['SECPKG_CRED_BOTH', SECPKG_CRED_BOTH],
    ['SECPKG_CRED_AUTOLOGON_RESTRICTED', SECPKG_CRED_OUTBOUND | SECPKG_CRED_AUTOLOGON_RESTRICTED],
    ['SECPKG_CRED_PROCESS_POLICY_ONLY', SECPKG_CRED_OUTBOUND | SECPKG_CRED_PROCESS_POLICY_ONLY],
  ])('is %s', (_, use) => {
    opened(new Script().acquireSync({ use }));
    expect(journalOf('acquire')[0]?.use).toBe(use);
  });
});

describe('an attribute', () => {
  const NO_PACKAGE = Buffer.alloc(16);
  test.each([
    ['SECPKG_NEGOTIATION_COMPLETE', SECPKG_NEGOTIATION_COMPLETE],
    ['SECPKG_NEGOTIATION_OPTIMISTIC', SECPKG_NEGOTIATION_OPTIMISTIC],
    ['SECPKG_NEGOTIATION_IN_PROGRESS', SECPKG_NEGOTIATION_IN_PROGRESS],
    ['SECPKG_NEGOTIATION_DIRECT', SECPKG_NEGOTIATION_DIRECT],
    ['SECPKG_NEGOTIATION_TRY_MULTICRED', SECPKG_NEGOTIATION_TRY_MULTICRED],
  ])('NEGOTIATION_INFO is %s', (_, state) => {
    const record = Buffer.from(NO_PACKAGE);
    record.writeUInt32LE(state, 8);
    const context = serverOf(new Script().on('queryAttributes', { output: [record] }));
    expect(queryContextAttributes(context, SECPKG_ATTR_NEGOTIATION_INFO)).toEqual({
      state,
      package: undefined,
    });
  });

  const { CREDSSP_SERVER_AUTH_NEGOTIATE, CREDSSP_SERVER_AUTH_CERTIFICATE } = credentialConstants;
  const { CREDSSP_SERVER_AUTH_LOOPBACK } = credentialConstants;
  test.each([
    [
      'SecPkgAttrLastClientTokenYes',
      SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS,
      SecPkgAttrLastClientTokenYes,
    ],
    [
      'SecPkgAttrLastClientTokenNo',
      SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS,
      SecPkgAttrLastClientTokenNo,
    ],
    [
      'SecPkgAttrLastClientTokenMaybe',
      SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS,
      SecPkgAttrLastClientTokenMaybe,
    ],
    [
      'SECPKG_ATTR_NEGO_INFO_FLAG_NO_KERBEROS',
      SECPKG_ATTR_NEGO_PKG_INFO,
      SECPKG_ATTR_NEGO_INFO_FLAG_NO_KERBEROS,
    ],
    [
      'SECPKG_ATTR_NEGO_INFO_FLAG_NO_NTLM',
      SECPKG_ATTR_NEGO_PKG_INFO,
      SECPKG_ATTR_NEGO_INFO_FLAG_NO_NTLM,
    ],
    ['CREDSSP_SERVER_AUTH_NEGOTIATE', SECPKG_ATTR_SERVER_AUTH_FLAGS, CREDSSP_SERVER_AUTH_NEGOTIATE],
    [
      'CREDSSP_SERVER_AUTH_CERTIFICATE',
      SECPKG_ATTR_SERVER_AUTH_FLAGS,
      CREDSSP_SERVER_AUTH_CERTIFICATE,
    ],
    ['CREDSSP_SERVER_AUTH_LOOPBACK', SECPKG_ATTR_SERVER_AUTH_FLAGS, CREDSSP_SERVER_AUTH_LOOPBACK],
  ] as const)('is %s', (_, attribute, value) => {
    const record = Buffer.from(Uint32Array.of(value).buffer);
    const context = serverOf(new Script().on('queryAttributes', { output: [record] }));
    expect(queryContextAttributes(context, attribute)).toBe(value);
  });
});

test.each([
  ['SECQOP_WRAP_NO_ENCRYPT', SECQOP_WRAP_NO_ENCRYPT],
  ['SECQOP_WRAP_OOB_DATA', SECQOP_WRAP_OOB_DATA],
])('a message is protected with %s', (_, qop) => {
  const context = clientOf(new Script());
  takeJournal();
  encryptMessage(context, {
    message: [
      { type: SECBUFFER_TOKEN, size: 16 },
      { type: SECBUFFER_DATA, data: Buffer.from('text') },
    ],
    qop,
  });
  expect(journalOf('encrypt')[0]?.qop).toBe(qop);
});

describe('a control token', () => {
  /** What arrives of a control token of these numbers. */
  function arrived(...numbers: number[]): Buffer | undefined {
    const context = clientOf(new Script());
    takeJournal();
    const data = Buffer.from(Uint32Array.from(numbers).buffer);
    applyControlToken(context, [{ type: SECBUFFER_TOKEN, data }]);
    const [entry] = journalOf('applyControl');
    expect(entry?.input?.[0]?.data).toEqual(data);
    return entry?.input?.[0]?.data;
  }

  test.each([
    ['SCHANNEL_RENEGOTIATE', schannel.SCHANNEL_RENEGOTIATE],
    ['SCHANNEL_SHUTDOWN', schannel.SCHANNEL_SHUTDOWN],
  ])('is %s', (_, type) => {
    expect(arrived(type)?.readUInt32LE()).toBe(type);
  });

  test.each(named<number>(schannel, 'SSL_SESSION_'))('is about a session: %s', (_, flags) => {
    expect(arrived(schannel.SCHANNEL_SESSION, flags)?.readUInt32LE(4)).toBe(flags);
  });

  const levels = ['TLS1_ALERT_WARNING', 'TLS1_ALERT_FATAL'];
  const alerts = named<number>(schannel, 'TLS1_ALERT_').filter(([name]) => !levels.includes(name));
  test.each(alerts)('is an alert: %s', (_, number) => {
    const { SCHANNEL_ALERT, TLS1_ALERT_FATAL } = schannel;
    expect(arrived(SCHANNEL_ALERT, TLS1_ALERT_FATAL, number)?.readUInt32LE(8)).toBe(number);
  });
  test('is a warning', () => {
    const { SCHANNEL_ALERT, TLS1_ALERT_WARNING, TLS1_ALERT_CLOSE_NOTIFY } = schannel;
    const data = arrived(SCHANNEL_ALERT, TLS1_ALERT_WARNING, TLS1_ALERT_CLOSE_NOTIFY);
    expect(data?.readUInt32LE(4)).toBe(TLS1_ALERT_WARNING);
  });
});
