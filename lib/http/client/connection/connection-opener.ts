/** Opens the connections of a client, directly or through its proxy. */

import type { Socket } from 'node:net';

import type { ClientCredentials } from '../logon/client-credentials.js';
import { PeerCache } from '../logon/peer-cache.js';
import { Peer } from '../logon/peer.js';
import type { ClientSettings, ProxySettings } from '../settings.js';
import { LogonConnection } from './logon-connection.js';
import { connectionLost } from './lost-connection.js';
import { endSocket, openPlain, openTls, type SocketSettings } from './open-socket.js';
import { openTunnel } from './tunnel.js';

export class ConnectionOpener {
  readonly #settings: ClientSettings;
  readonly #credentials: ClientCredentials;
  readonly #sockets: SocketSettings;
  readonly #peerCache = new PeerCache();

  constructor(settings: ClientSettings, credentials: ClientCredentials) {
    this.#settings = settings;
    this.#credentials = credentials;
    this.#sockets = { connect: settings.connect, timeoutMs: settings.limits.connectTimeoutMs };
  }

  /** Rejects if the connection or the logon to the proxy fails, and with the signal's reason. */
  async open(origin: URL, signal: AbortSignal): Promise<LogonConnection> {
    const { proxy, limits } = this.#settings;
    if (proxy === undefined) {
      const socket = await (origin.protocol === 'https:'
        ? openTls(origin, this.#sockets, signal)
        : openPlain(origin, this.#sockets, signal));
      const server = this.#server(origin, socket, false);
      return new LogonConnection({ origin, socket, server, proxy: undefined, limits });
    }
    if (origin.protocol === 'https:') {
      const socket = await this.#throughTunnel(origin, proxy, signal);
      const server = this.#server(origin, socket, false);
      return new LogonConnection({ origin, socket, server, proxy: undefined, limits });
    }
    const socket = await openPlain(proxy.url, this.#sockets, signal);
    const server = this.#server(origin, socket, true);
    return new LogonConnection({
      origin,
      socket,
      server,
      proxy: this.#proxy(proxy, socket),
      limits,
    });
  }

  /** Opens a tunnel with TLS in it. Tries again once if the connection ends during the logon. */
  async #throughTunnel(origin: URL, proxy: ProxySettings, signal: AbortSignal): Promise<Socket> {
    let reason = '';
    for (let tries = 0; tries < 2; tries++) {
      const socket = await openPlain(proxy.url, this.#sockets, signal);
      const peer = this.#proxy(proxy, socket);
      const stop = () => {
        peer.close();
        socket.destroy();
      };
      signal.addEventListener('abort', stop);
      try {
        const failure = await openTunnel(socket, origin, peer, this.#settings.limits);
        if (failure === undefined) return await openTls(origin, this.#sockets, signal, socket);
        reason = failure;
        await endSocket(socket);
      } catch (error) {
        socket.destroy();
        signal.throwIfAborted();
        throw error;
      } finally {
        peer.close();
        signal.removeEventListener('abort', stop);
      }
    }
    throw connectionLost(reason);
  }

  #server(origin: URL, socket: Socket, passedOn: boolean): Peer {
    const { mutualAuth, preemptive } = this.#settings;
    return new Peer(
      'server',
      {
        url: origin,
        target: this.#settings,
        logon: this.#settings,
        mutualAuth,
        // Through a proxy, wait for Proxy-Support: it must not mix connections of clients.
        preemptive: (mutualAuth || preemptive) && !passedOn,
        credentials: this.#credentials,
        known: this.#peerCache.get(`server ${origin.origin}`),
      },
      socket,
    );
  }

  #proxy(proxy: ProxySettings, socket: Socket): Peer {
    return new Peer(
      'proxy',
      {
        url: proxy.url,
        target: proxy,
        logon: this.#settings,
        mutualAuth: false,
        preemptive: this.#settings.preemptive,
        credentials: this.#credentials,
        known: this.#peerCache.get(`proxy ${proxy.url.origin}`),
      },
      socket,
    );
  }
}
