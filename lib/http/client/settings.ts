/**
 * Reads and checks the options of a client. The rest of the client sees the
 * settings made here, never what the caller passed.
 */

import { Credentials } from '../../context/credentials.js';
import {
  type OptionNames,
  optionNames,
  ownOptions,
  ownRecord,
  ownSettings,
  requiredText,
} from '../../core/checks.js';
import { argumentError } from '../../core/errors.js';
import { packageKind } from '../../core/package-kinds.js';
import { checkedIdentity, IDENTITY_NAMES, ownIdentity } from '../../raw/auth-identity.js';
import { checkedBoolean, checkedInteger } from '../option-checks.js';
import { checkedPackages, checkedSchemes, type Scheme } from '../schemes.js';
import { HostRules } from './host-rules.js';
import { checkedClientLimits, type ClientLimits } from './limits.js';
import type { TargetName, TargetNameSettings } from './logon/target-names.js';
import type {
  ConnectOptions,
  IntegratedClientOptions,
  LogonOptions,
  ProxyOptions,
} from './options.js';
import { checkedOrigin } from './request/request-target.js';

/**
 * Where the credentials come from: the process identity, an `authIdentity` (not
 * stored here, because it holds a password), or the caller.
 */
type CredentialsSource = 'process' | 'authIdentity' | Credentials;

/** The settings that all clients have in common. */
export interface LogonSettings extends TargetNameSettings {
  readonly schemes: readonly Scheme[];
  readonly packages: Readonly<Record<Scheme, string>>;
  readonly credentialsSource: CredentialsSource;
  readonly delegateTo: HostRules;
  readonly sendChannelBindings: boolean;
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
export const LOGON_OPTIONS = {
  hosts: 'required',
  schemes: 'optional',
  packages: 'optional',
  credentials: 'optional',
  authIdentity: 'optional',
  targetName: 'optional',
  portInTargetName: 'optional',
  canonicalName: 'optional',
  delegateTo: 'optional',
  sendChannelBindings: 'optional',
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
    ...LOGON_OPTIONS,
    mutualAuth: 'optional',
    preemptive: 'optional',
    proxy: 'optional',
    connections: 'optional',
  },
  { authIdentity: IDENTITY_NAMES, proxy: PROXY_NAMES },
);

/** Options that would connect to another host, or check the certificate for another name. */
const FORBIDDEN_CONNECT_OPTIONS: readonly string[] = [
  'host',
  'hostname',
  'port',
  'path',
  'socket',
  'servername',
];

/**
 * Reads the options of a client and their `authIdentity`, each property once.
 *
 * @param what names the client in errors
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

/** Reads the options of an `IntegratedAgent` or `integratedFetch`, each property once. */
export function ownClientOptions(
  given: IntegratedClientOptions,
): Readonly<IntegratedClientOptions> {
  return ownLogonOptions(given, CLIENT_NAMES, 'an HTTP client');
}

/**
 * @param options as returned by `ownClientOptions`
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function checkedClientOptions(options: IntegratedClientOptions): ClientSettings {
  const settings = checkedLogonOptions(options);
  const { connections = 8 } = options;
  const mutualAuth = checkedBoolean(options, 'mutualAuth', false);
  if (mutualAuth && settings.schemes.every((scheme) => isNtlm(settings.packages[scheme]))) {
    throw argumentError('NTLM does not support mutualAuth: true');
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
 * @param options as returned by `ownLogonOptions`
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function checkedLogonOptions(options: LogonOptions): LogonSettings {
  const hosts = HostRules.of(options.hosts, 'hosts');
  return {
    hosts,
    ...checkedCredentialsSource(options),
    targetName: checkedTargetName(options.targetName, 'targetName'),
    portInTargetName: checkedBoolean(options, 'portInTargetName', false),
    canonicalName: checkedBoolean(options, 'canonicalName', false),
    delegateTo: checkedDelegateTo(options.delegateTo),
    sendChannelBindings: checkedBoolean(options, 'sendChannelBindings', true),
    connect: checkedConnect(options.connect),
    limits: checkedClientLimits(options.limits),
  };
}

function isNtlm(packageName: string): boolean {
  return packageKind(packageName) === 'ntlm';
}

function checkedCredentialsSource(
  options: LogonOptions,
): Pick<LogonSettings, 'schemes' | 'packages' | 'credentialsSource'> {
  const { credentials } = options;
  if (credentials === undefined) {
    const schemes = checkedSchemes(options.schemes);
    const packages = checkedPackages(options.packages);
    checkedIdentity(options);
    const credentialsSource = 'authIdentity' in options ? 'authIdentity' : 'process';
    return { schemes, packages, credentialsSource };
  }
  if (!(credentials instanceof Credentials) || credentials.use === 'inbound') {
    throw argumentError('credentials must be outbound Credentials from Credentials.acquire');
  }
  if ('authIdentity' in options || 'packages' in options) {
    throw argumentError('credentials cannot be combined with authIdentity or packages');
  }
  const byPackage: Scheme = isNtlm(credentials.package) ? 'NTLM' : 'Negotiate';
  const schemes = checkedSchemes(options.schemes ?? [byPackage]);
  const [scheme] = schemes;
  if (scheme === undefined || schemes.length > 1) {
    throw argumentError('schemes must name exactly one scheme if credentials are given');
  }
  const packages = checkedPackages({ [scheme]: credentials.package });
  return { schemes, packages, credentialsSource: credentials };
}

function checkedTargetName(value: unknown, where: string): TargetName | undefined {
  if (value === undefined || typeof value === 'function') return value as TargetName | undefined;
  return requiredText(value, where);
}

function checkedDelegateTo(list: unknown): HostRules {
  if (list === undefined) return HostRules.none;
  if (list === 'any') throw argumentError("delegateTo cannot be 'any'; list the servers");
  return HostRules.of(list, 'delegateTo');
}

function checkedConnect(connect: unknown = {}): ConnectOptions {
  const own = ownSettings<ConnectOptions>(connect, 'connect');
  const forbidden = FORBIDDEN_CONNECT_OPTIONS.find((name) => name in own);
  if (forbidden !== undefined) {
    throw argumentError(`connect.${forbidden} cannot be set: the URL decides it`);
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
    throw argumentError('proxy.url must be an http URL, such as http://proxy.example.com:3128');
  }
  if (url.username !== '' || url.password !== '') {
    throw argumentError('proxy.url must not contain a user or password; use authIdentity');
  }
  return checkedOrigin(value, 'proxy.url');
}
