/** Writes the answers of requests that are not let in. */

import type { ServerResponse } from 'node:http';

import type { Scheme } from '../schemes.js';
import { discardBody, type BodyBounds } from './request-body.js';

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

export function answer(response: ServerResponse, what: Answer, bounds: BodyBounds): void {
  const { req: request } = response;
  const fits = discardBody(request, bounds);
  if (response.headersSent || response.writableEnded) return;
  const text = `${what.text}\n`;
  response.statusCode = what.status;
  // Each scheme is a field of its own: some clients read one of them only.
  if (what.challenges) response.setHeader('WWW-Authenticate', what.challenges);
  if (what.close || !fits) response.setHeader('Connection', 'close');
  if (what.retryAfterSeconds !== undefined) {
    response.setHeader('Retry-After', what.retryAfterSeconds);
  }
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(request.method === 'HEAD' ? undefined : text);
}
