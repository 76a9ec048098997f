/**
 * CORS preflights (Fetch, "CORS-preflight fetch"): a browser asks what a page of
 * another site may send. It never logs on for this, and anybody can send the
 * same fields.
 */

import type { IncomingMessage } from 'node:http';

import { hasBody } from './request-body.js';
import { isUpgrade } from './upgrade.js';

/**
 * What becomes of a preflight:
 *
 * - `'refuse'`: it is answered with 403, whatever its path and origin.
 * - `'pass'`: it reaches the application, without an identity; the application
 *   answers it.
 */
export type Preflight = 'refuse' | 'pass';

/** Whether a request without a logon asks what may be sent. */
export function asksWhatMayBeSent({ method, headersDistinct }: IncomingMessage): boolean {
  return (
    method === 'OPTIONS' &&
    headersDistinct['origin'] !== undefined &&
    headersDistinct['access-control-request-method'] !== undefined &&
    headersDistinct['authorization'] === undefined
  );
}

/** Whether a browser can have sent it: each field is there once, and there is neither a body nor an upgrade. */
export function isPreflight(request: IncomingMessage): boolean {
  const { headersDistinct } = request;
  return (
    asksWhatMayBeSent(request) &&
    headersDistinct['origin']?.length === 1 &&
    headersDistinct['access-control-request-method']?.length === 1 &&
    !hasBody(request) &&
    !isUpgrade(request)
  );
}
