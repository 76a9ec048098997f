/** The options of the HTTP clients. */

import type { TcpNetConnectOpts } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import type { Credentials } from '../../context/credentials.js';
import type { AuthIdentity } from '../../raw/auth-identity.js';
import type { Scheme } from '../schemes.js';
import type { HostList } from './host-rules.js';
import type { ClientLimits } from './limits.js';
import type { TargetName } from './logon/target-names.js';

/**
 * Options for `net.connect` and `tls.connect`, such as `ca`, `cert`, `lookup` and
 * `localAddress`.
 *
 * The URL alone decides where a connection leads and which name its certificate
 * must have, so `host`, `port`, `path`, `socket` and `servername` are rejected.
 * `rejectUnauthorized: false` accepts any certificate; the client then logs on
 * only with channel bindings.
 */
export type ConnectOptions = Omit<
  ConnectionOptions,
  'session' | 'ALPNProtocols' | 'host' | 'port' | 'path' | 'socket' | 'servername'
> &
  Partial<Omit<TcpNetConnectOpts, 'host' | 'port'>>;

export interface ProxyOptions {
  /** Address of the proxy: `http://proxy.example.com:3128`. */
  url: string | URL;
  /**
   * Proxies to log on to when they ask for it (407). This list is separate from
   * the client's `hosts`, so that a proxy address from an untrusted source does
   * not get a logon by itself.
   */
  hosts: HostList;
  /**
   * Service principal name of the proxy, or a function of the proxy's URL that
   * returns it.
   *
   * @defaultValue `HTTP/` and the proxy's host
   */
  targetName?: TargetName;
}

/** Options that all clients of this package have in common. */
export interface LogonOptions {
  /**
   * Servers to log on to. Other servers are sent no tokens, and their 401
   * responses are returned as they are. `'any'` allows all servers: then anyone
   * who can make the program request a URL of their own gets a logon of its user.
   */
  hosts: HostList;
  /**
   * Authentication schemes to answer, in order of preference.
   *
   * @defaultValue `['Negotiate']`; with `credentials`, `['NTLM']` if they are of
   * NTLM, otherwise `['Negotiate']`
   */
  schemes?: readonly Scheme[];
  /**
   * Security package for a scheme, if it is not the one of the same name:
   * `{ Negotiate: 'Kerberos' }`.
   *
   * @defaultValue for each scheme, the package of the same name
   */
  packages?: Partial<Record<Scheme, string>>;
  /**
   * Outbound credentials to log on with, for exactly one scheme. They replace
   * `authIdentity` and `packages`. The client does not close them; the caller does.
   */
  credentials?: Credentials;
  /**
   * User to log on as. If you omit `authIdentity`, the process identity is used.
   * Passing `undefined` or an incomplete object throws. The password is read at
   * once and not kept.
   */
  authIdentity?: AuthIdentity;
  /**
   * Service principal name of the server, or a function of the server's URL that
   * returns it.
   *
   * @defaultValue `HTTP/` and the host of the URL
   */
  targetName?: TargetName;
  /**
   * Whether the default service principal name includes a port that is not the
   * scheme's default: `HTTP/host:8080`.
   *
   * @defaultValue false
   */
  portInTargetName?: boolean;
  /**
   * Whether the default service principal name is made of the canonical name of
   * the host: the name at the end of its DNS aliases (CNAME). `hosts` must allow
   * that name, too: an attacker who can forge DNS answers can choose any name
   * that `hosts` allows.
   *
   * @defaultValue false
   */
  canonicalName?: boolean;
  /**
   * Servers that may act as this user towards other services (delegation). List
   * only servers that you trust with the user's rights. They must always prove
   * their identity. `'any'` is not accepted.
   *
   * @defaultValue `[]`
   */
  delegateTo?: readonly string[];
  /**
   * Whether to send channel bindings, which tie a logon to its TLS connection.
   *
   * @defaultValue true
   */
  sendChannelBindings?: boolean;
  /**
   * Options for opening connections.
   *
   * @defaultValue `{}`
   */
  connect?: ConnectOptions;
  /** Bounds on sizes and times; each has its own default. */
  limits?: Partial<ClientLimits>;
}

/** Options of `IntegratedAgent` and `integratedFetch`. */
export interface IntegratedClientOptions extends LogonOptions {
  /**
   * Whether servers of `hosts` must prove their identity in every response. A
   * response without proof is discarded, and the request fails with
   * `ERR_SECUR32_SERVER_NOT_PROVEN`. Implies `preemptive` for servers. NTLM
   * cannot prove the server's identity.
   *
   * @defaultValue false
   */
  mutualAuth?: boolean;
  /**
   * Whether the first token is sent with the first request, before the server
   * asks for it. This saves a round trip, and a body that can be sent only once
   * arrives. If false, the token is sent at once only to servers that have asked
   * before.
   *
   * @defaultValue false
   */
  preemptive?: boolean;
  /**
   * Proxy for all requests: http requests are sent to the proxy itself, https
   * requests through a tunnel (CONNECT). Without it, the client connects directly.
   */
  proxy?: ProxyOptions;
  /**
   * Most connections to one origin. Further requests wait.
   *
   * @defaultValue 8
   */
  connections?: number;
}
