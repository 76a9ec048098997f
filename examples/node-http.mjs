// A server with Windows authentication, with node:http and no framework.
//
//   node examples/node-http.mjs PORT
//   curl --negotiate -u : http://localhost:PORT/
//
//   SECUR32_EXAMPLE_PACKAGE  the security package for the scheme Negotiate; default: Negotiate

import { createServer } from 'node:http';
import { AccessRules } from 'secur32';
import { getIdentity, integratedAuth, RECOMMENDED_MAX_HEADER_SIZE } from 'secur32/http';

import { bodyOf, nameOf } from './support/http.mjs';

const { SECUR32_EXAMPLE_PACKAGE: Negotiate = 'Negotiate' } = process.env;
const auth = integratedAuth({ schemes: ['Negotiate', 'NTLM'], packages: { Negotiate } });
await auth.ready;
const administrators = await AccessRules.resolve({ allow: ['S-1-5-32-544'] });

const routes = {
  'GET /': async (request) => [200, `welcome, ${await nameOf(getIdentity(request))}`],
  'GET /administrators': (request) =>
    administrators.permits(getIdentity(request))
      ? [200, 'for administrators only']
      : [403, 'you are not an administrator'],
  'POST /notes': async (request) => {
    const note = await bodyOf(request);
    return [201, `${note.length} characters by ${await nameOf(getIdentity(request))}`];
  },
};

async function answer(request, response) {
  const route = `${request.method} ${new URL(request.url, 'http://localhost').pathname}`;
  const handle = Object.hasOwn(routes, route) ? routes[route] : () => [404, 'not found'];
  const [status, text] = await handle(request);
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

function fail(response, error) {
  const { status = 500 } = error;
  if (status >= 500) console.error(error);
  if (!response.headersSent) response.writeHead(status, { Connection: 'close' });
  response.end();
}

const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE });
server.on('request', (request, response) => {
  // The callback runs only for requests that auth lets through.
  auth(request, response, () => {
    answer(request, response).catch((reason) => fail(response, reason));
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
