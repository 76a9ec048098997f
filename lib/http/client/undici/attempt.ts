/** Sends one request on one connection, and holds its response until it is forwarded or drained. */

import type { IncomingHttpHeaders } from 'node:http';

import type { Client, Dispatcher } from 'undici';

import { DiscardBounds } from '../connection/discard-bounds.js';
import { CLOSED_DURING_LOGON } from '../connection/lost-connection.js';
import type { ClientLimits } from '../limits.js';
import type { ResponseHead } from '../logon/peer.js';

type Controller = Dispatcher.DispatchController;

export interface AttemptHead extends ResponseHead {
  readonly statusMessage: string | undefined;
}

export interface RoundTrip {
  attempt: Attempt;
  head: AttemptHead;
}

/** Receives the body of a response. */
export interface Receiver {
  /** Whether it is paused; it will resume the controller itself. */
  readonly paused: boolean;
  data: (chunk: Buffer) => void;
  end: (trailers: IncomingHttpHeaders) => void;
}

/** An event of a response after its head. */
type Event =
  | { kind: 'data'; chunk: Buffer }
  | { kind: 'end'; trailers: IncomingHttpHeaders }
  | { kind: 'error'; error: Error };

export class Attempt implements Dispatcher.DispatchHandler {
  /** Resolves to the head of the response. Rejects if the request fails before it arrives. */
  readonly head: Promise<AttemptHead>;
  #resolveHead: (head: AttemptHead) => void = () => undefined;
  #rejectHead: (error: Error) => void = () => undefined;
  #controller: Controller | undefined;
  #aborted: { reason: Error } | undefined;
  /** Takes the events; they are queued until it is set. */
  #take: ((event: Event) => void) | undefined;
  readonly #waiting: Event[] = [];

  constructor(client: Client, options: Dispatcher.DispatchOptions) {
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
    // If the request is aborted, nothing waits for the head.
    this.head.catch(() => undefined);
    client.dispatch(options, this);
  }

  /** The controller of this request; defined by the time the head arrives. */
  get controller(): Controller | undefined {
    return this.#controller;
  }

  /** Ends the request and its connection. */
  abort(reason: Error): void {
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }

  /** Forwards the body to a receiver. Resolves at its end; rejects if it is cut off. */
  forward(receiver: Receiver): Promise<void> {
    return this.#consume(!receiver.paused, (event, resolve, reject) => {
      if (event.kind === 'data') receiver.data(event.chunk);
      else if (event.kind === 'error') reject(event.error);
      else {
        receiver.end(event.trailers);
        resolve();
      }
    });
  }

  /**
   * Reads and discards the body. Resolves to undefined at its end, or to the reason
   * why the connection cannot be used afterwards: the body is cut off, too large or
   * too slow.
   *
   * @param response names the response in the reason
   */
  async drain(response: string, limits: ClientLimits): Promise<string | undefined> {
    const bounds = new DiscardBounds(response, limits, (reason) => {
      this.abort(reason);
    });
    try {
      await this.#consume(true, (event, resolve, reject) => {
        if (event.kind === 'end') resolve();
        else if (event.kind === 'error') reject(event.error);
        else bounds.count(event.chunk.length);
      });
      return undefined;
    } catch {
      return bounds.exceeded ?? CLOSED_DURING_LOGON;
    } finally {
      bounds.end();
    }
  }

  #consume(
    resume: boolean,
    take: (event: Event, resolve: () => void, reject: (error: Error) => void) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#take = (event) => {
        try {
          take(event, resolve, reject);
        } catch (error) {
          const failure = error as Error;
          reject(failure);
          this.abort(failure);
        }
      };
      for (const event of this.#waiting.splice(0)) this.#take(event);
      if (resume) this.#controller?.resume();
    });
  }

  #emit(event: Event): void {
    if (this.#take === undefined) this.#waiting.push(event);
    else this.#take(event);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#aborted !== undefined) controller.abort(this.#aborted.reason);
  }

  onResponseStart(
    controller: Controller,
    status: number,
    headers: IncomingHttpHeaders,
    statusMessage?: string,
  ): void {
    // Ignore interim responses, such as 103.
    if (status < 200) return;
    controller.pause();
    this.#resolveHead({ status, headers, statusMessage });
  }

  onResponseData(_: Controller, chunk: Buffer): void {
    this.#emit({ kind: 'data', chunk });
  }

  onResponseEnd(_: Controller, trailers: IncomingHttpHeaders): void {
    this.#emit({ kind: 'end', trailers });
  }

  onResponseError(_: Controller, error: Error): void {
    this.#rejectHead(error);
    this.#emit({ kind: 'error', error });
  }
}
