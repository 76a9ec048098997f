/** A client of HTTP that logs on, over a connection of its own. */

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
  /** Of the client: another one is another connection. */
  port: number | undefined;
}

export interface Request {
  path?: string;
  method?: string;
  body?: string;
  authorization?: string;
}

/** How somebody logs on. */
export interface Logon {
  scheme: 'Negotiate' | 'NTLM';
  authIdentity?: CredentialsOptions['authIdentity'];
}

/** The user of the process, by Kerberos where there is a domain. */
export const byNegotiate: Logon = { scheme: 'Negotiate' };
export const byNtlm: Logon = { scheme: 'NTLM', ...(alice && { authIdentity: alice }) };

export interface LogonReply extends Reply {
  /** Whether the client is content, too: it knows the server, where the package tells. */
  established: boolean;
  /** How many requests it took. */
  requests: number;
}

const open: HttpConnection[] = [];

/** For afterEach. */
export function closeConnections(): void {
  for (const connection of open.splice(0)) connection.close();
}

/** The token in an answer. */
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

  /** Logs on, and says how the last request was answered. */
  async logOn({ scheme, authIdentity }: Logon, request: Request = {}): Promise<LogonReply> {
    const credentials = await Credentials.acquire({
      package: scheme,
      use: 'outbound',
      ...(authIdentity && { authIdentity }),
    });
    const targetName = domain?.spn ?? `HOST/${hostname()}`;
    // Then the answer has a token, too. NTLM, which proves no server, may be all there is without a domain.
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
