import type { IncomingMessage, ServerResponse } from 'node:http';

import { Authenticator } from '../authenticator.js';
import { endWaiting } from '../answer/hand-back.js';
import type { IntegratedAuthOptions } from '../options.js';

/** As much of Fastify (4.16 and later, and 5) as the plugin uses. */
interface FastifyLike {
  readonly server?: object;
  addHook(
    name: 'onRequest',
    hook: (request: { raw: IncomingMessage }, reply: FastifyReplyLike) => Promise<unknown>,
  ): unknown;
  addHook(name: 'preClose' | 'onClose', hook: () => Promise<void>): unknown;
}

interface FastifyReplyLike {
  raw: ServerResponse;
  hijack(): unknown;
}

/**
 * A plugin for Fastify: `await fastify.register(fastifyIntegratedAuth({ … }))`.
 * It waits until the server can authenticate, and fails the start where it
 * cannot. It holds for the routes of the instance that it is registered in and
 * of those below, and closes with them. `getIdentity(request)` says who it is.
 */
export function fastifyIntegratedAuth(
  options: IntegratedAuthOptions = {},
): (fastify: FastifyLike) => Promise<void> {
  const plugin = async (fastify: FastifyLike): Promise<void> => {
    const authenticator = new Authenticator(options);
    fastify.addHook('onRequest', async (request, reply) => {
      const { kind } = await authenticator.decide(request.raw, reply.raw);
      if (kind === 'answered') reply.hijack();
      return kind === 'answered' ? reply : undefined;
    });
    // Fastify waits for its connections before onClose.
    fastify.addHook('preClose', () => {
      if (fastify.server !== undefined) endWaiting(fastify.server);
      return Promise.resolve();
    });
    fastify.addHook('onClose', () => authenticator.close());
    try {
      await authenticator.ready;
    } catch (error) {
      // An instance that did not start need not be closed.
      await authenticator.close();
      throw error;
    }
  };
  // Otherwise the hooks would hold for what is registered inside the plugin: nothing.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}
