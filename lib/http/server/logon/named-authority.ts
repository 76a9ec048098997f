/**
 * Whether a client itself chose the authority that could not be reached. It
 * can name any domain in a message of NTLM, one that does not exist too, and
 * has IAKERB ask the domain controllers of any realm. That must not look like
 * an outage of this server: a load balancer that counts 5xx would take it out.
 */

import { objectIdentifierHex } from '../../../channel-bindings/der.js';
import { challengedNames, claimedAccount, hasUnicode, ntlmMessageIn } from '../../ntlm-messages.js';

const IAKERB = Buffer.from(objectIdentifierHex('1.3.6.1.5.2.5'), 'hex');

/**
 * @param token of the leg that failed
 * @param challenge the token that the server sent before it, if there was one
 */
export function namesOtherAuthority(token: Buffer, challenge: Buffer | undefined): boolean {
  const message = ntlmMessageIn(token);
  const challenged = challenge && ntlmMessageIn(challenge);
  if (message === undefined && challenged === undefined) return token.includes(IAKERB);
  // A message that is not read as the package may read it could name anything.
  if (!Buffer.isBuffer(message) || !Buffer.isBuffer(challenged)) return true;
  // The package may read the names by the flags of either message.
  if (hasUnicode(message) !== hasUnicode(challenged)) return true;
  const account = claimedAccount(message);
  // A user name with @ brings a domain of its own.
  if (account === undefined || account.user.includes('@')) return true;
  const domain = account.domain.toUpperCase();
  return !challengedNames(challenged).some((name) => name.toUpperCase() === domain);
}

/**
 * Whether a leg that takes too long may wait for such an authority. NTLM asks
 * none before the server has sent its challenge.
 */
export function mayAwaitOtherAuthority(token: Buffer, challenge: Buffer | undefined): boolean {
  return challenge === undefined ? token.includes(IAKERB) : namesOtherAuthority(token, challenge);
}
