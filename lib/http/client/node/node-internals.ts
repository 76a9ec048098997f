/**
 * Methods and properties of agents and requests that Node.js uses but does not
 * document. They are the same from Node.js 20 to 26; `agent-base` and the
 * libraries built on it rely on them, too.
 */

import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** The callback of `createSocket`. */
export type SocketCreated = (error: Error | null, socket?: Socket) => void;

/** The callback of `createConnection`. */
export type ConnectionCreated = (error: Error | null, socket: Duplex) => void;

export interface NodeAgent {
  /** By host: the connections in use, and the requests that wait for a connection. */
  readonly sockets: Record<string, Socket[] | undefined>;
  readonly requests: Record<string, ClientRequest[] | undefined>;
  totalSocketCount: number;
  getName(options: ClientRequestArgs): string;
  /** Gives a request a free connection, creates one, or makes the request wait. */
  addRequest(request: ClientRequest, options: ClientRequestArgs): void;
  /** Creates a connection with `createConnection`. */
  createSocket(request: ClientRequest, options: ClientRequestArgs, created: SocketCreated): void;
  /** Removes a connection, and creates another one if a request is waiting. */
  removeSocket(socket: Socket, options: ClientRequestArgs): void;
}

/** The part of a request that agents use. */
export interface NodeRequest {
  timeout?: number;
  /** The head, when it has been written. */
  _header?: string | null;
  _implicitHeader(): void;
  onSocket(socket: Socket | undefined, error?: Error | null): void;
}

export function asNodeAgent(agent: Agent): NodeAgent {
  return agent as unknown as NodeAgent;
}

export function asNodeRequest(request: ClientRequest): NodeRequest {
  return request as unknown as NodeRequest;
}

/** Node's own methods, which the agents of this package call. */
export const nodeAgent: NodeAgent = asNodeAgent(Agent.prototype);
