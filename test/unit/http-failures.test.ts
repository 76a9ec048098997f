import '../support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { STATUS_TABLE } from '../../lib/constants/status.js';
import { codedError, SspiError } from '../../lib/errors.js';
import { failureOf, failureToken } from '../../lib/http/server/failures.js';
import { isFailure, statusName } from '../../lib/status.js';

/** What a client may hear: no more than one of these. */
const TO_TRY_AGAIN = `SEC_E_BAD_BINDINGS SEC_E_CERT_EXPIRED SEC_E_CONTEXT_EXPIRED SEC_E_DELEGATION_POLICY
  SEC_E_DOWNGRADE_DETECTED SEC_E_KDC_CERT_EXPIRED SEC_E_LOGON_DENIED SEC_E_NO_CREDENTIALS SEC_E_NO_KERB_KEY
  SEC_E_POLICY_NLTM_ONLY SEC_E_SMARTCARD_CERT_EXPIRED SEC_E_SMARTCARD_CERT_REVOKED SEC_E_SMARTCARD_LOGON_REQUIRED
  SEC_E_STRONG_CRYPTO_NOT_SUPPORTED SEC_E_TIME_SKEW SEC_E_UNKNOWN_CREDENTIALS SEC_E_WRONG_PRINCIPAL
  STATUS_LOGON_FAILURE`;
const MALFORMED = `SEC_E_BUFFER_TOO_SMALL SEC_E_CANNOT_PACK SEC_E_DECRYPT_FAILURE SEC_E_ILLEGAL_MESSAGE
  SEC_E_INCOMPLETE_MESSAGE SEC_E_INVALID_PARAMETER SEC_E_INVALID_TOKEN SEC_E_KDC_INVALID_REQUEST SEC_E_MESSAGE_ALTERED
  SEC_E_OUT_OF_SEQUENCE SEC_E_QOP_NOT_SUPPORTED SEC_E_UNSUPPORTED_FUNCTION`;
const UNAVAILABLE = `SEC_E_INSUFFICIENT_MEMORY SEC_E_ISSUING_CA_UNTRUSTED_KDC SEC_E_KDC_UNABLE_TO_REFER
  SEC_E_NO_AUTHENTICATING_AUTHORITY SEC_E_REVOCATION_OFFLINE_KDC SEC_E_SHUTDOWN_IN_PROGRESS`;
/** Of other calls, or of a server that cannot do what it is there for. */
const OURS = `CERT_E_CN_NO_MATCH CERT_E_EXPIRED CERT_E_UNTRUSTEDROOT CERT_E_WRONG_USAGE CRYPT_E_NO_REVOCATION_CHECK
  CRYPT_E_REVOCATION_OFFLINE CRYPT_E_REVOKED E_NOTIMPL SEC_E_ALGORITHM_MISMATCH SEC_E_APPLICATION_PROTOCOL_MISMATCH
  SEC_E_BAD_PKGID SEC_E_CANNOT_INSTALL SEC_E_CERT_UNKNOWN SEC_E_CERT_WRONG_USAGE SEC_E_CROSSREALM_DELEGATION_FAILURE
  SEC_E_CRYPTO_SYSTEM_INVALID SEC_E_DELEGATION_REQUIRED SEC_E_ENCRYPT_FAILURE SEC_E_EXT_BUFFER_TOO_SMALL
  SEC_E_INCOMPLETE_CREDENTIALS SEC_E_INSUFFICIENT_BUFFERS SEC_E_INTERNAL_ERROR SEC_E_INVALID_HANDLE
  SEC_E_INVALID_UPN_NAME SEC_E_ISSUING_CA_UNTRUSTED SEC_E_KDC_CERT_REVOKED SEC_E_KDC_UNKNOWN_ETYPE
  SEC_E_MAX_REFERRALS_EXCEEDED SEC_E_MULTIPLE_ACCOUNTS SEC_E_MUST_BE_KDC SEC_E_MUTUAL_AUTH_FAILED SEC_E_NO_CONTEXT
  SEC_E_NO_IMPERSONATION SEC_E_NO_IP_ADDRESSES SEC_E_NO_PA_DATA SEC_E_NO_S4U_PROT_SUPPORT SEC_E_NO_TGT_REPLY
  SEC_E_NOT_OWNER SEC_E_ONLY_HTTPS_ALLOWED SEC_E_PKINIT_CLIENT_FAILURE SEC_E_PKINIT_NAME_MISMATCH
  SEC_E_PKU2U_CERT_FAILURE SEC_E_REVOCATION_OFFLINE_C SEC_E_SECPKG_NOT_FOUND SEC_E_SECURITY_QOS_FAILED
 SCARD_E_INVALID_HANDLE TRUST_E_CERT_SIGNATURE SEC_E_TARGET_UNKNOWN SEC_E_TOO_MANY_PRINCIPALS SEC_E_UNFINISHED_CONTEXT_DELETED
  SEC_E_UNSUPPORTED_PREAUTH SEC_E_UNTRUSTED_ROOT SEC_E_WRONG_CREDENTIAL_HANDLE`;

const names = (list: string) => list.split(/\s+/);

function expected(name: string): number {
  if (names(TO_TRY_AGAIN).includes(name)) return 401;
  if (names(MALFORMED).includes(name)) return 400;
  if (names(UNAVAILABLE).includes(name)) return 503;
  // A status that nobody thought of is none of them.
  return names(OURS).includes(name) ? 500 : 0;
}

describe('a status', () => {
  const failures = [...STATUS_TABLE.keys()].filter(isFailure);

  test.each(failures.map((status) => [statusName(status), status] as const))(
    '%s is an answer',
    (name, status) => {
      const error = new SspiError('AcceptSecurityContext', status, []);
      expect(failureOf(error)).toMatchObject({ status: expected(name), code: name });
    },
  );

  test('that nobody names is the fault of the server', () => {
    const error = new SspiError('AcceptSecurityContext', 0x8009ffff, []);
    expect(failureOf(error)).toMatchObject({ status: 500, code: '0x8009ffff' });
  });
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
  expect(failureOf(error).status).toBe(status);
  expect(failureToken(error)).toBeUndefined();
});
