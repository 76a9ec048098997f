/** Tokens that only make sense within a logon that began before them. */

import { NTLM_AUTHENTICATE, ntlmMessageType } from '../../ntlm-messages.js';

/** A NegTokenResp of SPNEGO, RFC 4178; what begins a logon has another tag. */
const NEG_TOKEN_RESP = 0xa1;

/**
 * Whether a token continues a logon: on a connection where none began it was
 * sent over another one.
 */
export function continuesLogon(token: Buffer): boolean {
  return token[0] === NEG_TOKEN_RESP || ntlmMessageType(token) === NTLM_AUTHENTICATE;
}
