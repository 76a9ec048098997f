/** Every attribute of every package: a value of the right shape, or an error that says why not. */

import { hostname } from 'node:os';

import { afterEach, describe, expect, test } from '@jest/globals';

import {
  SECPKG_ATTR_APP_DATA,
  SECPKG_ATTR_DTLS_MTU,
  SECPKG_ATTR_EAP_PRF_INFO,
  SECPKG_ATTR_EARLY_START,
  SECPKG_ATTR_KEYING_MATERIAL_INFO,
  SECPKG_ATTR_UI_INFO,
  SECPKG_ATTR_USE_VALIDATED,
} from '../../lib/constants/context-attributes.js';
import {
  SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS,
  SECPKG_CRED_ATTR_NAMES,
  SECPKG_CRED_INBOUND,
  SECPKG_CRED_OUTBOUND,
} from '../../lib/constants/credentials.js';
import { ISC_REQ_MUTUAL_AUTH } from '../../lib/constants/isc-flags.js';
import { SCHANNEL_SHUTDOWN } from '../../lib/constants/schannel.js';
import { SECBUFFER_TOKEN } from '../../lib/constants/sec-buffers.js';
import { SspiError } from '../../lib/core/errors.js';
import { acquireCredentialsHandleSync } from '../../lib/raw/acquire-credentials-handle.js';
import {
  CONTEXT_RECORDS,
  CREDENTIAL_RECORDS,
  SETTABLE_CONTEXT_RECORDS,
  type RecordField,
  type SettableContextAttributes,
} from '../../lib/raw/attribute-records.generated.js';
import {
  queryContextAttributes,
  setContextAttributes,
  type ContextAttribute,
} from '../../lib/raw/context-attributes.js';
import { applyControlToken } from '../../lib/raw/control-token.js';
import {
  queryCredentialsAttributes,
  setCredentialsAttributes,
  type CredentialAttribute,
} from '../../lib/raw/credentials-attributes.js';
import type { ContextHandle, CredentialHandle } from '../../lib/raw/handles.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import {
  acceptSecurityContextSync,
  initializeSecurityContext,
} from '../../lib/raw/handshake-calls.js';
import { expectShape } from '../instruments/support/attribute-shapes.js';
import { closePairs, exchange, openPair } from '../instruments/support/handshake.js';
import { closeConnections, openTls } from '../instruments/support/schannel.js';
import {
  testOnWindows,
  testOnWine,
  testWithAccount,
  testWithDomain,
} from '../instruments/support/skip.js';
import { alice, domain, present, wine } from '../instruments/support/system.js';

const open: { close: () => void }[] = [];
afterEach(async () => {
  for (const closable of open.splice(0).reverse()) closable.close();
  expect(liveCounts()).toMatchObject({ contextBuffers: 0, tokens: 0 });
  closeConnections();
  await closePairs();
});

/** What a call returns; undefined where SSPI refuses it, which some machines do. */
function orSspiError<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    expect(error).toBeInstanceOf(SspiError);
    return undefined;
  }
}

/** Expects a value of the right shape, or a failure of SSPI that says what it is. */
function expectValueOrError(
  fields: readonly RecordField[],
  call: SspiError['call'],
  query: () => unknown,
): void {
  let value: unknown;
  try {
    value = query();
  } catch (error) {
    expect(error).toBeInstanceOf(SspiError);
    const { status, code, message } = error as SspiError;
    expect(status).toBeGreaterThanOrEqual(0x8000_0000);
    expect(message.startsWith(`${call} failed: ${code} (0x`)).toBe(true);
    return;
  }
  expectShape(fields, value);
}

function expectEveryAttribute(context: ContextHandle): void {
  for (const [attribute, fields] of CONTEXT_RECORDS) {
    expectValueOrError(fields, 'QueryContextAttributes', () =>
      queryContextAttributes(context, attribute as ContextAttribute),
    );
  }
  expect(liveCounts().contextBuffers).toBe(0);
}

function expectEveryAttributeOf(credential: CredentialHandle): void {
  for (const [attribute, fields] of CREDENTIAL_RECORDS) {
    expectValueOrError(fields, 'QueryCredentialsAttributes', () =>
      queryCredentialsAttributes(credential, attribute as CredentialAttribute),
    );
  }
  expect(liveCounts().contextBuffers).toBe(0);
}

function acquire(packageName: string, use: number, own = true): CredentialHandle {
  const { credential } = acquireCredentialsHandleSync({
    package: packageName,
    use,
    ...(own || alice === undefined ? {} : { authIdentity: alice }),
  });
  open.push(credential);
  return credential;
}

async function logOn(packageName: string): Promise<[client: ContextHandle, server: ContextHandle]> {
  const kerberos = packageName !== 'NTLM';
  const pair = await openPair({
    package: packageName,
    ...(kerberos || alice === undefined ? {} : { authIdentity: alice }),
    client: {
      ...(kerberos && { targetName: present(domain).spn, mutualAuth: true }),
      protection: 'encrypt',
    },
    server: { protection: 'encrypt' },
  });
  await exchange(pair);
  return [present(pair.client.handle), present(pair.server.handle)];
}

/** A client's context after its first leg. */
async function begun(packageName: string, targetName = domain?.spn): Promise<ContextHandle> {
  const own = packageName !== 'NTLM';
  const { context } = await initializeSecurityContext({
    credential: acquire(packageName, SECPKG_CRED_OUTBOUND, own),
    contextReq: ISC_REQ_MUTUAL_AUTH,
    ...(own && targetName !== undefined && { targetName }),
  });
  open.push(present(context));
  return present(context);
}

const SAMPLES: {
  [Attribute in keyof SettableContextAttributes]: SettableContextAttributes[Attribute];
} = {
  [SECPKG_ATTR_USE_VALIDATED]: 1,
  [SECPKG_ATTR_DTLS_MTU]: 1_200,
  [SECPKG_ATTR_APP_DATA]: { flags: 0, data: Buffer.from('of the application') },
  [SECPKG_ATTR_EAP_PRF_INFO]: { version: 0, data: Buffer.from([0]) },
  [SECPKG_ATTR_UI_INFO]: 0n,
  [SECPKG_ATTR_EARLY_START]: 0,
  [SECPKG_ATTR_KEYING_MATERIAL_INFO]: {
    label: Buffer.from('EXPERIMENTAL secur32\0'),
    context: undefined,
    size: 32,
  },
};

/** How setting each attribute that can be set comes out: nothing, or the code of the error. */
function outcomesOfSetting(context: ContextHandle): (string | undefined)[] {
  const attributes = [...SETTABLE_CONTEXT_RECORDS.keys()] as (keyof SettableContextAttributes)[];
  return attributes.map((attribute) => {
    try {
      setContextAttributes(context, attribute, SAMPLES[attribute]);
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(SspiError);
      return (error as SspiError).code;
    }
  });
}

const unsupported = (call: SspiError['call']): unknown =>
  expect.objectContaining({ name: 'SspiError', code: 'SEC_E_UNSUPPORTED_FUNCTION', call });
const shutdown = Buffer.from(Uint32Array.of(SCHANNEL_SHUTDOWN).buffer);

describe.each([
  ['NTLM', testWithAccount],
  ['Kerberos', testWithDomain],
  ['Negotiate', testWithDomain],
] as const)('%s', (packageName, testWithLogon) => {
  testWithLogon('every attribute of both sides of a logon', async () => {
    for (const context of await logOn(packageName)) expectEveryAttribute(context);
  });

  testWithLogon('every attribute between the legs', async () => {
    expectEveryAttribute(await begun(packageName));
  });

  test('every attribute of credentials of both uses', () => {
    for (const use of [SECPKG_CRED_INBOUND, SECPKG_CRED_OUTBOUND]) {
      // On Windows there may be no key to accept Kerberos with outside of a domain.
      const credential =
        wine === undefined
          ? orSspiError(() => acquire(packageName, use))
          : acquire(packageName, use);
      if (credential !== undefined) expectEveryAttributeOf(credential);
    }
  });

  testWithLogon('what can be set is refused, and the logon goes on', async () => {
    for (const context of await logOn(packageName)) {
      for (const code of outcomesOfSetting(context)) {
        // An NTSTATUS on Windows, perhaps, or nothing: some packages ignore what they do not know.
        if (wine !== undefined || code !== undefined) expect(code).toMatch(/^(SEC_E_|0x[89a-f])/);
      }
      expectEveryAttribute(context);
    }
  });

  testWithLogon('there is nothing to control', async () => {
    // Of our own, because nobody else may run the next leg of a high-level object.
    const context = await begun(packageName);
    expect(() => {
      applyControlToken(context, [{ type: SECBUFFER_TOKEN, data: shutdown }]);
    }).toThrow(unsupported('ApplyControlToken'));
  });
});

describe('Schannel', () => {
  test('every attribute of a connection', async () => {
    const { context } = await openTls();
    expectEveryAttribute(context);
  });

  test('every attribute between the legs', async () => {
    expectEveryAttribute(await begun('Schannel'));
  });

  test('every attribute of a credential', () => {
    expectEveryAttributeOf(acquire('Schannel', SECPKG_CRED_OUTBOUND));
  });

  testOnWine('nothing can be set', async () => {
    const { context } = await openTls();
    const codes = outcomesOfSetting(context);
    expect(new Set(codes)).toEqual(new Set(['SEC_E_UNSUPPORTED_FUNCTION']));
  });

  testOnWindows('what is set is there, or refused with a status', async () => {
    const { context } = await openTls();
    expect(outcomesOfSetting(context)).toContain(undefined);
    expectEveryAttribute(context);
    expect(queryContextAttributes(context, SECPKG_ATTR_APP_DATA).data).toEqual(
      SAMPLES[SECPKG_ATTR_APP_DATA].data,
    );
  });
});

describe('CredSSP, which Wine lacks', () => {
  testOnWindows('every attribute of CredSSP between the legs, and of its credential', async () => {
    const context = await begun('CREDSSP', `TERMSRV/${hostname()}`);
    expectEveryAttribute(context);
    expectEveryAttributeOf(acquire('CREDSSP', SECPKG_CRED_OUTBOUND));
  });
});

describe('Digest, which Wine lacks', () => {
  testOnWindows('every attribute of WDigest after the challenge, and of its credential', () => {
    // Deprecated: a newer Windows, or a machine in no domain, may not have it.
    const challenge = orSspiError(() => {
      const credential = acquire('WDigest', SECPKG_CRED_INBOUND);
      const input = [{ type: SECBUFFER_TOKEN, data: Buffer.alloc(0) }];
      return { credential, ...acceptSecurityContextSync({ credential, input }) };
    });
    if (challenge === undefined) return;
    open.push(present(challenge.context));
    expectEveryAttribute(present(challenge.context));
    expectEveryAttributeOf(challenge.credential);
  });
});

describe('attributes of credentials', () => {
  testOnWine('NAMES is not there', () => {
    for (const packageName of ['NTLM', 'Kerberos', 'Negotiate', 'Schannel']) {
      const credential = acquire(packageName, SECPKG_CRED_OUTBOUND);
      expect(() => queryCredentialsAttributes(credential, SECPKG_CRED_ATTR_NAMES)).toThrow(
        unsupported('QueryCredentialsAttributes'),
      );
    }
  });

  testOnWindows('NAMES: whose credential it is', () => {
    for (const packageName of ['NTLM', 'Negotiate']) {
      const credential = acquire(packageName, SECPKG_CRED_OUTBOUND);
      expect(queryCredentialsAttributes(credential, SECPKG_CRED_ATTR_NAMES)).toMatch(/\S/);
    }
  });

  const settings = { proxyServer: 'proxy.sspi.test:443:KdcProxy' };

  testOnWine('a KDC proxy cannot be set', () => {
    for (const packageName of ['NTLM', 'Kerberos', 'Negotiate', 'Schannel']) {
      const credential = acquire(packageName, SECPKG_CRED_OUTBOUND);
      expect(() => {
        setCredentialsAttributes(credential, SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS, settings);
      }).toThrow(unsupported('SetCredentialsAttributes'));
    }
  });

  testOnWindows('a KDC proxy is set', () => {
    const credential = acquire('Kerberos', SECPKG_CRED_OUTBOUND);
    expect(() => {
      setCredentialsAttributes(credential, SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS, settings);
    }).not.toThrow();
  });
});
