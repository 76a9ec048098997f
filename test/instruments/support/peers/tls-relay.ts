/** Somebody between a client and a server of HTTPS, with a certificate of their own for each. */

import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';

import type { ServerCertificate } from './certificates.js';

export interface TlsRelay {
  port: number;
  close(): void;
}

/** Hands on what comes, in connections of its own to the server. */
export async function startTlsRelay(
  { certificate, key }: ServerCertificate,
  serverPort: number,
): Promise<TlsRelay> {
  const relay = createServer(
    { cert: readFileSync(certificate), key: readFileSync(key) },
    (client) => {
      const server = connect({ port: serverPort, host: '127.0.0.1', rejectUnauthorized: false });
      client.pipe(server).pipe(client);
      for (const socket of [client, server]) {
        socket.on('error', () => {
          client.destroy();
          server.destroy();
        });
      }
    },
  );
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  return { port: (relay.address() as AddressInfo).port, close: () => relay.close() };
}
