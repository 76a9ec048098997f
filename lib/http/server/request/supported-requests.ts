/** Requests that nobody can log on with. */

import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { Duplex } from 'node:stream';

import { argumentError } from '../../../core/errors.js';
import { isDecided } from '../authentication.js';
import { isHttp2 } from './http2.js';

/** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
export function refuseUndecidable(request: IncomingMessage | Http2ServerRequest): void {
  // Logons belong to connections. An object that stands for one, as Fastify's
  // inject makes it, has no end that would end them.
  if (!isHttp2(request) && !(request.socket instanceof Duplex)) {
    throw argumentError(
      'the request came over no connection: who logs on needs one, and an imitation of a request ' +
        "(fastify.inject, for instance) has none. Send it to the server's port",
    );
  }
  // A token is good once: the second one would take it for a replay, or for
  // one of another connection.
  if (isDecided(request)) {
    throw argumentError(
      'another integratedAuth (or Authenticator) has decided about this request; let one do it, and for ' +
        'rules of some routes use AccessRules.permits(getIdentity(request)) behind it',
    );
  }
}
