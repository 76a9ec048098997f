/**
 * What a request is for: its origin, method and path. Each is checked and put
 * together once, so that the host that is judged is the one that is connected
 * to, and the one that the request line and the Host field name.
 */

import { stringify, type ParsedUrlQueryInput } from 'node:querystring';

import { argumentError } from '../../../core/errors.js';
import { hostOf, portOf } from '../host-rules.js';

/** The characters of names in HTTP: methods and header fields. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** A host, perhaps with a port: printable ASCII that no parser takes for the end of it, and that only URLs decode (%). */
const AUTHORITY = /^[^/?#\\@%\0-\x20\x7f-\uffff]+$/;
/** The hosts that all parsers read in the same way, after WHATWG's URL has read them. */
const HOST = /^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:.]+\])$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * A URL that consists of a scheme, a host and perhaps a port. The host is in its
 * one form, without a dot at its end.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function checkedOrigin(origin: unknown, where = 'origin'): URL {
  const text = origin instanceof URL ? origin.href : origin;
  if (typeof text !== 'string' || !URL.canParse(text)) {
    throw argumentError(`${where} must be a URL: https://web.example.com`);
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw argumentError(`${where} must be http or https`);
  }
  const authority = /^https?:\/\/([^/]*)\/?$/i.exec(text)?.[1] ?? '';
  // An international name is ASCII in the URL; a control character is left out of it.
  if (url.pathname !== '/' || /[?#\\@\s\0-\x20]/.test(authority) || authority === '') {
    throw argumentError(`${where} must be a scheme, a host and perhaps a port, and nothing else`);
  }
  const host = hostOf(url);
  if (!HOST.test(host)) throw argumentError(`the host of ${where} is not valid`);
  return new URL(`${url.protocol}//${host}${url.port === '' ? '' : `:${url.port}`}`);
}

/** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
export function checkedMethod(method: unknown): string {
  if (typeof method !== 'string') throw argumentError('method must be a string');
  if (!isToken(method)) throw argumentError('Method must be a valid HTTP token');
  if (method.toUpperCase() === 'CONNECT') {
    throw argumentError('method CONNECT is not supported: a logon is not for a tunnel');
  }
  return method;
}

/**
 * A path with its query, which names no host whatever is put in front of it.
 *
 * @param query is added to the path, as undici adds it
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

/** Whether the value of a Host field is the host and the port of a URL. */
export function isHostOf(value: unknown, url: URL): boolean {
  if (typeof value !== 'string' || !AUTHORITY.test(value)) return false;
  const text = `${url.protocol}//${value}`;
  if (!URL.canParse(text)) return false;
  const named = new URL(text);
  return hostOf(named) === hostOf(url) && portOf(named) === portOf(url);
}
