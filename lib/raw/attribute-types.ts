/** Values of attributes that are not just numbers, text and bytes. */

/** A certificate and the others that its owner sent with it. */
export interface CertificateContext {
  /** The certificate, in DER. */
  certificate: Buffer;
  /** All certificates of the store that came with it, in DER and in no particular order. */
  store: Buffer[];
}

/** One claim of SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES. */
export interface Claim {
  /** The name of the claim; `''` if it has none. */
  name: string;
  /** An `AUTHZ_SECURITY_ATTRIBUTE_TYPE_` number of authz.h. */
  type: number;
  /** `AUTHZ_SECURITY_ATTRIBUTE_` bits of authz.h. */
  flags: number;
  /**
   * Numbers as bigint (booleans as 0n or 1n), text and SIDs as strings, octets as
   * Buffer; undefined for a value that cannot be decoded.
   */
  values: (bigint | string | Buffer | undefined)[];
}
