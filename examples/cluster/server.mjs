// A server with several processes behind HAProxy: a user logs on once and gets a
// session cookie that is valid in all of them.
//
//   node examples/cluster/server.mjs PORT
//
// HAProxy runs in front, with the haproxy.cfg beside this file: it terminates TLS
// and gives each client connection a connection of its own to the server, which a
// logon needs.
//
//   SESSION_PASSWORD         32 characters or more, the same on every machine
//   SECUR32_EXAMPLE_PACKAGE  the security package; default: Negotiate
//   SECUR32_EXAMPLE_TARGET   the target name that clients must use: HTTP/web.example.com

import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Authenticator, getIdentity, RECOMMENDED_MAX_HEADER_SIZE } from 'secur32/http';

import { remember, sessionOf } from './session.mjs';

const PROCESSES = 2;
const { SECUR32_EXAMPLE_PACKAGE: name = 'Negotiate', SECUR32_EXAMPLE_TARGET: target } = process.env;

if (cluster.isPrimary) {
  const workers = Array.from({ length: PROCESSES }, () => cluster.fork());
  await Promise.all(workers.map((worker) => once(worker, 'listening')));
  console.log('listening');
} else {
  const authenticator = new Authenticator({
    packages: { Negotiate: name },
    reverseProxy: 'pinned',
    // Clients speak TLS with the proxy: they must have sent some channel bindings,
    // and asked for this service.
    ...(target && { extendedProtection: 'behindProxy', targetNames: [target] }),
    logger: ({ type, reason }) => console.log(`process ${cluster.worker.id}: ${type}, ${reason}`),
  });
  await authenticator.ready;

  const handle = async (request, response) => {
    const session = await sessionOf(request, response);
    // Only clients without a session cookie have to log on.
    if (!session.user) {
      const { kind } = await authenticator.decide(request, response);
      if (kind === 'answered') return;
      // A CORS preflight, for which browsers never log on.
      if (kind === 'anonymous') return void response.writeHead(405).end();
      await remember(session, getIdentity(request));
    }
    answer(response, session);
  };
  const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE });
  server.on('request', (request, response) => {
    handle(request, response).catch((error) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.listen(Number(process.argv[2]), '127.0.0.1');
}

function answer(response, { user, process: loggedOnIn }) {
  const { id } = cluster.worker;
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Cache-Control', 'no-store');
  response.end(`${JSON.stringify({ process: id, loggedOnIn, user })}\n`);
}
