/** One request on one connection, whose response waits until it is known what to do with it. */

import type { IncomingHttpHeaders } from 'node:http';

import type { Client, Dispatcher } from 'undici';

import type { ResponseHead } from '../logon/peer.js';

type Controller = Dispatcher.DispatchController;

export interface AttemptHead extends ResponseHead {
  readonly statusMessage: string | undefined;
}

/** Who gets the body of a response. */
export interface Receiver {
  /** Whether it wants nothing yet: it resumes the controller then. */
  readonly paused: boolean;
  data: (chunk: Buffer) => void;
  end: (trailers: IncomingHttpHeaders) => void;
}

/** What a response does after its head. */
type Event =
  | { kind: 'data'; chunk: Buffer }
  | { kind: 'end'; trailers: IncomingHttpHeaders }
  | { kind: 'error'; error: Error };

export class Attempt implements Dispatcher.DispatchHandler {
  /** Rejects where the request fails before it. */
  readonly head: Promise<AttemptHead>;
  #resolveHead: (head: AttemptHead) => void = () => undefined;
  #rejectHead: (error: Error) => void = () => undefined;
  #controller: Controller | undefined;
  #aborted: { reason: Error } | undefined;
  /** Who gets the events; they wait as long as nobody does. */
  #take: ((event: Event) => void) | undefined;
  readonly #waiting: Event[] = [];

  constructor(client: Client, options: Dispatcher.DispatchOptions) {
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
    // Nobody waits for it any more where the request was aborted meanwhile.
    this.head.catch(() => undefined);
    client.dispatch(options, this);
  }

  /** The connection's own controller: there from the head on. */
  get controller(): Controller | undefined {
    return this.#controller;
  }

  /** Ends the request, and its connection with it. */
  abort(reason: Error): void {
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }

  /** Gives the rest of the response to a receiver; resolves at its end, rejects where there is none. */
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

  /** Reads the rest of the response and throws it away; false where it has no end within the bound. */
  async discard(maxBytes: number): Promise<boolean> {
    let bytes = 0;
    try {
      await this.#consume(true, (event, resolve, reject) => {
        if (event.kind === 'end') resolve();
        else if (event.kind === 'error') reject(event.error);
        else {
          bytes += event.chunk.length;
          if (bytes > maxBytes) throw new Error('the body is too large');
        }
      });
      return true;
    } catch {
      return false;
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

  #give(event: Event): void {
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
    // What comes before the response (103, say) nobody waits for.
    if (status < 200) return;
    controller.pause();
    this.#resolveHead({ status, headers, statusMessage });
  }

  onResponseData(_: Controller, chunk: Buffer): void {
    this.#give({ kind: 'data', chunk });
  }

  onResponseEnd(_: Controller, trailers: IncomingHttpHeaders): void {
    this.#give({ kind: 'end', trailers });
  }

  onResponseError(_: Controller, error: Error): void {
    this.#rejectHead(error);
    this.#give({ kind: 'error', error });
  }
}
