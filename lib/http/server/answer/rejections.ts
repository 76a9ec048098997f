/** The refusals: what the client is told, and what the log. */

import type { Answer } from './answer.js';
import type { DropReason } from '../logon/pending-logon.js';

interface Refusal extends Answer {
  reason: string;
}

export const UNAUTHORIZED = 'You are not logged on.';

const OF_STATUS: ReadonlyMap<number, string> = new Map([
  [400, 'The logon is malformed.'],
  [401, UNAUTHORIZED],
  [403, 'You are not allowed to come in.'],
  [503, 'Logons are not possible at the moment.'],
]);

export function ofStatus(status: number): string {
  return OF_STATUS.get(status) ?? 'The logon failed.';
}

const PROXY_HINT =
  'If there is a proxy or load balancer in front of this server, it must give each client a connection of its own ' +
  'to the server, and keep it open.';

function refusal(
  status: number,
  reason: string,
  text: string,
  rest: Partial<Answer> = {},
): Refusal {
  return { status, reason, text, ...rest };
}

/** Behind these the connection is of no use. */
const CLOSE = { close: true };

export const closed = (): Refusal =>
  refusal(503, 'the authentication was closed', ofStatus(503), CLOSE);

export const pipelined = (): Refusal =>
  refusal(
    400,
    'a request came while a leg of the same connection ran, as no client sends it',
    `Requests must wait for the answer to a logon. ${PROXY_HINT}`,
    CLOSE,
  );

export const upgradeWithBody = (): Refusal =>
  refusal(400, 'the request asks for an upgrade and has a body', ofStatus(400), CLOSE);

export const upgradeDidNotWait = (): Refusal =>
  refusal(
    400,
    'the request asks for an upgrade before the answer to another one, or more came behind it',
    'Requests for an upgrade must be alone on their connection.',
    CLOSE,
  );

export const malformed = (fault: string): Refusal => refusal(400, fault, ofStatus(400), CLOSE);

export const tooManyHeaders = (): Refusal =>
  refusal(
    431,
    'the request has so many header fields that Node.js leaves some out (server.maxHeadersCount)',
    'The request has too many header fields.',
    CLOSE,
  );

export const otherConnection = (): Refusal =>
  refusal(
    400,
    `the token continues a logon that did not begin on this connection, or was given up. ${PROXY_HINT}`,
    `This logon did not begin on this connection, or took too long. ${PROXY_HINT}`,
    CLOSE,
  );

export const onlyOneLeg = (): Refusal =>
  refusal(
    403,
    "the logon needs a second leg, which proxy: 'multiplexing' cannot have; only Kerberos does without",
    'Only Kerberos tickets are accepted here.',
    CLOSE,
  );

export const notKeptAlive = (why: string): Refusal =>
  refusal(
    400,
    `the logon needs another leg, and the connection ends with this request: ${why}. ${PROXY_HINT}`,
    `This logon needs a connection that stays open. ${PROXY_HINT}`,
    CLOSE,
  );

export const forwarded = (): Refusal =>
  refusal(
    403,
    'the request says that it was forwarded, and the option proxy is none: others may speak on its connection',
    'This server does not take logons through a proxy.',
  );

export const crossSite = (): Refusal =>
  refusal(
    403,
    'a page of another site sent the request (crossSite)',
    'Requests from other sites are refused.',
  );

export const preflight = (): Refusal =>
  refusal(
    403,
    'a browser asks what a page of another site may send (a CORS preflight), and the option preflight is refuse',
    'This server answers no CORS preflight requests.',
  );

export const busy = (): Refusal =>
  refusal(
    503,
    'too many logons are under way (limits.handshakes, handshakesPerAddress)',
    ofStatus(503),
  );

export const needsTls = (): Refusal =>
  refusal(
    403,
    'Extended Protection compares channel bindings, and the connection has no TLS',
    'Logons need https here.',
  );

export const noBindings = (): Refusal =>
  refusal(
    500,
    "the certificate of this server has no channel bindings (Ed25519, say); use another one, or extendedProtection: 'whenSupported'",
    ofStatus(500),
  );

export const cannotBegin = (isClosed: boolean): Refusal =>
  isClosed ? closed() : refusal(503, 'the server could not begin the logon', ofStatus(503));

export const ntlmIsOff = (): Refusal =>
  refusal(
    403,
    'the logon was not by Kerberos (ntlm: false)',
    'Only Kerberos tickets are accepted here.',
  );

export const ntlmToken = (): Refusal =>
  refusal(
    401,
    'the token is one of NTLM, and only Kerberos logs on here (ntlm: false, or packages)',
    UNAUTHORIZED,
  );

export const slowAuthority = (): Refusal =>
  refusal(401, 'the leg took too long; the client named the authority itself', UNAUTHORIZED);

export const notPermitted = (): Refusal =>
  refusal(403, 'allow and deny do not let this user in', ofStatus(403));

export const guest = (): Refusal => refusal(401, 'the client is a guest', UNAUTHORIZED);

/** A logon that was given up while a leg of it ran. */
export function dropped(reason: DropReason): Refusal {
  const status = reason === 'another request came while a leg ran' ? 400 : 503;
  return refusal(status, reason, ofStatus(status), CLOSE);
}
