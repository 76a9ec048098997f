/** A connection that is logged on at most once: one socket, which is never replaced by another. */

import { Client } from 'undici';

import { maxHeaderSize } from './max-header-size.js';
import { unsentRequest } from './lost-connection.js';
import type { ClientLimits } from '../options.js';
import type { Party } from '../logon/peer.js';
import type { Socket } from 'node:net';

export interface ConnectionParts {
  readonly origin: URL;
  readonly socket: Socket;
  readonly server: Party;
  /** The proxy that passes requests on, and does not make a tunnel. */
  readonly proxy: Party | undefined;
  readonly limits: ClientLimits;
}

export class LogonConnection {
  readonly client: Client;
  readonly server: Party;
  readonly proxy: Party | undefined;
  /** Everybody at its other end, in the order in which a request meets them. */
  readonly parties: readonly Party[];
  /** Whether it served a request. */
  used = false;
  readonly #socket: Socket;

  constructor({ origin, socket, server, proxy, limits }: ConnectionParts) {
    this.#socket = socket;
    this.server = server;
    this.proxy = proxy;
    this.parties = proxy === undefined ? [server] : [proxy, server];
    this.client = new Client(origin.origin, {
      connect: (_, callback) => {
        // undici expects that it takes a while.
        queueMicrotask(() => {
          // It would take a new socket for the one that ended, and the logon with it.
          if (socket.destroyed) callback(unsentRequest(), null);
          else callback(null, socket);
        });
      },
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: maxHeaderSize(limits.tokenBytes),
      headersTimeout: limits.headersTimeoutMs,
      bodyTimeout: limits.bodyTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
    });
  }

  /** Whether another request can go over it. */
  get usable(): boolean {
    return !this.#socket.destroyed && !this.client.destroyed && this.#socket.writable;
  }

  /** Whether a part of a request waits to be sent. */
  get sending(): boolean {
    return this.#socket.writableLength > 0;
  }

  /** Calls back when it has ended. */
  onceClosed(closed: () => void): void {
    if (this.#socket.destroyed) closed();
    else this.#socket.once('close', closed);
  }

  /** Ends it, and the logons with it: a leg under way rejects. Idempotent. */
  destroy(): void {
    for (const party of this.parties) party.close();
    this.client.destroy().catch(() => undefined);
    this.#socket.destroy();
  }
}
