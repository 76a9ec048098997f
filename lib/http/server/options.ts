/** What a server's authentication can be told, and what it does by default. */

import type { Server } from 'node:http';

import { ChannelBindings } from '../../channel-bindings/channel-bindings.js';
import type { RequirableAttribute } from '../../context/granted-attributes.js';
import { argumentError } from '../../core/errors.js';
import type { ExtendedProtection } from '../../context/extended-protection.js';
import { optionNames, ownOptions } from '../../core/checks.js';
import { packageKind } from '../../core/package-kinds.js';
import { checkedRequirements } from '../../context/requirements.js';
import { checkedServicePrincipalNames } from '../../context/service-principal-names.js';
import { checkedBoolean, checkedLimits } from '../option-checks.js';
import { checkedPackages, checkedSchemes, type Scheme } from '../schemes.js';
import { checkedCrossSite, type CrossSite, type CrossSitePolicy } from './request/cross-site.js';
import type { Logger } from './events.js';
import type { Preflight } from './request/preflight.js';
import type { ServerLimits } from './server-warnings.js';

/**
 * What stands between the clients and this server:
 *
 * - `'none'`: nothing. A request that says that it was forwarded is refused.
 * - `'pinned'`: a proxy that gives each client connection one of its own to
 *   this server, and never lets another client's request on it.
 * - `'multiplexing'`: a proxy that sends the requests of many clients over one
 *   connection. Each request must log on by itself, with one token: Kerberos.
 */
export type ProxyMode = 'none' | 'pinned' | 'multiplexing';
const PROXY_MODES: readonly unknown[] = ['none', 'pinned', 'multiplexing'];

const EXTENDED_PROTECTION: readonly unknown[] = [
  'never',
  'whenSupported',
  'always',
  'behindProxy',
  'audit',
];

/** Bounds on what clients can make this server hold. */
export interface Limits {
  /** The largest token, in bytes: 65536, more than Windows makes (48000). */
  tokenBytes: number;
  /** How many tokens of a client one logon may take: 10. */
  legs: number;
  /** How long a leg may run, how long the next one may take to come, and a refused body to end, in milliseconds: 30000. */
  legTimeoutMs: number;
  /** Logons under way at once, of all servers in this thread: 1000. */
  handshakes: number;
  /** Logons under way at once from one address (for IPv6 its /64 network): 100. Behind a proxy it does not apply. */
  handshakesPerAddress: number;
  /** How much of the body of a request that is not let in is read and thrown away, in bytes: 1048576. The connection of a larger one is closed. */
  bodyBytes: number;
}

const DEFAULT_LIMITS: Readonly<Limits> = Object.freeze({
  tokenBytes: 64 * 1024,
  legs: 10,
  legTimeoutMs: 30_000,
  handshakes: 1000,
  handshakesPerAddress: 100,
  bodyBytes: 1024 * 1024,
});

export interface IntegratedAuthOptions {
  /** What is offered, in this order: `['Negotiate']` by default. */
  schemes?: readonly Scheme[];
  /**
   * The security package behind a scheme, where it is not the one of the same
   * name: `{ Negotiate: 'Kerberos' }` serves Negotiate by Kerberos only.
   */
  packages?: Partial<Record<Scheme, string>>;
  /** false refuses NTLM, also where Negotiate chooses it. true by default. */
  ntlm?: boolean;
  /** Users and groups that may, as SIDs or names (`AccessRules`). Everybody who logs on if it is left out. */
  allow?: readonly string[];
  /** Users and groups that may not, whatever `allow` says. */
  deny?: readonly string[];
  /** true lets guests in where there is no `allow`: somebody whom nobody knows. false by default. */
  guests?: boolean;
  /**
   * A request without a logon: `'challenge'` asks for one, by default; `'pass'`
   * lets it through without an identity. A client that logs on as nobody is
   * refused in any case.
   */
  anonymous?: 'challenge' | 'pass';
  /**
   * A CORS preflight: an OPTIONS request with `Origin` and
   * `Access-Control-Request-Method`, for which a browser never logs on.
   * `'refuse'` answers it with 403. `'pass'` lets it through without an
   * identity: set it only where the application answers preflights before
   * anything that needs one. With `anonymous: 'pass'` preflights pass in any case.
   *
   * @defaultValue `'refuse'`
   */
  preflight?: Preflight;
  /** What every logon must have been granted, `['delegate']` for instance. */
  require?: readonly RequirableAttribute[];
  /**
   * Extended Protection. By default `'always'` on TLS and `'never'` on plain
   * connections. `'always'` and `'audit'`, where they are set, refuse requests
   * that come without TLS; `'whenSupported'` has nothing to compare there.
   */
  extendedProtection?: ExtendedProtection;
  /** The bindings of a proxy's certificate, where clients speak TLS with the proxy; by default those of the connection's own. */
  channelBindings?: ChannelBindings;
  /** The names under which clients may ask for this service: `['HTTP/web.example.com']`. */
  targetNames?: readonly string[];
  /**
   * true keeps a Kerberos logon for the whole connection, as always with NTLM.
   * false, by default, wants a ticket with each request.
   */
  persistKerberos?: boolean;
  /** `'none'` by default. */
  proxy?: ProxyMode;
  /** What pages of other sites may do with the user's logon: `'refuse'` by default, but for links. */
  crossSite?: CrossSite;
  /** true keeps the security context, to impersonate the client, as long as the logon holds. false by default. */
  keepContext?: boolean;
  limits?: Partial<Limits>;
  /** Takes what happened, for a log. The events have no secrets. */
  logger?: Logger;
  /** The server, whose limits on headers and kept connections are checked at once; by default at its first request. */
  server?: Pick<Server, 'listen'> & ServerLimits;
}

/** The options after their checks. */
export interface Settings {
  readonly schemes: readonly Scheme[];
  readonly packages: Readonly<Record<Scheme, string>>;
  readonly ntlm: boolean;
  readonly access: { allow?: readonly string[]; deny?: readonly string[] } | undefined;
  readonly guests: boolean;
  readonly pass: boolean;
  /** Whether CORS preflights pass without a logon. */
  readonly passPreflights: boolean;
  readonly require: readonly RequirableAttribute[];
  readonly extendedProtection: ExtendedProtection | undefined;
  readonly channelBindings: ChannelBindings | undefined;
  readonly targetNames: readonly string[] | undefined;
  readonly persistKerberos: boolean;
  readonly proxy: ProxyMode;
  readonly crossSite: CrossSitePolicy;
  readonly keepContext: boolean;
  readonly limits: Readonly<Limits>;
  readonly logger: Logger | undefined;
  readonly server: IntegratedAuthOptions['server'] | undefined;
}

const NAMES = optionNames<IntegratedAuthOptions>({
  schemes: 'optional',
  packages: 'optional',
  ntlm: 'optional',
  allow: 'optional',
  deny: 'optional',
  guests: 'optional',
  anonymous: 'optional',
  preflight: 'optional',
  require: 'optional',
  extendedProtection: 'optional',
  channelBindings: 'optional',
  targetNames: 'optional',
  persistKerberos: 'optional',
  proxy: 'optional',
  crossSite: 'optional',
  keepContext: 'optional',
  limits: 'optional',
  logger: 'optional',
  server: 'optional',
});

/** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
export function checkedOptions(given: IntegratedAuthOptions): Settings {
  const options = ownOptions(given, NAMES, 'integratedAuth');
  const pass = checkedAnonymous(options.anonymous) === 'pass';
  const passPreflights = checkedPreflight(options.preflight) === 'pass' || pass;
  const settings: Settings = {
    schemes: checkedSchemes(options.schemes),
    packages: checkedPackages(options.packages),
    ntlm: checkedBoolean(options, 'ntlm', true),
    access: accessOptions(options),
    guests: checkedBoolean(options, 'guests', false),
    pass,
    passPreflights,
    require: checkedRequirements(options).required,
    extendedProtection: checkedLevel(options.extendedProtection),
    channelBindings: checkedBindings(options.channelBindings),
    targetNames:
      options.targetNames === undefined
        ? undefined
        : checkedServicePrincipalNames(options.targetNames, 'targetNames'),
    persistKerberos: checkedBoolean(options, 'persistKerberos', false),
    proxy: checkedProxy(options.proxy),
    crossSite: checkedCrossSite(options.crossSite),
    keepContext: checkedBoolean(options, 'keepContext', false),
    limits: checkedLimits(options.limits, DEFAULT_LIMITS, ['bodyBytes']),
    logger: checkedLogger(options.logger),
    server: checkedServer(options.server),
  };
  refuseContradictions(settings);
  return Object.freeze(settings);
}

function refuseContradictions(settings: Settings): void {
  const { ntlm, schemes, packages, proxy, persistKerberos } = settings;
  const isNtlm = schemes.some((scheme) => packageKind(packages[scheme]) === 'ntlm');
  if (!ntlm && isNtlm) throw argumentError('ntlm: false contradicts the scheme or package NTLM');
  if (proxy === 'multiplexing' && (isNtlm || schemes.includes('NTLM'))) {
    throw argumentError("proxy: 'multiplexing' cannot have NTLM, which authenticates connections");
  }
  if (proxy === 'multiplexing' && persistKerberos) {
    throw argumentError("proxy: 'multiplexing' contradicts persistKerberos");
  }
  const { extendedProtection: level, channelBindings, targetNames } = settings;
  if (level === 'behindProxy' && targetNames === undefined) {
    throw argumentError("extendedProtection: 'behindProxy' needs targetNames");
  }
  if (channelBindings !== undefined && (level === 'never' || level === 'behindProxy')) {
    throw argumentError(`extendedProtection: '${level}' does not look at channelBindings`);
  }
}

function accessOptions(options: IntegratedAuthOptions): Settings['access'] {
  const { allow, deny } = options;
  if (allow === undefined && deny === undefined) return undefined;
  return { ...(allow !== undefined && { allow }), ...(deny !== undefined && { deny }) };
}

function checkedAnonymous(anonymous: unknown = 'challenge'): 'challenge' | 'pass' {
  if (anonymous === 'challenge' || anonymous === 'pass') return anonymous;
  throw argumentError("anonymous must be 'challenge' or 'pass'");
}

function checkedPreflight(preflight: unknown = 'refuse'): Preflight {
  if (preflight === 'refuse' || preflight === 'pass') return preflight;
  throw argumentError("preflight must be 'refuse' or 'pass'");
}

function checkedLevel(level: unknown): ExtendedProtection | undefined {
  if (level === undefined || EXTENDED_PROTECTION.includes(level)) {
    return level as ExtendedProtection | undefined;
  }
  throw argumentError(`extendedProtection must be one of ${EXTENDED_PROTECTION.join(', ')}`);
}

function checkedBindings(bindings: unknown): ChannelBindings | undefined {
  if (bindings === undefined || bindings instanceof ChannelBindings) return bindings;
  throw argumentError('channelBindings must be a ChannelBindings');
}

function checkedProxy(proxy: unknown = 'none'): ProxyMode {
  if (PROXY_MODES.includes(proxy)) return proxy as ProxyMode;
  throw argumentError(`proxy must be one of ${PROXY_MODES.join(', ')}`);
}

function checkedServer(server: unknown): Settings['server'] {
  if (server === undefined || (typeof server === 'object' && server !== null)) {
    return server as Settings['server'];
  }
  throw argumentError('server must be what http.createServer gave');
}

function checkedLogger(logger: unknown): Logger | undefined {
  if (logger === undefined || typeof logger === 'function') return logger as Logger | undefined;
  throw argumentError('logger must be a function');
}
