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

import { argumentError } from '../../../core/errors.js';
import { IntegratedAgent } from './integrated-agent.js';
import { bytesOf, checkWhole, discardBody, isStreamBody } from '../body/body-source.js';
import type { IntegratedClientOptions } from '../options.js';
import { isFormData, isWhole } from '../body/request-body.js';

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
    const { given, sent } = bodiesOf(body);
    try {
      checkWhole(body);
      return await fetch(requestOf(input), {
        ...init,
        ...('body' in init && { body: given }),
        dispatcher: sent === undefined ? agent : withBody(agent, sent),
      } as RequestInit);
    } finally {
      // Not if it was sent: it ends with its request then.
      discardBody(body);
    }
  };
  return Object.assign(integrated, { agent, close: () => agent.close() });
}

/** A body as undici's `fetch` gets it, and as the agent does; `sent` is undefined where that is the same. */
interface Bodies {
  readonly given: unknown;
  readonly sent: unknown;
}

/**
 * `fetch` makes a stream of each body, which the agent could send again only up
 * to `limits.bodyBytes`, and of which it would not hear how it failed. So the
 * agent gets the body itself.
 */
function bodiesOf(body: unknown): Bodies {
  if (isStreamBody(body)) return { given: standIn(), sent: body };
  if (isFormData(body)) {
    const form = copyOf(body as FormData);
    return { given: form, sent: form };
  }
  if (body instanceof URLSearchParams) return { given: body, sent: body.toString() };
  // The caller may change its bytes meanwhile.
  const whole = body instanceof ArrayBuffer || ArrayBuffer.isView(body) ? bytesOf(body) : body;
  return { given: whole, sent: isWhole(whole) ? (whole ?? undefined) : undefined };
}

/** For a stream: undici would read it in ways in which its failure is not heard, and cannot destroy it. */
async function* standIn(): AsyncGenerator<Uint8Array> {
  // The agent has the stream itself.
}

/** The agent, with the body itself in place of the one that `fetch` made. */
function withBody(agent: IntegratedAgent, body: unknown): Dispatcher {
  return agent.compose((dispatch) => (options, handler) => {
    if ((options.body ?? null) === null) return dispatch(options, handler);
    const headers = body instanceof FormData ? withoutForm(options.headers) : options.headers;
    return dispatch({ ...options, headers, body } as Dispatcher.DispatchOptions, handler);
  });
}

/** The fields without those of a form that `fetch` has written: each time it is written it has another boundary. */
function withoutForm(headers: unknown): Record<string, string> {
  const kept = Object.entries(headers as Record<string, string>).filter(([name, value]) => {
    const field = name.toLowerCase();
    const ofForm = field === 'content-type' && /^multipart\/form-data; *boundary=/i.test(value);
    return field !== 'content-length' && !ofForm;
  });
  return Object.fromEntries(kept);
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

/** A FormData of undici, with what another one has now: undici does not know Node's own either. */
function copyOf(form: FormData): FormData {
  const own = new FormData();
  for (const [name, value] of form) {
    if (typeof value === 'string') own.append(name, value);
    else own.append(name, value, value.name);
  }
  return own;
}
