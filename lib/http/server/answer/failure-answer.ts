/**
 * The answer to a request about which no decision could be made: another
 * authenticator decided about it, or it has no connection.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { Duplex } from 'node:stream';

import { DEFAULT_LIMITS } from '../options.js';
import { isHttp2 } from '../request/http2.js';
import { isUpgrade } from '../request/upgrade.js';
import { getAnswerBody, getAnswerFields, type Answer } from './answer.js';
import { getStatusText } from './rejections.js';
import { UpgradeReply } from './upgrade-reply.js';

const ANSWER: Answer = { status: 500, text: getStatusText(500), close: true };

/** Answers with 500, unless something else did. The connection ends. */
export function answerFailure(
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): void {
  if (!isHttp2(request) && isUpgrade(request) && request.socket instanceof Duplex) {
    const reply = new UpgradeReply(request, {
      response: response as ServerResponse,
      head: undefined,
      legs: 0,
      timeoutMs: DEFAULT_LIMITS.legTimeoutMs,
      isLogonPending: () => false,
    });
    reply.answer(ANSWER);
    return;
  }
  if (response.headersSent || response.writableEnded) return;
  response.statusCode = ANSWER.status;
  // HTTP/2 has no such field.
  if (!isHttp2(request)) response.setHeader('Connection', 'close');
  for (const [name, value] of getAnswerFields(ANSWER)) response.setHeader(name, value);
  response.end(request.method === 'HEAD' ? '' : getAnswerBody(ANSWER));
}
