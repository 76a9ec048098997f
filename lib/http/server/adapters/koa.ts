import type { IncomingMessage, ServerResponse } from 'node:http';

import { Authenticator } from '../authenticator.js';
import { getAuthentication } from '../authentication.js';
import type { IntegratedAuthOptions } from '../options.js';

/** As much of Koa (2 and 3) as the middleware uses. */
interface KoaContextLike {
  req: IncomingMessage;
  res: ServerResponse;
  respond?: boolean | undefined;
  state: Record<string, unknown>;
}

/** What a logon says in the answer to its request. */
const LOGON_FIELDS = ['WWW-Authenticate', 'Persistent-Auth'];

/**
 * Koa takes all fields out of an answer that is an error. Those of the logon
 * are true of it, too: without the last token a client cannot tell who refused
 * it.
 */
function keepLogonFields(response: ServerResponse): void {
  const fields = new Map(LOGON_FIELDS.map((name) => [name, response.getHeader(name)]));
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (...args: unknown[]): ServerResponse => {
    for (const [name, value] of fields) {
      if (value !== undefined && !response.hasHeader(name)) response.setHeader(name, value);
    }
    return writeHead(...args);
  };
}

export interface KoaIntegratedAuth {
  (context: KoaContextLike, next: () => Promise<unknown>): Promise<void>;
  /** As `Authenticator.ready`. */
  readonly ready: Promise<void>;
  /** As `Authenticator.decideUpgrade`: Koa sees no upgrades. */
  readonly decideUpgrade: Authenticator['decideUpgrade'];
  /** As `Authenticator.close`. */
  close(): Promise<void>;
}

/**
 * Middleware for Koa. `getIdentity(ctx)` says who it is, and so does
 * `ctx.state.identity`, which is undefined for a request without a logon.
 */
export function koaIntegratedAuth(options: IntegratedAuthOptions = {}): KoaIntegratedAuth {
  const authenticator = new Authenticator(options);
  const middleware = async (
    context: KoaContextLike,
    next: () => Promise<unknown>,
  ): Promise<void> => {
    const { kind } = await authenticator.decide(context.req, context.res);
    if (kind === 'answered') {
      context.respond = false;
      return;
    }
    if (kind === 'authenticated') keepLogonFields(context.res);
    context.state['identity'] = getAuthentication(context)?.identity;
    await next();
  };
  return Object.assign(middleware, {
    ready: authenticator.ready,
    decideUpgrade: authenticator.decideUpgrade.bind(authenticator),
    close: () => authenticator.close(),
  });
}
