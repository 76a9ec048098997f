// A server with Windows authentication, with Express 5 (or 4).
//
//   node examples/express.mjs PORT
//   curl --negotiate -u : http://localhost:PORT/
//
//   SECUR32_EXAMPLE_PACKAGE  the security package for the scheme Negotiate; default: Negotiate

import express from 'express';
import { createServer } from 'node:http';
import { AccessRules } from 'secur32';
import { getIdentity, integratedAuth, RECOMMENDED_MAX_HEADER_SIZE } from 'secur32/http';

import { nameOf } from './support/http.mjs';

const { SECUR32_EXAMPLE_PACKAGE: Negotiate = 'Negotiate' } = process.env;
const auth = integratedAuth({ schemes: ['Negotiate', 'NTLM'], packages: { Negotiate } });
await auth.ready;

/** Lets only clients through that the rules permit. */
function only(rules) {
  return (request, response, next) => {
    if (rules.permits(getIdentity(request))) next();
    else response.status(403).type('text').send('you are not an administrator\n');
  };
}
const administrators = await AccessRules.resolve({ allow: ['S-1-5-32-544'] });

const app = express();
// Before anything that reads bodies: no body is read before its client is authenticated.
app.use(auth);
app.use(express.text({ limit: '1mb' }));

app.get('/', async (request, response) => {
  response.type('text').send(`welcome, ${await nameOf(getIdentity(request))}\n`);
});
app.get('/administrators', only(administrators), (request, response) => {
  response.type('text').send('for administrators only\n');
});
app.post('/notes', async (request, response) => {
  const author = await nameOf(getIdentity(request));
  response.status(201).type('text').send(`${request.body.length} characters by ${author}\n`);
});

// Not app.listen, which does not take maxHeaderSize.
const server = createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE }, app);
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
