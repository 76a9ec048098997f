/** What Fastify's imitation of requests gets. */

import fastify from 'fastify';

import { fastifyIntegratedAuth } from '../../../lib/http/server/adapters/fastify.js';
import { answer } from '../../instruments/support/child.js';

async function main(): Promise<void> {
  const app = fastify();
  let handled = false;
  await app.register(fastifyIntegratedAuth());
  app.get('/', () => {
    handled = true;
    return 'in';
  });
  const replies: { status: number; body: unknown }[] = [];
  for (const headers of [{}, { authorization: 'Negotiate AAAA' }]) {
    const reply = await app.inject({ url: '/', headers });
    replies.push({ status: reply.statusCode, body: reply.json() });
  }
  await app.close();
  answer({ handled, replies });
}

void main();
