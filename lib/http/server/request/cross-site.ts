/**
 * Requests that a page of another site made a browser send. The browser logs
 * on by itself, so they would run with the rights of a user who knows nothing
 * of them (cross-site request forgery).
 */

import type { IncomingMessage } from 'node:http';

import { argumentError } from '../../../core/errors.js';
import { optionNames, ownRecord } from '../../../core/checks.js';
import { isUpgrade } from './upgrade.js';

/**
 * - `'refuse'`: only requests of this server's own pages, and links to it.
 * - `{ origins }`: also those of the pages of these origins,
 *   `'https://portal.example.com'`.
 * - `'allow'`: everybody's. The server must protect itself in another way.
 */
export type CrossSite = 'refuse' | 'allow' | { origins: readonly string[] };

/** Origins beside the server's own; undefined where nothing is looked at. */
export type CrossSitePolicy = ReadonlySet<string> | undefined;

const NAMES = optionNames<Exclude<CrossSite, string>>({ origins: 'required' });

export function checkedCrossSite(crossSite: unknown = 'refuse'): CrossSitePolicy {
  if (crossSite === 'allow') return undefined;
  if (crossSite === 'refuse') return new Set();
  const isRecord = typeof crossSite === 'object' && crossSite !== null;
  const origins: unknown = isRecord ? ownRecord(crossSite, NAMES, 'crossSite').origins : undefined;
  if (!Array.isArray(origins)) {
    throw argumentError("crossSite must be 'refuse', 'allow' or { origins: […] }");
  }
  return new Set(Array.from(origins as unknown[], checkedOrigin));
}

function checkedOrigin(origin: unknown): string {
  // What a browser would send, and nothing that only looks like it.
  if (typeof origin === 'string' && URL.canParse(origin)) {
    const url = new URL(origin);
    if (url.origin === origin && url.origin !== 'null') return origin;
  }
  throw argumentError(
    `crossSite.origins: ${String(origin)} is no origin like https://portal.example.com`,
  );
}

/** Whether a request comes from a page that must not use the user's logon. */
export function isCrossSite(request: IncomingMessage, policy: CrossSitePolicy): boolean {
  if (policy === undefined) return false;
  const origin = only(request, 'origin');
  if (origin !== undefined) return !isOwnOrigin(request, origin) && !policy.has(origin);
  const site = only(request, 'sec-fetch-site');
  // Programs and old browsers do not say; the latter send an Origin with what changes anything.
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return !isLink(request);
}

/** A header's only value; all of them, which match nothing, where there are several. */
function only(request: IncomingMessage, name: string): string | undefined {
  return request.headersDistinct[name]?.join(', ');
}

/**
 * Whether somebody followed a link: the answer is shown to the user and not to
 * the page. An upgrade, such as a WebSocket, is never one.
 */
function isLink(request: IncomingMessage): boolean {
  return (
    !isUpgrade(request) &&
    (request.method === 'GET' || request.method === 'HEAD') &&
    only(request, 'sec-fetch-mode') === 'navigate' &&
    // In a frame the other page could cover it.
    only(request, 'sec-fetch-dest') === 'document'
  );
}

function isOwnOrigin(request: IncomingMessage, origin: string): boolean {
  const host = only(request, 'host')?.toLowerCase();
  if (host === undefined) return false;
  // TLS may end at a proxy in front, so that a plain connection can have https
  // pages; on a TLS connection there are no others.
  const encrypted = 'encrypted' in request.socket;
  const schemes = encrypted ? ['https'] : ['http', 'https'];
  return schemes.some((scheme) => {
    const own = `${scheme}://${host}`;
    return URL.canParse(own) && new URL(own).origin === origin;
  });
}
