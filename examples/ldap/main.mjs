// Who am I, and in which groups? Asked of the domain's own LDAP server, with a
// logon as the current user, and everything encrypted by it: no TLS, no password.
//
//   node examples/ldap/main.mjs dc1.example.com
//   npm run testbed -- node examples/ldap/main.mjs dc1.sspi.test
//
// ClientContext does the logon and the encryption, ldapts speaks LDAP.
// sealed-connection.mjs puts them together: sasl-bind.mjs is the logon
// (RFC 4752), sealed-socket.mjs what comes behind it.

import { Client, escapeFilter } from 'ldapts';

import { connectSealed } from './sealed-connection.mjs';

const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';
const TIMEOUT_MS = 20_000;

/** The user's entry, in the part of the directory that belongs to the user's domain. */
async function findUser(client, domain, name) {
  const root = await client.search('', {
    scope: 'base',
    attributes: ['configurationNamingContext'],
  });
  const domains = await client.search(root.searchEntries[0].configurationNamingContext, {
    filter: escapeFilter`(&(objectClass=crossRef)(nETBIOSName=${domain}))`,
    attributes: ['nCName'],
  });
  if (domains.searchEntries.length !== 1) throw new Error('the server does not know my domain');
  const users = await client.search(domains.searchEntries[0].nCName, {
    filter: escapeFilter`(&(objectClass=user)(sAMAccountName=${name}))`,
    attributes: ['memberOf'],
  });
  if (users.searchEntries.length !== 1) throw new Error('the server does not know me');
  return users.searchEntries[0];
}

async function printWhoIAm(client) {
  const { value = '' } = await client.exop(WHO_AM_I);
  // What Active Directory answers; others have names of other kinds.
  const [, domain, name] = /^u:([^\\]+)\\(.+)$/.exec(value) ?? [];
  if (name === undefined) throw new Error(`not a user of a Windows domain: "${value}"`);
  console.log(`I am ${domain}\\${name}`);
  const { dn, memberOf } = await findUser(client, domain, name);
  console.log(`found: ${dn}`);
  // Those that have the user as a member themselves; the primary group is not among them.
  for (const group of [memberOf].flat()) console.log(`member of: ${group}`);
}

const [host, port = '389', address] = process.argv.slice(2);
try {
  if (host === undefined) throw new Error('usage: main.mjs HOST [PORT [ADDRESS]]');
  const connection = await connectSealed({
    host,
    port: Number(port),
    address,
    timeoutMs: TIMEOUT_MS,
  });
  const client = new Client({
    url: `ldap://${host}:${port}`,
    timeout: TIMEOUT_MS,
    createConnection() {
      // ldapts would connect again, and there is only this one.
      if (connection.destroyed) {
        throw connection.errored ?? new Error('the server closed the connection');
      }
      return connection;
    },
  });
  try {
    await printWhoIAm(client);
    await client.unbind();
  } finally {
    connection.destroy();
  }
} catch (error) {
  console.error(`${error.code ?? 'error'}: ${error.message}`);
  process.exitCode = 1;
}
