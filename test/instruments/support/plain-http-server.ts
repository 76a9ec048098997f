/** Small HTTP servers on the loopback that say what a test wants, and remember what came. */

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';

export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Which connection it came on, counted from 1. */
  connection: number;
  socket: Socket;
}

/** Answers the n-th request, counted from 1. */
export type Respond = (seen: SeenRequest, response: ServerResponse, n: number) => void;

export interface TestServer {
  origin: string;
  port: number;
  seen: SeenRequest[];
  /** The connections that are open. */
  sockets: Set<Socket>;
  /** How many connections there were. */
  connections: () => number;
  server: NetServer;
}

const servers: TestServer[] = [];

/** For afterEach: ends all that were started. */
export async function closeServers(): Promise<void> {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

export interface ServeOptions {
  /** With TLS. */
  tls?: { cert: string; key: string };
}

/** A server of HTTP/1.1. */
export async function serve(respond: Respond, options: ServeOptions = {}): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const numbers = new WeakMap<Socket, number>();
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    void (async () => {
      const one: SeenRequest = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: '',
        connection: numbers.get(request.socket) ?? 0,
        socket: request.socket,
      };
      for await (const chunk of request) one.body += String(chunk);
      seen.push(one);
      respond(one, response, seen.length);
    })().catch(() => undefined); // the client went away
  };
  const server = options.tls
    ? createTlsServer({ ...options.tls, keepAliveTimeout: 60_000 }, listener)
    : createServer({ keepAliveTimeout: 60_000 }, listener);
  let connections = 0;
  const sockets = track(server);
  server.on(options.tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    numbers.set(socket, (connections += 1));
  });
  const port = await listen(server);
  const started: TestServer = {
    origin: `${options.tls ? 'https' : 'http'}://localhost:${port}`,
    port,
    seen,
    sockets,
    connections: () => connections,
    server,
  };
  servers.push(started);
  return started;
}

/** Starts a server that speaks no HTTP of its own. */
export async function serveRaw(server: NetServer): Promise<number> {
  const sockets = track(server);
  const port = await listen(server);
  servers.push({ origin: '', port, seen: [], sockets, connections: () => 0, server });
  return port;
}

function track(server: NetServer): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function listen(server: NetServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** The token of a field like `Negotiate dG9rZW4=`, as text. */
export function tokenIn(field: string | undefined): string | undefined {
  const base64 = field?.split(' ')[1];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString();
}

/** `Negotiate` with a token. */
export function withToken(scheme: string, token: string): string {
  return `${scheme} ${Buffer.from(token).toString('base64')}`;
}
