/** What a client of HTTP can be told, and what it does by default. */

import type { TcpNetConnectOpts } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import {
  checkedIdentity,
  IDENTITY_NAMES,
  ownIdentity,
  type AuthIdentity,
} from '../../raw/auth-identity.js';
import { Credentials } from '../../context/credentials.js';
import { argumentError } from '../../core/errors.js';
import {
  optionNames,
  type OptionNames,
  ownOptions,
  ownRecord,
  ownSettings,
  requiredText,
} from '../../core/checks.js';
import { packageKind } from '../../core/package-kinds.js';
import { checkedBoolean, checkedInteger, checkedLimits } from '../option-checks.js';
import { checkedPackages, checkedSchemes, type Scheme } from '../schemes.js';
import { HostRules, type HostList } from './host-rules.js';
import { checkedOrigin } from './request/request-target.js';
import type { TargetName, TargetNameSettings } from './logon/target-names.js';

/** Bounds on what servers can make a client hold, and how long they may take. */
export interface ClientLimits {
  /** The largest token of a server, in bytes: 65536, more than Windows makes (48000). */
  tokenBytes: number;
  /** How many tokens a request may send: 10. */
  legs: number;
  /** How long a security package may take for a leg, in milliseconds: 30000. */
  legTimeoutMs: number;
  /** How much of a body that comes as a stream is kept to be sent again, in bytes: 1048576. */
  bodyBytes: number;
  /** How much of the body of a refusal (401, 407) is read and thrown away, in bytes: 1048576. The connection of a larger one is closed. */
  refusalBytes: number;
  /** How long a connection may take to come, TLS included, in milliseconds: 10000. */
  connectTimeoutMs: number;
  /** How long the head of a response may take, in milliseconds: 300000. 0 for ever. */
  headersTimeoutMs: number;
  /** How long a response may pause between parts of its body, in milliseconds: 300000. 0 for ever. */
  bodyTimeoutMs: number;
  /** How long a connection is kept without a request, in milliseconds: 4000, unless the server says otherwise in Keep-Alive. */
  keepAliveTimeoutMs: number;
}

const DEFAULT_LIMITS: Readonly<ClientLimits> = Object.freeze({
  tokenBytes: 64 * 1024,
  legs: 10,
  legTimeoutMs: 30_000,
  bodyBytes: 1024 * 1024,
  refusalBytes: 1024 * 1024,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 300_000,
  bodyTimeoutMs: 300_000,
  keepAliveTimeoutMs: 4_000,
});

const MAY_BE_ZERO: readonly (keyof ClientLimits)[] = [
  'bodyBytes',
  'refusalBytes',
  'headersTimeoutMs',
  'bodyTimeoutMs',
];

/**
 * What `net.connect` and `tls.connect` take beside the address: `ca`, `lookup`,
 * `localAddress` and others.
 *
 * Where a connection leads to, and the name that its certificate is checked for,
 * are those of the URL, to which the client logs on: `host`, `port`, `path`,
 * `socket` and `servername` are refused. `rejectUnauthorized: false` accepts any
 * certificate; such a connection gets a logon only with channel bindings.
 */
export type ConnectOptions = Omit<
  ConnectionOptions,
  'session' | 'ALPNProtocols' | 'host' | 'port' | 'path' | 'socket' | 'servername'
> &
  Partial<Omit<TcpNetConnectOpts, 'host' | 'port'>>;

/** Options of a connection that would lead it elsewhere, or check its certificate for another name. */
const ADDRESS_NAMES: readonly string[] = [
  'host',
  'hostname',
  'port',
  'path',
  'socket',
  'servername',
];

export interface ProxyOptions {
  /** The proxy: `http://proxy.example.com:3128`. */
  url: string | URL;
  /**
   * Whom this client logs on to when it is asked to (407). It is a list of its
   * own, and not `hosts`, so that an address of a proxy that comes from
   * elsewhere gets nothing by itself.
   */
  hosts: HostList;
  /** The service principal name of the proxy: `HTTP/` and its host by default. */
  targetName?: TargetName;
}

/** What all clients of this package have in common. */
export interface LogonOptions {
  /**
   * The servers that get a logon; nothing is sent to others, and their 401 is
   * given back as it is. `'any'` stands for all there are: whoever makes this
   * program follow a link then gets a logon of its user.
   */
  hosts: HostList;
  /** What is answered, in the order of preference: `['Negotiate']` by default. */
  schemes?: readonly Scheme[];
  /** The security package behind a scheme, where it is not the one of the same name: `{ Negotiate: 'Kerberos' }`. */
  packages?: Partial<Record<Scheme, string>>;
  /**
   * Outbound credentials to log on with, for one scheme: NTLM if they are
   * NTLM's, otherwise Negotiate, unless `schemes` says it. They stay the
   * caller's, who closes them.
   */
  credentials?: Credentials;
  /** Another user than the one of the process. It must not be present but undefined. */
  authIdentity?: AuthIdentity;
  /** The service principal name: `HTTP/` and the host by default. */
  targetName?: TargetName;
  /** true puts a port that is not the scheme's own behind the host of the service principal name. false by default. */
  portInTargetName?: boolean;
  /**
   * true asks DNS for the name at the end of a host's aliases (CNAME), and
   * makes the service principal name of that one; `hosts` must allow it, too.
   * Who can forge answers of DNS can choose among these. false by default.
   */
  canonicalName?: boolean;
  /**
   * Servers that may act as this user elsewhere. Only those that you trust with
   * the user's rights. They prove who they are whenever they are logged on to.
   */
  delegateTo?: readonly string[];
  /** false leaves out the channel bindings, which tie a logon to its TLS connection. true by default. */
  channelBindings?: boolean;
  /** Options of the connections. */
  connect?: ConnectOptions;
  limits?: Partial<ClientLimits>;
}

export interface IntegratedClientOptions extends LogonOptions {
  /**
   * true wants proof of who the server is, in every response of `hosts`: a
   * response without it is an error with `ERR_SECUR32_SERVER_NOT_PROVEN`, and its body is
   * thrown away. The first token is sent at once then. false by default.
   */
  mutualAuth?: boolean;
  /**
   * true sends the first token with the first request, without waiting for the
   * server to ask. It saves a round trip, and a body that cannot be sent twice
   * comes through. false by default: then it is so from the second request on.
   */
  preemptive?: boolean;
  /** A proxy for all requests: for http as it is, for https as a tunnel (CONNECT). */
  proxy?: ProxyOptions;
  /** The most connections to one origin: 8 by default. Requests beyond them wait. */
  connections?: number;
}

/**
 * Whose logon it is: the user of the process, an `authIdentity` (which is not
 * kept here, because it has a password), or whose credentials these are.
 */
export type Whose = 'process' | 'authIdentity' | Credentials;

/** The common options after their checks. */
export interface LogonSettings extends TargetNameSettings {
  readonly schemes: readonly Scheme[];
  readonly packages: Readonly<Record<Scheme, string>>;
  readonly whose: Whose;
  readonly delegateTo: HostRules;
  readonly channelBindings: boolean;
  readonly connect: ConnectOptions;
  readonly limits: Readonly<ClientLimits>;
}

export interface ProxySettings extends TargetNameSettings {
  readonly url: URL;
}

export interface ClientSettings extends LogonSettings {
  readonly mutualAuth: boolean;
  readonly preemptive: boolean;
  readonly proxy: ProxySettings | undefined;
  readonly connections: number;
}

/** The names of `LogonOptions`. */
export const LOGON_KINDS = {
  hosts: 'required',
  schemes: 'optional',
  packages: 'optional',
  credentials: 'optional',
  authIdentity: 'optional',
  targetName: 'optional',
  portInTargetName: 'optional',
  canonicalName: 'optional',
  delegateTo: 'optional',
  channelBindings: 'optional',
  connect: 'optional',
  limits: 'optional',
} as const;
const PROXY_NAMES = optionNames<ProxyOptions>({
  url: 'required',
  hosts: 'required',
  targetName: 'optional',
});
const CLIENT_NAMES = optionNames<IntegratedClientOptions>(
  {
    ...LOGON_KINDS,
    mutualAuth: 'optional',
    preemptive: 'optional',
    proxy: 'optional',
    connections: 'optional',
  },
  { authIdentity: IDENTITY_NAMES, proxy: PROXY_NAMES },
);

/**
 * The options of a client, read once, with their identity. Nothing else reads
 * what the caller gave.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function ownLogonOptions<Options extends LogonOptions>(
  given: Options,
  names: OptionNames<Options>,
  what: string,
): Readonly<Options> {
  const own = ownOptions(given, names, what);
  if (!('authIdentity' in own)) return own;
  return Object.assign(own, { authIdentity: ownIdentity(own.authIdentity) });
}

/** The options of an agent or a `fetch`, read once. */
export function ownClientOptions(
  given: IntegratedClientOptions,
): Readonly<IntegratedClientOptions> {
  return ownLogonOptions(given, CLIENT_NAMES, 'an HTTP client');
}

/**
 * @param options as `ownClientOptions` read them
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function checkedClientOptions(options: IntegratedClientOptions): ClientSettings {
  const settings = checkedLogonOptions(options);
  const { connections = 8 } = options;
  const mutualAuth = checkedBoolean(options, 'mutualAuth', false);
  if (mutualAuth && settings.schemes.every((scheme) => isNtlm(settings.packages[scheme]))) {
    throw argumentError('mutualAuth: true cannot be had of NTLM');
  }
  return Object.freeze({
    ...settings,
    mutualAuth,
    preemptive: checkedBoolean(options, 'preemptive', false),
    proxy: options.proxy === undefined ? undefined : checkedProxy(options.proxy),
    connections: checkedInteger(connections, 'connections', 1),
  });
}

/**
 * @param options as `ownLogonOptions` read them
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function checkedLogonOptions(options: LogonOptions): LogonSettings {
  const hosts = HostRules.of(options.hosts, 'hosts');
  return {
    hosts,
    ...checkedWhose(options),
    targetName: checkedTargetName(options.targetName, 'targetName'),
    portInTargetName: checkedBoolean(options, 'portInTargetName', false),
    canonicalName: checkedBoolean(options, 'canonicalName', false),
    delegateTo: checkedDelegateTo(options.delegateTo),
    channelBindings: checkedBoolean(options, 'channelBindings', true),
    connect: checkedConnect(options.connect),
    limits: checkedLimits(options.limits, DEFAULT_LIMITS, MAY_BE_ZERO),
  };
}

function isNtlm(packageName: string): boolean {
  return packageKind(packageName) === 'ntlm';
}

function checkedWhose(
  options: LogonOptions,
): Pick<LogonSettings, 'schemes' | 'packages' | 'whose'> {
  const { credentials } = options;
  if (credentials === undefined) {
    const schemes = checkedSchemes(options.schemes);
    const packages = checkedPackages(options.packages);
    checkedIdentity(options);
    return { schemes, packages, whose: 'authIdentity' in options ? 'authIdentity' : 'process' };
  }
  if (!(credentials instanceof Credentials) || credentials.use === 'inbound') {
    throw argumentError('credentials must be outbound ones that Credentials.acquire gave');
  }
  if ('authIdentity' in options || 'packages' in options) {
    throw argumentError('credentials are of one user and one package; leave out the others');
  }
  const byPackage: Scheme = isNtlm(credentials.package) ? 'NTLM' : 'Negotiate';
  const schemes = checkedSchemes(options.schemes ?? [byPackage]);
  const [scheme] = schemes;
  if (scheme === undefined || schemes.length > 1) {
    throw argumentError('credentials are for one scheme');
  }
  const packages = checkedPackages({ [scheme]: credentials.package });
  return { schemes, packages, whose: credentials };
}

function checkedTargetName(value: unknown, where: string): TargetName | undefined {
  if (value === undefined || typeof value === 'function') return value as TargetName | undefined;
  return requiredText(value, where);
}

function checkedDelegateTo(list: unknown): HostRules {
  if (list === undefined) return HostRules.none;
  if (list === 'any') throw argumentError("delegateTo cannot be 'any': name the servers");
  return HostRules.of(list, 'delegateTo');
}

function checkedConnect(connect: unknown = {}): ConnectOptions {
  const own = ownSettings<ConnectOptions>(connect, 'connect');
  const address = ADDRESS_NAMES.find((name) => name in own);
  if (address !== undefined) {
    throw argumentError(`connect.${address} cannot be set: it is that of the URL`);
  }
  return own;
}

function checkedProxy(proxy: unknown): ProxySettings {
  const { url, hosts, targetName } = ownRecord(proxy, PROXY_NAMES, 'proxy');
  return {
    url: checkedProxyUrl(url),
    hosts: HostRules.of(hosts, 'proxy.hosts'),
    targetName: checkedTargetName(targetName, 'proxy.targetName'),
    portInTargetName: false,
    canonicalName: false,
  };
}

function checkedProxyUrl(value: unknown): URL {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : value;
  if (!(url instanceof URL) || url.protocol !== 'http:') {
    throw argumentError('proxy.url must be like http://proxy.example.com:3128');
  }
  if (url.username !== '' || url.password !== '') {
    throw argumentError('proxy.url has a user; give authIdentity');
  }
  return checkedOrigin(value, 'proxy.url');
}
