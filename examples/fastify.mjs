// A server with Windows authentication, with Fastify 5.
//
//   node examples/fastify.mjs PORT
//   curl --negotiate -u : http://localhost:PORT/
//
//   SECUR32_EXAMPLE_PACKAGE  the security package for the scheme Negotiate; default: Negotiate

import fastify from 'fastify';
import { AccessRules } from 'secur32';
import { fastifyIntegratedAuth, getIdentity, RECOMMENDED_MAX_HEADER_SIZE } from 'secur32/http';

import { nameOf } from './support/http.mjs';

const { SECUR32_EXAMPLE_PACKAGE: Negotiate = 'Negotiate' } = process.env;
const administrators = await AccessRules.resolve({ allow: ['S-1-5-32-544'] });

const app = fastify({ http: { maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE } });
await app.register(
  fastifyIntegratedAuth({ schemes: ['Negotiate', 'NTLM'], packages: { Negotiate } }),
);

app.get('/', async (request) => `welcome, ${await nameOf(getIdentity(request))}\n`);

// A rule for some of the routes.
await app.register(async (offices) => {
  offices.addHook('onRequest', async (request, reply) => {
    if (administrators.permits(getIdentity(request))) return;
    return reply.code(403).send('you are not an administrator\n');
  });
  offices.get('/administrators', async () => 'for administrators only\n');
});

app.post('/notes', async (request, reply) => {
  const author = await nameOf(getIdentity(request));
  return reply.code(201).send(`${request.body.length} characters by ${author}\n`);
});

await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
console.log('listening');
