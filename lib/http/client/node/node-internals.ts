/**
 * What Node.js calls of its agents and requests, but does not document. It is the
 * same from Node.js 20 to 26; `agent-base` and all that is built on it stand on it, too.
 */

import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';

/** Of a request: a connection is there, or none will be. */
export type SocketCreated = (error: Error | null, socket?: Socket) => void;

export interface NodeAgent {
  /** By the name of their host: connections with a request, and requests that wait for one. */
  readonly sockets: Record<string, Socket[] | undefined>;
  readonly requests: Record<string, ClientRequest[] | undefined>;
  totalSocketCount: number;
  getName(options: ClientRequestArgs): string;
  /** Takes a request: gives it a free connection, makes one, or lets it wait. */
  addRequest(request: ClientRequest, options: ClientRequestArgs): void;
  /** Makes a connection by `createConnection`. */
  createSocket(request: ClientRequest, options: ClientRequestArgs, created: SocketCreated): void;
  /** Forgets a connection, and makes another one if a request waits for it. */
  removeSocket(socket: Socket, options: ClientRequestArgs): void;
}

/** A request, as agents see it. */
export interface NodeRequest {
  timeout?: number;
  /** The head, once it is written. */
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

/** Node's own methods, which those of an agent extend. */
export const nodeAgent: NodeAgent = asNodeAgent(Agent.prototype);
