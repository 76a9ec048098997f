// From a server's name to a connection that only this server and this user can read.

import { connect } from 'node:net';
import { ClientContext, Credentials } from 'secur32';

import { saslBind } from './sasl-bind.mjs';
import { SealedSocket } from './sealed-socket.mjs';

/**
 * @param host the server's name, which is part of its service principal name
 * @param address where to connect to, if something there forwards to the server
 * @param timeoutMs how long the logon may take, in milliseconds
 */
export async function connectSealed({ host, port, address = host, timeoutMs }) {
  // SASL's GSSAPI is Kerberos, and there is nothing to fall back to.
  const credentials = await Credentials.acquire({ package: 'Kerberos', use: 'outbound' });
  try {
    const context = new ClientContext(credentials, {
      targetName: `ldap/${host}`,
      protection: 'encrypt',
      mutualAuth: true,
      require: ['replayDetect', 'sequenceDetect'],
    });
    const socket = connect(port, address);
    try {
      return new SealedSocket(socket, context, await saslBind(socket, context, timeoutMs));
    } catch (error) {
      context.close();
      socket.destroy();
      throw error;
    }
  } finally {
    // The context keeps what it needs of them.
    credentials.close();
  }
}
