/** Whether clients can log on with a request at all. */

import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { Duplex } from 'node:stream';

import { argumentError } from '../../../core/errors.js';
import { getDecider, TWO_COPIES } from '../authentication.js';
import { isHttp2 } from './http2.js';

/** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` if the request has no connection or was already decided */
export function checkSupported(request: IncomingMessage | Http2ServerRequest): void {
  // A logon belongs to a connection. The object that fastify.inject uses in
  // place of one never closes, so a logon on it would never end.
  if (!isHttp2(request) && !(request.socket instanceof Duplex)) {
    throw argumentError(
      'the request has no connection, which a logon needs; simulated requests (such as those of fastify.inject) ' +
        "have none. Send the request to the server's port",
    );
  }
  // A token is good for one use: a second authenticator would take it for a
  // replay or for the token of another connection.
  const decider = getDecider(request);
  if (decider !== undefined) {
    const copies = decider === 'another copy' ? `. ${TWO_COPIES}` : '';
    throw argumentError(
      'another integratedAuth or Authenticator has already decided on this request. Use only one; for rules of ' +
        `single routes, call AccessRules.permits(getIdentity(request)) after it${copies}`,
    );
  }
}
