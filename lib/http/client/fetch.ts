/** A fetch that logs on. */

import {
  fetch,
  FormData,
  Request,
  type Dispatcher,
  type RequestInfo,
  type RequestInit,
  type Response,
} from 'undici';

import { argumentError } from '../../errors.js';
import { IntegratedAgent } from './agent.js';
import { discardBody, isStreamBody } from './body-source.js';
import type { IntegratedClientOptions } from './options.js';

/** undici's `fetch`, with the agent that logs on. */
export interface IntegratedFetch {
  (input: RequestInfo | globalThis.Request, init?: IntegratedRequestInit): Promise<Response>;
  /** Its dispatcher, for `request` and the other functions of undici. */
  readonly agent: IntegratedAgent;
  /** Waits for the requests that run, ends the connections and gives the credentials back. */
  close(): Promise<void>;
}

/** What `fetch` takes; FormData may be Node's own, too. */
export type IntegratedRequestInit = Omit<RequestInit, 'body' | 'dispatcher'> & {
  body?: RequestInit['body'] | globalThis.FormData;
};

/**
 * A `fetch` that logs on to `hosts` as the user of the process, or as another
 * one: it answers 401 and 407 with Negotiate (Kerberos, NTLM).
 *
 * ```js
 * const fetch = integratedFetch({ hosts: ['*.corp.example.com'] });
 * const response = await fetch('https://intranet.corp.example.com/');
 * ```
 *
 * Redirects are followed as `fetch` does, and each address is judged by itself:
 * nothing of a logon goes to a host that is not in `hosts`. Errors of a logon
 * are the `cause` of the TypeError that `fetch` rejects with.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for wrong options
 */
export function integratedFetch(options: IntegratedClientOptions): IntegratedFetch {
  const agent = new IntegratedAgent(options);
  const integrated = async (
    input: RequestInfo | globalThis.Request,
    init: IntegratedRequestInit = {},
  ): Promise<Response> => {
    if ('dispatcher' in init) throw argumentError('an integratedFetch has a dispatcher of its own');
    const { body } = init;
    if (!isStreamBody(body)) {
      return fetch(requestOf(input), { ...withOwnFormData(init), dispatcher: agent });
    }
    try {
      return await fetch(requestOf(input), {
        ...init,
        body: standIn(),
        dispatcher: withBody(agent, body),
      });
    } catch (error) {
      discardBody(body, error as Error);
      throw error;
    }
  };
  return Object.assign(integrated, { agent, close: () => agent.close() });
}

/** For a stream: undici would read it in ways in which its failure is not heard, and cannot destroy it. */
async function* standIn(): AsyncGenerator<Uint8Array> {
  // The agent has the stream itself.
}

/** The agent, with the body itself in place of the one that stands for it. */
function withBody(agent: IntegratedAgent, body: unknown): Dispatcher {
  return agent.compose((dispatch) => (options, handler) => {
    const own = (options.body ?? null) === null ? options : { ...options, body };
    return dispatch(own as Dispatcher.DispatchOptions, handler);
  });
}

/** undici does not know a Request of Node's own undici, and would take it for a string. */
function requestOf(input: RequestInfo | globalThis.Request): RequestInfo {
  if (typeof input === 'string' || input instanceof URL || input instanceof Request) return input;
  if (Object.prototype.toString.call(input) !== '[object Request]') return input as RequestInfo;
  const { url, method, body, redirect, signal, headers } = input;
  return new Request(url, {
    method,
    headers: [...headers],
    redirect,
    signal,
    ...(body !== null && { body: body as RequestInit['body'], duplex: 'half' as const }),
  } as RequestInit);
}

/** Nor a FormData of it. */
function withOwnFormData({ body, ...init }: IntegratedRequestInit): RequestInit {
  if (body === undefined || body === null) return init;
  const foreign =
    Object.prototype.toString.call(body) === '[object FormData]' && !(body instanceof FormData);
  if (!foreign) return { ...init, body: body as RequestInit['body'] } as RequestInit;
  const own = new FormData();
  for (const [name, value] of body as globalThis.FormData) {
    if (typeof value === 'string') own.append(name, value);
    else own.append(name, value, value.name);
  }
  return { ...init, body: own };
}
