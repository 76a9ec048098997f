/** Reads the Authorization field, strictly: `Negotiate <base64>` and nothing that only resembles it. */

import { findScheme, type Scheme } from '../../schemes.js';
import { base64Length, decodeToken, splitCredentials } from '../../token68.js';

/** What the Authorization field of a request holds. */
export type Authorization =
  /** Nothing, or the name of a scheme without a token. */
  | { kind: 'none' }
  /** Credentials of a scheme that is not offered. */
  | { kind: 'other' }
  /** Something that RFC 9110 and RFC 4559 do not allow; `fault` says why. */
  | { kind: 'malformed'; fault: string }
  | { kind: 'token'; scheme: Scheme; token: Buffer };

/** Room for the name of the scheme and the spaces before the token. */
const SCHEME_CHARACTERS = 64;

/**
 * @param rawHeaders the request's `rawHeaders`: `headers` drops repeated fields
 * @param schemes the schemes that the server offers
 * @param tokenBytes the largest token, in bytes
 */
export function readAuthorization(
  rawHeaders: readonly string[],
  schemes: readonly Scheme[],
  tokenBytes: number,
): Authorization {
  const fields = rawHeaders.filter(
    (_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'authorization',
  );
  // Two Authorization fields: a proxy may have evaluated the other one.
  if (fields.length > 1) return malformed('there is more than one Authorization field');
  const [field] = fields;
  if (field === undefined || field === '') return { kind: 'none' };

  // Do not run the pattern on more than a token of allowed size.
  const bound = SCHEME_CHARACTERS + base64Length(tokenBytes);
  const credentials = splitCredentials(field.slice(0, bound + 1));
  if (credentials === undefined) return malformed('the Authorization field has no valid scheme');
  const scheme = findScheme(credentials.scheme);
  if (scheme === undefined || !schemes.includes(scheme)) return { kind: 'other' };

  if (field.length > bound) return malformed('the token is too large');
  const { rest } = credentials;
  if (rest === undefined || rest === '') return { kind: 'none' };
  const token = decodeToken(rest, tokenBytes);
  return typeof token === 'string'
    ? malformed(`the token is ${token}`)
    : { kind: 'token', scheme, token };
}

function malformed(fault: string): Authorization {
  return { kind: 'malformed', fault };
}
