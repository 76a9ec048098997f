/** HTTP/2 has many requests on a connection at once; logons of Windows are per connection, and need HTTP/1.1. */

import type { IncomingMessage } from 'node:http';
import { constants, Http2ServerRequest } from 'node:http2';

/**
 * Whether a request came over HTTP/2. Its object tells. Its `httpVersion` does
 * not: a client may write `HTTP/2.0` on a connection of HTTP/1, where Node.js
 * takes it for a version like any other.
 */
export function isHttp2(
  request: IncomingMessage | Http2ServerRequest,
): request is Http2ServerRequest {
  return request instanceof Http2ServerRequest;
}

/** Tells the client to ask again over HTTP/1.1 (RFC 9113, section 7), which browsers do. */
export function requireHttp1(request: Http2ServerRequest): void {
  request.stream.close(constants.NGHTTP2_HTTP_1_1_REQUIRED);
}
