/** HTTP/2 multiplexes requests on a connection, while Windows authenticates connections: it needs HTTP/1.1. */

import type { IncomingMessage } from 'node:http';
import { constants, Http2ServerRequest } from 'node:http2';

/**
 * Whether a request came over HTTP/2. The class of the object decides and not
 * its `httpVersion`: a client may write `HTTP/2.0` on an HTTP/1 connection, which
 * Node.js accepts like any other version.
 */
export function isHttp2(
  request: IncomingMessage | Http2ServerRequest,
): request is Http2ServerRequest {
  return request instanceof Http2ServerRequest;
}

/** Tells the client to repeat the request over HTTP/1.1 (RFC 9113, section 7); browsers do. */
export function requireHttp1(request: Http2ServerRequest): void {
  request.stream.close(constants.NGHTTP2_HTTP_1_1_REQUIRED);
}
