/**
 * The answer to a request of an 'upgrade' or 'connect' event. For these Node.js
 * provides the socket and no ServerResponse. A rejection is written to the
 * socket, which then ends. A challenge with a token is written, too; the socket
 * is then handed back to the server for the next leg.
 */

import { STATUS_CODES, ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { getAnswerBody, getAnswerFields, type Answer } from './answer.js';
import { hasConnectionClose } from './connection-close.js';
import { canHandBack, guardAgainstErrors, handBack, getUnfinishedResponse } from './hand-back.js';
import { hasBody } from '../request/request-body.js';

export interface UpgradeReplyOptions {
  /** The response that a framework created, if any: Node.js creates none. */
  response: ServerResponse | undefined;
  /** Data that was received after the request. */
  head: Uint8Array | undefined;
  /** How many times the socket may be handed back. */
  legs: number;
  /** How long a client may take to read a rejection, in milliseconds. */
  timeoutMs: number;
  /** Whether a logon on the connection waits for its next leg. */
  isLogonPending: () => boolean;
}

/** The part of a ServerResponse's interface that the authenticator uses. */
export class UpgradeReply {
  readonly #request: IncomingMessage;
  readonly #socket: Socket;
  readonly #options: UpgradeReplyOptions;
  readonly #headers: Record<string, string> = {};
  #answered = false;

  constructor(request: IncomingMessage, options: UpgradeReplyOptions) {
    this.#request = request;
    this.#socket = request.socket;
    this.#options = options;
    guardAgainstErrors(this.#socket);
    // For a request with a body, Node.js 26 wraps the socket in a stream that emits its errors.
    const wrapper = options.response?.socket;
    if (wrapper) guardAgainstErrors(wrapper);
  }

  /** The fields for the application's 101 response. */
  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  /** Why the request cannot be upgraded; undefined if it can. */
  get fault(): 'has a body' | 'did not wait' | undefined {
    // Versions of Node.js differ in what reads the body, and anything may follow it.
    if (hasBody(this.#request)) return 'has a body';
    const isLast = (this.#options.head?.length ?? 0) === 0 && this.#socket.readableLength === 0;
    return this.#isFirst && isLast ? undefined : 'did not wait';
  }

  /**
   * Whether Node.js has not yet marked the previous answer as finished, although
   * the client may have received it. After one turn of the event loop it has.
   */
  get isBeforeLastFinish(): boolean {
    const unfinished = this.#otherUnfinished;
    return (
      unfinished !== undefined && unfinished.writableEnded && this.#socket.writableLength === 0
    );
  }

  /** The response to an earlier request that is still being written. Others may be queued after it. */
  get #otherUnfinished(): ServerResponse | undefined {
    const unfinished = getUnfinishedResponse(this.#socket);
    return unfinished === this.#options.response ? undefined : unfinished;
  }

  /** Whether every earlier request has been answered completely. */
  get #isFirst(): boolean {
    return this.#otherUnfinished === undefined;
  }

  get #isAnsweredByOther(): boolean {
    const { response } = this.#options;
    return response instanceof ServerResponse && response.headersSent;
  }

  /** Whether the request was answered, or can no longer be. */
  get headersSent(): boolean {
    return this.#answered || this.#isAnsweredByOther || !this.#socket.writable;
  }

  /** Whether the connection can carry another request. */
  get shouldKeepAlive(): boolean {
    const { headers, httpVersionMajor, httpVersionMinor } = this.#request;
    const isHttp11 = httpVersionMajor === 1 && httpVersionMinor === 1;
    return (
      isHttp11 &&
      !hasConnectionClose(headers.connection ?? '') &&
      canHandBack(this.#socket, this.#options.legs)
    );
  }

  get closed(): boolean {
    return this.#socket.closed;
  }

  /** The answer to an upgrade ends with its connection. */
  once(event: 'close', listener: () => void): void {
    this.#socket.once(event, listener);
  }

  setHeader(name: string, value: string): void {
    this.#headers[name] = value;
    this.#options.response?.setHeader(name, value);
  }

  /** Writes an answer, then ends the connection or hands it back to the server. */
  answer(answer: Answer): void {
    const socket = this.#socket;
    if (this.#answered || this.#isAnsweredByOther) return;
    if (!socket.writable || !this.#isFirst) {
      // The answer cannot be written in its order.
      socket.destroy();
      return;
    }
    const continues =
      answer.status === 401 &&
      answer.close !== true &&
      this.shouldKeepAlive &&
      this.#options.isLogonPending();
    this.#answered = true;
    socket.write(this.#format(answer, continues ? 'keep-alive' : 'close'));
    if (continues) {
      this.#detachResponse();
      handBack(socket);
    } else {
      this.#end();
    }
  }

  #format(answer: Answer, connection: string): string {
    const fields = [
      ['Date', new Date().toUTCString()],
      ['Connection', connection],
      ...getAnswerFields(answer),
    ].flatMap(([name = '', value = []]) => [value].flat().map((one) => `${name}: ${one}`));
    const status = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`;
    const text = this.#request.method === 'HEAD' ? '' : getAnswerBody(answer);
    return [status, ...fields, '', text].join('\r\n');
  }

  /** Node.js would queue later responses after the framework's response. */
  #detachResponse(): void {
    const { response } = this.#options;
    if (response instanceof ServerResponse && getUnfinishedResponse(this.#socket) === response) {
      response.detachSocket(this.#socket);
    }
  }

  /** Ends the connection as Node.js does, but does not wait for a client that reads nothing. */
  #end(): void {
    const socket = this.#socket;
    const timer = setTimeout(() => {
      socket.destroy();
    }, this.#options.timeoutMs).unref();
    socket.once('close', () => {
      clearTimeout(timer);
    });
    socket.resume();
    socket.destroySoon();
  }
}
