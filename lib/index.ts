/**
 * Integrated Windows authentication: a server learns who the client is without
 * asking for a password. The entry point `secur32`.
 */

/// <reference lib="esnext.disposable" preserve="true" />

export { AccessRules, type AccessRulesOptions } from './identity/access-rules.js';
export { resolveAccount, type Account } from './identity/account-names.js';
export { type AuthIdentity } from './raw/auth-identity.js';
export { ChannelBindings } from './channel-bindings/channel-bindings.js';
export { ClientContext, type ClientContextOptions } from './context/client-context.js';
export { type ContextAttributes, type RequirableAttribute } from './context/granted-attributes.js';
export {
  Credentials,
  type CredentialsOptions,
  type CredentialUse,
  type ImpersonableContext,
} from './context/credentials.js';
export {
  SspiError,
  type Secur32Error,
  type Secur32ErrorCode,
  type SspiCall,
  type SystemError,
} from './core/errors.js';
export { type ExtendedProtectionOptions } from './context/extended-protection.js';
export { Identity, type IdentityGroup, type IdentitySource } from './identity/identity.js';
export { type UnwrapOptions, type WrapOptions } from './context/message-protection.js';
export { type ContextSizes } from './raw/attribute-records.generated.js';
export { type ContextHandle, type CredentialHandle } from './raw/handles.js';
export { ServerContext, type ServerContextOptions } from './context/server-context.js';
export { setThreadLimit } from './binding/thread-limit.js';
export { type Protection } from './context/requirements.js';
export { type ExtendedProtection } from './context/protection-levels.js';
export { type StepResult } from './context/handshake.js';
export { type SecurityContext } from './context/security-context.js';
export { type SecurityContextOptions } from './context/context-options.js';
