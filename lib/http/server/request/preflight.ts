/**
 * CORS preflights (Fetch, "CORS-preflight fetch"): a browser asks what a page of
 * another site may send. Browsers never log on for this, and any client can send
 * the same fields.
 */

import type { IncomingMessage } from 'node:http';

import { hasBody } from './request-body.js';
import { isUpgrade } from './upgrade.js';

/**
 * What happens to a CORS preflight:
 *
 * - `'refuse'`: it is answered with 403, for every path and origin.
 * - `'pass'`: it reaches the application without an identity. The application
 *   must answer it.
 */
export type Preflight = 'refuse' | 'pass';

/** Whether a request without `Authorization` has the fields of a preflight. */
export function resemblesPreflight({ method, headersDistinct }: IncomingMessage): boolean {
  return (
    method === 'OPTIONS' &&
    headersDistinct['origin'] !== undefined &&
    headersDistinct['access-control-request-method'] !== undefined &&
    headersDistinct['authorization'] === undefined
  );
}

/** Whether a browser may have sent the preflight: each field occurs once, and there is no body and no upgrade. */
export function isPreflight(request: IncomingMessage): boolean {
  const { headersDistinct } = request;
  return (
    resemblesPreflight(request) &&
    headersDistinct['origin']?.length === 1 &&
    headersDistinct['access-control-request-method']?.length === 1 &&
    !hasBody(request) &&
    !isUpgrade(request)
  );
}
