/**
 * Service principal names, as a client says which service it wanted to reach
 * and a server which ones it is (Extended Protection's service binding).
 */

import { requiredText } from '../core/checks.js';
import { isIPv6 } from 'node:net';

import { argumentError } from '../core/errors.js';

const MAX_CHARACTERS = 1024;
const MAX_NAMES = 1024;
const MAX_PORT = 65535;

/**
 * Whether a client that specified this target name wanted to reach one of the
 * allowed services. Never without a target name, or with an empty one.
 *
 * The names are the same if they are the same text, apart from the case of
 * ASCII letters, and from the realm that Kerberos may add (`@EXAMPLE.COM`)
 * where the allowed name has none; one that has a realm wants that realm.
 * Nothing else is taken for the same: a port is
 * part of the name, a host with a dot at its end is another text, `HOST/` is
 * not `HTTP/`, and international names are not converted. What a client is to
 * be allowed to say must be in the list.
 *
 * Letters beyond ASCII must be equal. JavaScript's upper case is not that of
 * Windows: it makes `'S'` of `'ſ'`, and two names would be one.
 */
export function isAllowedTarget(
  targetName: string | undefined,
  allowed: readonly string[],
): boolean {
  if (typeof targetName !== 'string' || targetName === '') return false;
  const target = lowerCaseAscii(targetName);
  const withoutRealm = targetWithoutRealm(target);
  return allowed.some((name) => {
    const wanted = lowerCaseAscii(name);
    return wanted === target || wanted === withoutRealm;
  });
}

/** The name without `@REALM`; undefined where there is no realm. */
function targetWithoutRealm(target: string): string | undefined {
  return /^(?<name>[^@]+)@[^@/:\\]+$/.exec(target)?.groups?.['name'];
}

function lowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * Checks a list of allowed names: `class/host`, `class/host:port` (or the name
 * of an instance in place of the port), and each of them with `/name` behind
 * it, and perhaps `@REALM` behind that. `where` names the option in errors. The
 * list that is given back is a copy.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function checkedServicePrincipalNames(names: unknown, where: string): readonly string[] {
  if (!Array.isArray(names)) throw argumentError(`${where} must be an array of strings`);
  if (names.length === 0) {
    throw argumentError(
      `${where} is empty, and would allow nobody; leave it out or name a service`,
    );
  }
  if (names.length > MAX_NAMES) throw argumentError(`${where} has more than ${MAX_NAMES} names`);
  return Object.freeze(Array.from(names, (name, i) => checkedName(name, `${where}[${i}]`)));
}

function checkedName(given: unknown, where: string): string {
  const name = requiredText(given, where);
  if (name.length > MAX_CHARACTERS) throw argumentError(`${where} is too long`);
  // Also what is not to be seen, which would never match either.
  if (/[\p{Z}\p{Cc}\p{Cf}\p{Cs}]/u.test(name)) {
    throw argumentError(`${where} must not contain spaces or control characters`);
  }
  if (name.includes('*')) throw argumentError(`${where}: there are no wildcards`);
  const fault = faultOf(name);
  if (fault !== undefined) {
    throw argumentError(
      `${where} must be like HTTP/web.example.com or HTTP/web.example.com:8080: ${fault}`,
    );
  }
  return name;
}

function faultOf(name: string): string | undefined {
  const parts = /^(?<text>[^@]+)(?:@(?<realm>.*))?$/.exec(name)?.groups;
  if (parts?.['text'] === undefined) return 'it begins with @';
  if (parts['realm'] !== undefined && !/^[^@/:\\]+$/.test(parts['realm'])) {
    return 'what follows @ is no realm';
  }
  const [serviceClass = '', authority, ...rest] = parts['text'].split('/');
  if (serviceClass === '' || serviceClass.includes(':')) return 'it has no service class';
  if (authority === undefined || authority === '') return 'it has no host';
  if (rest.length > 1) return 'it has too many parts';
  if (rest[0] === '') return 'its last part is empty';
  return faultOfAuthority(authority);
}

/** `host` or `host:port`; an IPv6 address is in brackets where a port follows. */
function faultOfAuthority(authority: string): string | undefined {
  if (isIPv6(authority)) return undefined;
  const match = /^(?:\[(?<address>[^[\]]*)\]|(?<host>[^:[\]]+))(?::(?<port>[^:[\]]*))?$/.exec(
    authority,
  );
  if (match?.groups === undefined) return 'its host is none';
  const { address, port } = match.groups;
  if (address !== undefined && !isIPv6(address)) return 'what is in brackets is no IPv6 address';
  if (port === '') return 'its port is empty';
  if (port !== undefined && /^\d+$/.test(port) && (Number(port) < 1 || Number(port) > MAX_PORT)) {
    return `its port is not one of 1 to ${MAX_PORT}`;
  }
  return undefined;
}
