/**
 * Which HTTP status answers a failed leg: the client may try again, sent a
 * malformed token, or the server is at fault.
 *
 * Whenever a package does not accept a token, the answer is the same: 401, with
 * the same bytes for a wrong password, a locked account and a reason that is not
 * listed here. Only the log has the status. So 401 is the rule; the others are
 * exceptions that no account can cause. It is also the answer to a first token that
 * is not a message of the package: the client may use another mechanism, and learns
 * what the server offers.
 */

import { SspiError } from '../../../core/errors.js';
import { plainStatus, statusName } from '../../../core/status.js';
import { namesOtherAuthority } from './named-authority.js';

export interface Failure {
  /** 401, 400, 403, 500 or 503. */
  status: number;
  code: string;
  reason: string;
}

export interface FailedLeg {
  token: Buffer;
  /** The server's previous token. */
  challenge: Buffer | undefined;
}

/** The token is not a message of the package, or not the next one. 400, except on a first leg. */
const MALFORMED = new Set([
  'SEC_E_INVALID_TOKEN',
  'SEC_E_INCOMPLETE_MESSAGE',
  'SEC_E_MESSAGE_ALTERED',
  'SEC_E_OUT_OF_SEQUENCE',
  'SEC_E_DECRYPT_FAILURE',
  'SEC_E_BUFFER_TOO_SMALL',
  'SEC_E_INVALID_PARAMETER',
  'SEC_E_UNSUPPORTED_FUNCTION',
  'SEC_E_QOP_NOT_SUPPORTED',
  'SEC_E_CANNOT_PACK',
  'SEC_E_KDC_INVALID_REQUEST',
  'SEC_E_ILLEGAL_MESSAGE',
  'ERR_SECUR32_TOKEN_TOO_LARGE',
  'ERR_SECUR32_NO_PROGRESS',
]);

/** The server lacks resources or shuts down; a later attempt may succeed. */
const NO_RESOURCES = new Set([
  'SEC_E_INSUFFICIENT_MEMORY',
  'SEC_E_SHUTDOWN_IN_PROGRESS',
  'STATUS_NO_MEMORY',
  'STATUS_INSUFFICIENT_RESOURCES',
  'STATUS_COMMITMENT_LIMIT',
  'STATUS_SHUTDOWN_IN_PROGRESS',
  'ERR_SECUR32_OUT_OF_MEMORY',
  'ERR_SECUR32_CLOSED',
]);

/** The authority that could check the token cannot be reached. */
const NO_AUTHORITY = new Set([
  'SEC_E_NO_AUTHENTICATING_AUTHORITY',
  'SEC_E_KDC_UNABLE_TO_REFER',
  'SEC_E_ISSUING_CA_UNTRUSTED_KDC',
  'SEC_E_REVOCATION_OFFLINE_KDC',
  'STATUS_NO_LOGON_SERVERS',
  'STATUS_NO_TRUST_LSA_SECRET',
  'STATUS_NO_TRUST_SAM_ACCOUNT',
  'STATUS_TRUSTED_DOMAIN_FAILURE',
  'STATUS_TRUSTED_RELATIONSHIP_FAILURE',
  'STATUS_TRUST_FAILURE',
  'STATUS_DOMAIN_TRUST_INCONSISTENT',
  'STATUS_NETLOGON_NOT_STARTED',
  'STATUS_DOMAIN_CONTROLLER_NOT_FOUND',
  'STATUS_CANT_ACCESS_DOMAIN_INFO',
  'STATUS_INVALID_SERVER_STATE',
  'STATUS_INVALID_DOMAIN_STATE',
  'STATUS_DS_BUSY',
  'STATUS_DS_UNAVAILABLE',
  'STATUS_IO_TIMEOUT',
  'STATUS_BAD_NETWORK_PATH',
  'STATUS_CONNECTION_REFUSED',
  'STATUS_NETWORK_UNREACHABLE',
  'STATUS_HOST_UNREACHABLE',
  'RPC_NT_SERVER_UNAVAILABLE',
  'RPC_NT_SERVER_TOO_BUSY',
  'RPC_NT_CALL_FAILED',
  'RPC_NT_COMM_FAILURE',
]);

/** The server, its credentials or its system are at fault, whatever the client sent. */
const SERVER_FAULTS = new Set([
  'SEC_E_INVALID_HANDLE',
  'SEC_E_INTERNAL_ERROR',
  'SEC_E_SECPKG_NOT_FOUND',
  'SEC_E_NOT_OWNER',
  'SEC_E_CANNOT_INSTALL',
  'SEC_E_NO_IMPERSONATION',
  'SEC_E_BAD_PKGID',
  'SEC_E_INCOMPLETE_CREDENTIALS',
  'SEC_E_ENCRYPT_FAILURE',
  'SEC_E_SECURITY_QOS_FAILED',
  'SEC_E_UNFINISHED_CONTEXT_DELETED',
  'SEC_E_NO_IP_ADDRESSES',
  'SEC_E_WRONG_CREDENTIAL_HANDLE',
  'SEC_E_CRYPTO_SYSTEM_INVALID',
  'SEC_E_MUST_BE_KDC',
  'SEC_E_NO_CONTEXT',
  'SEC_E_ONLY_HTTPS_ALLOWED',
  'SEC_E_APPLICATION_PROTOCOL_MISMATCH',
  'SEC_E_EXT_BUFFER_TOO_SMALL',
  'SEC_E_INSUFFICIENT_BUFFERS',
  'SCARD_E_INVALID_HANDLE',
  'STATUS_INVALID_HANDLE',
  'STATUS_INTERNAL_ERROR',
  'STATUS_NO_SUCH_PACKAGE',
  'STATUS_PRIVILEGE_NOT_HELD',
]);

/** The calls that check a token. Failures of later calls concern a client that was accepted. */
const LEG_CALLS: readonly string[] = ['AcceptSecurityContext', 'CompleteAuthToken'];

/** @param leg the failed leg; omit it if the failure did not happen in a leg */
export function getFailure(error: unknown, leg?: FailedLeg): Failure {
  const code = getCode(error);
  const reason = error instanceof Error ? error.message : 'unknown failure';
  const name = error instanceof SspiError ? statusName(plainStatus(error.status)) : code;
  if (NO_AUTHORITY.has(name) && leg && namesOtherAuthority(leg.token, leg.challenge)) {
    return { status: 401, code, reason: `${reason}; the client chose the authority` };
  }
  const isFirst = leg !== undefined && leg.challenge === undefined;
  return { status: getHttpStatus(name, error, isFirst), code, reason };
}

function getHttpStatus(name: string, error: unknown, isFirstLeg: boolean): number {
  if (NO_RESOURCES.has(name) || NO_AUTHORITY.has(name)) return 503;
  // The logon succeeded without what the server requires: another attempt would fail the same way.
  if (name === 'ERR_SECUR32_REQUIREMENTS_NOT_MET') return 403;
  const isLeg = !(error instanceof SspiError) || LEG_CALLS.includes(error.call);
  const isUnreadable = isFirstLeg && error instanceof SspiError;
  if (isLeg && MALFORMED.has(name)) return isUnreadable ? 401 : 400;
  return isTokenRefused(name, error) ? 401 : 500;
}

/** Whether a package did not accept a token, for a reason that may lie in the client or its account. */
function isTokenRefused(name: string, error: unknown): boolean {
  if (!(error instanceof SspiError) || !LEG_CALLS.includes(error.call)) return false;
  return !SERVER_FAULTS.has(name) && !hasNoFacility(error.status);
}

/** E_FAIL, E_UNEXPECTED and the like: something failed before the token was checked. */
function hasNoFacility(status: number): boolean {
  return status >>> 16 === 0x8000;
}

function getCode(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
