import { SECBUFFER_ALERT, SECBUFFER_ATTRMASK, SECBUFFER_TOKEN } from '../constants/sec-buffers.js';
import { statusHex, statusMeaning, statusName } from './status.js';
import type { SecBuffer } from './sec-buffer.js';

/** The SSPI functions that an error can name. */
export const SSPI_CALLS = [
  'AcquireCredentialsHandle',
  'InitializeSecurityContext',
  'AcceptSecurityContext',
  'CompleteAuthToken',
  'QueryContextAttributes',
  'SetContextAttributes',
  'QueryCredentialsAttributes',
  'SetCredentialsAttributes',
  'EncryptMessage',
  'DecryptMessage',
  'MakeSignature',
  'VerifySignature',
  'ApplyControlToken',
  'ExportSecurityContext',
  'ImportSecurityContext',
  'QuerySecurityContextToken',
  'ImpersonateSecurityContext',
  'EnumerateSecurityPackages',
  'QuerySecurityPackageInfo',
] as const;
/** The name of an SSPI function, without the `W` of those that take text. */
export type SspiCall = (typeof SSPI_CALLS)[number];

/** Whether an output buffer is for the peer: a token or an alert that is not empty. */
function isForPeer({ type, data }: SecBuffer): boolean {
  const plain = (type & ~SECBUFFER_ATTRMASK) >>> 0;
  return (
    (plain === SECBUFFER_TOKEN || plain === SECBUFFER_ALERT) &&
    data !== undefined &&
    data.length > 0
  );
}

/** The error for an SSPI function that returned a failure status. */
export class SspiError extends Error {
  static {
    this.prototype.name = 'SspiError';
  }

  /** The name of the status, `'SEC_E_LOGON_DENIED'`, or `'0x…'` if it has no name. */
  readonly code: string;
  /** The SECURITY_STATUS as an unsigned number, `0x8009030c`. */
  readonly status: number;
  /** The SSPI function that failed, without its suffix `W`. */
  readonly call: SspiCall;
  /**
   * The failure token or TLS alert that the package produced; `undefined` if it
   * produced none. Send it to the peer. Not enumerable, so that it does not
   * appear in logs.
   */
  declare readonly token: Buffer | undefined;
  /** All output buffers of the failed leg, for code that uses `secur32/raw`. Not enumerable. */
  declare readonly output: readonly SecBuffer[];
  /**
   * With `SEC_E_INCOMPLETE_MESSAGE` from DecryptMessage: the number of bytes that
   * are missing, if the package reports it.
   */
  declare readonly missing: number | undefined;

  /**
   * @param call the SSPI function that failed
   * @param status the SECURITY_STATUS, signed or unsigned
   * @param output the output buffers of a failed leg
   * @param missing the number of missing bytes
   */
  constructor(call: SspiCall, status: number, output: readonly SecBuffer[] = [], missing?: number) {
    super(`${call} failed: ${statusName(status)} (${statusHex(status)}), ${statusMeaning(status)}`);
    this.code = statusName(status);
    this.status = status >>> 0;
    this.call = call;
    if (missing !== undefined) this.missing = missing;
    const token = output.find(isForPeer)?.data;
    Object.defineProperties(this, { token: { value: token }, output: { value: output } });
  }
}

/** The codes of errors that are not SSPI failures. */
export type Secur32ErrorCode =
  /** An argument is invalid. Always a TypeError. */
  | 'ERR_SECUR32_INVALID_ARGUMENT'
  /** The input token is larger than `maxTokenBytes`. */
  | 'ERR_SECUR32_TOKEN_TOO_LARGE'
  /** The value is not a handle of this package. Always a TypeError. */
  | 'ERR_SECUR32_INVALID_HANDLE'
  /** The handle or object was closed, possibly while the call waited or ran. */
  | 'ERR_SECUR32_CLOSED'
  /** Another call is running on this context. */
  | 'ERR_SECUR32_BUSY'
  /** The handle belongs to a high-level object, and only that object may do this. */
  | 'ERR_SECUR32_OWNED_HANDLE'
  /** The context is not established yet. */
  | 'ERR_SECUR32_NOT_ESTABLISHED'
  /** The context is established; its handshake has no further legs. */
  | 'ERR_SECUR32_ALREADY_ESTABLISHED'
  /** An earlier leg of this context failed. */
  | 'ERR_SECUR32_CONTEXT_FAILED'
  /** The handshake finished without something that was required. */
  | 'ERR_SECUR32_REQUIREMENTS_NOT_MET'
  /**
   * This system's package ignores channel bindings, or none are defined for the
   * server's certificate.
   */
  | 'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED'
  /** This system's package ignores `packageList`. */
  | 'ERR_SECUR32_PACKAGE_LIST_UNSUPPORTED'
  /** This system's package supports one identity per process, and another one is in use. */
  | 'ERR_SECUR32_IDENTITY_UNSUPPORTED'
  /** The package asked for another call but used none of its input. */
  | 'ERR_SECUR32_NO_PROGRESS'
  /** This system's package cannot process these buffers safely. */
  | 'ERR_SECUR32_BUFFERS_UNSUPPORTED'
  /** A Windows function that is not part of SSPI failed; `systemCode` has the error. */
  | 'ERR_SECUR32_SYSTEM_ERROR'
  /**
   * The call is not possible while this thread impersonates a client, or a function
   * to run as a client is not synchronous.
   */
  | 'ERR_SECUR32_IMPERSONATING'
  /**
   * The client cannot be impersonated: it allows only identification, or this
   * process lacks the privilege.
   */
  | 'ERR_SECUR32_CANNOT_IMPERSONATE'
  /** A message was not encrypted. */
  | 'ERR_SECUR32_NOT_ENCRYPTED'
  /** The request is not authenticated, or the middleware did not run. */
  | 'ERR_SECUR32_NOT_AUTHENTICATED'
  /** No account has this name. */
  | 'ERR_SECUR32_UNKNOWN_ACCOUNT'
  /** There is not enough memory for the call, its input or its result. */
  | 'ERR_SECUR32_OUT_OF_MEMORY'
  /** The logon must send the request body again, but the body is a stream that was already read. */
  | 'ERR_SECUR32_BODY_NOT_REPLAYABLE'
  /** The connection closed between two legs of a logon. */
  | 'ERR_SECUR32_CONNECTION_LOST'
  /** A connection of an http.Agent is not authenticated after its probe request. */
  | 'ERR_SECUR32_CONNECTION_NOT_LOGGED_ON'
  /** A server or proxy sent a challenge that does not contain a valid token. */
  | 'ERR_SECUR32_MALFORMED_CHALLENGE'
  /** A host has no service principal name. */
  | 'ERR_SECUR32_NO_TARGET_NAME'
  /** A proxy refused to connect to the server. */
  | 'ERR_SECUR32_PROXY_REFUSED'
  /**
   * A server responded without proving its identity, although mutual authentication
   * was required.
   */
  | 'ERR_SECUR32_SERVER_NOT_PROVEN'
  /** A leg of a logon exceeded its time limit. */
  | 'ERR_SECUR32_LEG_TIMEOUT'
  /** A logon exceeded its limit of legs. */
  | 'ERR_SECUR32_TOO_MANY_LEGS'
  /** The platform is not Windows on x64 or ARM64. */
  | 'ERR_SECUR32_UNSUPPORTED_PLATFORM'
  /** The addon could not be loaded. */
  | 'ERR_SECUR32_LOAD_FAILED';

/** An error that is not an SSPI failure. */
export interface Secur32Error extends Error {
  /** What went wrong: `'ERR_SECUR32_CLOSED'` and so on. */
  readonly code: Secur32ErrorCode;
}

export function codedError(
  code: Secur32ErrorCode,
  message: string,
  options?: ErrorOptions,
): Secur32Error {
  return Object.assign(new Error(message, options), { code });
}

/** The error for an object or handle that was closed. @param what names it: `'the context'` */
export function closedError(what: string): Secur32Error {
  return codedError('ERR_SECUR32_CLOSED', `${what} is closed`);
}

function typeError(code: Secur32ErrorCode, message: string): Secur32Error {
  return Object.assign(new TypeError(message), { code });
}

/** The error for a Windows function that failed and is not part of SSPI. */
export interface SystemError extends Secur32Error {
  /** Always `'ERR_SECUR32_SYSTEM_ERROR'`. */
  readonly code: 'ERR_SECUR32_SYSTEM_ERROR';
  /** The Windows function that failed. */
  readonly call: string;
  /** The Windows error code, as winerror.h defines it. */
  readonly systemCode: number;
}

export function systemError(call: string, systemCode: number): SystemError {
  const message = `${call} failed with Windows error ${systemCode}`;
  return Object.assign(new Error(message), {
    code: 'ERR_SECUR32_SYSTEM_ERROR' as const,
    call,
    systemCode,
  });
}

export function argumentError(message: string): Secur32Error {
  return typeError('ERR_SECUR32_INVALID_ARGUMENT', message);
}

export function handleError(message: string): Secur32Error {
  return typeError('ERR_SECUR32_INVALID_HANDLE', message);
}
