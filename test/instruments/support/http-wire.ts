/** HTTP/1.1 over one socket, byte by byte, including what clients of node:http would not send. */

import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

export interface WireRequest {
  method?: string;
  path?: string;
  /** `Negotiate`, with the token if there is one. */
  scheme?: string;
  token?: Uint8Array;
  /** Further fields, in order; a name may occur several times. */
  headers?: readonly (readonly [name: string, value: string])[];
  body?: string | Uint8Array;
}

/** The bytes of a request. */
export function requestBytes(request: WireRequest = {}): Buffer {
  const { method = 'GET', path = '/', scheme = 'Negotiate', token, headers = [], body } = request;
  const authorization =
    token === undefined
      ? []
      : [`Authorization: ${scheme} ${Buffer.from(token).toString('base64')}`];
  const host = headers.some(([name]) => name.toLowerCase() === 'host') ? [] : ['Host: web.test'];
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...host,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...authorization,
    ...length,
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), Buffer.from(body ?? '')]);
}

/** A response as it was received. */
export class WireResponse {
  constructor(
    readonly status: number,
    readonly headers: readonly (readonly [name: string, value: string])[],
    readonly body: string,
    /** All of its bytes. */
    readonly bytes: Buffer,
  ) {}

  /** All bytes as text, except the time of day: for comparing two responses. */
  get raw(): string {
    return this.bytes.toString('latin1').replace(/^Date: .*\r\n/m, '');
  }

  /** All fields with a name, in order. */
  all(name: string): string[] {
    return this.headers.flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []));
  }

  /** The only field with a name; undefined if there is none. */
  header(name: string): string | undefined {
    const [value, ...more] = this.all(name);
    if (more.length > 0) throw new Error(`there is more than one ${name}`);
    return value;
  }

  /** The token of the challenge; undefined if there is none. */
  get token(): Buffer | undefined {
    const tokens = this.all('www-authenticate').flatMap((field) => field.split(' ').slice(1));
    if (tokens.length > 1) throw new Error('there is more than one token');
    return tokens[0] === undefined ? undefined : Buffer.from(tokens[0], 'base64');
  }

  get json(): unknown {
    return JSON.parse(this.body) as unknown;
  }
}

const END_OF_HEAD = '\r\n\r\n';

/** The first response in the bytes, and the rest; undefined while the response is incomplete. */
function parseResponse(bytes: Buffer): { response: WireResponse; rest: Buffer } | undefined {
  const end = bytes.indexOf(END_OF_HEAD);
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const length = Number(
    headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? 0,
  );
  const start = end + END_OF_HEAD.length;
  if (bytes.length < start + length) return undefined;
  const body = bytes.subarray(start, start + length).toString();
  return {
    response: new WireResponse(status, headers, body, bytes.subarray(0, start + length)),
    rest: bytes.subarray(start + length),
  };
}

const open: WireClient[] = [];

/** For afterEach: ends the connections that are still open. */
export async function closeWires(): Promise<void> {
  const clients = open.splice(0);
  for (const client of clients) client.destroy();
  await Promise.all(clients.map(({ closed }) => closed));
}

/** One connection to a server, which stays open until the test ends it. */
export class WireClient {
  readonly socket: Socket;
  /** Resolves when either side has ended the connection. */
  readonly closed: Promise<void>;
  #received: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wakeAll();
    });
    // Errors are ignored: tests look at the responses.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#ended = true;
        this.#wakeAll();
        resolve();
      });
    });
    open.push(this);
  }

  static async connect(port: number, options: { tls?: ConnectionOptions; from?: string } = {}) {
    const { tls, from } = options;
    const where = { port, host: '127.0.0.1', ...(from !== undefined && { localAddress: from }) };
    const socket =
      tls === undefined
        ? connect(where)
        : connectTls({ ...where, rejectUnauthorized: false, ...tls });
    await new Promise<void>((resolve, reject) => {
      socket.once(tls === undefined ? 'connect' : 'secureConnect', resolve);
      socket.once('error', reject);
    });
    socket.setNoDelay(true);
    return new WireClient(socket);
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  write(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** The next response; undefined if the connection ended without one. */
  async maybeNext(): Promise<WireResponse | undefined> {
    for (;;) {
      const parsed = parseResponse(this.#received);
      if (parsed !== undefined) {
        this.#received = parsed.rest;
        return parsed.response;
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** The next bytes, after the response switched to another protocol. */
  async bytes(count: number): Promise<Buffer> {
    while (this.#received.length < count) {
      if (this.#ended) throw new Error('the connection ended');
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
    const bytes = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return bytes;
  }

  async next(): Promise<WireResponse> {
    const response = await this.maybeNext();
    if (response === undefined) throw new Error('the connection ended without an answer');
    return response;
  }

  /** Sends a request and waits for its response. */
  async request(request?: WireRequest): Promise<WireResponse> {
    this.write(requestBytes(request));
    return this.next();
  }

  /** Ends the connection as if the cable were cut. */
  destroy(): void {
    this.socket.destroy();
  }
}
