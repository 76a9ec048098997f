/**
 * Tokens that can only lead to an NTLM logon: a server that accepts only Kerberos
 * rejects them before a package sees them. SPNEGO (RFC 4178) is parsed strictly,
 * and only as far as needed. A package may accept what is not valid DER, so an
 * invalid token counts as NTLM if it contains an NTLM message; others are left
 * to the package.
 */

import {
  contextTag,
  DerReader,
  DerTag,
  objectIdentifierHex,
  type DerElement,
} from '../../../channel-bindings/der.js';
import { packageKind } from '../../../core/package-kinds.js';
import type { Scheme } from '../../schemes.js';
import { beginsAsNtlm, ntlmMessageIn, ntlmMessageType } from '../../ntlm-messages.js';
import type { ServerSettings } from '../settings.js';

/** InitialContextToken of GSS-API, RFC 2743 3.1: [APPLICATION 0]. */
const INITIAL_CONTEXT_TOKEN = 0x60;
const OCTET_STRING = 0x04;

const NEG_TOKEN_INIT = contextTag(0, 'constructed');
const NEG_TOKEN_RESP = contextTag(1, 'constructed');
const MECH_TYPES = contextTag(0, 'constructed');
const REQ_FLAGS = contextTag(1, 'constructed');
const NEG_STATE = contextTag(0, 'constructed');
const SUPPORTED_MECH = contextTag(1, 'constructed');
/** mechToken in a NegTokenInit, responseToken in a NegTokenResp. */
const MECH_TOKEN = contextTag(2, 'constructed');

const SPNEGO = objectIdentifierHex('1.3.6.1.5.5.2');
const NTLM = objectIdentifierHex('1.3.6.1.4.1.311.2.2.10');
/** Kerberos, the wrong identifier that Windows 2000 sends, user-to-user, and IAKERB. */
const KERBEROS: readonly string[] = [
  '1.2.840.113554.1.2.2',
  '1.2.840.48018.1.2.2',
  '1.2.840.113554.1.2.2.3',
  '1.3.6.1.5.2.5',
].map(objectIdentifierHex);

/** Whether a scheme accepts only Kerberos. */
export function isKerberosOnly(
  { ntlm, packages }: Pick<ServerSettings, 'ntlm' | 'packages'>,
  scheme: Scheme,
): boolean {
  return !ntlm || packageKind(packages[scheme]) === 'kerberos';
}

/**
 * Whether a token is an NTLM message (plain or wrapped), begins a SPNEGO
 * negotiation whose first choice is NTLM, or offers NTLM without Kerberos.
 */
export function isNtlmToken(token: Uint8Array): boolean {
  return isNtlmMechToken(token) || (parseToken(token, wrapsNtlm) ?? containsNtlm(token));
}

/** Whether a token outside SPNEGO is an NTLM message: plain, or framed by GSS-API. */
function isNtlmMechToken(token: Uint8Array): boolean {
  if (beginsAsNtlm(token)) return true;
  const isFramed = parseToken(token, (reader) => {
    const mechanism = reader.into(INITIAL_CONTEXT_TOKEN).read(DerTag.objectIdentifier);
    return hex(mechanism) === NTLM;
  });
  return isFramed ?? containsNtlm(token);
}

function containsNtlm(token: Uint8Array): boolean {
  const message = ntlmMessageIn(token);
  return Buffer.isBuffer(message) ? ntlmMessageType(message) !== undefined : message === 'several';
}

function wrapsNtlm(reader: DerReader): boolean {
  const outer = reader.any();
  reader.end();
  if (outer.tag === NEG_TOKEN_RESP) return respondsByNtlm(reader.inside(outer));
  if (outer.tag === NEG_TOKEN_INIT) return beginsByNtlm(reader.inside(outer));
  if (outer.tag !== INITIAL_CONTEXT_TOKEN) return false;
  const framed = reader.inside(outer);
  if (hex(framed.read(DerTag.objectIdentifier)) !== SPNEGO) return false;
  return beginsByNtlm(framed.into(NEG_TOKEN_INIT));
}

function beginsByNtlm(reader: DerReader): boolean {
  const init = reader.into(DerTag.sequence);
  const types = readMechanisms(init, init.optional(MECH_TYPES));
  init.optional(REQ_FLAGS);
  if (carriesNtlm(init)) return true;
  const [first] = types;
  return first === NTLM || (types.includes(NTLM) && !types.some((type) => KERBEROS.includes(type)));
}

function respondsByNtlm(reader: DerReader): boolean {
  const response = reader.into(DerTag.sequence);
  response.optional(NEG_STATE);
  response.optional(SUPPORTED_MECH);
  return carriesNtlm(response);
}

/** The object identifiers of the mechanisms in an element, in hexadecimal. */
function readMechanisms(reader: DerReader, element: DerElement | undefined): string[] {
  if (element === undefined) return [];
  const list = reader.inside(element).into(DerTag.sequence);
  const types: string[] = [];
  while (!list.atEnd) types.push(hex(list.read(DerTag.objectIdentifier)));
  return types;
}

function carriesNtlm(reader: DerReader): boolean {
  const element = reader.optional(MECH_TOKEN);
  return (
    element !== undefined && isNtlmMechToken(reader.inside(element).read(OCTET_STRING).content)
  );
}

/** What `find` returns for a token; undefined if the token is not valid DER with the expected structure. */
function parseToken(token: Uint8Array, find: (reader: DerReader) => boolean): boolean | undefined {
  try {
    return find(new DerReader(token, 'the token'));
  } catch {
    return undefined;
  }
}

function hex({ content }: DerElement): string {
  return Buffer.from(content).toString('hex');
}
