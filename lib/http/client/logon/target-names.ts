/** The service principal name that a client asks for. */

import { promises as dns } from 'node:dns';
import { isIPv6 } from 'node:net';

import { requiredText } from '../../../core/checks.js';
import { codedError } from '../../../core/errors.js';
import { addressOf, hostOf, type HostRules } from '../host-rules.js';

/** A longer chain of aliases is probably a loop. */
const MAX_ALIASES = 8;

/** `class/host` or `class/host:port`. */
const SERVICE = /^[^/@\\]+\/(?<service>[^/@\\]+)$/;

/**
 * A service principal name, or a function that returns it. The function is given
 * the origin of the server or proxy: scheme, host and port.
 */
export type TargetName = string | ((url: URL) => string);

export interface TargetNameSettings {
  readonly targetName: TargetName | undefined;
  readonly portInTargetName: boolean;
  readonly canonicalName: boolean;
  /** The hosts that an alias may lead to. */
  readonly hosts: HostRules;
}

/**
 * The name for a server: the configured one, or `HTTP/host`.
 *
 * @param needed whether the package looks the name up; if not, an IP address is
 * accepted as the host
 * @throws Error `ERR_SECUR32_NO_TARGET_NAME`
 */
export async function targetNameOf(
  url: URL,
  settings: TargetNameSettings,
  needed: boolean,
): Promise<string> {
  const { targetName, portInTargetName } = settings;
  if (typeof targetName === 'string') return targetName;
  if (targetName !== undefined) {
    return requiredText(targetName(new URL(url.origin)), 'the name that targetName returned');
  }
  const address = addressOf(url);
  if (address !== undefined && needed) {
    throw codedError(
      'ERR_SECUR32_NO_TARGET_NAME',
      `${address} is an address and has no service principal name; use the server's name, or set targetName`,
    );
  }
  const host = address ?? (await nameOf(url, settings));
  return `HTTP/${host}${portInTargetName && url.port !== '' ? `:${url.port}` : ''}`;
}

async function nameOf(url: URL, { canonicalName, hosts }: TargetNameSettings): Promise<string> {
  const host = hostOf(url);
  if (!canonicalName) return host;
  const canonical = await canonicalNameOf(host);
  // Otherwise a forged DNS answer could choose any service.
  const canonicalUrl = withHost(url, canonical);
  const isName = canonicalUrl !== undefined && addressOf(canonicalUrl) === undefined;
  if (isName && hosts.allows(canonicalUrl)) return canonical;
  throw codedError(
    'ERR_SECUR32_NO_TARGET_NAME',
    `${host} is an alias of ${canonical}, which hosts does not allow`,
  );
}

/**
 * Checks that a list allows the host in a service principal name. Checking the
 * host of the URL is not enough for delegation: a DNS alias or `targetName` may
 * have led to a service on another host.
 *
 * @param where names the list in errors
 * @throws Error `ERR_SECUR32_NO_TARGET_NAME`
 */
export function checkTargetHost(
  targetName: string,
  url: URL,
  list: HostRules,
  where: string,
): void {
  const service = SERVICE.exec(targetName)?.groups?.['service'] ?? '';
  const target = withHost(url, isIPv6(service) ? service : service.replace(/:\d+$/, ''));
  if (target !== undefined && list.allows(target)) return;
  throw codedError(
    'ERR_SECUR32_NO_TARGET_NAME',
    `${where} allows ${hostOf(url)}, but not the host of its service principal name ${targetName}`,
  );
}

/** The URL with another host; undefined if the host is not in canonical form. */
function withHost({ protocol, port }: URL, host: string): URL | undefined {
  const authority = `${isIPv6(host) ? `[${host}]` : host}${port === '' ? '' : `:${port}`}`;
  const text = `${protocol}//${authority}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return (addressOf(url) ?? hostOf(url)) === host.toLowerCase() ? url : undefined;
}

/** Follows aliases (CNAME records) to the last name. */
async function canonicalNameOf(host: string): Promise<string> {
  let name = host;
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
    const next = await aliasOf(name);
    if (next === undefined) return name;
    name = next.toLowerCase().replace(/\.$/, '');
  }
  throw codedError('ERR_SECUR32_NO_TARGET_NAME', `${host} has more than ${MAX_ALIASES} aliases`);
}

async function aliasOf(name: string): Promise<string | undefined> {
  try {
    const [alias] = await dns.resolveCname(name);
    return alias;
  } catch (cause) {
    const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    // The name is not an alias, or DNS does not know it: it may be in a hosts file.
    if (code === 'ENODATA' || code === 'ENOTFOUND') return undefined;
    throw codedError('ERR_SECUR32_NO_TARGET_NAME', `cannot resolve the canonical name of ${name}`, {
      cause,
    });
  }
}
