/** HTTP servers on the loopback that accept uploads, or reject them before reading them. */

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { serveRaw, tokenIn } from './plain-http-server.js';

/** The head of a request. */
export interface UploadHead {
  readonly method: string;
  readonly url: string;
  /** The token of Authorization, as text. */
  readonly token: string | undefined;
  /** The number of the connection, counted from 1. */
  readonly connection: number;
  /** `content-length`, or `chunked`; undefined for neither. */
  readonly framing: string | undefined;
}

export interface Upload extends UploadHead {
  /** The bytes of the body that were read. */
  bytes: number;
  /** The SHA-256 of these bytes, in hexadecimal. */
  sha256: string;
  /** Whether the body reached its end; undefined while it is read. */
  complete: boolean | undefined;
}

export type Early = 'keep' | 'slowly' | 'stall' | 'close';

export interface Verdict {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /**
   * Absent: the body is read first. `keep`: the response is sent at the head of
   * the request, and the body is read afterwards. `slowly`: the same, but the
   * response ends only after the body was read. `stall`: the response is sent at
   * the head with `Connection: close`, and nothing more is read. `close`: the
   * response is sent at the head, and the connection is closed without notice
   * while the body may still be on its way.
   */
  readonly early?: Early;
  /** Sends the response after this many bytes of the body, and reads no more. */
  readonly after?: number;
}

export interface UploadServer {
  readonly origin: string;
  readonly port: number;
  /** All requests, in the order of their heads. */
  readonly uploads: Upload[];
  /** The bytes of the body of each PUT and POST that was answered with 200, and their hash. */
  accepted(): (readonly [bytes: number, sha256: string])[];
  /** The number of connections so far. */
  connections(): number;
  /** Closes the idle connections. */
  closeIdle(): void;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Closed by `closeServers` of plain-http-server. */
export async function serveUploads(decide: (head: UploadHead) => Verdict): Promise<UploadServer> {
  const uploads: Upload[] = [];
  const statuses = new Map<Upload, number>();
  const numbers = new WeakMap<Socket, number>();
  let connections = 0;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const head = headOf(request, numbers.get(request.socket) ?? 0);
    const upload: Upload = { ...head, bytes: 0, sha256: '', complete: undefined };
    uploads.push(upload);
    const { status, headers, early, after = Infinity } = decide(head);
    const answer = () => {
      statuses.set(upload, status);
      response.writeHead(status, headers).end('answered');
    };
    if (early === 'stall' || early === 'close') upload.complete = false;
    if (early === 'stall') {
      // Without Node.js, which would continue reading.
      request.socket.pause();
      const fields = Object.entries({ ...headers, connection: 'close', 'content-length': '0' });
      const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      request.socket.write(`HTTP/1.1 ${status} Answered\r\n${lines}\r\n`);
      return;
    }
    if (early === 'close') {
      request.socket.pause();
      response.once('finish', () => request.socket.destroy());
      answer();
      return;
    }
    if (early === 'keep') answer();
    if (early === 'slowly') {
      response.writeHead(status, headers).write('answered ');
      statuses.set(upload, status);
    }
    read(request, upload, () => {
      if (early === undefined && !response.headersSent) answer();
      else if (early === 'slowly') response.end('slowly');
    });
    request.on('data', () => {
      if (upload.bytes < after || response.headersSent) return;
      request.pause();
      answer();
    });
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  server.on('connection', (socket: Socket) => {
    numbers.set(socket, (connections += 1));
  });
  const port = await serveRaw(server);
  return {
    origin: `http://localhost:${port}`,
    port,
    uploads,
    accepted: () =>
      uploads
        .filter((upload) => statuses.get(upload) === 200 && upload.method.startsWith('P'))
        .map(({ bytes, sha256: hash }) => [bytes, hash] as const),
    connections: () => connections,
    closeIdle: () => {
      server.closeIdleConnections();
    },
  };
}

function headOf({ method, url, headers }: IncomingMessage, connection: number): UploadHead {
  return {
    method: method ?? '',
    url: url ?? '',
    token: tokenIn(headers.authorization),
    connection,
    framing: headers['transfer-encoding'] ?? headers['content-length'],
  };
}

function read(request: IncomingMessage, upload: Upload, whole: () => void): void {
  const hash = createHash('sha256');
  request.socket.once('close', () => {
    upload.complete ??= false;
  });
  request
    .on('data', (chunk: Buffer) => {
      upload.bytes += chunk.length;
      hash.update(chunk);
    })
    .once('error', () => undefined)
    .once('end', () => {
      upload.complete = true;
      upload.sha256 = hash.digest('hex');
      whole();
    });
}
