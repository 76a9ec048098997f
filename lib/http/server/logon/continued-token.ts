/** Tokens that are meaningful only within a logon that began earlier. */

import { NTLM_AUTHENTICATE, ntlmMessageType } from '../../ntlm-messages.js';

/** The tag of a NegTokenResp (SPNEGO, RFC 4178); a token that begins a logon has another tag. */
const NEG_TOKEN_RESP = 0xa1;

/**
 * Whether a token continues a logon. On a connection where none began, the
 * client sent the earlier token over another connection.
 */
export function continuesLogon(token: Buffer): boolean {
  return token[0] === NEG_TOKEN_RESP || ntlmMessageType(token) === NTLM_AUTHENTICATE;
}
