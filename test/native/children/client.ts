/** Logs on to a server in another process, over a socket. */

import { connect } from 'node:net';

import { ClientContext, type ClientContextOptions } from '../../../lib/context/client-context.js';
import { Credentials } from '../../../lib/context/credentials.js';
import { answer, childInput } from '../../instruments/support/child.js';
import { receiveTokens, sendToken } from '../../instruments/support/framing.js';
import type { Account } from '../../instruments/support/system.js';

interface Input {
  port: number;
  package: string;
  authIdentity?: Account;
  options?: ClientContextOptions;
}

async function main(): Promise<void> {
  const { port, package: packageName, authIdentity, options } = childInput() as Input;
  const credentials = await Credentials.acquire({
    package: packageName,
    use: 'outbound',
    ...(authIdentity && { authIdentity }),
  });
  const context = new ClientContext(credentials, options);
  const socket = connect(port, '127.0.0.1');
  const send = (token: Buffer | undefined) => {
    if (token !== undefined) sendToken(socket, token);
  };
  send((await context.step()).token);
  for await (const token of receiveTokens(socket)) {
    // The server's last answer may be empty; it says that it is done.
    if (token.length > 0) send((await context.step(token)).token);
  }
  answer({
    established: context.established,
    package: context.negotiatedPackage,
    key: context.sessionKey?.toString('hex'),
  });
  context.close();
  credentials.close();
}

void main();
