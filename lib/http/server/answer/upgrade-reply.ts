/**
 * The answer to a request of an 'upgrade' or 'connect' event. There Node.js gives
 * the socket away, and no ServerResponse: what is refused is written on the
 * socket, which ends after it; a challenge with a token is written, too, and the
 * socket handed back for the next leg.
 */

import { STATUS_CODES, ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { answerFields, answerText, type Answer } from './answer.js';
import { canHandBack, guardAgainstErrors, handBack, unfinishedResponse } from './hand-back.js';
import { hasBody } from '../request/request-body.js';

export interface UpgradeReplyOptions {
  /** What a framework has for a response, if it has one: Node.js makes none. */
  response: ServerResponse | undefined;
  /** What came behind the request. */
  head: Uint8Array | undefined;
  /** How often the socket may be handed back. */
  legs: number;
  /** How long a client may take to read a refusal, in milliseconds. */
  timeoutMs: number;
  /** Whether a logon of the connection waits for its next leg. */
  isLogonUnderWay: () => boolean;
}

/** As much of a ServerResponse as decisions use. */
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
    // The stream that Node.js 26 puts around a socket, where a request has a body, has its errors.
    const around = options.response?.socket;
    if (around) guardAgainstErrors(around);
  }

  /** The fields for the answer of the application (101). */
  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  /** Why a request is none that can be upgraded; undefined if it is. */
  get fault(): 'has a body' | 'did not wait' | undefined {
    // Who reads the body differs by the version of Node.js, and behind it may be anything.
    if (hasBody(this.#request)) return 'has a body';
    const isLast = (this.#options.head?.length ?? 0) === 0 && this.#socket.readableLength === 0;
    return this.#isFirst && isLast ? undefined : 'did not wait';
  }

  /**
   * Whether Node.js has yet to count the answer before as written, although the
   * client may have it already. After a turn of the event loop it has.
   */
  get isBeforeLastFinish(): boolean {
    const unfinished = this.#otherUnfinished;
    return (
      unfinished !== undefined && unfinished.writableEnded && this.#socket.writableLength === 0
    );
  }

  /** The response to a request before that is still being written. More may wait after it. */
  get #otherUnfinished(): ServerResponse | undefined {
    const unfinished = unfinishedResponse(this.#socket);
    return unfinished === this.#options.response ? undefined : unfinished;
  }

  /** Whether what is written now comes after the whole answer to every request before. */
  get #isFirst(): boolean {
    return this.#otherUnfinished === undefined;
  }

  get #isAnsweredByOther(): boolean {
    const { response } = this.#options;
    return response instanceof ServerResponse && response.headersSent;
  }

  /** Whether it is too late for an answer. */
  get headersSent(): boolean {
    return this.#answered || this.#isAnsweredByOther || !this.#socket.writable;
  }

  /** Whether another request can come on the connection. */
  get shouldKeepAlive(): boolean {
    const { headers, httpVersionMajor, httpVersionMinor } = this.#request;
    const fields = (headers.connection ?? '').toLowerCase().split(',');
    const closes = fields.some((field) => field.trim() === 'close');
    const isHttp11 = httpVersionMajor === 1 && httpVersionMinor === 1;
    return isHttp11 && !closes && canHandBack(this.#socket, this.#options.legs);
  }

  get closed(): boolean {
    return this.#socket.closed;
  }

  /** What is upgraded is answered until its connection ends. */
  once(event: 'close', listener: () => void): void {
    this.#socket.once(event, listener);
  }

  setHeader(name: string, value: string): void {
    this.#headers[name] = value;
    this.#options.response?.setHeader(name, value);
  }

  /** Writes an answer, and ends the connection or hands it back. */
  answer(what: Answer): void {
    const socket = this.#socket;
    if (this.#answered || this.#isAnsweredByOther) return;
    if (!socket.writable || !this.#isFirst) {
      // Nothing can be written in its place.
      socket.destroy();
      return;
    }
    const goesOn =
      what.status === 401 &&
      what.close !== true &&
      this.shouldKeepAlive &&
      this.#options.isLogonUnderWay();
    this.#answered = true;
    socket.write(this.#bytes(what, goesOn ? 'keep-alive' : 'close'));
    if (goesOn) {
      this.#detachResponse();
      handBack(socket);
    } else {
      this.#end();
    }
  }

  #bytes(what: Answer, connection: string): string {
    const fields = [
      ['Date', new Date().toUTCString()],
      ['Connection', connection],
      ...answerFields(what),
    ].flatMap(([name = '', value = []]) => [value].flat().map((one) => `${name}: ${one}`));
    const status = `HTTP/1.1 ${what.status} ${STATUS_CODES[what.status] ?? ''}`;
    const text = this.#request.method === 'HEAD' ? '' : answerText(what);
    return [status, ...fields, '', text].join('\r\n');
  }

  /** A response of a framework would stand in front of those to come. */
  #detachResponse(): void {
    const { response } = this.#options;
    if (response instanceof ServerResponse && unfinishedResponse(this.#socket) === response) {
      response.detachSocket(this.#socket);
    }
  }

  /** As Node.js ends connections; but a client that reads nothing is not waited for. */
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
