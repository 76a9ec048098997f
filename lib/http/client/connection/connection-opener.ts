/** Makes the connections of a client, directly or through its proxy. */

import type { Socket } from 'node:net';

import type { ClientCredentials } from '../logon/client-credentials.js';
import { LogonConnection } from './logon-connection.js';
import { connectionLost } from './lost-connection.js';
import { Memories } from '../logon/peer-cache.js';
import type { ClientSettings, ProxySettings } from '../options.js';
import { Party } from '../logon/peer.js';
import { endSocket, openPlain, openTls, type SocketSettings } from './open-socket.js';
import { openTunnel } from './tunnel.js';

export class ConnectionOpener {
  readonly #settings: ClientSettings;
  readonly #credentials: ClientCredentials;
  readonly #sockets: SocketSettings;
  readonly #memories = new Memories();

  constructor(settings: ClientSettings, credentials: ClientCredentials) {
    this.#settings = settings;
    this.#credentials = credentials;
    this.#sockets = { connect: settings.connect, timeoutMs: settings.limits.connectTimeoutMs };
  }

  /** Rejects as sockets and logons do, and with the signal's reason. */
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

  /** A tunnel, with TLS in it. The proxy may close one connection on the way. */
  async #throughTunnel(origin: URL, proxy: ProxySettings, signal: AbortSignal): Promise<Socket> {
    for (let tries = 0; tries < 2; tries++) {
      const socket = await openPlain(proxy.url, this.#sockets, signal);
      const party = this.#proxy(proxy, socket);
      const stop = () => {
        party.close();
        socket.destroy();
      };
      signal.addEventListener('abort', stop);
      try {
        if (await openTunnel(socket, origin, party, this.#settings.limits)) {
          return await openTls(origin, this.#sockets, signal, socket);
        }
        await endSocket(socket);
      } catch (error) {
        socket.destroy();
        signal.throwIfAborted();
        throw error;
      } finally {
        party.close();
        signal.removeEventListener('abort', stop);
      }
    }
    throw connectionLost('the proxy closed the connection between two legs of a logon');
  }

  #server(origin: URL, socket: Socket, passedOn: boolean): Party {
    const { mutualAuth, preemptive } = this.#settings;
    return new Party(
      'server',
      {
        url: origin,
        names: this.#settings,
        logon: this.#settings,
        mutualAuth,
        // A proxy must say first that it keeps the connection together.
        unasked: (mutualAuth || preemptive) && !passedOn,
        credentials: this.#credentials,
        memory: this.#memories.of(`server ${origin.origin}`),
      },
      socket,
    );
  }

  #proxy(proxy: ProxySettings, socket: Socket): Party {
    return new Party(
      'proxy',
      {
        url: proxy.url,
        names: proxy,
        logon: this.#settings,
        mutualAuth: false,
        unasked: this.#settings.preemptive,
        credentials: this.#credentials,
        memory: this.#memories.of(`proxy ${proxy.url.origin}`),
      },
      socket,
    );
  }
}
