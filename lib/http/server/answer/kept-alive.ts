/**
 * Whether a connection stays open after an answer. A logon with several legs
 * depends on it, so it must be known before the answer is written.
 */

import { isBodyTooLarge, type BodyBounds } from '../request/request-body.js';
import { hasConnectionClose } from './connection-close.js';
import type { Reply } from './reply.js';
import { UpgradeReply } from './upgrade-reply.js';

/** Undocumented properties of a ServerResponse. Tests check them with each version of Node.js. */
interface Internals {
  maxRequestsOnConnectionReached?: boolean;
  /** Whether the client waits for 100 before it sends the body. */
  _expect_continue?: boolean;
  /** Whether 100 was sent. */
  _sent100?: boolean;
}

/** Why the connection ends after this answer, for the log; undefined if it stays open. */
export function whyConnectionEnds(reply: Reply, bounds: BodyBounds): string | undefined {
  if (reply instanceof UpgradeReply) {
    return reply.shouldKeepAlive ? undefined : 'the socket of the upgrade cannot be used again';
  }
  const { maxRequestsOnConnectionReached: isLast } = reply as Internals;
  if (!reply.shouldKeepAlive) return 'the request has Connection: close, or is HTTP/1.0';
  if (isLast) return 'it was the last request that server.maxRequestsPerSocket allows';
  if (hasConnectionClose(String(reply.getHeader('Connection') ?? ''))) {
    return 'something set Connection: close on the response';
  }
  if (isBodyTooLarge(reply.req, bounds)) {
    return 'the body of the request is larger than limits.discardedBodyBytes';
  }
  return undefined;
}

/**
 * Keeps the connection of a client that waits before it sends its body
 * (`checkContinue`): unless 100 is sent, Node.js ends the connection after any
 * answer. The body is then sent and discarded.
 */
export function sendContinue(reply: Reply): void {
  // An upgrade request has no body.
  if (reply instanceof UpgradeReply) return;
  const { _expect_continue: waits, _sent100: isSent } = reply as Internals;
  if (waits && !isSent) reply.writeContinue();
}
