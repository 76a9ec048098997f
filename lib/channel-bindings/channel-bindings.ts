import { types } from 'node:util';
import { checkedBytes, checkMadeHere, MADE_HERE } from '../core/checks.js';
import { X509Certificate, createHash } from 'node:crypto';

import { certificateSignatureHash } from './certificate-signature.js';
import { argumentError } from '../core/errors.js';

/** Far more than any certificate in a TLS handshake. */
const MAX_CERTIFICATE_BYTES = 1024 * 1024;
const MAX_APPLICATION_DATA_BYTES = 64 * 1024;

/** RFC 5929 replaces MD5 and SHA-1 by SHA-256. */
const AT_LEAST: ReadonlyMap<string, string> = new Map([
  ['md5', 'sha256'],
  ['sha1', 'sha256'],
]);

/** Known only to this file, so that all bindings are created, and checked, here. */

/**
 * The bytes of a SEC_CHANNEL_BINDINGS structure, for a buffer of the type
 * SECBUFFER_CHANNEL_BINDINGS. Each call returns new memory.
 */
export let secChannelBindings: (bindings: ChannelBindings) => Buffer;
/**
 * The same with `SEC_CHANNEL_BINDINGS_` flags: a SEC_CHANNEL_BINDINGS_EX, which
 * only newer systems support.
 */
export let secChannelBindingsEx: (bindings: ChannelBindings, flags: number) => Buffer;

/**
 * Channel bindings tie a handshake to the TLS connection that carries it.
 *
 * Each side derives them from its own end of the connection, and the handshake
 * fails if they differ. This stops an attacker who terminates TLS on both sides
 * and relays the client's tokens to the server (Extended Protection).
 */
export class ChannelBindings {
  static {
    const dataOf = (bindings: unknown): Buffer => {
      if (typeof bindings !== 'object' || bindings === null || !(#applicationData in bindings)) {
        throw argumentError('channelBindings must be a ChannelBindings object of this package');
      }
      return bindings.#applicationData;
    };
    secChannelBindings = (bindings) => structure(dataOf(bindings));
    secChannelBindingsEx = (bindings, flags) => extendedStructure(dataOf(bindings), flags);
  }
  readonly #applicationData: Buffer;

  private constructor(key: symbol, applicationData: Uint8Array) {
    checkMadeHere(key, 'ChannelBindings', 'use fromCertificate or fromBytes');
    // Not from Node's pool, whose memory is accessible through other Buffers.
    this.#applicationData = Buffer.alloc(applicationData.length);
    this.#applicationData.set(applicationData);
  }

  /**
   * Creates bindings of the type `tls-server-end-point` (RFC 5929, section 4.1):
   * a hash of the TLS server's own certificate, the first one of its chain. They
   * are the same for all connections to a server with this certificate.
   *
   * The DER form of the certificate is hashed with the hash function of its
   * signature, or with SHA-256 if that is MD5 or SHA-1. Returns undefined if
   * RFC 5929 defines no hash: for signatures without a hash function (Ed25519,
   * Ed448), with two (RSASSA-PSS with a different one for mask generation), or
   * with an algorithm that this package does not know.
   *
   * @param certificate an X509Certificate, DER as bytes, or PEM as a string; one
   * certificate of at most 1 MiB, without its chain and its key
   * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for anything else, such as a
   * certificate followed by other data; an Error of node:crypto if this Node.js
   * or Electron does not support the hash function
   */
  static fromCertificate(
    certificate: X509Certificate | Uint8Array | string,
  ): ChannelBindings | undefined {
    const der = certificateBytes(certificate);
    const hash = certificateSignatureHash(der);
    if (hash === undefined) return undefined;
    const digest = createHash(AT_LEAST.get(hash) ?? hash)
      .update(der)
      .digest();
    return new ChannelBindings(
      MADE_HERE,
      Buffer.concat([Buffer.from('tls-server-end-point:', 'latin1'), digest]),
    );
  }

  /**
   * Creates bindings of any type from their application data: the prefix of the
   * type, a colon and the value, for example `tls-unique:` followed by the first
   * Finished message (RFC 5929, section 3). The data is copied unchanged.
   *
   * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` unless `applicationData` is a
   * Uint8Array of 1 byte to 64 KiB
   */
  static fromBytes(applicationData: Uint8Array): ChannelBindings {
    const { length } = checkedBytes(applicationData, 'applicationData');
    if (length === 0) throw argumentError('applicationData must not be empty');
    if (length > MAX_APPLICATION_DATA_BYTES) {
      throw argumentError(
        `applicationData has ${length} bytes; the limit is ${MAX_APPLICATION_DATA_BYTES}`,
      );
    }
    return new ChannelBindings(MADE_HERE, applicationData);
  }

  /** A copy of the application data, prefix included. It must be the same on both sides. */
  get applicationData(): Buffer {
    return Buffer.from(this.#applicationData);
  }
}

/** The DER form of a certificate, in memory that no other code can change. */
function certificateBytes(certificate: unknown): Buffer {
  if (typeof certificate === 'string') return certificateOfPem(certificate);
  const bytes = certificate instanceof X509Certificate ? certificate.raw : certificate;
  if (!types.isUint8Array(bytes)) {
    throw argumentError(
      'the certificate must be an X509Certificate, DER as a Uint8Array, or PEM as a string',
    );
  }
  if (bytes.length > MAX_CERTIFICATE_BYTES) throw tooLarge();
  if (bytes[0] === PEM_FIRST_BYTE)
    throw argumentError('a PEM certificate must be a string, not bytes');
  return Buffer.from(bytes);
}

const PEM_BEGIN = '-----BEGIN CERTIFICATE-----';
const PEM_END = '-----END CERTIFICATE-----';
const PEM_FIRST_BYTE = 0x2d;

/** Text around the certificate is allowed (RFC 7468); a second PEM block is not. */
function certificateOfPem(pem: string): Buffer {
  if (pem.length > 2 * MAX_CERTIFICATE_BYTES) throw tooLarge();
  const begin = pem.indexOf(PEM_BEGIN);
  const end = pem.indexOf(PEM_END, begin);
  if (begin < 0 || end < 0) {
    throw argumentError(`the certificate string does not contain ${PEM_BEGIN} and ${PEM_END}`);
  }
  if (pem.split('-----BEGIN ').length > 2) {
    throw argumentError(
      "the PEM has more than one block; pass only the server's own certificate, without chain and key",
    );
  }
  const base64 = pem.slice(begin + PEM_BEGIN.length, end).replace(/[ \t\r\n]/g, '');
  const der = Buffer.from(base64, 'base64');
  if (der.toString('base64') !== base64) throw argumentError('the PEM is not valid base64');
  return der;
}

function tooLarge(): Error {
  return argumentError(`a certificate must not be larger than ${MAX_CERTIFICATE_BYTES} bytes`);
}

/** 32-bit words followed by the application data. */
function withData(words: readonly number[], applicationData: Buffer): Buffer {
  const bytes = Buffer.alloc(words.length * Uint32Array.BYTES_PER_ELEMENT + applicationData.length);
  words.forEach((word, i) => bytes.writeUInt32LE(word, i * Uint32Array.BYTES_PER_ELEMENT));
  applicationData.copy(bytes, bytes.length - applicationData.length);
  return bytes;
}

/**
 * SEC_CHANNEL_BINDINGS. With TLS, initiator and acceptor have no addresses (type,
 * length, offset).
 */
function structure(applicationData: Buffer): Buffer {
  const { length } = applicationData;
  return withData([0, 0, 0, 0, 0, 0, length, HEADER_BYTES], applicationData);
}

const HEADER_BYTES = 32;

/** SEC_CHANNEL_BINDINGS_EX, with the same offsets that Windows writes. */
function extendedStructure(applicationData: Buffer, flags: number): Buffer {
  const { length } = applicationData;
  const header = EXTENDED_HEADER_BYTES;
  return withData(
    [EXTENDED_MAGIC, flags, header, header + length, 0, 0, header, 0, 0, header, length, header],
    applicationData,
  );
}

/** `'XEBC'` of sspi.h. */
const EXTENDED_MAGIC = 0x58454243;
const EXTENDED_HEADER_BYTES = 48;
