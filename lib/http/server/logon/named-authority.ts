/**
 * Whether the client chose the authority that could not be reached. In an NTLM
 * message it can name any domain, even one that does not exist, and with IAKERB
 * it can have the server contact the domain controllers of any realm. That must
 * not look like an outage of the server: a load balancer that counts 5xx
 * responses would remove it.
 */

import { objectIdentifierHex } from '../../../channel-bindings/der.js';
import { challengedNames, claimedAccount, hasUnicode, ntlmMessageIn } from '../../ntlm-messages.js';

const IAKERB = Buffer.from(objectIdentifierHex('1.3.6.1.5.2.5'), 'hex');

/**
 * @param token the token of the failed leg
 * @param challenge the server's previous token, if any
 */
export function namesOtherAuthority(token: Buffer, challenge: Buffer | undefined): boolean {
  const message = ntlmMessageIn(token);
  const challenged = challenge && ntlmMessageIn(challenge);
  if (message === undefined && challenged === undefined) return token.includes(IAKERB);
  // If this code may read a message differently than the package, it could name anything.
  if (!Buffer.isBuffer(message) || !Buffer.isBuffer(challenged)) return true;
  // The package may decode the names according to the flags of either message.
  if (hasUnicode(message) !== hasUnicode(challenged)) return true;
  const account = claimedAccount(message);
  // A user name with @ contains its own domain.
  if (account === undefined || account.user.includes('@')) return true;
  const domain = account.domain.toUpperCase();
  return !challengedNames(challenged).some((name) => name.toUpperCase() === domain);
}

/**
 * Whether a leg that takes too long may be waiting for such an authority. NTLM
 * contacts none before the server has sent its challenge.
 */
export function mayAwaitOtherAuthority(token: Buffer, challenge: Buffer | undefined): boolean {
  return challenge === undefined ? token.includes(IAKERB) : namesOtherAuthority(token, challenge);
}
