/**
 * Node.js answers requests with more than 16 KiB of headers with 431, before
 * any handler sees them. A Kerberos ticket of a user in many groups is larger:
 * up to 48,000 bytes, 64,000 characters of base64.
 */

import { maxHeaderSize } from 'node:http';

/** What lets every ticket of Windows through, in bytes, with room for cookies and the rest: `http.createServer({ maxHeaderSize })`. */
export const RECOMMENDED_MAX_HEADER_SIZE = 96 * 1024;

/** Less than this, and tickets of 48,000 bytes do not fit. */
const LEAST = 66 * 1024;

/** What is wrong with a server's limit; undefined if nothing is. */
export function headerLimitFault(
  server: { maxHeaderSize?: number } | undefined,
): string | undefined {
  const limit = server?.maxHeaderSize ?? maxHeaderSize;
  if (limit >= LEAST) return undefined;
  return (
    `this server takes ${limit} bytes of headers, and a Kerberos ticket of a user in many groups can have ` +
    `64000 characters: such users get the status 431. Give http.createServer the option ` +
    `maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE (${RECOMMENDED_MAX_HEADER_SIZE}), or node --max-http-header-size`
  );
}
