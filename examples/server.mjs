// A server that learns who its callers are: node server.mjs PORT

import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { Credentials, ServerContext } from 'secur32';

const credentials = await Credentials.acquire({ package: 'Negotiate', use: 'inbound' });
const server = createServer(async (socket) => {
  const context = new ServerContext(credentials);
  const lines = createInterface({ input: socket }).on('error', () => socket.destroy());
  try {
    for await (const line of lines) {
      const { token, done } = await context.step(Buffer.from(line, 'base64'));
      if (token) socket.write(`${token.toString('base64')}\n`);
      if (done) socket.end(`welcome, ${context.identity.name ?? 'whoever you are'}\n`);
    }
  } catch (error) {
    console.error(error.message); // AcceptSecurityContext failed: SEC_E_LOGON_DENIED …
    socket.end(error.token?.toString('base64'));
  } finally {
    context.close();
  }
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
