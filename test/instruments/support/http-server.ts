/** Test servers that use `secur32/http`. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

import { getAuthentication } from '../../../lib/http/server/authentication.js';
import type { HttpAuthEvent } from '../../../lib/http/server/events.js';
import { countOpenHandshakes } from '../../../lib/http/server/logon/handshake-slots.js';
import {
  integratedAuth,
  type IntegratedAuth,
} from '../../../lib/http/server/adapters/middleware.js';
import type { IntegratedAuthOptions } from '../../../lib/http/server/options.js';
import { RECOMMENDED_MAX_HEADER_SIZE } from '../../../lib/http/server/header-limit.js';
import { patience } from './patience.js';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface TestServer {
  server: Server;
  port: number;
  auth: IntegratedAuth;
  /** The events that the logger got. */
  events: HttpAuthEvent[];
  /** Paths of the requests that were let in. */
  handled: string[];
  /** Connections that are still open for the server. */
  sockets: Set<Socket>;
}

/** What a handler knows of the client. */
export interface Told {
  name?: string;
  sid?: string;
  scheme?: string;
  package?: string;
  persistent?: boolean;
}

/** Answers with what is known of the client. */
export function tellWho(request: IncomingMessage, response: ServerResponse): void {
  const authentication = getAuthentication(request);
  const { identity, scheme, persistent, package: packageName } = authentication ?? {};
  const { name, sid } = identity ?? {};
  const told: Told = JSON.parse(
    JSON.stringify({ name, sid, scheme, package: packageName, persistent }),
  ) as Told;
  request.resume();
  response.end(JSON.stringify(told));
}

const open: TestServer[] = [];

/** For afterEach: closes the servers and waits until all their logons have ended. */
export async function closeServers(): Promise<void> {
  for (const { server, auth } of open.splice(0)) {
    server.closeAllConnections();
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    await auth.close();
    await closed;
  }
  // An abandoned leg keeps its slot until it has ended.
  await until(() => countOpenHandshakes() === 0);
}

export interface ServeOptions {
  handler?: Handler;
  /** Key and certificate: with them the server uses TLS. */
  tls?: ServerOptions;
  /** Runs before the middleware, and calls `next`. */
  before?: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  /** The address to listen at. @defaultValue 127.0.0.1 */
  host?: string;
  /** Whether to wait until the server can authenticate clients. @defaultValue true */
  ready?: boolean;
  http?: { maxHeaderSize?: number };
}

/** Starts a server. */
export async function serve(
  options: IntegratedAuthOptions = {},
  { handler = tellWho, tls, before, host = '127.0.0.1', ready = true, http }: ServeOptions = {},
): Promise<TestServer> {
  const events: HttpAuthEvent[] = [];
  const handled: string[] = [];
  const auth = integratedAuth({ logger: (event) => events.push(event), ...options });
  const listener: Handler = (request, response) => {
    const behind = (error?: unknown) => {
      if (error !== undefined) {
        response.statusCode = 599;
        response.end(error instanceof Error ? error.message : 'no Error');
        return;
      }
      handled.push(request.url ?? '');
      handler(request, response);
    };
    const run = () => {
      auth(request, response, behind);
    };
    if (before === undefined) run();
    else before(request, response, run);
  };
  const settings = { maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE, ...http };
  const server =
    tls === undefined
      ? createServer(settings, listener)
      : createTlsServer({ ...settings, ...tls }, listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const running = { server, port, auth, events, handled, sockets };
  open.push(running);
  if (ready) await auth.ready;
  else auth.ready.catch(() => undefined);
  return running;
}

const PATIENCE_MS = 10_000 * patience;

/** Waits until a condition holds; rejects if it does not in time. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`in vain: ${String(condition)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The reasons of the events of a type. */
export function reasons({ events }: TestServer, type: HttpAuthEvent['type']): string[] {
  return events.filter((event) => event.type === type).map(({ reason }) => reason);
}
