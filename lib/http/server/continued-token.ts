/** Tokens that only make sense within a logon that began before them. */

const NTLM_SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const NTLM_AUTHENTICATE = 3;
/** A NegTokenResp of SPNEGO, RFC 4178; what begins a logon has another tag. */
const NEG_TOKEN_RESP = 0xa1;

/**
 * Whether a token continues a logon: on a connection where none began it was
 * sent over another one.
 */
export function continuesLogon(token: Buffer): boolean {
  if (token[0] === NEG_TOKEN_RESP) return true;
  return (
    token.length >= NTLM_SIGNATURE.length + 4 &&
    token.subarray(0, NTLM_SIGNATURE.length).equals(NTLM_SIGNATURE) &&
    token.readUInt32LE(NTLM_SIGNATURE.length) === NTLM_AUTHENTICATE
  );
}
