/** Lists of hosts that options allow. */

import { isIP, isIPv6 } from 'node:net';

import { argumentError } from '../../core/errors.js';

const MAX_PATTERNS = 1024;
const MAX_CHARACTERS = 1024;

/**
 * Names and addresses of hosts, in any of these forms, or `'any'` for all hosts.
 *
 * - `'intranet.example.com'`, `'10.0.0.5'`, `'[::1]'`: this host, on any port
 * - `'*.corp.example.com'`: every name below `corp.example.com`, at any depth, but
 *   not `corp.example.com` itself
 * - `'web.example.com:8443'`: this port only
 * - `'https://web.example.com'`: this scheme only, on its default port unless the
 *   pattern has one
 */
export type HostList = readonly string[] | 'any';

interface Rule {
  protocol: string | undefined;
  /** Begins with a dot if it stands for the names below. */
  host: string;
  port: string | undefined;
}

const PATTERN =
  /^(?:(?<scheme>https?):\/\/)?(?<wildcard>\*\.)?(?<host>\[[^\][]+\]|[^\][:/?#@\\*\s]+)(?::(?<port>\d{1,5}))?$/i;

/** The port of a URL, as a decimal string; the scheme's default if the URL has none. */
export function portOf({ protocol, port }: URL): string {
  if (port !== '') return port;
  return protocol === 'https:' ? '443' : '80';
}

/**
 * The host of a URL in canonical form: lower case, punycode, numeric addresses
 * (all done by WHATWG's URL), and no dot at the end.
 */
export function hostOf({ hostname }: URL): string {
  return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
}

/** The IP address in a URL, IPv6 without brackets; undefined if its host is a name. */
export function addressOf(url: URL): string | undefined {
  const host = hostOf(url).replace(/^\[(.*)\]$/, '$1');
  return isIP(host) === 0 ? undefined : host;
}

export class HostRules {
  readonly #rules: readonly Rule[] | 'any';

  private constructor(rules: readonly Rule[] | 'any') {
    this.#rules = rules;
  }

  /** Allows no host. */
  static readonly none = new HostRules([]);

  /**
   * @param where names the option in errors
   * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
   */
  static of(list: unknown, where: string): HostRules {
    if (list === 'any') return new HostRules('any');
    if (!Array.isArray(list)) {
      throw argumentError(
        `${where} must be an array of hosts, such as ['intranet.example.com', '*.corp.example.com'], or 'any'`,
      );
    }
    if (list.length > MAX_PATTERNS) {
      throw argumentError(`${where} must not have more than ${MAX_PATTERNS} hosts`);
    }
    return new HostRules(
      Array.from(list as unknown[], (pattern, i) => ruleOf(pattern, `${where}[${i}]`)),
    );
  }

  allows(url: URL): boolean {
    if (this.#rules === 'any') return true;
    const host = hostOf(url);
    const port = portOf(url);
    return this.#rules.some((rule) => {
      if (rule.protocol !== undefined && rule.protocol !== url.protocol) return false;
      if (rule.port !== undefined && rule.port !== port) return false;
      if (!rule.host.startsWith('.')) return rule.host === host;
      return host.length > rule.host.length && host.endsWith(rule.host);
    });
  }
}

function ruleOf(pattern: unknown, where: string): Rule {
  if (typeof pattern !== 'string') throw argumentError(`${where} must be a string`);
  if (pattern.length > MAX_CHARACTERS) throw argumentError(`${where} is too long`);
  const groups = PATTERN.exec(isIPv6(pattern) ? `[${pattern}]` : pattern)?.groups;
  if (groups?.['host'] === undefined) {
    throw argumentError(
      `${where} must be a host such as intranet.example.com or *.corp.example.com, optionally with a scheme or port${pattern === '*' ? "; to allow all hosts, use 'any' instead of the array" : ''}`,
    );
  }
  const protocol = groups['scheme'] === undefined ? undefined : `${groups['scheme']}:`;
  const url = urlOf(
    `${protocol ?? 'http:'}//${groups['host']}${groups['port'] === undefined ? '' : `:${groups['port']}`}`,
    where,
  );
  const host = hostOf(url);
  if (host.split('.').includes('')) throw argumentError(`${where} has an empty label`);
  if (groups['wildcard'] !== undefined && addressOf(url) !== undefined) {
    throw argumentError(`${where}: an address cannot follow *.`);
  }
  const exactPort = groups['port'] !== undefined || protocol !== undefined;
  return {
    protocol: protocol?.toLowerCase(),
    host: groups['wildcard'] === undefined ? host : `.${host}`,
    port: exactPort ? portOf(url) : undefined,
  };
}

function urlOf(text: string, where: string): URL {
  try {
    return new URL(text);
  } catch {
    throw argumentError(`${where}: the host is invalid`);
  }
}
