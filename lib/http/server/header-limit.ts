/**
 * Node.js answers requests with more than 16 KiB of header fields with 431,
 * before any handler sees them. The Kerberos ticket of a user in many groups is
 * larger: up to 48,000 bytes, which are 64,000 characters of base64.
 */

import { maxHeaderSize } from 'node:http';

/**
 * The size of header fields, in bytes, that lets every ticket of Windows through,
 * with room for cookies and other fields. Pass it to
 * `http.createServer({ maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE })`.
 */
export const RECOMMENDED_MAX_HEADER_SIZE = 96 * 1024;

/** With less, tickets of 48,000 bytes do not fit. */
const LEAST = 66 * 1024;

/** What is wrong with a server's `maxHeaderSize`; undefined if nothing is. */
export function getHeaderLimitFault(
  server: { maxHeaderSize?: number } | undefined,
): string | undefined {
  const limit = server?.maxHeaderSize ?? maxHeaderSize;
  if (limit >= LEAST) return undefined;
  return (
    `this server accepts ${limit} bytes of header fields, but the Kerberos ticket of a user in many groups can have ` +
    `64000 characters: such users get status 431. Pass maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE ` +
    `(${RECOMMENDED_MAX_HEADER_SIZE}) to http.createServer, or start node with --max-http-header-size`
  );
}
