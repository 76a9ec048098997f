/**
 * HTTP: servers that know who is calling, and clients that log on. The entry
 * point `secur32/http`.
 */

/// <reference lib="esnext.disposable" preserve="true" />

export {
  getAuthentication,
  getIdentity,
  type Authentication,
  type RequestLike,
} from './server/authentication.js';
export { Authenticator, type Decision } from './server/authenticator.js';
export { type CrossSite } from './server/request/cross-site.js';
export { type HttpAuthEvent, type HttpAuthEventType, type Logger } from './server/events.js';
export { fastifyIntegratedAuth } from './server/adapters/fastify.js';
export { RECOMMENDED_MAX_HEADER_SIZE } from './server/header-limit.js';
export { koaIntegratedAuth, type KoaIntegratedAuth } from './server/adapters/koa.js';
export { integratedAuth, type IntegratedAuth } from './server/adapters/middleware.js';
export { type IntegratedAuthOptions, type Limits, type ProxyMode } from './server/options.js';
export { type Preflight } from './server/request/preflight.js';
export { type Scheme } from './schemes.js';
export * from './client/index.js';
