/** A TLS server that accepts Kerberos by MIT's library, and says whether the client had certain channel bindings. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { ServerCertificate } from './certificates.js';

const ROOT = join(__dirname, '..', '..', '..', '..', '..');
const PROGRAM = join(ROOT, 'test', 'instruments', 'support', 'peers', 'accept-with-bindings.py');
/** What it answers. */
export interface BindingsAnswer {
  user?: string;
  /** Those of the client, compared with the given ones. */
  bindings: 'equal' | 'different' | 'none';
}

export interface BindingsServer {
  url: string;
  close(): void;
}

/** Starts it with what the bindings are to be. */
export async function startBindingsServer(
  { certificate, key }: ServerCertificate,
  applicationData: Buffer,
): Promise<BindingsServer> {
  const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
  server.on('request', (request, response) => {
    const token = /^Negotiate (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      response.writeHead(401, { 'WWW-Authenticate': 'Negotiate' }).end();
      return;
    }
    promisify(execFile)('python3', [PROGRAM, applicationData.toString('base64'), token]).then(
      ({ stdout }) => response.end(stdout),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://web.sspi.test:${port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
