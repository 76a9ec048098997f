/** A connection with its logons: one socket, which is never replaced. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

import { Client } from 'undici';

import type { ClientLimits } from '../limits.js';
import type { Peer } from '../logon/peer.js';
import { idleTimeAfter, WITHOUT_IDLE_TIMER } from './idle-time.js';
import { unsentRequest } from './lost-connection.js';
import { maxHeaderSize } from './max-header-size.js';

export interface ConnectionParts {
  readonly origin: URL;
  readonly socket: Socket;
  readonly server: Peer;
  /** The proxy that forwards requests; undefined for a direct connection or a tunnel. */
  readonly proxy: Peer | undefined;
  readonly limits: ClientLimits;
}

export class LogonConnection {
  readonly client: Client;
  readonly server: Peer;
  readonly proxy: Peer | undefined;
  /** The proxy, if there is one, and the server: the order in which they receive a request. */
  readonly peers: readonly Peer[];
  /** Whether a request was sent on it. */
  used = false;
  readonly #socket: Socket;
  readonly #keepAliveTimeoutMs: number;
  #idleMs: number;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor({ origin, socket, server, proxy, limits }: ConnectionParts) {
    this.#socket = socket;
    this.#keepAliveTimeoutMs = limits.keepAliveTimeoutMs;
    this.#idleMs = limits.keepAliveTimeoutMs;
    this.server = server;
    this.proxy = proxy;
    this.peers = proxy === undefined ? [server] : [proxy, server];
    this.client = new Client(origin.origin, {
      connect: (_, callback) => {
        // undici expects an asynchronous callback.
        queueMicrotask(() => {
          // undici connects again after the socket has ended. A new socket would not be logged on.
          if (socket.destroyed) callback(unsentRequest(), null);
          else callback(null, socket);
        });
      },
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: maxHeaderSize(limits.tokenBytes),
      headersTimeout: limits.headersTimeoutMs,
      bodyTimeout: limits.bodyTimeoutMs,
      ...WITHOUT_IDLE_TIMER,
    });
  }

  /** Whether it can take another request. */
  get usable(): boolean {
    return !this.#socket.destroyed && !this.client.destroyed && this.#socket.writable;
  }

  /** Whether a part of a request is still to be sent. */
  get sending(): boolean {
    return this.#socket.writableLength > 0;
  }

  /** Call for each response: it may say how long the connection is kept. */
  noteResponse(headers: IncomingHttpHeaders): void {
    this.#idleMs = idleTimeAfter(headers, this.#keepAliveTimeoutMs);
  }

  /** Call when it becomes idle: destroys it after a while, which may be at once. */
  startIdling(): void {
    if (this.#idleMs === 0) {
      this.destroy();
      return;
    }
    this.#idleTimer = setTimeout(() => {
      this.destroy();
    }, this.#idleMs).unref();
  }

  /** Call before it is used again. */
  stopIdling(): void {
    clearTimeout(this.#idleTimer);
  }

  /** Calls back when it has closed, or at once if it is closed already. */
  onceClosed(closed: () => void): void {
    if (this.#socket.destroyed) closed();
    else this.#socket.once('close', closed);
  }

  /** Closes it and abandons its logons: a step in progress rejects. Idempotent. */
  destroy(): void {
    this.stopIdling();
    for (const peer of this.peers) peer.close();
    this.client.destroy().catch(() => undefined);
    this.#socket.destroy();
  }
}
