/** Parses `WWW-Authenticate`, `Proxy-Authenticate` and the fields that describe how long a logon lasts. */

import { codedError } from '../../../core/errors.js';
import { findScheme, type Scheme } from '../../schemes.js';
import { decodeToken, splitCredentials } from '../../token68.js';

/** The value of a response's header field; an array if the field occurs several times. */
export type Field = string | readonly string[] | undefined;

/** By scheme, the token of the challenge; undefined if it only asks for a logon. */
export type Challenges = ReadonlyMap<Scheme, Buffer | undefined>;

/** Not a token but a parameter (`realm="x"`), or the value of one that is named like a scheme. */
const PARAMETER = /^[^\s="]*\s*=\s*[^\s=]/;

/**
 * The challenges of some schemes. Those of other schemes, those with parameters,
 * and repetitions are ignored.
 *
 * @param tokenBytes largest token accepted, in bytes
 * @throws Error `ERR_SECUR32_MALFORMED_CHALLENGE` if a token is not base64 or a
 * scheme has two different challenges; `ERR_SECUR32_TOKEN_TOO_LARGE`
 */
export function readChallenges(
  field: Field,
  tokenBytes: number,
  schemes: readonly Scheme[],
): Challenges {
  const challenges = new Map<Scheme, Buffer | undefined>();
  const lines = field === undefined ? [] : typeof field === 'string' ? [field] : field;
  for (const part of lines.flatMap(partsOf)) {
    const { scheme: name = '', rest = '' } = splitCredentials(part) ?? {};
    const scheme = findScheme(name);
    if (scheme === undefined || !schemes.includes(scheme) || PARAMETER.test(rest)) continue;
    const token = tokenOf(rest, scheme, tokenBytes);
    if (challenges.has(scheme) && !isSame(token, challenges.get(scheme))) {
      throw malformed(`the response has two different challenges for ${scheme}`);
    }
    challenges.set(scheme, token);
  }
  return challenges;
}

/** Splits at commas outside quotes, and trims the parts. */
function partsOf(line: string): string[] {
  const parts: string[] = [];
  let begin = 0;
  let quoted = false;
  for (let i = 0; i <= line.length; i++) {
    const character = line[i];
    if (quoted && character === '\\') i += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === undefined || (character === ',' && !quoted)) {
      parts.push(line.slice(begin, i).trim());
      begin = i + 1;
    }
  }
  return parts;
}

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}

function tokenOf(text: string, scheme: Scheme, tokenBytes: number): Buffer | undefined {
  if (text === '') return undefined;
  const token = decodeToken(text, tokenBytes);
  if (token === 'not base64') throw malformed(`the ${scheme} token is not base64`);
  if (token === 'too large') throw tooLarge(scheme, tokenBytes);
  return token;
}

function malformed(fault: string): Error {
  return codedError('ERR_SECUR32_MALFORMED_CHALLENGE', `malformed challenge: ${fault}`);
}

function tooLarge(scheme: Scheme, tokenBytes: number): Error {
  return codedError(
    'ERR_SECUR32_TOKEN_TOO_LARGE',
    `the ${scheme} token is larger than ${tokenBytes} bytes`,
  );
}

/** The value of `Persistent-Auth`; undefined if it is absent or neither true nor false. */
export function readPersistentAuth(field: Field): boolean | undefined {
  const text = (typeof field === 'string' ? field : '').trim().toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** Whether a proxy gives each client connection a server connection of its own (RFC 4559, section 6). */
export function supportsSessions(field: Field): boolean {
  return typeof field === 'string' && /^\s*session-based-authentication\s*$/i.test(field);
}
