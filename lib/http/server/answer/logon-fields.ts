/** The header fields that tell a client the end of its logon, in the application's response. */

import type { Scheme } from '../../schemes.js';
import { formatChallenge } from './answer.js';
import type { Reply } from './reply.js';

export const LOGON_FIELDS = ['WWW-Authenticate', 'Persistent-Auth'] as const;

/**
 * @param token the server's last token; undefined if there is none
 * @param persistent whether the logon holds for the connection
 */
export function setLogonFields(
  reply: Reply,
  { scheme, persistent }: { scheme: Scheme; persistent: boolean },
  token: Buffer | undefined,
): void {
  if (token !== undefined) reply.setHeader('WWW-Authenticate', formatChallenge(scheme, token));
  reply.setHeader('Persistent-Auth', String(persistent));
}
