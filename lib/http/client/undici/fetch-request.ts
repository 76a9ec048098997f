/** Prepares a Request for undici's `fetch`. */

import { Request, type RequestInfo, type RequestInit } from 'undici';

type AnyRequest = Request | globalThis.Request;

/** What `new Request` copies from another one, besides its URL, headers and body. */
const FIELDS = [
  'cache',
  'credentials',
  'integrity',
  'method',
  'mode',
  'redirect',
  'referrerPolicy',
  'signal',
] as const;

/** Whether a value is a Request of Node.js or of undici, which have different classes. */
export function isRequest(input: unknown): input is AnyRequest {
  return input instanceof Request || Object.prototype.toString.call(input) === '[object Request]';
}

/** A Request without its body, for undici, which would treat a Request of Node.js as a string. */
export function withoutBody(input: RequestInfo | globalThis.Request): RequestInfo {
  if (!isRequest(input) || input instanceof Request) return input;
  const fields = Object.fromEntries(FIELDS.map((name) => [name, input[name]]));
  // undici refuses a stream with keepalive, and every body of a Request is one.
  const keepalive = input.keepalive && input.body === null;
  return new Request(input.url, {
    ...fields,
    keepalive,
    headers: [...input.headers],
  });
}

/**
 * The options that keep the referrer of a Request: `fetch` drops it if there are
 * any options, and the dispatcher is one.
 */
export function referrerOf(input: unknown): RequestInit {
  if (!isRequest(input)) return {};
  const { referrer, referrerPolicy } = input;
  return { referrerPolicy, ...(referrer !== 'about:client' && { referrer }) };
}

/**
 * The body of a Request, if the agent should read it instead of `fetch`, which
 * cannot cancel a stream that waits for its source. undefined for a byte stream in
 * a Request of undici: it may stand for a string, bytes, a Blob or FormData, which
 * `fetch` can send again.
 */
export function streamOf(input: unknown): AnyRequest['body'] | undefined {
  if (!isRequest(input) || input.body === null) return undefined;
  return input instanceof Request && isByteStream(input.body) ? undefined : input.body;
}

function isByteStream(stream: NonNullable<AnyRequest['body']>): boolean {
  if (stream.locked) return true;
  try {
    stream.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}
