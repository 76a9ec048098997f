/**
 * Whoever gets a response: the handlers of undici, in both of their forms.
 *
 * The older form (`onConnect`, `onHeaders` …) is that of undici 6 and of what
 * Node 20 to 24 bundle for the global `fetch`, the newer (`onRequestStart` …)
 * that of undici 7 and later.
 */

import type { IncomingHttpHeaders } from 'node:http';

import { errors, type Dispatcher } from 'undici';

type Controller = Dispatcher.DispatchController;

/** The newer form, whole. */
export type Sink = Required<
  Pick<
    Dispatcher.DispatchHandler,
    'onRequestStart' | 'onResponseStart' | 'onResponseData' | 'onResponseEnd' | 'onResponseError'
  >
>;

/** The older form as it is called here; undici's types call it deprecated. */
interface OldHandler {
  onConnect?: (abort: (reason?: Error) => void, context: unknown) => void;
  onResponseStarted?: () => void;
  onHeaders?: (
    status: number,
    headers: unknown,
    resume: () => void,
    statusMessage: string,
  ) => boolean | undefined;
  onData?: (chunk: Buffer) => boolean | undefined;
  onComplete?: (trailers: unknown) => void;
  onError?: (error: Error) => void;
}

export function sinkOf(handler: Dispatcher.DispatchHandler): Sink {
  return typeof handler.onRequestStart === 'function'
    ? new NewSink(handler)
    : new OldSink(handler as OldHandler);
}

/** Whose methods may be missing. */
class NewSink implements Sink {
  readonly #handler: Dispatcher.DispatchHandler;

  constructor(handler: Dispatcher.DispatchHandler) {
    this.#handler = handler;
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    controller: Controller,
    status: number,
    headers: IncomingHttpHeaders,
    statusMessage?: string,
  ): void {
    this.#handler.onResponseStart?.(controller, status, headers, statusMessage);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Controller, trailers: IncomingHttpHeaders): void {
    this.#handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Controller, error: Error): void {
    this.#handler.onResponseError?.(controller, error);
  }
}

class OldSink implements Sink {
  readonly #handler: OldHandler;

  constructor(handler: OldHandler) {
    this.#handler = handler;
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#handler.onConnect?.((reason) => {
      controller.abort(reason ?? new errors.RequestAbortedError());
    }, context);
  }

  onResponseStart(
    controller: Controller,
    status: number,
    _: IncomingHttpHeaders,
    statusMessage?: string,
  ): void {
    this.#handler.onResponseStarted?.();
    const resume = () => {
      controller.resume();
    };
    const goOn = this.#handler.onHeaders?.(
      status,
      controller.rawHeaders ?? [],
      resume,
      statusMessage ?? '',
    );
    if (goOn === false) controller.pause();
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#handler.onData?.(chunk) === false) controller.pause();
  }

  onResponseEnd(controller: Controller): void {
    this.#handler.onComplete?.(controller.rawTrailers ?? []);
  }

  onResponseError(_: Controller, error: Error): void {
    this.#handler.onError?.(error);
  }
}
