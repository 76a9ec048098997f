/**
 * Whether a connection goes on after an answer. A logon of several legs needs
 * that, so it must be known before the answer is written.
 */

import type { ServerResponse } from 'node:http';

import { isBodyTooLarge, type BodyBounds } from '../request/request-body.js';
import { UpgradeReply } from './upgrade-reply.js';

/** What Node.js knows of a response, and does not document. Tests hold it to each version. */
interface Internals {
  maxRequestsOnConnectionReached?: boolean;
  /** The client waits for 100 before it sends the body. */
  _expect_continue?: boolean;
  /** It was sent. */
  _sent100?: boolean;
}

/** As Node.js reads a Connection field that was set. */
const CLOSE = /(?:^|\W)close(?:$|\W)/i;

/** Why the connection ends with this answer, for the log; undefined if it does not. */
export function whyConnectionEnds(
  response: ServerResponse | UpgradeReply,
  bounds: BodyBounds,
): string | undefined {
  if (response instanceof UpgradeReply) {
    return response.shouldKeepAlive ? undefined : 'the connection of an upgrade cannot go on';
  }
  const { maxRequestsOnConnectionReached: isLast } = response as Internals;
  if (!response.shouldKeepAlive) return 'the request has Connection: close, or is of HTTP/1.0';
  if (isLast) return 'it was the last one that server.maxRequestsPerSocket allows';
  if (CLOSE.test(String(response.getHeader('Connection') ?? ''))) {
    return 'the answer had Connection: close before';
  }
  if (isBodyTooLarge(response.req, bounds)) return 'its body is larger than limits.bodyBytes';
  return undefined;
}

/**
 * Keeps the connection of a client that waits with its body (`checkContinue`):
 * without 100 Node.js ends it after any answer. The body comes then, and is
 * thrown away.
 */
export function letBodyCome(response: ServerResponse | UpgradeReply): void {
  // A request to upgrade has no body.
  if (response instanceof UpgradeReply) return;
  const { _expect_continue: waits, _sent100: isSent } = response as Internals;
  if (waits && !isSent) response.writeContinue();
}
