import type { IncomingMessage, ServerResponse } from 'node:http';

import { Authenticator } from '../authenticator.js';
import type { IntegratedAuthOptions } from '../options.js';

/** The middleware of node:http, Express 4 and 5, and everything else that takes connect's. */
export interface IntegratedAuth {
  (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /** As `Authenticator.ready`. */
  readonly ready: Promise<void>;
  /** As `Authenticator.decideUpgrade`. */
  readonly decideUpgrade: Authenticator['decideUpgrade'];
  /** As `Authenticator.close`. */
  close(): Promise<void>;
}

/**
 * Middleware that lets a request through to its handler once the client proved
 * who it is, by Negotiate or NTLM:
 *
 * ```js
 * const auth = integratedAuth({ allow: ['EXAMPLE\\engineers'] });
 * await auth.ready;
 * app.use(auth, (request, response) => response.json(getIdentity(request)));
 * ```
 *
 * Mount it before whatever reads bodies. What it does not let through it
 * answers; `next` is called for the rest.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for an option that is none
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
        // What a handler throws is not the middleware's to catch.
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
