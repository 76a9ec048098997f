/** The options of a server's authentication, and their defaults. */

import type { Server } from 'node:http';

import type { ChannelBindings } from '../../channel-bindings/channel-bindings.js';
import type { ExtendedProtection } from '../../context/protection-levels.js';
import type { RequirableAttribute } from '../../context/granted-attributes.js';
import type { Scheme } from '../schemes.js';
import type { CheckedServer } from './checked-server.js';
import type { ServerLogger } from './events.js';
import type { CrossSite } from './request/cross-site.js';
import type { Preflight } from './request/preflight.js';

/**
 * The reverse proxy between the clients and this server:
 *
 * - `'none'`: there is none. A request whose header fields say that it was
 *   forwarded is refused.
 * - `'pinned'`: a proxy that gives each client connection a connection of its own
 *   to this server, and never sends another client's request on it.
 * - `'multiplexing'`: a proxy that sends the requests of many clients over shared
 *   connections. Each request must log on by itself, with a single token, which
 *   only Kerberos can do.
 */
export type ReverseProxyMode = 'none' | 'pinned' | 'multiplexing';

/** Limits on what clients can make the server hold. */
export interface ServerLimits {
  /**
   * The largest token, in bytes. Windows creates tokens of up to 48000 bytes.
   *
   * @defaultValue 65536
   */
  tokenBytes: number;
  /**
   * How many tokens of a client one logon may take.
   *
   * @defaultValue 10
   */
  legs: number;
  /**
   * Timeout in ms for one handshake step, for the client's next token, and for
   * draining a rejected body.
   *
   * @defaultValue 30000
   */
  legTimeoutMs: number;
  /**
   * How many logons may be under way at once, for all servers of this thread.
   *
   * @defaultValue 1000
   */
  handshakes: number;
  /**
   * How many logons may be under way at once from one IPv4 address or IPv6 /64
   * network. Applies only with `reverseProxy: 'none'`. Raise it behind a load balancer
   * that passes TCP through, whose address all clients share.
   *
   * @defaultValue 100
   */
  handshakesPerAddress: number;
  /**
   * How many bytes of a rejected request's body are read and discarded. If the
   * body is larger, the connection is closed. 0 discards no body.
   *
   * @defaultValue 1048576
   */
  discardedBodyBytes: number;
}

export const DEFAULT_LIMITS: Readonly<ServerLimits> = Object.freeze({
  tokenBytes: 64 * 1024,
  legs: 10,
  legTimeoutMs: 30_000,
  handshakes: 1000,
  handshakesPerAddress: 100,
  discardedBodyBytes: 1024 * 1024,
});

/**
 * The arguments of `integratedAuth`, its adapters and `Authenticator`. Options that
 * are passed but undefined are an error: they may be lost rules.
 */
export type IntegratedAuthArguments = [] | [options: IntegratedAuthOptions];

/** The options of `integratedAuth`, its adapters and `Authenticator`. */
export interface IntegratedAuthOptions {
  /**
   * The schemes to offer, in this order.
   *
   * @defaultValue `['Negotiate']`
   */
  schemes?: readonly Scheme[];
  /**
   * The security package of a scheme: `{ Negotiate: 'Kerberos' }` serves Negotiate
   * by Kerberos only.
   *
   * @defaultValue the package with the name of the scheme
   */
  packages?: Partial<Record<Scheme, string>>;
  /**
   * false refuses NTLM, also where Negotiate chooses it.
   *
   * @defaultValue true
   */
  ntlm?: boolean;
  /**
   * The users and groups to let in, as SIDs or names (see `AccessRules`).
   *
   * @defaultValue everyone who logs on, except guests
   */
  allow?: readonly string[];
  /**
   * The users and groups to keep out, whatever `allow` says, as SIDs or names.
   *
   * @defaultValue nobody
   */
  deny?: readonly string[];
  /**
   * true lets guests in. A guest is a user whom Windows does not know. Together with
   * `allow` or `deny` it is an error: list guests in `allow` instead, as
   * `'S-1-5-32-546'` (Guests) or with everyone as `'S-1-1-0'`.
   *
   * @defaultValue false
   */
  guests?: boolean;
  /**
   * What happens to a request without credentials on a connection without a logon:
   * `'challenge'` asks for a logon, `'pass'` lets the request through without an
   * identity. After the logon of a connection has ended, the next request without
   * credentials is asked for a new one in any case, once. A client that logs on
   * anonymously is always refused.
   *
   * @defaultValue `'challenge'`
   */
  anonymous?: 'challenge' | 'pass';
  /**
   * What happens to a request with credentials of a scheme that is not offered, for
   * example `Authorization: Bearer …`. `'challenge'` asks for a logon and ends the one
   * that holds for the connection. `'pass'` lets the request through without an
   * identity, and neither uses nor ends the logon of its connection: set it only if
   * the application checks such credentials. Neither depends on `anonymous`.
   *
   * @defaultValue `'challenge'`
   */
  otherSchemes?: 'challenge' | 'pass';
  /**
   * What happens to a CORS preflight: an OPTIONS request with `Origin` and
   * `Access-Control-Request-Method`, for which a browser never logs on.
   * `'refuse'` answers it with 403. `'pass'` lets it through without an
   * identity: set it only where the application answers preflights before
   * anything that needs one. With `anonymous: 'pass'` preflights pass in any case.
   *
   * @defaultValue `'refuse'`
   */
  preflight?: Preflight;
  /**
   * The attributes that every logon must have been granted, for example
   * `['delegate']`.
   *
   * @defaultValue `[]`
   */
  require?: readonly RequirableAttribute[];
  /**
   * The level of Extended Protection. If you set `'always'` or `'audit'`, requests
   * without TLS are refused; with `'whenSupported'` nothing is compared for them.
   *
   * @defaultValue `'always'` on TLS connections and with `channelBindings`,
   * otherwise `'never'`
   */
  extendedProtection?: ExtendedProtection;
  /**
   * The channel bindings to expect from clients. Set them if clients speak TLS with
   * a reverse proxy: to the bindings of the proxy's certificate.
   *
   * @defaultValue those of the certificate that the server sent on the connection
   */
  channelBindings?: ChannelBindings;
  /**
   * The service principal names that clients may use for this service:
   * `['HTTP/web.example.com']`.
   *
   * @defaultValue any
   */
  targetNames?: readonly string[];
  /**
   * true lets a Kerberos logon hold for its connection, as NTLM logons always do.
   * false requires a ticket with each request.
   *
   * @defaultValue false
   */
  persistKerberos?: boolean;
  /**
   * The reverse proxy in front of this server.
   *
   * @defaultValue `'none'`
   */
  reverseProxy?: ReverseProxyMode;
  /**
   * Which pages of other sites may send requests with the user's logon.
   *
   * @defaultValue `'refuse'`: none; links are allowed
   */
  crossSite?: CrossSite;
  /**
   * true keeps the security context open as long as the logon holds, to
   * impersonate the client.
   *
   * @defaultValue false
   */
  keepContext?: boolean;
  /** Changes some of the limits; the others keep their defaults. */
  limits?: Partial<ServerLimits>;
  /**
   * Is called with each event, for a log. Events contain no secrets.
   *
   * @defaultValue none; node:diagnostics_channel has the events in any case
   */
  logger?: ServerLogger;
  /**
   * The server whose limits on header fields and kept connections are checked at
   * once, with a warning if they lock out clients.
   *
   * @defaultValue the server of the first request, when that arrives
   */
  server?: Pick<Server, 'listen'> & CheckedServer;
}
