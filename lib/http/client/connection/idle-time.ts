/** How long an idle connection is kept. */

import type { IncomingHttpHeaders } from 'node:http';

const MAX_IDLE_MS = 600_000;
/** A request that is sent while the server closes its connection is lost. */
const MARGIN_MS = 2000;

/**
 * undici's options for a client whose idle connection never times out. Its timer
 * would also run between two round trips of a logon, and a short `Keep-Alive`
 * would close the connection after each response.
 */
export const WITHOUT_IDLE_TIMER = {
  keepAliveTimeout: 2 ** 31 - 1,
  keepAliveMaxTimeout: 2 ** 31 - 1,
  // undici subtracts it from the time that the server gives.
  keepAliveTimeoutThreshold: 1 - 2 ** 31,
} as const;

/**
 * The time in ms that a connection is kept after a response: less than the time in
 * its `Keep-Alive` field, or the default if it has none.
 */
export function idleTimeAfter(headers: IncomingHttpHeaders, defaultMs: number): number {
  const seconds = /\btimeout=(\d{1,9})/i.exec(String(headers['keep-alive'] ?? ''))?.[1];
  if (seconds === undefined) return defaultMs;
  const given = Number(seconds) * 1000;
  return Math.min(given - Math.min(MARGIN_MS, given / 2), MAX_IDLE_MS);
}
