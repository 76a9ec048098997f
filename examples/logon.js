// A logon from end to end, with both sides in one program.
//
//   node examples/logon.js                     on Windows, as the current user
//   npm run testbed -- node examples/logon.js  on Linux, in the testbed
//
// In a real program the two sides are two programs, and tokens travel in
// whatever protocol they speak.

const { hostname } = require('node:os');
const { ClientContext, Credentials, ServerContext } = require('secur32');

// The service's name: in a domain usually HTTP/host.
const targetName = process.env.SECUR32_TEST_SPN ?? `HOST/${hostname()}`;

async function main() {
  const clientCredentials = await Credentials.acquire({ package: 'Negotiate', use: 'outbound' });
  const serverCredentials = await Credentials.acquire({ package: 'Negotiate', use: 'inbound' });
  const client = new ClientContext(clientCredentials, { targetName, protection: 'encrypt' });
  const server = new ServerContext(serverCredentials, { protection: 'encrypt' });
  try {
    let toServer = (await client.step()).token;
    while (toServer !== undefined) {
      const { token: toClient } = await server.step(toServer);
      toServer = toClient === undefined ? undefined : (await client.step(toClient)).token;
    }
    console.log(`logged on by ${server.negotiatedPackage}: ${server.established}`);
    console.log(`the connection has ${server.attributes.names.join(', ')}`);
  } finally {
    client.close();
    server.close();
    clientCredentials.close();
    serverCredentials.close();
  }
}

main().catch((error) => {
  console.error(`${error.code ?? 'error'}: ${error.message}`);
  process.exitCode = 1;
});
