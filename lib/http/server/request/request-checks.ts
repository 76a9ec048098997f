import type { IncomingMessage } from 'node:http';

import * as rejections from '../answer/rejections.js';
import type { Reply } from '../answer/reply.js';
import { UpgradeReply } from '../answer/upgrade-reply.js';
import type { Connection } from '../logon/connection.js';
import { mayLackHeaders } from './header-count.js';

/**
 * Why nothing in a request can be relied on; undefined if it can. Such a request
 * ends the logon of its connection.
 */
export function checkRequest(
  connection: Connection,
  request: IncomingMessage,
  reply: Reply,
): rejections.Rejection | undefined {
  if (connection.isLegRunning || connection.isBroken) {
    connection.break();
    return rejections.pipelined();
  }
  const fault = reply instanceof UpgradeReply ? reply.fault : undefined;
  if (fault !== undefined) {
    connection.drop('the request was malformed');
    return fault === 'has a body' ? rejections.upgradeWithBody() : rejections.upgradeDidNotWait();
  }
  if (mayLackHeaders(request)) {
    connection.drop('the request was malformed');
    return rejections.tooManyHeaders();
  }
  return undefined;
}
