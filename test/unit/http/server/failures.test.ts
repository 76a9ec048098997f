import '../../../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { STATUS_TABLE, WIN32_STATUS_TABLE } from '../../../../lib/constants/status.js';
import { codedError, SspiError } from '../../../../lib/core/errors.js';
import { getFailure } from '../../../../lib/http/server/logon/failures.js';
import { isFailure, statusHex, statusName } from '../../../../lib/core/status.js';

const names = (list: string) => list.trim().split(/\s+/);

/** What the client sent is no message. */
const MALFORMED =
  names(`SEC_E_BUFFER_TOO_SMALL SEC_E_CANNOT_PACK SEC_E_DECRYPT_FAILURE SEC_E_ILLEGAL_MESSAGE
  SEC_E_INCOMPLETE_MESSAGE SEC_E_INVALID_PARAMETER SEC_E_INVALID_TOKEN SEC_E_KDC_INVALID_REQUEST SEC_E_MESSAGE_ALTERED
  SEC_E_OUT_OF_SEQUENCE SEC_E_QOP_NOT_SUPPORTED SEC_E_UNSUPPORTED_FUNCTION`);
/** Nobody can say whether it is right. */
const NO_AUTHORITY = names(`SEC_E_ISSUING_CA_UNTRUSTED_KDC SEC_E_KDC_UNABLE_TO_REFER
  SEC_E_NO_AUTHENTICATING_AUTHORITY SEC_E_REVOCATION_OFFLINE_KDC STATUS_NO_LOGON_SERVERS STATUS_NO_TRUST_LSA_SECRET
  STATUS_NO_TRUST_SAM_ACCOUNT STATUS_TRUSTED_DOMAIN_FAILURE STATUS_TRUSTED_RELATIONSHIP_FAILURE STATUS_TRUST_FAILURE
  STATUS_DOMAIN_TRUST_INCONSISTENT STATUS_NETLOGON_NOT_STARTED STATUS_DOMAIN_CONTROLLER_NOT_FOUND
  STATUS_CANT_ACCESS_DOMAIN_INFO STATUS_INVALID_SERVER_STATE STATUS_INVALID_DOMAIN_STATE STATUS_DS_BUSY
  STATUS_DS_UNAVAILABLE STATUS_IO_TIMEOUT STATUS_BAD_NETWORK_PATH STATUS_CONNECTION_REFUSED STATUS_NETWORK_UNREACHABLE
  STATUS_HOST_UNREACHABLE RPC_NT_SERVER_UNAVAILABLE RPC_NT_SERVER_TOO_BUSY RPC_NT_CALL_FAILED RPC_NT_COMM_FAILURE`);
const NO_ROOM = names(`SEC_E_INSUFFICIENT_MEMORY SEC_E_SHUTDOWN_IN_PROGRESS STATUS_NO_MEMORY
  STATUS_INSUFFICIENT_RESOURCES STATUS_COMMITMENT_LIMIT STATUS_SHUTDOWN_IN_PROGRESS`);
/** Of a server that cannot do what it is there for. */
const OURS =
  names(`E_NOTIMPL SCARD_E_INVALID_HANDLE SEC_E_APPLICATION_PROTOCOL_MISMATCH SEC_E_BAD_PKGID
  SEC_E_CANNOT_INSTALL SEC_E_CRYPTO_SYSTEM_INVALID SEC_E_ENCRYPT_FAILURE SEC_E_EXT_BUFFER_TOO_SMALL
  SEC_E_INCOMPLETE_CREDENTIALS SEC_E_INSUFFICIENT_BUFFERS SEC_E_INTERNAL_ERROR SEC_E_INVALID_HANDLE SEC_E_MUST_BE_KDC
  SEC_E_NO_CONTEXT SEC_E_NO_IMPERSONATION SEC_E_NO_IP_ADDRESSES SEC_E_NOT_OWNER SEC_E_ONLY_HTTPS_ALLOWED
  SEC_E_SECPKG_NOT_FOUND SEC_E_SECURITY_QOS_FAILED SEC_E_UNFINISHED_CONTEXT_DELETED SEC_E_WRONG_CREDENTIAL_HANDLE
  STATUS_INTERNAL_ERROR STATUS_INVALID_HANDLE STATUS_NO_SUCH_PACKAGE STATUS_PRIVILEGE_NOT_HELD`);
/** Of the client, its account or its certificate. */
const TO_TRY_AGAIN =
  names(`CERT_E_CN_NO_MATCH CERT_E_EXPIRED CERT_E_UNTRUSTEDROOT CERT_E_WRONG_USAGE
  CRYPT_E_NO_REVOCATION_CHECK CRYPT_E_REVOCATION_OFFLINE CRYPT_E_REVOKED SEC_E_ALGORITHM_MISMATCH SEC_E_BAD_BINDINGS
  SEC_E_CERT_EXPIRED SEC_E_CERT_UNKNOWN SEC_E_CERT_WRONG_USAGE SEC_E_CONTEXT_EXPIRED
  SEC_E_CROSSREALM_DELEGATION_FAILURE SEC_E_DELEGATION_POLICY SEC_E_DELEGATION_REQUIRED SEC_E_DOWNGRADE_DETECTED
  SEC_E_INVALID_UPN_NAME SEC_E_ISSUING_CA_UNTRUSTED SEC_E_KDC_CERT_EXPIRED SEC_E_KDC_CERT_REVOKED
  SEC_E_KDC_UNKNOWN_ETYPE SEC_E_LOGON_DENIED SEC_E_MAX_REFERRALS_EXCEEDED SEC_E_MULTIPLE_ACCOUNTS
  SEC_E_MUTUAL_AUTH_FAILED SEC_E_NO_CREDENTIALS SEC_E_NO_KERB_KEY SEC_E_NO_PA_DATA SEC_E_NO_S4U_PROT_SUPPORT
  SEC_E_NO_TGT_REPLY SEC_E_PKINIT_CLIENT_FAILURE SEC_E_PKINIT_NAME_MISMATCH SEC_E_PKU2U_CERT_FAILURE
  SEC_E_POLICY_NLTM_ONLY SEC_E_REVOCATION_OFFLINE_C SEC_E_SMARTCARD_CERT_EXPIRED SEC_E_SMARTCARD_CERT_REVOKED
  SEC_E_SMARTCARD_LOGON_REQUIRED SEC_E_STRONG_CRYPTO_NOT_SUPPORTED SEC_E_TARGET_UNKNOWN SEC_E_TIME_SKEW
  SEC_E_TOO_MANY_PRINCIPALS SEC_E_UNKNOWN_CREDENTIALS SEC_E_UNSUPPORTED_PREAUTH SEC_E_UNTRUSTED_ROOT
  SEC_E_WRONG_PRINCIPAL STATUS_ACCESS_DENIED STATUS_ACCOUNT_DISABLED STATUS_ACCOUNT_EXPIRED STATUS_ACCOUNT_LOCKED_OUT
  STATUS_ACCOUNT_RESTRICTION STATUS_AUTHENTICATION_FIREWALL_FAILED STATUS_INVALID_ACCOUNT_NAME
  STATUS_INVALID_LOGON_HOURS STATUS_INVALID_WORKSTATION STATUS_LOGON_FAILURE STATUS_LOGON_NOT_GRANTED
  STATUS_LOGON_TYPE_NOT_GRANTED STATUS_NOLOGON_INTERDOMAIN_TRUST_ACCOUNT STATUS_NOLOGON_SERVER_TRUST_ACCOUNT
  STATUS_NOLOGON_WORKSTATION_TRUST_ACCOUNT STATUS_NONE_MAPPED STATUS_NO_SUCH_DOMAIN STATUS_NO_SUCH_USER
  STATUS_NTLM_BLOCKED STATUS_PASSWORD_EXPIRED STATUS_PASSWORD_MUST_CHANGE STATUS_PASSWORD_RESTRICTION
  STATUS_SMARTCARD_LOGON_REQUIRED STATUS_TIME_DIFFERENCE_AT_DC STATUS_TOO_MANY_CONTEXT_IDS STATUS_WRONG_PASSWORD
  TRUST_E_CERT_SIGNATURE`);

function expected(name: string): number {
  if (TO_TRY_AGAIN.includes(name)) return 401;
  if (MALFORMED.includes(name)) return 400;
  if (NO_AUTHORITY.includes(name) || NO_ROOM.includes(name)) return 503;
  // A status that nobody thought of is none of them.
  return OURS.includes(name) ? 500 : 0;
}

const statusOfLeg = (status: number) =>
  getFailure(new SspiError('AcceptSecurityContext', status, [])).status;

describe('a status', () => {
  const failures = [...STATUS_TABLE.keys()].filter(isFailure);

  test.each(failures.map((status) => [statusName(status), status] as const))(
    '%s is an answer',
    (name, status) => {
      const error = new SspiError('AcceptSecurityContext', status, []);
      expect(getFailure(error)).toMatchObject({ status: expected(name), code: name });
    },
  );

  test.each(failures.map((status) => [statusName(status), status] as const))(
    '%s on a first leg is an answer, 401 also if the package could not read the token (S12)',
    (name, status) => {
      const leg = { token: Buffer.from('a token'), challenge: undefined };
      for (const call of ['AcceptSecurityContext', 'CompleteAuthToken'] as const) {
        const first = getFailure(new SspiError(call, status, []), leg).status;
        expect([call, first]).toEqual([call, MALFORMED.includes(name) ? 401 : expected(name)]);
        const second = getFailure(new SspiError(call, status, []), {
          ...leg,
          challenge: Buffer.from('challenge'),
        }).status;
        expect([call, second]).toEqual([call, expected(name)]);
      }
    },
  );

  test('is the same answer as an HRESULT', () => {
    const ofNt = failures.filter((status) => status >= 0xc000_0000);
    expect(ofNt.length).toBeGreaterThan(50);
    for (const status of ofNt) {
      expect([status, statusOfLeg(status + 0x1000_0000)]).toEqual([status, statusOfLeg(status)]);
    }
    expect(WIN32_STATUS_TABLE.size).toBeGreaterThan(50);
    for (const [error, status] of WIN32_STATUS_TABLE) {
      expect([error, statusOfLeg(0x8007_0000 + error)]).toEqual([error, statusOfLeg(status)]);
    }
  });

  test.each([
    [0x80070533, 401, 'ERROR_ACCOUNT_DISABLED'],
    [0x80070775, 401, 'ERROR_ACCOUNT_LOCKED_OUT'],
    [0xd0000234, 401, 'STATUS_ACCOUNT_LOCKED_OUT'],
    [0x80070525, 401, 'ERROR_NO_SUCH_USER'],
    [0x8007051f, 503, 'ERROR_NO_LOGON_SERVERS'],
    [0xd000005e, 503, 'STATUS_NO_LOGON_SERVERS'],
    [0x800706ba, 503, 'RPC_S_SERVER_UNAVAILABLE'],
    [0x8007000e, 503, 'E_OUTOFMEMORY'],
    [0x80070006, 500, 'ERROR_INVALID_HANDLE'],
    [0x80004005, 500, 'E_FAIL'],
    [0x8000ffff, 500, 'E_UNEXPECTED'],
  ])('%p is the answer %d: %s as an HRESULT', (status, answer) => {
    expect(statusOfLeg(status)).toBe(answer);
  });

  // It may be about the account, so it must look like a wrong password.
  test.each([0x8009ffff, 0xc000ffff, 0xc0ffffff, 0xd000ffff, 0x8007ffff, 0xffffffff])(
    '%p that nobody names is the answer 401',
    (status) => {
      const error = new SspiError('AcceptSecurityContext', status, []);
      expect(getFailure(error)).toMatchObject({ status: 401, code: statusHex(status) });
    },
  );

  test.each([
    'QueryContextAttributes',
    'QuerySecurityContextToken',
    'AcquireCredentialsHandle',
  ] as const)('of %s is none of the client: it was accepted, or not asked', (call) => {
    for (const status of failures) {
      const name = statusName(status);
      const answer = getFailure(new SspiError(call, status, [])).status;
      const unavailable = NO_AUTHORITY.includes(name) || NO_ROOM.includes(name);
      expect([name, answer]).toEqual([name, unavailable ? 503 : 500]);
    }
  });
});

test.each([
  ['ERR_SECUR32_TOKEN_TOO_LARGE', 400],
  ['ERR_SECUR32_NO_PROGRESS', 400],
  ['ERR_SECUR32_REQUIREMENTS_NOT_MET', 403],
])('%s on a first leg is the status %d, whatever the package reads (S12)', (code, status) => {
  const leg = { token: Buffer.from('a token'), challenge: undefined };
  expect(getFailure(codedError(code as never, 'x'), leg).status).toBe(status);
});

test.each([
  [codedError('ERR_SECUR32_REQUIREMENTS_NOT_MET', 'x'), 403],
  [codedError('ERR_SECUR32_TOKEN_TOO_LARGE', 'x'), 400],
  [codedError('ERR_SECUR32_NO_PROGRESS', 'x'), 400],
  [codedError('ERR_SECUR32_CLOSED', 'x'), 503],
  [codedError('ERR_SECUR32_OUT_OF_MEMORY', 'x'), 503],
  [codedError('ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED', 'x'), 500],
  [codedError('ERR_SECUR32_BUSY', 'x'), 500],
  [new Error('x'), 500],
  ['a text', 500],
  [undefined, 500],
  [null, 500],
  [{ code: 'SEC_E_LOGON_DENIED' }, 500],
])('%p is the status %d', (error, status) => {
  expect(getFailure(error).status).toBe(status);
});
