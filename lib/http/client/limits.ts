/** The option `limits` of a client, and its defaults. */

import { checkedLimits } from '../option-checks.js';

/** Bounds on what a server can make the client hold in memory, and on how long it can take. */
export interface ClientLimits {
  /**
   * Largest token accepted from a server or proxy, in bytes. Windows makes none
   * larger than 48000 bytes.
   *
   * @defaultValue 65536
   */
  tokenBytes: number;
  /**
   * Most tokens that are sent to a server, or to a proxy, for one request on one
   * connection.
   *
   * @defaultValue 10
   */
  legs: number;
  /**
   * Timeout in ms for one step of the security package, and for discarding the body
   * of a 401, a 407 or a probe's response.
   *
   * @defaultValue 30000
   */
  legTimeoutMs: number;
  /**
   * Bytes of a streamed body that are kept so that the body can be sent again. 0
   * keeps nothing.
   *
   * @defaultValue 1048576
   */
  bufferedBodyBytes: number;
  /**
   * Bytes of the body of a 401, a 407 or a probe's response that are read and
   * discarded to keep the connection. The connection is closed if the body is larger.
   *
   * @defaultValue 1048576
   */
  discardedBodyBytes: number;
  /**
   * Timeout in ms for opening a connection, TLS handshake included.
   *
   * @defaultValue 10000
   */
  connectTimeoutMs: number;
  /**
   * Timeout in ms for the head of a response. 0 means no timeout.
   *
   * @defaultValue 300000
   */
  headersTimeoutMs: number;
  /**
   * Longest pause in ms between two parts of a response's body. 0 means no timeout.
   *
   * @defaultValue 300000
   */
  bodyTimeoutMs: number;
  /**
   * Time in ms that an idle connection is kept, unless the server's `Keep-Alive`
   * field gives another one. Does not apply during a logon.
   *
   * @defaultValue 4000
   */
  keepAliveTimeoutMs: number;
}

const DEFAULT_LIMITS: Readonly<ClientLimits> = Object.freeze({
  tokenBytes: 64 * 1024,
  legs: 10,
  legTimeoutMs: 30_000,
  bufferedBodyBytes: 1024 * 1024,
  discardedBodyBytes: 1024 * 1024,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 300_000,
  bodyTimeoutMs: 300_000,
  keepAliveTimeoutMs: 4_000,
});

const MAY_BE_ZERO: readonly (keyof ClientLimits)[] = [
  'bufferedBodyBytes',
  'discardedBodyBytes',
  'headersTimeoutMs',
  'bodyTimeoutMs',
];

/** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
export function checkedClientLimits(limits: unknown): Readonly<ClientLimits> {
  return checkedLimits(limits, DEFAULT_LIMITS, MAY_BE_ZERO);
}
