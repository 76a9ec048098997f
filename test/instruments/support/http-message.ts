import type { IncomingMessage } from 'node:http';

/** As much of a request as the functions that look at its fields need. */
export function message(
  headers: readonly (readonly [name: string, value: string])[],
  rest: { method?: string; socket?: object } = {},
): IncomingMessage {
  const { method = 'GET', socket = {} } = rest;
  const headersDistinct: Record<string, string[]> = {};
  for (const [name, value] of headers) (headersDistinct[name.toLowerCase()] ??= []).push(value);
  const stand = { method, socket, rawHeaders: headers.flat(), headersDistinct };
  return stand as unknown as IncomingMessage;
}
