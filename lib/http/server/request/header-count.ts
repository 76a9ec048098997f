/**
 * Node.js silently drops the header fields after the 1000th
 * (`server.maxHeadersCount`). An Origin, a second Authorization or a field that a
 * proxy appended could be among them.
 */

import type { IncomingMessage } from 'node:http';

const DEFAULT_MAX_HEADERS_COUNT = 1000;

/** Whether header fields of a request may be missing. */
export function mayLackHeaders({ rawHeaders, socket }: IncomingMessage): boolean {
  const { server } = socket as { server?: { maxHeadersCount?: number | null } };
  const most = server?.maxHeadersCount ?? DEFAULT_MAX_HEADERS_COUNT;
  // 0 and negative values mean no limit. A request with exactly as many fields may have been cut off.
  return most > 0 && rawHeaders.length / 2 >= most;
}
