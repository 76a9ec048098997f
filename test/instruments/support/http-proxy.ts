/** A small proxy on the loopback for absolute-form requests and CONNECT. The test decides the responses. */

import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';

import { serveRaw } from './plain-http-server.js';

export interface SeenByProxy {
  method: string;
  url: string;
  authorization: string | undefined;
  /** The number of the connection, counted from 1. */
  connection: number;
}

export interface ProxyAnswer {
  status: number;
  headers: Record<string, string>;
  body?: string;
  /** Sends the body in chunks. */
  chunked?: boolean;
}

export interface TestProxy {
  url: string;
  seen: SeenByProxy[];
}

/** The proxy's response to a request; undefined lets the request through. */
export type Judge = (seen: SeenByProxy) => ProxyAnswer | undefined;

/** A proxy that looks for every host on this machine. */
export async function serveProxy(
  judge: Judge,
  passedOn: Record<string, string> = {},
): Promise<TestProxy> {
  const seen: SeenByProxy[] = [];
  const numbers = new WeakMap<Socket, number>();
  let connections = 0;
  const see = (incoming: IncomingMessage): SeenByProxy => {
    const one = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      authorization: incoming.headers['proxy-authorization'],
      connection: numbers.get(incoming.socket) ?? 0,
    };
    seen.push(one);
    return one;
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    const answer = judge(see(incoming));
    if (answer !== undefined) {
      incoming.resume();
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    const { port, pathname, search } = new URL(incoming.url ?? '');
    const onward = request(
      {
        host: '127.0.0.1',
        port,
        path: pathname + search,
        method: incoming.method,
        headers: incoming.headers,
      },
      (inner) => {
        response.writeHead(inner.statusCode ?? 502, { ...inner.headers, ...passedOn });
        inner.pipe(response);
      },
    );
    onward.once('error', () => response.destroy());
    incoming.pipe(onward);
  });
  server.on('connection', (socket) => {
    if (!numbers.has(socket)) numbers.set(socket, (connections += 1));
  });
  server.on('connect', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    const answer = judge(see(incoming));
    if (answer === undefined) {
      const onward = connect(Number(incoming.url?.split(':').at(-1)), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.write(head);
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('close', () => onward.destroy());
      return;
    }
    answerConnect(server, socket, answer);
  });
  const port = await serveRaw(server);
  return { url: `http://localhost:${port}`, seen };
}

/** Node.js detaches the socket of a CONNECT; attach it again for the next request. */
function answerConnect(
  server: ReturnType<typeof createServer>,
  socket: Socket,
  answer: ProxyAnswer,
): void {
  const { status, headers, body = '', chunked = false } = answer;
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const framing = chunked ? 'Transfer-Encoding: chunked\r\n' : `Content-Length: ${body.length}\r\n`;
  socket.write(`HTTP/1.1 ${status} No\r\n${fields.join('')}${framing}\r\n`);
  if (chunked) {
    for (const part of [body.slice(0, 3), body.slice(3)]) {
      socket.write(`${part.length.toString(16)};x=y\r\n${part}\r\n`);
    }
    socket.write('0\r\nX-Trailer: x\r\n\r\n');
  } else socket.write(body);
  if (headers['connection'] === 'close') socket.end();
  else server.emit('connection', socket);
}
