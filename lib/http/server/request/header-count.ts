/**
 * Node.js leaves out header fields behind the 1000th (`server.maxHeadersCount`)
 * without a word: an Origin, a second Authorization or what a proxy appended
 * could be among them.
 */

import type { IncomingMessage } from 'node:http';

const DEFAULT_MOST = 1000;

/** Whether fields of a request may be missing. */
export function mayLackHeaders({ rawHeaders, socket }: IncomingMessage): boolean {
  const { server } = socket as { server?: { maxHeadersCount?: number | null } };
  const most = server?.maxHeadersCount ?? DEFAULT_MOST;
  // 0 and less stand for any number. Of exactly as many the rest may have been cut off.
  return most > 0 && rawHeaders.length / 2 >= most;
}
