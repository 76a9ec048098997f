import type { IncomingMessage } from 'node:http';

/** Whether a browser asks what a page of another site may send: it never logs on for this (Fetch, CORS-preflight). */
export function isPreflight({ method, headersDistinct }: IncomingMessage): boolean {
  return (
    method === 'OPTIONS' &&
    headersDistinct['origin']?.length === 1 &&
    headersDistinct['access-control-request-method']?.length === 1 &&
    headersDistinct['authorization'] === undefined
  );
}
