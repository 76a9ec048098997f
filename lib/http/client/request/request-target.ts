/**
 * Checks the origin, method and path of a request, once each. This way the host
 * that `hosts` is compared with is also the host of the connection, the request
 * line and the Host field.
 */

import { stringify, type ParsedUrlQueryInput } from 'node:querystring';

import { argumentError } from '../../../core/errors.js';
import { hostOf, portOf } from '../host-rules.js';

/** Names in HTTP: methods and header fields. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** A host with an optional port: printable ASCII, without characters that some parsers treat as its end, or that only URLs decode (%). */
const AUTHORITY = /^[^/?#\\@%\0-\x20\x7f-\uffff]+$/;
/** Hosts from WHATWG's URL that all parsers read in the same way. */
const HOST = /^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:.]+\])$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Checks that a URL consists of a scheme, a host and an optional port. Returns it
 * with the host in canonical form, without a dot at the end.
 *
 * @param where names the value in errors
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function checkedOrigin(origin: unknown, where = 'origin'): URL {
  const text = origin instanceof URL ? origin.href : origin;
  if (typeof text !== 'string' || !URL.canParse(text)) {
    throw argumentError(`${where} must be a URL, such as https://web.example.com`);
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw argumentError(`${where} must be an http or https URL`);
  }
  const authority = /^https?:\/\/([^/]*)\/?$/i.exec(text)?.[1] ?? '';
  // Check the text: URL converts international names to ASCII and drops control characters.
  if (url.pathname !== '/' || /[?#\\@\s\0-\x20]/.test(authority) || authority === '') {
    throw argumentError(`${where} must consist of a scheme, a host and an optional port`);
  }
  const host = hostOf(url);
  if (!HOST.test(host)) throw argumentError(`the host of ${where} is invalid`);
  return new URL(`${url.protocol}//${host}${url.port === '' ? '' : `:${url.port}`}`);
}

/** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
export function checkedMethod(method: unknown): string {
  if (typeof method !== 'string') throw argumentError('method must be a string');
  if (!isToken(method)) throw argumentError('Method must be a valid HTTP token');
  if (method.toUpperCase() === 'CONNECT') {
    throw argumentError('method CONNECT is not supported');
  }
  return method;
}

/**
 * Checks that a path cannot name a host, whatever precedes it. Returns it with its query.
 *
 * @param query appended to the path as undici does
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function checkedPath(path: unknown, query?: unknown): string {
  if (typeof path !== 'string') throw argumentError('path must be a string');
  if (!path.startsWith('/')) throw argumentError("path must begin with '/'");
  const whole = withQuery(path, query);
  if (/[^\x21-\x7e]/.test(whole)) {
    throw argumentError('Request path contains unescaped characters');
  }
  if (whole.includes('#')) throw argumentError('path must not contain a fragment');
  if (whole.split('?', 1)[0]?.includes('\\') === true) {
    throw argumentError('path must not contain a backslash');
  }
  return whole;
}

function withQuery(path: string, query: unknown): string {
  if (query === undefined || query === null) return path;
  if (typeof query !== 'object') throw argumentError('query must be an object');
  if (/[?#]/.test(path)) {
    throw argumentError('Query params cannot be passed when url already contains "?" or "#".');
  }
  const text = stringify(query as ParsedUrlQueryInput);
  return text === '' ? path : `${path}?${text}`;
}

/** Whether the value of a Host field names the host and port of a URL. */
export function isHostOf(value: unknown, url: URL): boolean {
  if (typeof value !== 'string' || !AUTHORITY.test(value)) return false;
  const text = `${url.protocol}//${value}`;
  if (!URL.canParse(text)) return false;
  const named = new URL(text);
  return hostOf(named) === hostOf(url) && portOf(named) === portOf(url);
}
