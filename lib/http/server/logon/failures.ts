/**
 * What a failed leg means for the client: that it may try again, that it sent
 * nonsense, or that the server is at fault.
 *
 * Whatever a package says of a token that it does not accept is one answer:
 * 401, the same bytes for a wrong password, a locked account and a reason that
 * has no name here. The log alone has the status. So 401 is the rule, and the
 * others are the exceptions, which no account can cause.
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

/** The leg that failed. */
export interface FailedLeg {
  token: Buffer;
  /** What the server sent before it. */
  challenge: Buffer | undefined;
}

/** What the client sent is no message of the package, or not the next one. */
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

/** There is no room: it may go better later. */
const NO_ROOM = new Set([
  'SEC_E_INSUFFICIENT_MEMORY',
  'SEC_E_SHUTDOWN_IN_PROGRESS',
  'STATUS_NO_MEMORY',
  'STATUS_INSUFFICIENT_RESOURCES',
  'STATUS_COMMITMENT_LIMIT',
  'STATUS_SHUTDOWN_IN_PROGRESS',
  'ERR_SECUR32_OUT_OF_MEMORY',
  'ERR_SECUR32_CLOSED',
]);

/** Who could say whether the token is right cannot be asked. */
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

/** The server, its credentials or its system, whatever the client sent. */
const OURS = new Set([
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

/** The calls that judge a token. Those after them are about a client that was accepted. */
const LEG_CALLS: readonly string[] = ['AcceptSecurityContext', 'CompleteAuthToken'];

/** @param leg the leg that failed, where one did */
export function failureOf(error: unknown, leg?: FailedLeg): Failure {
  const code = codeOf(error);
  const reason = error instanceof Error ? error.message : 'unknown failure';
  const name = error instanceof SspiError ? statusName(plainStatus(error.status)) : code;
  if (NO_AUTHORITY.has(name) && leg && namesOtherAuthority(leg.token, leg.challenge)) {
    return { status: 401, code, reason: `${reason}; the client named the authority itself` };
  }
  return { status: statusOf(name, error), code, reason };
}

function statusOf(name: string, error: unknown): number {
  if (NO_ROOM.has(name) || NO_AUTHORITY.has(name)) return 503;
  // The logon was right, but not as this server wants it: another try ends as this one.
  if (name === 'ERR_SECUR32_REQUIREMENTS_NOT_MET') return 403;
  const isLeg = !(error instanceof SspiError) || LEG_CALLS.includes(error.call);
  if (isLeg && MALFORMED.has(name)) return 400;
  return isAboutTheClient(name, error) ? 401 : 500;
}

/** Whether a package refused a token, for a reason that may lie in the client or its account. */
function isAboutTheClient(name: string, error: unknown): boolean {
  if (!(error instanceof SspiError) || !LEG_CALLS.includes(error.call)) return false;
  return !OURS.has(name) && !isOfNoFacility(error.status);
}

/** E_FAIL, E_UNEXPECTED and the like: something went wrong, before anything was judged. */
function isOfNoFacility(status: number): boolean {
  return status >>> 16 === 0x8000;
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
