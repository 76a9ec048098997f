/**
 * SSPI as it is: one typed function for each call, header names for constants,
 * arrays of SecBuffers in and out. The entry point `secur32/raw`.
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
  queryContextAttributes,
  type ContextAttribute,
  type ContextAttributeValues,
  type ContextLifespan,
  type ContextSizes,
  type NegotiationInfo,
} from './context-attributes.js';
export { ascReqBits, ascRetNames, iscReqBits, iscRetNames } from './flags.js';
export { ContextHandle, CredentialHandle } from './handles.js';
export { type LegOptions, type LegResult } from './leg.js';
export { liveCounts, type LiveCounts } from './live-counts.js';
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
} from './sec-buffer.js';
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
} from './security-context.js';
export { type AuthIdentity } from '../auth-identity.js';
export * from '../constants/index.js';
export { SspiError, type Secur32Error, type Secur32ErrorCode, type SspiCall } from '../errors.js';
export { setThreadLimit } from '../thread-limit.js';
export { isFailure, statusMeaning, statusName } from '../status.js';
