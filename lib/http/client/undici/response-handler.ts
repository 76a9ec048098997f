/**
 * Gives undici's handlers of responses one form.
 *
 * Their older form (`onConnect`, `onHeaders` …) is that of undici 6 and of the
 * undici in Node.js 20 to 24, which the global `fetch` uses. The newer form
 * (`onRequestStart` …) is that of undici 7 and later.
 */

import type { IncomingHttpHeaders } from 'node:http';

import { errors, type Dispatcher } from 'undici';

type Controller = Dispatcher.DispatchController;

/** The newer form, with all methods present. */
export type ResponseHandler = Required<
  Pick<
    Dispatcher.DispatchHandler,
    'onRequestStart' | 'onResponseStart' | 'onResponseData' | 'onResponseEnd' | 'onResponseError'
  >
>;

/** The older form, as far as it is used here. undici's types mark it as deprecated. */
interface LegacyHandler {
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

export function responseHandlerOf(handler: Dispatcher.DispatchHandler): ResponseHandler {
  return typeof handler.onRequestStart === 'function'
    ? new CompleteHandler(handler)
    : new LegacyHandlerAdapter(handler as LegacyHandler);
}

/** Wraps a handler of the newer form whose methods may be missing. */
class CompleteHandler implements ResponseHandler {
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

/** Wraps a handler of the older form. */
class LegacyHandlerAdapter implements ResponseHandler {
  readonly #handler: LegacyHandler;

  constructor(handler: LegacyHandler) {
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
