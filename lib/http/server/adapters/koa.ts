import type { IncomingMessage, ServerResponse } from 'node:http';

import { Authenticator } from '../authenticator.js';
import { LOGON_FIELDS } from '../answer/logon-fields.js';
import { getAuthentication } from '../authentication.js';
import type { IntegratedAuthArguments } from '../options.js';

/** The part of Koa's interface (2 and 3) that the middleware uses. */
interface KoaContextLike {
  req: IncomingMessage;
  res: ServerResponse;
  respond?: boolean | undefined;
  state: Record<string, unknown>;
}

/**
 * Koa strips all header fields from error responses. This restores those of the
 * logon: without the last token the client cannot finish the handshake, nor tell
 * who answered.
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

/** The middleware for Koa. */
export interface KoaIntegratedAuth {
  (context: KoaContextLike, next: () => Promise<unknown>): Promise<void>;
  /** See `Authenticator.ready`. */
  readonly ready: Promise<void>;
  /** See `Authenticator.decideUpgrade`. Koa itself does not handle upgrades. */
  readonly decideUpgrade: Authenticator['decideUpgrade'];
  /** See `Authenticator.close`. */
  close(): Promise<void>;
}

/**
 * Creates middleware for Koa. Call `getIdentity(ctx)` for the client's identity, or
 * read `ctx.state.identity`, which is undefined for a request without a logon.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for an unknown or invalid option
 */
export function koaIntegratedAuth(...options: IntegratedAuthArguments): KoaIntegratedAuth {
  const authenticator = new Authenticator(...options);
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
