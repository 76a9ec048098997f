import type { IncomingMessage, ServerResponse } from 'node:http';

import { Authenticator } from '../authenticator.js';
import type { IntegratedAuthOptions } from '../options.js';

/** Middleware for node:http, Express 4 and 5, and all frameworks that take connect-style middleware. */
export interface IntegratedAuth {
  (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /** See `Authenticator.ready`. */
  readonly ready: Promise<void>;
  /** See `Authenticator.decideUpgrade`. */
  readonly decideUpgrade: Authenticator['decideUpgrade'];
  /** See `Authenticator.close`. */
  close(): Promise<void>;
}

/**
 * Creates middleware that lets a request through to its handler only after the
 * client has proved its identity by Negotiate or NTLM:
 *
 * ```js
 * const auth = integratedAuth({ allow: ['EXAMPLE\\engineers'] });
 * await auth.ready;
 * app.use(auth, (request, response) => response.json(getIdentity(request)));
 * ```
 *
 * Mount it before anything that reads bodies. It answers the requests that it does
 * not let through and calls `next` for the others.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for an unknown or invalid option
 */
export function integratedAuth(options: IntegratedAuthOptions = {}): IntegratedAuth {
  const authenticator = new Authenticator(options);
  const middleware = (
    request: IncomingMessage,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ): void => {
    authenticator.decide(request, response).then(
      ({ kind }) => {
        // Outside of this promise, so that errors of a handler are not caught here.
        if (kind !== 'answered') process.nextTick(next);
      },
      (error: unknown) => {
        process.nextTick(next, error);
      },
    );
  };
  return Object.assign(middleware, {
    ready: authenticator.ready,
    decideUpgrade: authenticator.decideUpgrade.bind(authenticator),
    close: () => authenticator.close(),
  });
}
