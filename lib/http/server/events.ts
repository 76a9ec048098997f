/**
 * Reports what happened, for logs and metrics: to the `logger` option, and on the
 * `secur32:http:<type>` channels of node:diagnostics_channel. Events contain no
 * tokens, passwords or keys.
 */

import { channel } from 'node:diagnostics_channel';
import { inspect, types } from 'node:util';

import type { Scheme } from '../schemes.js';
import { createWarningOnce } from './warning-once.js';

const TYPES = ['logon', 'challenge', 'rejection', 'drop', 'warning'] as const;

/**
 * - `logon`: a client proved its identity and was let in.
 * - `challenge`: a request without a logon was asked for one.
 * - `rejection`: a request was rejected.
 * - `drop`: a pending logon was given up, or a logon that held for a connection
 *   ended.
 * - `warning`: the administrator should know something about the server.
 */
export type HttpAuthEventType = (typeof TYPES)[number];

/** An event for the log. The object is frozen. */
export interface HttpAuthEvent {
  readonly type: HttpAuthEventType;
  /** The reason, in words. */
  readonly reason: string;
  /** The HTTP status of the answer, if the client got one. */
  readonly status?: number;
  /** The code of the underlying error: `'SEC_E_LOGON_DENIED'`, `'ERR_SECUR32_…'`. */
  readonly code?: string;
  /** The underlying error. */
  readonly error?: unknown;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly scheme?: Scheme;
  /** The security package that performed the logon. */
  readonly package?: string | undefined;
  /** The user's SID: of a logon, and of a rejection after the client proved its identity. */
  readonly sid?: string | undefined;
  /** The user's name, as `sid`. */
  readonly name?: string | undefined;
}

/**
 * Takes the events of a server. An error that it throws, or with which a promise that
 * it returns rejects, changes no decision. The first one is reported as a warning of
 * the process, `SECUR32_HTTP_LOGGER`.
 */
export type ServerLogger = (event: HttpAuthEvent) => void;

const CHANNELS = Object.fromEntries(
  TYPES.map((type) => [type, channel(`secur32:http:${type}`)]),
) as Record<HttpAuthEventType, ReturnType<typeof channel>>;

/** Returns a function that publishes events to the channels and to a logger. */
export function createPublisher(logger: ServerLogger | undefined): (event: HttpAuthEvent) => void {
  const log = logger && createSafeLogger(logger);
  return (event) => {
    const frozen = Object.freeze(event);
    // Node.js reports an error of a subscriber as an uncaught exception.
    CHANNELS[event.type].publish(frozen);
    log?.(frozen);
  };
}

/** A logger that never throws: it runs in the middle of a request, where an error would end the process. */
function createSafeLogger(logger: (event: HttpAuthEvent) => unknown): ServerLogger {
  const warnOnce = createWarningOnce('SECUR32_HTTP_LOGGER');
  const warn = (error: unknown): void => {
    warnOnce(
      'the logger of integratedAuth failed; further failures of it are not reported',
      inspectSafely(error),
    );
  };
  return (event) => {
    try {
      // An async function is a ServerLogger, too.
      const result = logger(event);
      if (types.isPromise(result)) result.catch(warn);
    } catch (error) {
      warn(error);
    }
  };
}

function inspectSafely(error: unknown): string {
  try {
    return inspect(error);
  } catch {
    return 'an error that cannot be displayed';
  }
}
