/** An HTTP client that logs on over a connection of its own. */

import { Agent, request as sendRequest, type IncomingHttpHeaders } from 'node:http';
import { hostname } from 'node:os';
import { text } from 'node:stream/consumers';

import { ClientContext } from '../../../lib/context/client-context.js';
import { Credentials, type CredentialsOptions } from '../../../lib/context/credentials.js';
import { alice, domain } from './system.js';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** The client's port, which identifies the connection. */
  port: number | undefined;
}

export interface Request {
  path?: string;
  method?: string;
  body?: string;
  authorization?: string;
}

/** How a client logs on. */
export interface Logon {
  scheme: 'Negotiate' | 'NTLM';
  authIdentity?: CredentialsOptions['authIdentity'];
}

/** The process identity, by Kerberos if there is a domain. */
export const byNegotiate: Logon = { scheme: 'Negotiate' };
export const byNtlm: Logon = { scheme: 'NTLM', ...(alice && { authIdentity: alice }) };

export interface LogonReply extends Reply {
  /** Whether the client's context is established, too: the server is authenticated if the package does that. */
  established: boolean;
  /** How many requests the logon took. */
  requests: number;
}

const open: HttpConnection[] = [];

/** For afterEach. */
export function closeConnections(): void {
  for (const connection of open.splice(0)) connection.close();
}

/** The token in a response. */
function tokenIn({ headers }: Reply, scheme: string): Buffer | undefined {
  const field = headers['www-authenticate'] ?? '';
  const token = field.startsWith(`${scheme} `) ? field.slice(scheme.length + 1) : '';
  return token === '' ? undefined : Buffer.from(token, 'base64');
}

/** One connection to a server on this machine. */
export class HttpConnection {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(port: number) {
    this.#port = port;
    open.push(this);
  }

  async send({
    path = '/',
    method = 'GET',
    body = '',
    authorization,
  }: Request = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const headers = {
        ...(authorization !== undefined && { Authorization: authorization }),
        ...(method !== 'GET' && { 'Content-Type': 'text/plain', 'Content-Length': body.length }),
      };
      const target = { host: '127.0.0.1', port: this.#port, path, method };
      const request = sendRequest({ ...target, headers, agent: this.#agent }, (response) => {
        const { statusCode: status = 0, headers: received, socket } = response;
        const { localPort: port } = socket;
        text(response).then((all) => {
          resolve({ status, headers: received, body: all, port });
        }, reject);
      });
      request.once('error', reject);
      request.end(body);
    });
  }

  /** Logs on; returns the response to the last request. */
  async logOn({ scheme, authIdentity }: Logon, request: Request = {}): Promise<LogonReply> {
    const credentials = await Credentials.acquire({
      package: scheme,
      use: 'outbound',
      ...(authIdentity && { authIdentity }),
    });
    const targetName = domain?.spn ?? `HOST/${hostname()}`;
    // The response then has a token, too. Without a domain there may be only NTLM, which does not authenticate the server.
    const mutualAuth = scheme === 'Negotiate' && domain !== undefined;
    const context = new ClientContext(credentials, { targetName, mutualAuth });
    try {
      let { token } = await context.step();
      for (let requests = 1; ; requests++) {
        const authorization = `${scheme} ${token?.toString('base64') ?? ''}`;
        const reply = await this.send({ ...request, authorization });
        const answer = tokenIn(reply, scheme);
        if (answer !== undefined && !context.established) ({ token } = await context.step(answer));
        if (reply.status !== 401 || answer === undefined) {
          return { ...reply, established: context.established, requests };
        }
      }
    } finally {
      context.close();
      credentials.close();
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}
