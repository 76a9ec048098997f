/** What runs in Windows' node.exe: a server that says whom it takes each request for. */

import { readFileSync } from 'node:fs';
import {
  createServer as createHttp,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';

import { Credentials } from '../../../../lib/context/credentials.js';
import type { ServerContext } from '../../../../lib/context/server-context.js';
import {
  getAuthentication,
  integratedAuth,
  integratedFetch,
  RECOMMENDED_MAX_HEADER_SIZE,
  type IntegratedAuthOptions,
} from '../../../../lib/http/index.js';

export interface WebServerInput {
  options: IntegratedAuthOptions;
  /** Whether it offers HTTP/2, too. */
  http2: boolean;
  tls?: { certificate: string; key: string };
  /** A page of another server that it reads on behalf of the client, and answers with; needs `keepContext`. */
  relayed?: { url: string; package: string };
}

/** What it answers with. */
export interface WebServerAnswer {
  path: string;
  scheme: string | undefined;
  package: string | undefined;
  persistent: boolean | undefined;
  /** Who it is; undefined where the package does not tell. */
  name?: string | undefined;
  sid?: string | undefined;
  /** SIDs. */
  groups?: string[] | undefined;
  /** Of the body. */
  bytes: number;
}

async function main({ options, http2, tls, relayed }: WebServerInput): Promise<void> {
  const auth = integratedAuth({
    // The Negotiate of Wine does not read what other clients send.
    packages: { Negotiate: 'Kerberos' },
    ...options,
    logger: ({ type, reason, status, code }) => {
      console.log(`event ${JSON.stringify({ type, reason, status, code })}`);
    },
  });
  await auth.ready;

  const listener: RequestListener = (request, response) => {
    auth(request, response, (error) => {
      if (error !== undefined) {
        console.log(error);
        response.writeHead(500).end();
        return;
      }
      const authentication = getAuthentication(request);
      if (relayed !== undefined) {
        void relay(relayed, authentication?.context, response);
        return;
      }
      let bytes = 0;
      request.on('data', (chunk: Buffer) => (bytes += chunk.length));
      request.on('end', () => {
        const answer: WebServerAnswer = {
          path: request.url ?? '',
          scheme: authentication?.scheme,
          package: authentication?.package,
          persistent: authentication?.persistent,
          name: authentication?.identity.name,
          sid: authentication?.identity.sid,
          groups: authentication?.identity.groups?.map(({ sid }) => sid),
          bytes,
        };
        response.setHeader('Content-Type', 'application/json');
        response.end(`${JSON.stringify(answer)}\n`);
      });
    });
  };
  const server = makeServer(listener, http2, tls);
  server.listen(0, '127.0.0.1', () => {
    console.log(`listening ${(server.address() as AddressInfo).port}`);
  });
}

/** The double hop. */
async function relay(
  { url, package: packageName }: NonNullable<WebServerInput['relayed']>,
  context: ServerContext | undefined,
  response: ServerResponse,
): Promise<void> {
  try {
    if (context === undefined) throw new Error('there is no context');
    const credentials = await Credentials.acquire({
      package: packageName,
      use: 'outbound',
      onBehalfOf: context,
    });
    const fetchAs = integratedFetch({ hosts: [new URL(url).hostname], credentials });
    response.end(await (await fetchAs(url)).text());
  } catch (error) {
    const cause = (error as { cause?: unknown }).cause ?? error;
    response.writeHead(502).end(String((cause as { code?: unknown }).code));
  }
}

function makeServer(
  listener: RequestListener,
  http2: boolean,
  tls: WebServerInput['tls'],
): Server | Http2SecureServer {
  const common = { maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE };
  if (tls === undefined) return createHttp(common, listener);
  const files = { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) };
  if (!http2) return createHttps({ ...common, ...files }, listener);
  // As frameworks do it: one listener for both, whose types differ.
  return createSecureServer({ ...files, allowHTTP1: true }, listener as never);
}

void main(JSON.parse(process.env['SECUR32_TEST_WEB_SERVER'] ?? '{}') as WebServerInput);
