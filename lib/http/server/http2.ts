/** HTTP/2 has many requests on a connection at once; logons of Windows are per connection, and need HTTP/1.1. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';

export function isHttp2(
  request: IncomingMessage | Http2ServerRequest,
): request is Http2ServerRequest {
  return request.httpVersionMajor >= 2;
}

/** Tells the client to ask again over HTTP/1.1 (RFC 9113, section 7), which browsers do. */
export function requireHttp1(response: ServerResponse | Http2ServerResponse): void {
  if ('stream' in response) response.stream.close(constants.NGHTTP2_HTTP_1_1_REQUIRED);
}
