/** Who sent a request: what the middleware found out and handlers ask for. */

import type { IncomingMessage } from 'node:http';

import { argumentError, codedError } from '../../core/errors.js';
import type { ExtendedProtection } from '../../context/extended-protection.js';
import type { Identity } from '../../identity/identity.js';
import type { ServerContext } from '../../context/server-context.js';
import type { Scheme } from '../schemes.js';

/** A logon, as it holds for a request. */
export interface Authentication {
  readonly identity: Identity;
  readonly scheme: Scheme;
  /** The security package that did the logon: `'Kerberos'`, `'NTLM'`; undefined where Negotiate does not say. */
  readonly package: string | undefined;
  /** Whether it holds for the connection, so that later requests need no logon. */
  readonly persistent: boolean;
  /** What of Extended Protection was checked; `'never'` for nothing. */
  readonly extendedProtection: ExtendedProtection;
  /** With `extendedProtection: 'audit'` what came out: `SEC_CHANNEL_BINDINGS_RESULT_` bits. */
  readonly channelBindingsResult: number | undefined;
  /** When the logon ends; undefined for never. */
  readonly expiresAt: Date | undefined;
  /**
   * With `keepContext` the context, to impersonate the client while the request
   * is answered. It belongs to the middleware, which closes it.
   */
  readonly context: ServerContext | undefined;
}

/** A request, or what Fastify (`raw`) and Koa (`req`) have around it. */
export type RequestLike = IncomingMessage | { raw: IncomingMessage } | { req: IncomingMessage };

/** Requests that the middleware let through; without a logon where it was told to. */
const known = new WeakMap<object, Authentication | 'anonymous'>();

export function remember(request: object, authentication: Authentication | 'anonymous'): void {
  known.set(request, authentication);
  // Also where there is none, so that nothing behind this can put somebody there by mistake.
  Object.defineProperty(request, 'identity', {
    value: authentication === 'anonymous' ? undefined : authentication.identity,
    enumerable: true,
    configurable: true,
  });
}

/** Whether it is known for whom the request is. */
export function isDecided(request: object): boolean {
  return known.has(request);
}

function recordOf(request: RequestLike): Authentication | 'anonymous' | undefined {
  if (typeof request !== 'object' || request === null) {
    throw argumentError('getIdentity takes the request');
  }
  const inner = 'raw' in request ? request.raw : 'req' in request ? request.req : undefined;
  return known.get(request) ?? (inner && known.get(inner));
}

/**
 * The logon of a request; undefined for one that the middleware let through
 * without (`anonymous: 'pass'`, `preflight: 'pass'`).
 *
 * @throws Error `ERR_SECUR32_NOT_AUTHENTICATED` where the middleware did not run
 */
export function getAuthentication(request: RequestLike): Authentication | undefined {
  const record = recordOf(request);
  if (record === undefined) {
    throw codedError(
      'ERR_SECUR32_NOT_AUTHENTICATED',
      'integratedAuth did not run for this request; mount it in front of this handler',
    );
  }
  return record === 'anonymous' ? undefined : record;
}

/**
 * Who sent a request.
 *
 * @throws Error `ERR_SECUR32_NOT_AUTHENTICATED` where the middleware did not
 * run, or let the request through without a logon
 */
export function getIdentity(request: RequestLike): Identity {
  const authentication = getAuthentication(request);
  if (authentication === undefined) {
    throw codedError('ERR_SECUR32_NOT_AUTHENTICATED', 'the request was sent without a logon');
  }
  return authentication.identity;
}
