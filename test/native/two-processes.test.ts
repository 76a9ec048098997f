import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect } from '@jest/globals';

import { Credentials } from '../../lib/context/credentials.js';
import { ServerContext } from '../../lib/context/server-context.js';
import { runChild } from '../instruments/support/child.js';
import { receiveTokens, sendToken } from '../instruments/support/framing.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { testWithAccount, testWithDomain } from '../instruments/support/skip.js';
import { alice, domain, present } from '../instruments/support/system.js';

afterEach(expectNothingLive);

interface ServerSide {
  established: boolean;
  package?: string | undefined;
  key?: string;
  error?: unknown;
}

/** Serves one logon on a socket. */
async function serve(socket: Socket, packageName: string): Promise<ServerSide> {
  const credentials = await Credentials.acquire({ package: packageName, use: 'inbound' });
  const context = new ServerContext(credentials);
  try {
    for await (const token of receiveTokens(socket)) {
      const { token: answer, done } = await context.step(token);
      sendToken(socket, answer ?? Buffer.alloc(0));
      if (done) break;
    }
    return {
      established: context.established,
      package: context.negotiatedPackage,
      key: present(context.sessionKey).toString('hex'),
    };
  } catch (error) {
    return { established: context.established, error };
  } finally {
    socket.destroy();
    context.close();
    credentials.close();
  }
}

async function logOnFromAnotherProcess(packageName: string, client: object) {
  const server: Server = createServer();
  const served = new Promise<ServerSide>((resolve) => {
    server.once('connection', (socket) => {
      void serve(socket, packageName).then(resolve);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const child = await runChild('native/children/client.js', {
      input: { port, package: packageName, ...client },
    });
    return { client: child.output, server: await served };
  } finally {
    server.close();
  }
}

describe('client and server in different processes', () => {
  testWithDomain('Kerberos, with proof of the server', async () => {
    const { spn: targetName } = present(domain);
    const options = { targetName, mutualAuth: true };
    const { client, server } = await logOnFromAnotherProcess('Kerberos', { options });
    expect(server).toMatchObject({ established: true, package: 'Kerberos' });
    expect(client).toEqual({ established: true, package: 'Kerberos', key: server.key });
  });

  testWithAccount('NTLM, with a password', async () => {
    const authIdentity = present(alice);
    const { client, server } = await logOnFromAnotherProcess('NTLM', { authIdentity });
    expect(server).toMatchObject({ established: true, package: 'NTLM' });
    expect(client).toEqual({ established: true, package: 'NTLM', key: server.key });
  });

  testWithAccount('NTLM, with a user who does not exist', async () => {
    const authIdentity = { ...present(alice), user: 'nobody-of-that-name' };
    const { server } = await logOnFromAnotherProcess('NTLM', { authIdentity });
    expect(server).toMatchObject({ established: false, error: { code: 'SEC_E_LOGON_DENIED' } });
  });
});
