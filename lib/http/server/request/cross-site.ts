/**
 * Requests that a page of another site made a browser send. The browser logs on
 * without asking, so they would run with the rights of a user who does not know
 * about them (cross-site request forgery).
 */

import type { IncomingMessage } from 'node:http';

import { argumentError } from '../../../core/errors.js';
import { optionNames, ownRecord } from '../../../core/checks.js';
import { isUpgrade } from './upgrade.js';

/**
 * Which pages may send requests with the user's logon:
 *
 * - `'refuse'`: only the server's own pages. Links from other sites are allowed.
 * - `{ origins }`: also pages of these origins, for example
 *   `['https://portal.example.com']`. A page whose `Referrer-Policy` is `no-referrer`
 *   cannot embed frames, images and scripts of this server, because browsers send no
 *   `Origin` for them.
 * - `'allow'`: pages of all sites. The application must protect itself by other
 *   means.
 */
export type CrossSite = 'refuse' | 'allow' | { origins: readonly string[] };

/** The allowed origins besides the server's own; undefined if all are allowed. */
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
  // Exactly as a browser sends it.
  if (typeof origin === 'string' && URL.canParse(origin)) {
    const url = new URL(origin);
    if (url.origin === origin && url.origin !== 'null') return origin;
  }
  throw argumentError(
    `crossSite.origins: '${String(origin)}' is not an origin such as https://portal.example.com`,
  );
}

/** Whether a request was sent by a page that must not use the user's logon. */
export function isCrossSite(request: IncomingMessage, policy: CrossSitePolicy): boolean {
  if (policy === undefined) return false;
  const origin = getSingle(request, 'origin');
  if (origin !== undefined) return !isOwnOrigin(request, origin) && !policy.has(origin);
  const site = getSingle(request, 'sec-fetch-site');
  // Programs and old browsers do not send it; old browsers send an Origin with requests that change something.
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return !isLink(request) && !isEmbeddedBy(request, site, policy);
}

/**
 * Whether a page of an allowed origin embeds the response: as a frame, an image, a
 * script. Browsers send no Origin for these, but a Referer, which pages of other
 * origins can suppress but not choose. The server's own origin does not count here:
 * its pages have the site same-origin, unless a redirect led through another site.
 */
function isEmbeddedBy(
  request: IncomingMessage,
  site: string,
  origins: ReadonlySet<string>,
): boolean {
  const mode = getSingle(request, 'sec-fetch-mode');
  return (
    isReading(request) &&
    (site === 'cross-site' || site === 'same-site') &&
    // Browsers send an Origin in all other modes.
    (mode === 'no-cors' || mode === 'navigate') &&
    hasReferer(request, origins)
  );
}

/** Whether the only Referer is a page of one of some origins. */
function hasReferer({ headersDistinct }: IncomingMessage, origins: ReadonlySet<string>): boolean {
  const [referer, ...more] = headersDistinct['referer'] ?? [];
  if (referer === undefined || more.length > 0) return false;
  // A browser writes a URL in one way only.
  return [...origins].some((origin) => referer.startsWith(`${origin}/`));
}

/** Whether a request only reads. An upgrade (WebSocket) does more. */
function isReading(request: IncomingMessage): boolean {
  return !isUpgrade(request) && (request.method === 'GET' || request.method === 'HEAD');
}

/** The value of a header field; the joined values, which match nothing, if it occurs several times. */
function getSingle(request: IncomingMessage, name: string): string | undefined {
  return request.headersDistinct[name]?.join(', ');
}

/** Whether the user followed a link: the response is shown to the user and not to the page. */
function isLink(request: IncomingMessage): boolean {
  return (
    isReading(request) &&
    getSingle(request, 'sec-fetch-mode') === 'navigate' &&
    // In a frame, the other page could cover the response (clickjacking).
    getSingle(request, 'sec-fetch-dest') === 'document'
  );
}

function isOwnOrigin(request: IncomingMessage, origin: string): boolean {
  const host = getSingle(request, 'host')?.toLowerCase();
  if (host === undefined) return false;
  // If TLS ends at a proxy in front, pages served over a plain connection can
  // have an https origin. On a TLS connection they always have.
  const encrypted = 'encrypted' in request.socket;
  const schemes = encrypted ? ['https'] : ['http', 'https'];
  return schemes.some((scheme) => {
    const own = `${scheme}://${host}`;
    return URL.canParse(own) && new URL(own).origin === origin;
  });
}
