import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { Connection } from './connection.js';
import type { DropReason } from './pending-logon.js';

export interface ConnectionEvents {
  /** A request arrived on a new connection. */
  onOpen: (socket: Socket) => void;
  /** A pending logon was given up, or a session ended. */
  onDrop: (reason: string, connection: DroppedConnection) => void;
}

/** A connection whose logon was dropped. A closed socket no longer has its address. */
export interface DroppedConnection extends Pick<Socket, 'remoteAddress' | 'remotePort'> {
  socket: Socket;
}

/**
 * The connections of a server. The socket object is the only key: nothing that
 * a client can send leads to the state of a connection.
 */
export class Connections {
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #open = new Set<Connection>();
  readonly #events: ConnectionEvents;

  constructor(events: ConnectionEvents) {
    this.#events = events;
  }

  /** The connection of a request, which is added if it is new. */
  get(request: IncomingMessage): Connection {
    const { socket } = request;
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const { remoteAddress, remotePort } = socket;
    const connection = new Connection(
      socket,
      (reason) => {
        this.#events.onDrop(reason, { socket, remoteAddress, remotePort });
      },
      () => {
        this.#open.delete(connection);
      },
    );
    this.#connections.set(socket, connection);
    this.#open.add(connection);
    this.#events.onOpen(socket);
    return connection;
  }

  isLogonPending({ socket }: IncomingMessage): boolean {
    return this.#connections.get(socket)?.pendingLogon !== undefined;
  }

  dropAll(reason: DropReason): void {
    for (const connection of this.#open) connection.drop(reason);
  }
}
