// Who am I, and in which groups? Asked of the domain's own LDAP server, with a
// logon as the current user, and everything encrypted by it: no TLS, no password.
//
//   node examples/ldap/main.mjs dc1.example.com
//   npm run testbed -- node examples/ldap/main.mjs dc1.sspi.test
//
// ClientContext does the logon and the encryption, ldapts speaks LDAP:
// sasl-bind.mjs is the logon (RFC 4752), sealed-socket.mjs what comes behind it.

import { connect } from 'node:net';
import { Client, escapeFilter } from 'ldapts';
import { ClientContext, Credentials } from 'secur32';

import { saslBind } from './sasl-bind.mjs';
import { SealedSocket } from './sealed-socket.mjs';

const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';
const TIMEOUT_MS = 20_000;

const [host, port = '389'] = process.argv.slice(2);

/** A connection that only this server and this user can read. */
async function sealedConnection() {
  const credentials = await Credentials.acquire({ package: 'Kerberos', use: 'outbound' });
  const context = new ClientContext(credentials, {
    targetName: `ldap/${host}`,
    protection: 'encrypt',
    mutualAuth: true,
  });
  const socket = connect(Number(port), host).setTimeout(TIMEOUT_MS);
  socket.once('timeout', () => socket.destroy(new Error('the server does not answer')));
  try {
    return new SealedSocket(socket, context, await saslBind(socket, context));
  } catch (error) {
    context.close();
    socket.destroy();
    throw error;
  } finally {
    // The context keeps what it needs of them.
    credentials.close();
  }
}

try {
  if (host === undefined) throw new Error('usage: main.mjs HOST [PORT]');
  const connection = await sealedConnection();
  const client = new Client({ url: `ldap://${host}:${port}`, createConnection: () => connection });
  try {
    const { value } = await client.exop(WHO_AM_I);
    const me = String(value).replace(/^u:/, '');
    console.log(`I am ${me}`);

    const root = await client.search('', { scope: 'base', attributes: ['defaultNamingContext'] });
    const { searchEntries } = await client.search(root.searchEntries[0].defaultNamingContext, {
      filter: escapeFilter`(sAMAccountName=${me.split('\\').at(-1)})`,
      attributes: ['distinguishedName', 'memberOf'],
    });
    for (const { distinguishedName, memberOf } of searchEntries) {
      console.log(`found: ${distinguishedName}`);
      for (const group of [memberOf].flat()) console.log(`member of: ${group}`);
    }
  } finally {
    await client.unbind();
    connection.destroy();
  }
} catch (error) {
  console.error(`${error.code ?? 'error'}: ${error.message}`);
  process.exitCode = 1;
}
