/**
 * Compares the service that a client wanted to reach with those that a server
 * provides, by their service principal names (service binding of Extended
 * Protection).
 */

import { requiredText } from '../core/checks.js';
import { isIPv6 } from 'node:net';

import { argumentError } from '../core/errors.js';

const MAX_CHARACTERS = 1024;
const MAX_NAMES = 1024;
const MAX_PORT = 65535;

/**
 * Whether the target name that a client specified is one of the allowed names.
 * Always false for no target name or an empty one.
 *
 * Names are compared as text, ignoring the case of ASCII letters. If the allowed
 * name has no realm, the realm that Kerberos may add (`@EXAMPLE.COM`) is ignored;
 * otherwise it must match. Nothing else is treated as equal: a port is part of the
 * name, a host that ends with a dot differs, `HOST/` is not `HTTP/`, and
 * international names are not converted. The list must contain every name that
 * clients may specify.
 *
 * Letters other than ASCII must be identical: JavaScript converts case differently
 * from Windows. It turns `'ſ'` into `'S'`, so two different names would match.
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

/** The name without `@REALM`; undefined if there is no realm. */
function targetWithoutRealm(target: string): string | undefined {
  return /^(?<name>[^@]+)@[^@/:\\]+$/.exec(target)?.groups?.['name'];
}

function lowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * Checks a list of allowed names, and returns a copy. A name is `class/host` or
 * `class/host:port` (or an instance name instead of the port), optionally followed
 * by `/name` and then by `@REALM`.
 *
 * @param where names the option in errors
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function checkedServicePrincipalNames(names: unknown, where: string): readonly string[] {
  if (!Array.isArray(names)) throw argumentError(`${where} must be an array of strings`);
  if (names.length === 0) {
    throw argumentError(`${where} must not be empty; omit it or name a service`);
  }
  if (names.length > MAX_NAMES)
    throw argumentError(`${where} must not have more than ${MAX_NAMES} names`);
  return Object.freeze(Array.from(names, (name, i) => checkedName(name, `${where}[${i}]`)));
}

function checkedName(given: unknown, where: string): string {
  const name = requiredText(given, where);
  if (name.length > MAX_CHARACTERS) throw argumentError(`${where} is too long`);
  // Includes invisible characters, with which the name would never match.
  if (/[\p{Z}\p{Cc}\p{Cf}\p{Cs}]/u.test(name)) {
    throw argumentError(`${where} must not contain spaces or control characters`);
  }
  if (name.includes('*')) throw argumentError(`${where} must not contain wildcards`);
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
    return 'the realm after @ is invalid';
  }
  const [serviceClass = '', authority, ...rest] = parts['text'].split('/');
  if (serviceClass === '' || serviceClass.includes(':'))
    return 'the service class is missing or invalid';
  if (authority === undefined || authority === '') return 'the host is missing';
  if (rest.length > 1) return 'it has too many parts';
  if (rest[0] === '') return 'the last part is empty';
  return faultOfAuthority(authority);
}

/** `host` or `host:port`; an IPv6 address must be in brackets if a port follows. */
function faultOfAuthority(authority: string): string | undefined {
  if (isIPv6(authority)) return undefined;
  const match = /^(?:\[(?<address>[^[\]]*)\]|(?<host>[^:[\]]+))(?::(?<port>[^:[\]]*))?$/.exec(
    authority,
  );
  if (match?.groups === undefined) return 'the host is invalid';
  const { address, port } = match.groups;
  if (address !== undefined && !isIPv6(address))
    return 'the brackets do not contain an IPv6 address';
  if (port === '') return 'the port is empty';
  if (port !== undefined && /^\d+$/.test(port) && (Number(port) < 1 || Number(port) > MAX_PORT)) {
    return `the port must be from 1 to ${MAX_PORT}`;
  }
  return undefined;
}
