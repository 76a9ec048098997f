/** Writes the answers of requests that are not let in. */

import type { ServerResponse } from 'node:http';

import type { Scheme } from '../../schemes.js';
import { discardBody, type BodyBounds } from '../request/request-body.js';

export interface Answer {
  status: number;
  /** For the client, who may be anybody: nothing about accounts, and no status of the package. */
  text: string;
  /** The schemes that are offered, or the one of a logon that goes on with its token. */
  challenges?: readonly string[];
  /** Whether the connection ends with this answer. */
  close?: boolean;
  retryAfterSeconds?: number;
}

export function challenge(scheme: Scheme, token: Buffer | undefined): string {
  return token === undefined ? scheme : `${scheme} ${token.toString('base64')}`;
}

/** What an answer says to people. */
export function answerText({ text }: Answer): string {
  return `${text}\n`;
}

/** The fields of an answer, without those about its connection. */
export function answerFields(what: Answer): [name: string, value: string | readonly string[]][] {
  const fields: ReturnType<typeof answerFields> = [
    ['Cache-Control', 'no-store'],
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['X-Content-Type-Options', 'nosniff'],
    ['Content-Length', String(Buffer.byteLength(answerText(what)))],
  ];
  // Each scheme is a field of its own: some clients read one of them only.
  if (what.challenges) fields.push(['WWW-Authenticate', what.challenges]);
  if (what.retryAfterSeconds !== undefined) {
    fields.push(['Retry-After', String(what.retryAfterSeconds)]);
  }
  return fields;
}

export function answer(response: ServerResponse, what: Answer, bounds: BodyBounds): void {
  const { req: request } = response;
  const fits = discardBody(request, bounds);
  if (response.headersSent || response.writableEnded) return;
  response.statusCode = what.status;
  if (what.close || !fits) response.setHeader('Connection', 'close');
  for (const [name, value] of answerFields(what)) response.setHeader(name, value);
  response.end(request.method === 'HEAD' ? undefined : answerText(what));
}
