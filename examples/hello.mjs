// Greets whoever opens the page by name: node hello.mjs [PORT]

import { createServer } from 'node:http';
import { getIdentity, integratedAuth, RECOMMENDED_MAX_HEADER_SIZE } from 'secur32/http';

const auth = integratedAuth();
await auth.ready;
const options = { maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE };
const server = createServer(options, (request, response) => {
  // What it does not let through it has answered.
  auth(request, response, () => {
    response.end(`Hello, ${getIdentity(request).name}\n`);
  });
});
server.listen(Number(process.argv[2] ?? 8080), () => console.log('listening'));
