import { DerReader, DerTag, contextTag, objectIdentifierHex } from './der.js';
import { argumentError } from '../core/errors.js';

const MD5 = 'md5';
const SHA1 = 'sha1';

/** Hash functions, as RSASSA-PSS identifies them (RFC 4055, NIST CSOR). */
const HASHES = byIdentifier({
  '1.2.840.113549.2.5': MD5,
  '1.3.14.3.2.26': SHA1,
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.5': 'sha512-224',
  '2.16.840.1.101.3.4.2.6': 'sha512-256',
  '2.16.840.1.101.3.4.2.7': 'sha3-224',
  '2.16.840.1.101.3.4.2.8': 'sha3-256',
  '2.16.840.1.101.3.4.2.9': 'sha3-384',
  '2.16.840.1.101.3.4.2.10': 'sha3-512',
});

/**
 * Signature algorithms whose identifier determines one hash function. MD2 is
 * missing: RFC 5929 replaces only MD5 and SHA-1, and current libraries no longer
 * compute MD2.
 */
const SIGNATURE_HASHES = byIdentifier({
  // RSASSA-PKCS1-v1_5
  '1.2.840.113549.1.1.4': MD5,
  '1.2.840.113549.1.1.5': SHA1,
  '1.3.14.3.2.29': SHA1, // as makecert.exe writes it
  '1.2.840.113549.1.1.14': 'sha224',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.113549.1.1.15': 'sha512-224',
  '1.2.840.113549.1.1.16': 'sha512-256',
  '2.16.840.1.101.3.4.3.13': 'sha3-224',
  '2.16.840.1.101.3.4.3.14': 'sha3-256',
  '2.16.840.1.101.3.4.3.15': 'sha3-384',
  '2.16.840.1.101.3.4.3.16': 'sha3-512',
  // ECDSA
  '1.2.840.10045.4.1': SHA1,
  '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '2.16.840.1.101.3.4.3.9': 'sha3-224',
  '2.16.840.1.101.3.4.3.10': 'sha3-256',
  '2.16.840.1.101.3.4.3.11': 'sha3-384',
  '2.16.840.1.101.3.4.3.12': 'sha3-512',
  // DSA
  '1.2.840.10040.4.3': SHA1,
  '2.16.840.1.101.3.4.3.1': 'sha224',
  '2.16.840.1.101.3.4.3.2': 'sha256',
  '2.16.840.1.101.3.4.3.3': 'sha384',
  '2.16.840.1.101.3.4.3.4': 'sha512',
  '2.16.840.1.101.3.4.3.5': 'sha3-224',
  '2.16.840.1.101.3.4.3.6': 'sha3-256',
  '2.16.840.1.101.3.4.3.7': 'sha3-384',
  '2.16.840.1.101.3.4.3.8': 'sha3-512',
});

const RSASSA_PSS = objectIdentifierHex('1.2.840.113549.1.1.10');
const MGF1 = objectIdentifierHex('1.2.840.113549.1.1.8');

function byIdentifier(hashes: Record<string, string>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(hashes).map(([dotted, hash]) => [objectIdentifierHex(dotted), hash]),
  );
}

/**
 * Returns the hash function of a certificate's signatureAlgorithm by its name in
 * node:crypto; undefined if the algorithm uses none, more than one, or an unknown
 * one.
 *
 * @param certificate exactly one certificate, in DER
 */
export function certificateSignatureHash(certificate: Uint8Array): string | undefined {
  const file = new DerReader(certificate, 'the certificate');
  const parts = file.into(DerTag.sequence);
  file.end();
  const toBeSigned = parts.into(DerTag.sequence);
  const algorithm = parts.read(DerTag.sequence);
  parts.read(DerTag.bitString);
  parts.end();
  if (!Buffer.from(algorithm.bytes).equals(signatureField(toBeSigned))) {
    // RFC 5280 requires them to be equal. The signature protects only one of
    // them, and RFC 5929 refers to the other.
    throw argumentError('the certificate names two different signature algorithms');
  }
  return algorithmHash(parts.inside(algorithm));
}

/** The signature field of a TBSCertificate. The other fields must exist but are not decoded. */
function signatureField(toBeSigned: DerReader): Uint8Array {
  toBeSigned.optional(contextTag(0, 'constructed')); // version
  toBeSigned.read(DerTag.integer); // serialNumber
  const { bytes } = toBeSigned.read(DerTag.sequence);
  toBeSigned.read(DerTag.sequence); // issuer
  toBeSigned.read(DerTag.sequence); // validity
  toBeSigned.read(DerTag.sequence); // subject
  toBeSigned.read(DerTag.sequence); // subjectPublicKeyInfo
  toBeSigned.optional(contextTag(1, 'primitive')); // issuerUniqueID
  toBeSigned.optional(contextTag(2, 'primitive')); // subjectUniqueID
  toBeSigned.optional(contextTag(3, 'constructed')); // extensions
  toBeSigned.end();
  return bytes;
}

interface Algorithm {
  identifier: string;
  /** A reader of the parameters; at its end if there are none. */
  parameters: DerReader;
}

function readAlgorithm(fields: DerReader): Algorithm {
  const { content } = fields.read(DerTag.objectIdentifier);
  return { identifier: Buffer.from(content).toString('hex'), parameters: fields };
}

function algorithmHash(fields: DerReader): string | undefined {
  const { identifier, parameters } = readAlgorithm(fields);
  if (identifier === RSASSA_PSS) return pssHash(parameters);
  endOfParameters(parameters);
  return SIGNATURE_HASHES.get(identifier);
}

/** Skips the parameters: NULL, nothing, or one element of an unknown algorithm. */
function endOfParameters(parameters: DerReader): void {
  if (!parameters.atEnd) parameters.any();
  parameters.end();
}

/**
 * The hash function of RSASSA-PSS-params (RFC 4055).
 *
 * The message and the mask generation can use different hash functions. RFC 5929
 * does not define channel bindings for that case; OpenSSL would use the message's
 * hash, and .NET refuses RSASSA-PSS altogether.
 */
function pssHash(parameters: DerReader): string | undefined {
  const fields = parameters.into(DerTag.sequence);
  parameters.end();
  const message = explicitHash(fields, 0, messageHash);
  const mask = explicitHash(fields, 1, maskHash);
  fields.optional(contextTag(2, 'constructed')); // saltLength
  fields.optional(contextTag(3, 'constructed')); // trailerField
  fields.end();
  return message === mask ? message : undefined;
}

type HashOf = (algorithm: DerReader) => string | undefined;

/** The hash function of an explicitly tagged algorithm; SHA-1 if it is absent. */
function explicitHash(fields: DerReader, number: number, hashOf: HashOf): string | undefined {
  const element = fields.optional(contextTag(number, 'constructed'));
  if (element === undefined) return SHA1;
  const content = fields.inside(element);
  const hash = hashOf(content.into(DerTag.sequence));
  content.end();
  return hash;
}

function messageHash(algorithm: DerReader): string | undefined {
  const { identifier, parameters } = readAlgorithm(algorithm);
  endOfParameters(parameters);
  return HASHES.get(identifier);
}

function maskHash(algorithm: DerReader): string | undefined {
  const { identifier, parameters } = readAlgorithm(algorithm);
  if (identifier !== MGF1) {
    endOfParameters(parameters);
    return undefined;
  }
  const hash = messageHash(parameters.into(DerTag.sequence));
  parameters.end();
  return hash;
}
