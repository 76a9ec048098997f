import type { IncomingMessage, ServerResponse } from 'node:http';

import { Authenticator } from '../authenticator.js';
import { endAllWaiting } from '../answer/hand-back.js';
import type { IntegratedAuthArguments } from '../options.js';

/** The part of Fastify's interface (4.16 and later, and 5) that the plugin uses. */
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
 * It waits until the server can authenticate clients; if it cannot, registration
 * fails. It covers the routes of the instance in which it is registered and of
 * those below it, and closes with that instance. Call `getIdentity(request)` for
 * the client's identity.
 */
export function fastifyIntegratedAuth(
  ...options: IntegratedAuthArguments
): (fastify: FastifyLike) => Promise<void> {
  const plugin = async (fastify: FastifyLike): Promise<void> => {
    const authenticator = new Authenticator(...options);
    fastify.addHook('onRequest', async (request, reply) => {
      const { kind } = await authenticator.decide(request.raw, reply.raw);
      if (kind === 'answered') reply.hijack();
      return kind === 'answered' ? reply : undefined;
    });
    // Fastify waits for its connections before it runs onClose.
    fastify.addHook('preClose', () => {
      if (fastify.server !== undefined) endAllWaiting(fastify.server);
      return Promise.resolve();
    });
    fastify.addHook('onClose', () => authenticator.close());
    try {
      await authenticator.ready;
    } catch (error) {
      // Fastify does not run onClose for an instance that failed to start.
      await authenticator.close();
      throw error;
    }
  };
  // Without it the hooks would cover only what is registered inside the plugin, which is nothing.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}
