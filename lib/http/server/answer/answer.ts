/** Writes the answers to requests that are not let in. */

import type { ServerResponse } from 'node:http';

import type { Scheme } from '../../schemes.js';
import { discardRequestBody, type BodyBounds } from '../request/request-body.js';

export interface Answer {
  status: number;
  /** For the client, which may be anyone: it names no account and no status of a security package. */
  text: string;
  /** The schemes that are offered, or the scheme of a logon that continues, with the next token. */
  challenges?: readonly string[];
  /** Whether the connection ends after this answer. */
  close?: boolean;
  retryAfterSeconds?: number;
}

export function formatChallenge(scheme: Scheme, token: Buffer | undefined): string {
  return token === undefined ? scheme : `${scheme} ${token.toString('base64')}`;
}

export function getAnswerBody({ text }: Answer): string {
  return `${text}\n`;
}

/** The header fields of an answer, except those about its connection. */
export function getAnswerFields(
  answer: Answer,
): [name: string, value: string | readonly string[]][] {
  const fields: ReturnType<typeof getAnswerFields> = [
    ['Cache-Control', 'no-store'],
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['X-Content-Type-Options', 'nosniff'],
    ['Content-Length', String(Buffer.byteLength(getAnswerBody(answer)))],
  ];
  // One field for each scheme: some clients read only one scheme of a field.
  if (answer.challenges) fields.push(['WWW-Authenticate', answer.challenges]);
  if (answer.retryAfterSeconds !== undefined) {
    fields.push(['Retry-After', String(answer.retryAfterSeconds)]);
  }
  return fields;
}

/** Writes an answer, unless the response was already answered, and discards the body of the request. */
export function writeAnswer(response: ServerResponse, answer: Answer, bounds: BodyBounds): void {
  const { req: request } = response;
  const fits = discardRequestBody(request, bounds);
  if (response.headersSent || response.writableEnded) return;
  response.statusCode = answer.status;
  if (answer.close || !fits) response.setHeader('Connection', 'close');
  for (const [name, value] of getAnswerFields(answer)) response.setHeader(name, value);
  response.end(request.method === 'HEAD' ? undefined : getAnswerBody(answer));
}
