/** A `fetch` that logs on. */

import {
  fetch,
  FormData,
  type Dispatcher,
  type RequestInfo,
  type RequestInit,
  type Response,
} from 'undici';

import { argumentError } from '../../../core/errors.js';
import { bytesOf, checkUnread, destroyUntakenBody, isStreamBody } from '../body/body-source.js';
import { isFormData, isReusable } from '../body/request-body.js';
import type { IntegratedClientOptions } from '../options.js';
import { referrerOf, streamOf, withoutBody } from './fetch-request.js';
import { IntegratedAgent } from './integrated-agent.js';

type Options = Dispatcher.DispatchOptions;

/** undici's `fetch`, with an `IntegratedAgent` as its dispatcher. */
export interface IntegratedFetch {
  (input: RequestInfo | globalThis.Request, init?: IntegratedRequestInit): Promise<Response>;
  /** The dispatcher, for `request` and the other functions of undici. */
  readonly agent: IntegratedAgent;
  /** Rejects further requests, waits for the running ones, then closes the connections and credentials. */
  close(): Promise<void>;
}

/** The options of `fetch`. The body may be a FormData of Node.js, too. */
export type IntegratedRequestInit = Omit<RequestInit, 'body' | 'dispatcher'> & {
  body?: RequestInit['body'] | globalThis.FormData;
};

/**
 * Returns a `fetch` that logs on to `hosts` as the process identity, or as another
 * user: it answers 401 and 407 with Negotiate (Kerberos or NTLM).
 *
 * ```js
 * const fetch = integratedFetch({ hosts: ['*.corp.example.com'] });
 * const response = await fetch('https://intranet.corp.example.com/');
 * ```
 *
 * Redirects are followed as usual, and each URL is compared with `hosts`: hosts
 * that are not in the list are never sent a token. If a logon fails, `fetch`
 * rejects with a TypeError whose `cause` is the error.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` if an option is invalid
 */
export function integratedFetch(options: IntegratedClientOptions): IntegratedFetch {
  const agent = new IntegratedAgent(options);
  const integrated = async (
    input: RequestInfo | globalThis.Request,
    init: IntegratedRequestInit = {},
  ): Promise<Response> => {
    const own = init.body ?? undefined;
    const body = own ?? streamOf(input);
    try {
      if ('dispatcher' in init) {
        throw argumentError('integratedFetch does not support the option dispatcher');
      }
      checkUnread(body);
      const { forFetch, forAgent } = bodiesOf(body ?? undefined);
      return await fetch(withoutBody(input), {
        ...(Object.keys(init).length === 0 && referrerOf(input)),
        ...init,
        ...(forFetch !== undefined && { body: forFetch }),
        ...(own === undefined && { duplex: 'half' }),
        dispatcher: dispatcherFor(agent, forAgent),
      } as RequestInit);
    } finally {
      // Has no effect if the agent took it: then it is destroyed when its request ends.
      destroyUntakenBody(body);
    }
  };
  return Object.assign(integrated, { agent, close: () => agent.close() });
}

/** The body to pass to undici's `fetch`, and the one that the agent sends; `forAgent` is undefined if it is the same. */
interface Bodies {
  readonly forFetch: unknown;
  readonly forAgent: unknown;
}

/**
 * `fetch` turns each body into a stream. The agent could send that again only up
 * to `limits.bufferedBodyBytes`, and would not see the error if the body fails. So
 * the agent is given the body itself.
 */
function bodiesOf(body: unknown): Bodies {
  if (isStreamBody(body)) return { forFetch: placeholderBody(), forAgent: body };
  if (isFormData(body)) {
    const form = copyOf(body as FormData);
    return { forFetch: form, forAgent: form };
  }
  if (body instanceof URLSearchParams) return { forFetch: body, forAgent: body.toString() };
  // Copy: the caller may change the bytes in the meantime.
  const whole = body instanceof ArrayBuffer || ArrayBuffer.isView(body) ? bytesOf(body) : body;
  return { forFetch: whole, forAgent: isReusable(whole) ? (whole ?? undefined) : undefined };
}

/** Replaces a stream: undici would read it without noticing all failures, and could not destroy it. */
async function* placeholderBody(): AsyncGenerator<Uint8Array> {
  // Yields nothing: the agent is given the stream itself.
}

/**
 * A dispatcher that sends a body instead of the one from `fetch`.
 *
 * @param body undefined for the source of the body from `fetch`
 */
function dispatcherFor(agent: IntegratedAgent, body: unknown): Dispatcher {
  const dispatch: Dispatcher['dispatch'] = (options, handler) => {
    if ((options.body ?? null) === null) return agent.dispatch(options, handler);
    const sent = body ?? options.body;
    const headers = isFormData(sent) ? withoutFormFields(options.headers) : options.headers;
    return agent.dispatch({ ...options, headers, body: sent } as Options, handler);
  };
  // This property makes undici's fetch pass on what a Request was made of: a stream
  // can then be cancelled, and other bodies can be sent again.
  return { dispatch, isMockActive: true } as unknown as Dispatcher;
}

/** Removes the fields that `fetch` set for a form: each serialization has a new boundary. */
function withoutFormFields(headers: unknown): Record<string, string> {
  const kept = Object.entries(headers as Record<string, string>).filter(([name, value]) => {
    const field = name.toLowerCase();
    const ofForm = field === 'content-type' && /^multipart\/form-data; *boundary=/i.test(value);
    return field !== 'content-length' && !ofForm;
  });
  return Object.fromEntries(kept);
}

/** Copies a FormData into one of undici, which does not recognize that of Node.js. */
function copyOf(form: FormData): FormData {
  const own = new FormData();
  for (const [name, value] of form) {
    if (typeof value === 'string') own.append(name, value);
    else own.append(name, value, value.name);
  }
  return own;
}
