/** WebSocket servers that use `secur32/http` and the package ws. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocketServer } from 'ws';

import { getAuthentication } from '../../../lib/http/server/authentication.js';
import type { ServerDecision } from '../../../lib/http/server/decision.js';
import type { IntegratedAuthOptions } from '../../../lib/http/server/options.js';
import { serve, type ServeOptions, type TestServer } from './http-server.js';

export interface UpgradeServer extends TestServer {
  /** The decisions about upgrades. */
  decisions: ServerDecision[];
  /** For each decision, whether the socket then had a listener for errors. */
  upgraded: Duplex[];
}

/** A server whose WebSockets send the client's identity, then echo every message. */
export async function serveUpgrades(
  options: IntegratedAuthOptions = {},
  more: ServeOptions = {},
): Promise<UpgradeServer> {
  const running = await serve(options, more);
  const { server, auth } = running;
  const decisions: ServerDecision[] = [];
  const upgraded: Duplex[] = [];
  const webSockets = new WebSocketServer({ noServer: true });
  webSockets.on('headers', (fields, request) => {
    for (const [name, value] of Object.entries(headersOf.get(request) ?? {})) {
      fields.push(`${name}: ${value}`);
    }
  });
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const decision = await auth.decideUpgrade(request, socket, head);
    decisions.push(decision);
    if (decision.kind === 'answered') return;
    upgraded.push(socket);
    if (decision.kind === 'authenticated') headersOf.set(request, decision.headers ?? {});
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => undefined);
      webSocket.on('message', (message: Buffer) => {
        webSocket.send(message.toString());
      });
      webSocket.send(getAuthentication(request)?.identity.name ?? 'nobody');
    });
  };
  server.on('upgrade', (request, socket, head) => void upgrade(request, socket, head));
  return Object.assign(running, { decisions, upgraded });
}

const headersOf = new WeakMap<IncomingMessage, Readonly<Record<string, string>>>();
