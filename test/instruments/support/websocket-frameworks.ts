/** The same WebSocket in every framework: it sends the identity of the client that opened it. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import websocketPlugin from '@fastify/websocket';
import fastify from 'fastify';
import { Server as SocketIoServer } from 'socket.io';

import { getIdentity } from '../../../lib/http/server/authentication.js';
import { fastifyIntegratedAuth } from '../../../lib/http/server/adapters/fastify.js';
import { RECOMMENDED_MAX_HEADER_SIZE } from '../../../lib/http/server/header-limit.js';
import { integratedAuth } from '../../../lib/http/server/adapters/middleware.js';
import type { IntegratedAuthOptions } from '../../../lib/http/server/options.js';
import { serveUpgrades } from './http-upgrades.js';
import type { WireClient } from './http-wire.js';
import { nextMessage, sendMessage } from './websocket.js';

export interface WebSocketFramework {
  /** The path for upgrades. */
  path: string;
  /** The path for a request without an upgrade. */
  requestPath: string;
  /** Whether the 101 response has the last token of a logon. */
  tellsToken: boolean;
  start: (options: IntegratedAuthOptions) => Promise<RunningWebSockets>;
  /** Reads the identity that an open WebSocket sends. */
  name: (client: WireClient) => Promise<string>;
}

export interface RunningWebSockets {
  port: number;
  /** Closes the server as the framework does, which waits for its connections. */
  close: () => Promise<void>;
}

const SIZE = { maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE };

export const POLLING = '/socket.io/?EIO=4&transport=polling';

const ws: WebSocketFramework = {
  path: '/',
  requestPath: '/',
  tellsToken: true,
  start: async (options) => {
    const { port, server, auth } = await serveUpgrades(options);
    const close = async (): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      await auth.close();
      await closed;
    };
    return { port, close };
  },
  name: nextMessage,
};

const withFastify: WebSocketFramework = {
  path: '/socket',
  requestPath: '/nothing',
  tellsToken: false,
  start: async (options) => {
    const app = fastify({ http: SIZE });
    await app.register(fastifyIntegratedAuth(options));
    await app.register(websocketPlugin);
    app.get('/socket', { websocket: true }, (socket, request) => {
      socket.send(getIdentity(request).name ?? '');
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    return { port, close: () => app.close() };
  },
  name: nextMessage,
};

const socketIo: WebSocketFramework = {
  path: '/socket.io/?EIO=4&transport=websocket',
  requestPath: POLLING,
  tellsToken: true,
  start: async (options) => {
    const auth = integratedAuth(options);
    await auth.ready;
    const server = createServer(SIZE);
    const io = new SocketIoServer(server);
    io.engine.use(auth);
    io.on('connection', (socket) => {
      socket.emit('name', getIdentity(socket.request).name);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const close = async (): Promise<void> => {
      await auth.close();
      await io.close();
    };
    return { port, close };
  },
  name: async (client) => {
    // The packets of Engine.IO 4 and Socket.IO 5: open, connect, event.
    if (!(await nextMessage(client)).startsWith('0{')) throw new Error('no open packet came');
    sendMessage(client, '40');
    if (!(await nextMessage(client)).startsWith('40{')) throw new Error('no connect packet came');
    const event = await nextMessage(client);
    return (JSON.parse(event.replace(/^42/, '')) as ['name', string])[1];
  },
};

export const WEB_SOCKET_FRAMEWORKS: readonly [name: string, framework: WebSocketFramework][] = [
  ['node:http with ws', ws],
  ['Fastify with @fastify/websocket', withFastify],
  ['Socket.IO', socketIo],
];
