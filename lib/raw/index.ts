/**
 * SSPI as Windows defines it: one typed function for each call, constants named
 * as in the headers, arrays of SecBuffers. The entry point `secur32/raw`.
 */

/// <reference lib="esnext.disposable" preserve="true" />

export {
  acquireCredentialsHandle,
  acquireCredentialsHandleSync,
  freeCredentialsHandle,
  type AcquireCredentialsHandleOptions,
  type AcquiredCredential,
} from './acquire-credentials-handle.js';
export {
  lookupAccountNames,
  lookupAccountSids,
  type AccountLookup,
  type AccountUse,
} from './accounts.js';
export type * from './attribute-records.generated.js';
export { type CertificateContext, type Claim } from './attribute-types.js';
export {
  queryContextAttributes,
  setContextAttributes,
  type ContextAttribute,
  type SettableContextAttribute,
} from './context-attributes.js';
export { applyControlToken } from './control-token.js';
export {
  queryCredentialsAttributes,
  setCredentialsAttributes,
  type CredentialAttribute,
  type KdcProxySettings,
  type SettableCredentialAttribute,
  type SettableCredentialAttributes,
} from './credentials-attributes.js';
export { ascReqBits, ascRetNames, iscReqBits, iscRetNames } from './flags.js';
export { ContextHandle, CredentialHandle } from './handles.js';
export { type LegOptions, type LegResult } from './leg.js';
export { liveCounts, type LiveCounts } from './live-counts.js';
export {
  decryptMessage,
  encryptMessage,
  makeSignature,
  verifySignature,
  type MessageOptions,
  type MessageResult,
  type MessageSecBuffer,
  type OpenedMessageResult,
  type ProtectedSecBuffer,
  type ProtectOptions,
} from './messages.js';
export {
  enumerateSecurityPackages,
  querySecurityPackageInfo,
  type SecPkgInfo,
} from './packages.js';
export {
  type InputSecBuffer,
  type LeftInput,
  type OutputSecBuffer,
  type SecBuffer,
} from '../core/sec-buffer.js';
export {
  acceptSecurityContext,
  acceptSecurityContextSync,
  completeAuthToken,
  completeAuthTokenSync,
  deleteSecurityContext,
  initializeSecurityContext,
  initializeSecurityContextSync,
  type AcceptSecurityContextOptions,
  type CompleteAuthTokenOptions,
  type CompleteAuthTokenResult,
  type InitializeSecurityContextOptions,
} from './handshake-calls.js';
export { TokenHandle } from './token-handle.js';
export {
  adoptToken,
  duplicateToken,
  duplicateTokenInto,
  querySecurityContextToken,
  tokenInformation,
  type DuplicateTokenOptions,
  type ElevationType,
  type ImpersonationLevel,
  type TokenGroup,
  type TokenInformation,
} from './tokens.js';
export {
  exportSecurityContext,
  importSecurityContext,
  type ExportedSecurityContext,
  type ImportSecurityContextOptions,
} from './transfer.js';
export { type AuthIdentity } from './auth-identity.js';
export * from '../constants/index.js';
export {
  SspiError,
  type Secur32Error,
  type Secur32ErrorCode,
  type SspiCall,
  type SystemError,
} from '../core/errors.js';
export { setThreadLimit } from '../binding/thread-limit.js';
export { isFailure, statusMeaning, statusName } from '../core/status.js';
