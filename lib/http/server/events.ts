/**
 * What happened, for logs and metrics: to the logger of the options, and on
 * the channels `secur32:http:<type>` of node:diagnostics_channel. Tokens,
 * passwords and keys are in none of them.
 */

import { channel } from 'node:diagnostics_channel';

import type { Scheme } from '../schemes.js';

const TYPES = ['logon', 'challenge', 'refusal', 'drop', 'warning'] as const;

/**
 * - `logon`: a client proved who it is, and may come in.
 * - `challenge`: a request without a logon was asked for one.
 * - `refusal`: a request was not let in.
 * - `drop`: a logon that was under way was given up, or one that held ended.
 * - `warning`: something about the server that its administrator should know.
 */
export type HttpAuthEventType = (typeof TYPES)[number];

export interface HttpAuthEvent {
  readonly type: HttpAuthEventType;
  /** Why, for people. */
  readonly reason: string;
  /** The HTTP status that the client got, where it got one. */
  readonly status?: number;
  /** The code of the error behind it: `'SEC_E_LOGON_DENIED'`, `'ERR_SECUR32_…'`. */
  readonly code?: string;
  /** The error itself. */
  readonly error?: unknown;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly scheme?: Scheme;
  /** The security package that did the logon. */
  readonly package?: string | undefined;
  /** Of a logon, and of a refusal of somebody who proved to be this. */
  readonly sid?: string | undefined;
  readonly name?: string | undefined;
}

export type Logger = (event: HttpAuthEvent) => void;

const CHANNELS = Object.fromEntries(
  TYPES.map((type) => [type, channel(`secur32:http:${type}`)]),
) as Record<HttpAuthEventType, ReturnType<typeof channel>>;

export function tell(logger: Logger | undefined, event: HttpAuthEvent): void {
  const frozen = Object.freeze(event);
  CHANNELS[event.type].publish(frozen);
  try {
    logger?.(frozen);
  } catch (error) {
    // As diagnostics_channel does it: a fault of the log changes no decision.
    process.nextTick(() => {
      throw error;
    });
  }
}
