import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';

import { setAuthentication, type Authentication } from './authentication.js';

/** What was decided about a request. */
export type ServerDecision =
  /** Handle the request on behalf of this client. */
  | {
      kind: 'authenticated';
      authentication: Authentication;
      /** For an upgrade: header fields to add to the 101 response, with which the client authenticates the server. */
      headers?: Readonly<Record<string, string>>;
    }
  /** Handle the request without an identity: `'pass'` of `anonymous`, `preflight` or `otherSchemes`. */
  | { kind: 'anonymous' }
  /** Do not handle the request. It was answered with a challenge, the next token of a logon, or a rejection. */
  | { kind: 'answered' };

export const ANSWERED: ServerDecision = Object.freeze({ kind: 'answered' });
const ANONYMOUS: ServerDecision = Object.freeze({ kind: 'anonymous' });

/** Lets a request through with a logon. */
export function admit(request: IncomingMessage, authentication: Authentication): ServerDecision {
  setAuthentication(request, authentication);
  return { kind: 'authenticated', authentication };
}

/** Lets a request through without a logon. */
export function pass(request: IncomingMessage | Http2ServerRequest): ServerDecision {
  setAuthentication(request, 'anonymous');
  return ANONYMOUS;
}
