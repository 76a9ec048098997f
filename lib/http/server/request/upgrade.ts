import type { IncomingMessage } from 'node:http';

/** Whether Node.js emitted the request with an 'upgrade' or 'connect' event. */
export function isUpgrade(request: IncomingMessage): boolean {
  return 'upgrade' in request && request.upgrade === true;
}
