/** Values of attributes that are more than numbers, text and bytes. */

/** A certificate as DER, and the others that its owner sent with it. */
export interface CertificateContext {
  certificate: Buffer;
  /** Every certificate of the store that came with it, in no order. */
  store: Buffer[];
}

/** One claim of SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES. */
export interface Claim {
  name: string;
  /** An `AUTHZ_SECURITY_ATTRIBUTE_TYPE_` number of authz.h. */
  type: number;
  /** `AUTHZ_SECURITY_ATTRIBUTE_` bits of authz.h. */
  flags: number;
  /** Numbers as bigint (a boolean as 0n or 1n), text and SIDs as strings, octets as Buffer. */
  values: (bigint | string | Buffer | undefined)[];
}
