// A WebSocket server with Windows authentication, with node:http and ws.
//
//   node examples/websocket.mjs PORT
//
//   SECUR32_EXAMPLE_PACKAGE  the security package for the scheme Negotiate; default: Negotiate

import { createServer } from 'node:http';
import { getIdentity, integratedAuth, RECOMMENDED_MAX_HEADER_SIZE } from 'secur32/http';
import { WebSocketServer } from 'ws';

import { nameOf } from './support/http.mjs';

const { SECUR32_EXAMPLE_PACKAGE: Negotiate = 'Negotiate' } = process.env;
const auth = integratedAuth({ schemes: ['Negotiate', 'NTLM'], packages: { Negotiate } });
await auth.ready;

const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE });
server.on('request', (request, response) => {
  auth(request, response, () => response.end('open a WebSocket\n'));
});

const webSockets = new WebSocketServer({ noServer: true });

// The 101 response carries the header fields with which the client authenticates the server.
const fieldsOf = new WeakMap();
webSockets.on('headers', (lines, request) => {
  for (const [name, value] of Object.entries(fieldsOf.get(request) ?? {})) {
    lines.push(`${name}: ${value}`);
  }
});

async function upgrade(request, socket, head) {
  const { kind, headers } = await auth.decideUpgrade(request, socket, head);
  // Otherwise decideUpgrade has already answered.
  if (kind === 'answered') return;
  const name = await nameOf(getIdentity(request));
  fieldsOf.set(request, headers);
  webSockets.handleUpgrade(request, socket, head, (webSocket) => talk(webSocket, name));
}

function talk(webSocket, name) {
  webSocket.on('error', (error) => console.error(error.message));
  webSocket.on('message', (message) => webSocket.send(`${name}: ${message}`));
  webSocket.send(`welcome, ${name}`);
}

server.on('upgrade', (request, socket, head) => {
  upgrade(request, socket, head).catch((error) => {
    console.error(error);
    socket.destroy();
  });
});

server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
