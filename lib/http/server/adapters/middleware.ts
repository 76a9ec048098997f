import type { IncomingMessage, ServerResponse } from 'node:http';

import { answerFailure } from '../answer/failure-answer.js';
import { Authenticator } from '../authenticator.js';
import type { IntegratedAuthArguments } from '../options.js';
import { createWarningOnce } from '../warning-once.js';

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
 * not let through and calls `next` for the others. It never calls `next` with an
 * error: where `Authenticator.decide` would reject, it answers with status 500, emits
 * a warning of the process (`SECUR32_HTTP_FAILURE`), once, and logs the error.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for an unknown or invalid option
 */
export function integratedAuth(...options: IntegratedAuthArguments): IntegratedAuth {
  const authenticator = new Authenticator(...options);
  const warnOnce = createWarningOnce('SECUR32_HTTP_FAILURE');
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
        // Not `next(error)`: a `next` that ignores errors would let the request through.
        answerFailure(request, response);
        const reason = error instanceof Error ? error.message : 'unknown failure';
        warnOnce(`integratedAuth answered a request with status 500: ${reason}`);
      },
    );
  };
  return Object.assign(middleware, {
    ready: authenticator.ready,
    decideUpgrade: authenticator.decideUpgrade.bind(authenticator),
    close: () => authenticator.close(),
  });
}
