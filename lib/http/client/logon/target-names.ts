/** The service principal name by which a client asks for a server. */

import { requiredText } from '../../../core/checks.js';
import { promises as dns } from 'node:dns';
import { isIPv6 } from 'node:net';

import { codedError } from '../../../core/errors.js';
import { addressOf, hostOf, type HostRules } from '../host-rules.js';

/** A chain of aliases that is longer is a loop, or somebody's joke. */
const MAX_ALIASES = 8;

/** `class/host`, perhaps with a port. */
const SERVICE = /^[^/@\\]+\/(?<service>[^/@\\]+)$/;

/** A fixed name, or what makes one of a server's URL. */
export type TargetName = string | ((url: URL) => string);

export interface TargetNameSettings {
  readonly targetName: TargetName | undefined;
  readonly portInTargetName: boolean;
  readonly canonicalName: boolean;
  /** The hosts whose services may be asked for; an alias that leads elsewhere is refused. */
  readonly hosts: HostRules;
}

/**
 * The name for a server: the one that was set, or `HTTP/host`.
 *
 * @param needed false for a package that can do without: for an address it gets
 * a name that nobody looks up
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
    return requiredText(targetName(new URL(url.origin)), 'what targetName returned');
  }
  const address = addressOf(url);
  if (address !== undefined && needed) {
    throw codedError(
      'ERR_SECUR32_NO_TARGET_NAME',
      `${address} is an address, which has no service principal name; use the server's name, or set targetName`,
    );
  }
  const host = address ?? (await nameOf(url, settings));
  return `HTTP/${host}${portInTargetName && url.port !== '' ? `:${url.port}` : ''}`;
}

async function nameOf(url: URL, { canonicalName, hosts }: TargetNameSettings): Promise<string> {
  const host = hostOf(url);
  if (!canonicalName) return host;
  const canonical = await canonicalNameOf(host);
  // Whoever answers for DNS would choose the service that gets the logon.
  const canonicalUrl = withHost(url, canonical);
  const isName = canonicalUrl !== undefined && addressOf(canonicalUrl) === undefined;
  if (isName && hosts.allows(canonicalUrl)) return canonical;
  throw codedError(
    'ERR_SECUR32_NO_TARGET_NAME',
    `${host} is an alias of ${canonical}, which is not one of the hosts that are allowed`,
  );
}

/**
 * Checks that a list has the host that a service principal name names. The host
 * of the URL is not enough where a ticket can be misused: an alias in DNS or
 * `targetName` may have led to the service of another one.
 *
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
    `${where} names ${hostOf(url)}, but not the host of its service principal name ${targetName}`,
  );
}

/** The URL with another host, which must be in its one form already; undefined where it is not. */
function withHost({ protocol, port }: URL, host: string): URL | undefined {
  const authority = `${isIPv6(host) ? `[${host}]` : host}${port === '' ? '' : `:${port}`}`;
  const text = `${protocol}//${authority}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return (addressOf(url) ?? hostOf(url)) === host.toLowerCase() ? url : undefined;
}

/** The name at the end of the aliases (CNAME records) of a name. */
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
    // It is no alias; or DNS does not know it, which may be in a hosts file.
    if (code === 'ENODATA' || code === 'ENOTFOUND') return undefined;
    throw codedError('ERR_SECUR32_NO_TARGET_NAME', `the canonical name of ${name} was not found`, {
      cause,
    });
  }
}
