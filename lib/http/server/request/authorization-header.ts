/** Reads the Authorization field, strictly: `Negotiate <base64>` and nothing that only resembles it. */

import { schemeOf, type Scheme } from '../../schemes.js';
import { base64Length, bytesOfBase64 } from '../../token68.js';

/** What the Authorization field of a request holds. */
export type Authorization =
  /** Nothing, or the name of a scheme without a token. */
  | { kind: 'none' }
  /** Credentials of a scheme that is not offered. */
  | { kind: 'other' }
  /** Something that RFC 9110 and RFC 4559 do not allow; `fault` says why. */
  | { kind: 'malformed'; fault: string }
  | { kind: 'token'; scheme: Scheme; token: Buffer };

const CREDENTIALS = /^(?<scheme>[!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?: +(?<rest>.*))?$/s;

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
  const groups = CREDENTIALS.exec(field.slice(0, bound + 1))?.groups;
  if (groups?.['scheme'] === undefined)
    return malformed('the Authorization field has no valid scheme');
  const scheme = schemeOf(groups['scheme']);
  if (scheme === undefined || !schemes.includes(scheme)) return { kind: 'other' };

  if (field.length > bound) return malformed('the token is too large');
  const base64 = groups['rest'];
  if (base64 === undefined || base64 === '') return { kind: 'none' };
  if (base64.length > base64Length(tokenBytes)) {
    return malformed('the token is too large');
  }
  const token = bytesOfBase64(base64);
  if (token === undefined) return malformed('the token is not base64');
  if (token.length > tokenBytes) return malformed('the token is too large');
  return { kind: 'token', scheme, token };
}

function malformed(fault: string): Authorization {
  return { kind: 'malformed', fault };
}
