/** Who sent a request: the authenticator stores it, handlers read it. */

import type { IncomingMessage } from 'node:http';

import { argumentError, codedError } from '../../core/errors.js';
import type { ExtendedProtection } from '../../context/protection-levels.js';
import type { Identity } from '../../identity/identity.js';
import type { ServerContext } from '../../context/server-context.js';
import type { Scheme } from '../schemes.js';

/** The logon of a request. */
export interface Authentication {
  readonly identity: Identity;
  readonly scheme: Scheme;
  /** The security package that performed the logon: `'Kerberos'`, `'NTLM'`; undefined if Negotiate does not tell. */
  readonly package: string | undefined;
  /** Whether the logon holds for the connection, so that later requests on it need none. */
  readonly persistent: boolean;
  /** The level of Extended Protection that was enforced; `'never'` if none. */
  readonly extendedProtection: ExtendedProtection;
  /** With `extendedProtection: 'audit'`, the result of the comparison: `SEC_CHANNEL_BINDINGS_RESULT_` bits. */
  readonly channelBindingsResult: number | undefined;
  /** When the logon expires; undefined if it does not. */
  readonly expiresAt: Date | undefined;
  /**
   * With `keepContext`, the context for impersonating the client until the
   * response is written. The middleware owns the context and closes it.
   */
  readonly context: ServerContext | undefined;
}

/** A request, or the request of Fastify (`raw`) or context of Koa (`req`) that contains it. */
export type RequestLike = IncomingMessage | { raw: IncomingMessage } | { req: IncomingMessage };

/**
 * Marks the requests that any copy of this package in the process let through, for
 * errors. It has no identity: one copy does not take it from another.
 */
const DECIDED = Symbol.for('secur32.http.decided');

export const TWO_COPIES =
  'This process has loaded secur32 twice, and its copies share no identities: make the application and its ' +
  'dependencies use the same one (npm ls secur32; a bundle contains a copy of its own)';

/** The requests that were let through; 'anonymous' for those without a logon. */
const known = new WeakMap<object, Authentication | 'anonymous'>();

export function setAuthentication(
  request: object,
  authentication: Authentication | 'anonymous',
): void {
  known.set(request, authentication);
  Object.defineProperty(request, DECIDED, { value: true, configurable: true });
  // Also set without a logon, so that later code does not add an identity by mistake.
  Object.defineProperty(request, 'identity', {
    value: authentication === 'anonymous' ? undefined : authentication.identity,
    enumerable: true,
    configurable: true,
  });
}

/** By which copy of this package a request was let through; undefined if by none. */
export function getDecider(request: object): 'this copy' | 'another copy' | undefined {
  if (known.has(request)) return 'this copy';
  return DECIDED in request ? 'another copy' : undefined;
}

function getRecord(request: RequestLike): Authentication | 'anonymous' | undefined {
  if (typeof request !== 'object' || request === null) {
    throw argumentError('the argument of getIdentity and getAuthentication must be the request');
  }
  const inner = getInner(request);
  return known.get(request) ?? (inner && known.get(inner));
}

/** The request of node:http within that of a framework. */
function getInner(request: RequestLike): IncomingMessage | undefined {
  const inner: unknown =
    'raw' in request ? request.raw : 'req' in request ? request.req : undefined;
  return typeof inner === 'object' && inner !== null ? (inner as IncomingMessage) : undefined;
}

function notDecidedError(request: RequestLike): Error {
  const isOther = [request, getInner(request)].some(
    (one) => one !== undefined && getDecider(one) === 'another copy',
  );
  return codedError(
    'ERR_SECUR32_NOT_AUTHENTICATED',
    isOther
      ? `the integratedAuth of another copy of secur32 decided on this request. ${TWO_COPIES}`
      : 'integratedAuth did not run for this request; mount it before this handler',
  );
}

/**
 * Returns the logon of a request; undefined if the middleware let the request
 * through without one (`'pass'` of `anonymous`, `preflight` or `otherSchemes`).
 *
 * @throws Error `ERR_SECUR32_NOT_AUTHENTICATED` if the middleware did not run, or
 * only that of another copy of this package
 */
export function getAuthentication(request: RequestLike): Authentication | undefined {
  const record = getRecord(request);
  if (record === undefined) {
    throw notDecidedError(request);
  }
  return record === 'anonymous' ? undefined : record;
}

/**
 * Returns the identity of the client that sent a request.
 *
 * @throws Error `ERR_SECUR32_NOT_AUTHENTICATED` if the middleware did not run,
 * or let the request through without a logon
 */
export function getIdentity(request: RequestLike): Identity {
  const authentication = getAuthentication(request);
  if (authentication === undefined) {
    throw codedError('ERR_SECUR32_NOT_AUTHENTICATED', 'the request was sent without a logon');
  }
  return authentication.identity;
}
