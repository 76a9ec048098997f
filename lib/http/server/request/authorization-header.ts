/** Reads the Authorization field: `Negotiate <base64>` and nothing that only resembles it. */

import { schemeOf, type Scheme } from '../../schemes.js';
import { base64Length, bytesOfBase64 } from '../../token68.js';

/** What a request says about who sends it. */
export type Authorization =
  /** Nothing; or the name of a scheme without a token, which says no more. */
  | { kind: 'none' }
  /** It is of another scheme. */
  | { kind: 'other' }
  /** It is not what RFC 9110 and RFC 4559 allow; `fault` says why. */
  | { kind: 'malformed'; fault: string }
  | { kind: 'token'; scheme: Scheme; token: Buffer };

const CREDENTIALS = /^(?<scheme>[!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?: +(?<rest>.*))?$/s;

/** What is in front of the token: the longest scheme, and a space or two. */
const SCHEME_CHARACTERS = 64;

/**
 * @param rawHeaders of the request: `headers` leaves repeated fields out
 * @param schemes those that the server offers
 * @param tokenBytes the largest token
 */
export function readAuthorization(
  rawHeaders: readonly string[],
  schemes: readonly Scheme[],
  tokenBytes: number,
): Authorization {
  const fields = rawHeaders.filter(
    (_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'authorization',
  );
  // Another server on the way might have looked at the other one.
  if (fields.length > 1) return malformed('there is more than one Authorization field');
  const [field] = fields;
  if (field === undefined || field === '') return { kind: 'none' };

  // The rest is only looked at if it is small enough.
  const bound = SCHEME_CHARACTERS + base64Length(tokenBytes);
  const groups = CREDENTIALS.exec(field.slice(0, bound + 1))?.groups;
  if (groups?.['scheme'] === undefined) return malformed('the Authorization field has no scheme');
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
