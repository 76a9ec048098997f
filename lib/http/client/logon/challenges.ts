/** Reads what a server or proxy says in WWW-Authenticate or Proxy-Authenticate. */

import { codedError } from '../../../core/errors.js';
import { schemeOf, type Scheme } from '../../schemes.js';
import { base64Length, bytesOfBase64 } from '../../token68.js';

/** A field of a response: several of them are an array. */
export type Field = string | readonly string[] | undefined;

/** What a side says of a scheme: its token, or undefined where it only asks for a logon. */
export type Challenges = ReadonlyMap<Scheme, Buffer | undefined>;

const CHALLENGE = /^(?<name>[!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?: +(?<rest>.*))?$/s;

/**
 * The challenges of the schemes of Windows; those of others are passed over.
 *
 * @param field of the response
 * @param tokenBytes the largest token
 * @throws Error `ERR_SECUR32_MALFORMED_CHALLENGE` for what is no base64, or a
 * scheme that comes twice; `ERR_SECUR32_TOKEN_TOO_LARGE`
 */
export function readChallenges(field: Field, tokenBytes: number): Challenges {
  const challenges = new Map<Scheme, Buffer | undefined>();
  const lines = field === undefined ? [] : typeof field === 'string' ? [field] : field;
  for (const part of lines.flatMap(partsOf)) {
    const groups = CHALLENGE.exec(part)?.groups;
    const scheme = groups?.['name'] === undefined ? undefined : schemeOf(groups['name']);
    if (scheme === undefined) continue;
    if (challenges.has(scheme)) throw malformed(`there are two challenges of ${scheme}`);
    challenges.set(scheme, tokenOf(groups?.['rest'], scheme, tokenBytes));
  }
  return challenges;
}

/** The parts between commas, apart from commas in quotes, without white space around them. */
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

function tokenOf(text: string | undefined, scheme: Scheme, tokenBytes: number): Buffer | undefined {
  if (text === undefined || text === '') return undefined;
  // Before anything is decoded.
  if (text.length > base64Length(tokenBytes)) throw tooLarge(scheme, tokenBytes);
  const token = bytesOfBase64(text);
  if (token === undefined) throw malformed(`the token of ${scheme} is not base64`);
  if (token.length > tokenBytes) throw tooLarge(scheme, tokenBytes);
  return token;
}

function malformed(fault: string): Error {
  return codedError('ERR_SECUR32_MALFORMED_CHALLENGE', `${fault}; the response cannot be trusted`);
}

function tooLarge(scheme: Scheme, tokenBytes: number): Error {
  return codedError(
    'ERR_SECUR32_TOKEN_TOO_LARGE',
    `the token of ${scheme} is larger than ${tokenBytes} bytes`,
  );
}

/** What Persistent-Auth says; undefined where it says nothing. */
export function readPersistentAuth(field: Field): boolean | undefined {
  const text = (typeof field === 'string' ? field : '').trim().toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** Whether a proxy keeps a client's connection and the server's together (RFC 4559, section 6). */
export function supportsSessions(field: Field): boolean {
  return typeof field === 'string' && /^\s*session-based-authentication\s*$/i.test(field);
}
