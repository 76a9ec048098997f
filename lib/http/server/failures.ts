/** What a failed leg means for the client: that it may try again, that it sent nonsense, or that it is not its fault. */

import { SspiError } from '../../errors.js';

export interface Failure {
  /** 401, 400, 403, 500 or 503. */
  status: number;
  code: string;
  reason: string;
}

/** The client is not who it says, or may not log on. */
const CREDENTIALS = new Set([
  'SEC_E_LOGON_DENIED',
  'SEC_E_NO_CREDENTIALS',
  'SEC_E_UNKNOWN_CREDENTIALS',
  'SEC_E_CONTEXT_EXPIRED',
  'SEC_E_CERT_EXPIRED',
  'SEC_E_WRONG_PRINCIPAL',
  'SEC_E_BAD_BINDINGS',
  'SEC_E_TIME_SKEW',
  'SEC_E_NO_KERB_KEY',
  'SEC_E_KDC_CERT_EXPIRED',
  'SEC_E_DELEGATION_POLICY',
  'SEC_E_POLICY_NLTM_ONLY',
  'SEC_E_SMARTCARD_LOGON_REQUIRED',
  'SEC_E_STRONG_CRYPTO_NOT_SUPPORTED',
  'SEC_E_SMARTCARD_CERT_EXPIRED',
  'SEC_E_SMARTCARD_CERT_REVOKED',
  'SEC_E_DOWNGRADE_DETECTED',
  'STATUS_LOGON_FAILURE',
]);

/** What it sent is no message of the package, or not the next one. */
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

/** Somebody who could say so cannot be reached, or there is no room: it may go better later. */
const UNAVAILABLE = new Set([
  'SEC_E_NO_AUTHENTICATING_AUTHORITY',
  'SEC_E_INSUFFICIENT_MEMORY',
  'SEC_E_KDC_UNABLE_TO_REFER',
  'SEC_E_ISSUING_CA_UNTRUSTED_KDC',
  'SEC_E_REVOCATION_OFFLINE_KDC',
  'SEC_E_SHUTDOWN_IN_PROGRESS',
  'ERR_SECUR32_OUT_OF_MEMORY',
  'ERR_SECUR32_CLOSED',
]);

export function failureOf(error: unknown): Failure {
  const code = codeOf(error);
  const reason = error instanceof Error ? error.message : 'unknown failure';
  return { status: statusOf(code), code, reason };
}

function statusOf(code: string): number {
  if (CREDENTIALS.has(code)) return 401;
  if (MALFORMED.has(code)) return 400;
  if (UNAVAILABLE.has(code)) return 503;
  // The logon was right, but not as this server wants it: another try ends as this one.
  if (code === 'ERR_SECUR32_REQUIREMENTS_NOT_MET') return 403;
  return 500;
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}

/** The token that the package made for the peer of a logon that failed. */
export function failureToken(error: unknown): Buffer | undefined {
  return error instanceof SspiError ? error.token : undefined;
}
