import type { IncomingMessage } from 'node:http';

/** Whether a request is one of an 'upgrade' or 'connect' event, as Node.js says. */
export function isUpgrade(request: IncomingMessage): boolean {
  return 'upgrade' in request && request.upgrade === true;
}
