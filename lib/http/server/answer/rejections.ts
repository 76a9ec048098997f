/** Rejections: what the client is told, and what is logged. */

import type { Scheme } from '../../schemes.js';
import type { FullLimit } from '../logon/handshake-slots.js';
import type { DropReason } from '../logon/pending-logon.js';
import type { Answer } from './answer.js';

/** The answer to a request that is not let in, and what the log says about it. */
export interface Rejection extends Omit<Answer, 'challenges'> {
  reason: string;
  code?: string;
  error?: unknown;
  scheme?: Scheme;
}

export const UNAUTHORIZED = 'You are not logged on.';

const TEXT_OF_STATUS: ReadonlyMap<number, string> = new Map([
  [400, 'The logon request is malformed.'],
  [401, UNAUTHORIZED],
  [403, 'Access denied.'],
  [503, 'Logons are temporarily unavailable.'],
]);

export function getStatusText(status: number): string {
  return TEXT_OF_STATUS.get(status) ?? 'The logon failed.';
}

const PROXY_HINT =
  'A proxy or load balancer in front of this server must give each client connection a connection of its own to ' +
  'the server, and keep it open.';

function rejection(
  status: number,
  reason: string,
  text: string,
  rest: Pick<Answer, 'close'> = {},
): Rejection {
  return { status, reason, text, ...rest };
}

/** After these the connection cannot be used any more. */
const CLOSE = { close: true };

export const closed = (): Rejection =>
  rejection(503, 'the authenticator is closed', getStatusText(503), CLOSE);

export const pipelined = (): Rejection =>
  rejection(
    400,
    'another request arrived on the connection during a leg, which no client sends',
    `Send no request before the answer to a logon request. ${PROXY_HINT}`,
    CLOSE,
  );

export const upgradeWithBody = (): Rejection =>
  rejection(400, 'the upgrade request has a body', getStatusText(400), CLOSE);

export const upgradeDidNotWait = (): Rejection =>
  rejection(
    400,
    'the upgrade request arrived before the answer to another request, or was followed by more data',
    'An upgrade request must be alone on its connection.',
    CLOSE,
  );

export const malformed = (fault: string): Rejection =>
  rejection(400, fault, getStatusText(400), CLOSE);

export const tooManyHeaders = (): Rejection =>
  rejection(
    431,
    'the request has so many header fields that Node.js drops some (server.maxHeadersCount)',
    'The request has too many header fields.',
    CLOSE,
  );

export const otherConnection = (): Rejection =>
  rejection(
    400,
    `the token continues a logon that began on another connection or was given up. ${PROXY_HINT}`,
    `This logon began on another connection or took too long. ${PROXY_HINT}`,
    CLOSE,
  );

export const onlyOneLeg = (): Rejection =>
  rejection(
    403,
    "the logon needs a second leg, which reverseProxy: 'multiplexing' does not allow; only Kerberos needs just one",
    'This server accepts only Kerberos tickets.',
    CLOSE,
  );

export const notKeptAlive = (why: string): Rejection =>
  rejection(
    400,
    `the logon needs another leg, but the connection ends after this request: ${why}. ${PROXY_HINT}`,
    `This logon needs a connection that stays open. ${PROXY_HINT}`,
    CLOSE,
  );

export const forwarded = (): Rejection =>
  rejection(
    403,
    "the request was forwarded, and reverseProxy is 'none': its connection may carry requests of other clients",
    'This server does not accept logons through a proxy.',
  );

export const crossSite = (): Rejection =>
  rejection(
    403,
    'the request was sent by a page of another site (crossSite)',
    'This server does not accept requests from other sites.',
  );

export const preflight = (): Rejection =>
  rejection(
    403,
    "the request is a CORS preflight, and preflight is 'refuse'",
    'This server does not answer CORS preflight requests.',
  );

const RETRY_AFTER_SECONDS = 5;

export const busy = (limit: FullLimit): Rejection => ({
  ...rejection(
    503,
    limit === 'handshakes'
      ? 'too many logons are under way (limits.handshakes)'
      : 'too many logons are under way from this address (limits.handshakesPerAddress)',
    getStatusText(503),
  ),
  retryAfterSeconds: RETRY_AFTER_SECONDS,
});

export const needsTls = (): Rejection =>
  rejection(
    403,
    'Extended Protection compares channel bindings, but the connection does not use TLS',
    'Logons require https.',
  );

export const noBindings = (): Rejection =>
  rejection(
    500,
    "the server's certificate has no channel bindings (it may be signed with Ed25519); use another certificate, or " +
      "extendedProtection: 'whenSupported'",
    getStatusText(500),
  );

export const cannotBegin = (isClosed: boolean): Rejection =>
  isClosed ? closed() : rejection(503, 'the server could not begin the logon', getStatusText(503));

export const ntlmIsOff = (): Rejection =>
  rejection(
    403,
    'the client logged on without Kerberos (ntlm: false)',
    'This server accepts only Kerberos tickets.',
  );

export const ntlmToken = (): Rejection =>
  rejection(
    401,
    'the token is an NTLM token, and this server accepts only Kerberos (ntlm: false, or packages)',
    UNAUTHORIZED,
  );

export const slowAuthority = (): Rejection =>
  rejection(401, 'the leg timed out; the client chose the authority', UNAUTHORIZED);

export const notPermitted = (): Rejection =>
  rejection(403, 'allow and deny do not permit this user', getStatusText(403));

export const guest = (): Rejection => rejection(401, 'the client is a guest', UNAUTHORIZED);

/** A logon that was given up during one of its legs. */
export function dropped(reason: DropReason): Rejection {
  const status = reason === 'another request arrived during a leg' ? 400 : 503;
  return rejection(status, reason, getStatusText(status), CLOSE);
}
