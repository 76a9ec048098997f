// Both sides of a logon in one program. In a real one they are two programs,
// and tokens travel in whatever protocol they speak.

import { hostname } from 'node:os';
import { ClientContext, Credentials, ServerContext } from 'secur32';

/** The service's name: in a domain usually HTTP/host. */
export const targetName = process.env.SECUR32_TEST_SPN ?? `HOST/${hostname()}`;

/** Which package logs on; Negotiate chooses the best one. */
export const packageName = process.env.SECUR32_EXAMPLE_PACKAGE ?? 'Negotiate';

/** Hands tokens to and fro until both sides are done. */
export async function logOn(client, server) {
  let { token } = await client.step();
  for (let side = server; token !== undefined && !side.established;) {
    ({ token } = await side.step(token));
    side = side === server ? client : server;
  }
}

/**
 * The two contexts of a logon as the user of the process, or as the client of
 * a server's context. Give them back with `close`.
 */
export async function loggedOn({ client: clientOptions, server: serverOptions, onBehalfOf } = {}) {
  const opened = [];
  const close = () => opened.reverse().forEach((each) => each.close());
  try {
    const whose = onBehalfOf === undefined ? {} : { onBehalfOf };
    const outbound = { package: packageName, use: 'outbound', ...whose };
    opened.push(await Credentials.acquire(outbound));
    opened.push(await Credentials.acquire({ package: packageName, use: 'inbound' }));
    const [clientCredentials, serverCredentials] = opened;
    const client = new ClientContext(clientCredentials, { targetName, ...clientOptions });
    opened.push(client);
    const server = new ServerContext(serverCredentials, serverOptions);
    opened.push(server);
    await logOn(client, server);
    return { client, server, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Prints what went wrong in one line, and what the system lacks in words. */
export function report(error) {
  if (error.code === 'SEC_E_UNSUPPORTED_FUNCTION') {
    console.error(`${error.message}: this system, or ${packageName} on it, does not have it`);
  } else {
    console.error(`${error.code ?? 'error'}: ${error.message}`);
  }
  process.exitCode = 1;
}
