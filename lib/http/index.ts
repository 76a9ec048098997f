/**
 * Windows authentication over HTTP, for servers and clients. The entry point
 * `secur32/http`.
 */

/// <reference lib="esnext.disposable" preserve="true" />

export {
  getAuthentication,
  getIdentity,
  type Authentication,
  type RequestLike,
} from './server/authentication.js';
export { Authenticator } from './server/authenticator.js';
export { type ServerDecision } from './server/decision.js';
export { type CrossSite } from './server/request/cross-site.js';
export { type HttpAuthEvent, type HttpAuthEventType, type ServerLogger } from './server/events.js';
export { fastifyIntegratedAuth } from './server/adapters/fastify.js';
export { RECOMMENDED_MAX_HEADER_SIZE } from './server/header-limit.js';
export { koaIntegratedAuth, type KoaIntegratedAuth } from './server/adapters/koa.js';
export { integratedAuth, type IntegratedAuth } from './server/adapters/middleware.js';
export {
  type IntegratedAuthArguments,
  type IntegratedAuthOptions,
  type ReverseProxyMode,
  type ServerLimits,
} from './server/options.js';
export { type Preflight } from './server/request/preflight.js';
export { type Scheme } from './schemes.js';
export * from './client/index.js';
