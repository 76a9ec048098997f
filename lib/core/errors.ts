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

/** Whether the bytes of an output buffer are for the peer: a token or an alert, with bytes. */
function isForPeer({ type, data }: SecBuffer): boolean {
  const plain = (type & ~SECBUFFER_ATTRMASK) >>> 0;
  return (
    (plain === SECBUFFER_TOKEN || plain === SECBUFFER_ALERT) &&
    data !== undefined &&
    data.length > 0
  );
}

/** An SSPI function returned a failure. */
export class SspiError extends Error {
  static {
    this.prototype.name = 'SspiError';
  }

  /** The status by name, `'SEC_E_LOGON_DENIED'`, or `'0x…'` where it has none. */
  readonly code: string;
  /** The SECURITY_STATUS, unsigned: `0x8009030c`. */
  readonly status: number;
  /** The SSPI function that failed. */
  readonly call: SspiCall;
  /**
   * A failure token (or TLS alert) of the package, if it made one. It must
   * still be sent to the peer. Not enumerable, so that it does not end in a
   * log.
   */
  declare readonly token: Buffer | undefined;
  /** All output buffers of the failed leg (raw level). Not enumerable. */
  declare readonly output: readonly SecBuffer[];
  /** Of `SEC_E_INCOMPLETE_MESSAGE` from DecryptMessage: how many bytes are missing, where the package says. */
  declare readonly missing: number | undefined;

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

/** The codes of errors that are no failure of SSPI. */
export type Secur32ErrorCode =
  /** An argument is not what the function takes. Always a TypeError. */
  | 'ERR_SECUR32_INVALID_ARGUMENT'
  /** The input token is larger than `maxTokenBytes`. */
  | 'ERR_SECUR32_TOKEN_TOO_LARGE'
  /** The value is no handle of this package. Always a TypeError. */
  | 'ERR_SECUR32_INVALID_HANDLE'
  /** The handle or object was closed, perhaps while the call waited or ran. */
  | 'ERR_SECUR32_CLOSED'
  /** Another call is running on this context. */
  | 'ERR_SECUR32_BUSY'
  /** The handle belongs to a high-level object, which alone may do this. */
  | 'ERR_SECUR32_OWNED_HANDLE'
  /** Known only once the context is established. */
  | 'ERR_SECUR32_NOT_ESTABLISHED'
  /** The context is established; another leg would not be part of its handshake. */
  | 'ERR_SECUR32_ALREADY_ESTABLISHED'
  /** An earlier leg of this context failed. */
  | 'ERR_SECUR32_CONTEXT_FAILED'
  /** The context was established without something that was required. */
  | 'ERR_SECUR32_REQUIREMENTS_NOT_MET'
  /** The package of this system would ignore the channel bindings, or a server's certificate has none. */
  | 'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED'
  /** The package of this system would ignore the list of packages. */
  | 'ERR_SECUR32_PACKAGE_LIST_UNSUPPORTED'
  /** The package of this system has one identity per process, and it is another one. */
  | 'ERR_SECUR32_IDENTITY_UNSUPPORTED'
  /** The package asked for another call without having used any of its input. */
  | 'ERR_SECUR32_NO_PROGRESS'
  /** The package of this system cannot take these buffers without harm. */
  | 'ERR_SECUR32_BUFFERS_UNSUPPORTED'
  /** A function of Windows that is not SSPI's failed; `systemCode` has its number. */
  | 'ERR_SECUR32_SYSTEM_ERROR'
  /** Not while this thread acts as a client, or a function to run as a client that is not synchronous. */
  | 'ERR_SECUR32_IMPERSONATING'
  /** The client cannot be impersonated: it allowed no more than to ask who it is, or this process has no right to. */
  | 'ERR_SECUR32_CANNOT_IMPERSONATE'
  /** A message was not encrypted. */
  | 'ERR_SECUR32_NOT_ENCRYPTED'
  /** Nobody logged on for this request, or the middleware did not run. */
  | 'ERR_SECUR32_NOT_AUTHENTICATED'
  /** The name of an account that nobody knows. */
  | 'ERR_SECUR32_UNKNOWN_ACCOUNT'
  /** No memory for the bytes of the caller, or for the call. */
  | 'ERR_SECUR32_OUT_OF_MEMORY'
  /** The body of a request is a stream that was read, and the logon needs it once more. */
  | 'ERR_SECUR32_BODY_NOT_REPLAYABLE'
  /** The connection of a logon ended between two legs. */
  | 'ERR_SECUR32_CONNECTION_LOST'
  /** After its probe a connection of an http.Agent is not logged on. */
  | 'ERR_SECUR32_CONNECTION_NOT_LOGGED_ON'
  /** What a server or proxy sent of a logon is no token. */
  | 'ERR_SECUR32_MALFORMED_CHALLENGE'
  /** There is no service principal name for a host. */
  | 'ERR_SECUR32_NO_TARGET_NAME'
  /** A proxy did not make a connection to the server. */
  | 'ERR_SECUR32_PROXY_REFUSED'
  /** A server answered without the proof of who it is that was asked for. */
  | 'ERR_SECUR32_SERVER_NOT_PROVEN'
  /** A leg of a logon took too long. */
  | 'ERR_SECUR32_LEG_TIMEOUT'
  /** A logon took more legs than its limit. */
  | 'ERR_SECUR32_TOO_MANY_LEGS'
  /** This is not Windows on x64 or ARM64. */
  | 'ERR_SECUR32_UNSUPPORTED_PLATFORM'
  /** The addon could not be loaded. */
  | 'ERR_SECUR32_LOAD_FAILED';

/** An error that is no failure of SSPI, with its code. */
export interface Secur32Error extends Error {
  readonly code: Secur32ErrorCode;
}

export function codedError(
  code: Secur32ErrorCode,
  message: string,
  options?: ErrorOptions,
): Secur32Error {
  return Object.assign(new Error(message, options), { code });
}

/** An object or handle that was closed. @param what names it: `'the context'` */
export function closedError(what: string): Secur32Error {
  return codedError('ERR_SECUR32_CLOSED', `${what} is closed`);
}

function typeError(code: Secur32ErrorCode, message: string): Secur32Error {
  return Object.assign(new TypeError(message), { code });
}

/** A function of Windows failed. */
export interface SystemError extends Secur32Error {
  readonly code: 'ERR_SECUR32_SYSTEM_ERROR';
  /** The function that failed. */
  readonly call: string;
  /** The error of Windows: winerror.h. */
  readonly systemCode: number;
}

export function systemError(call: string, systemCode: number): SystemError {
  const message = `${call} failed with the system's error ${systemCode}`;
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
