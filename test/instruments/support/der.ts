/**
 * Writes DER, for certificates that no tool makes. Not a second reader: what
 * is wrong on purpose is put together from bytes.
 */

const MAX_SHORT_LENGTH = 0x7f;

function lengthOctets(length: number): Buffer {
  if (length <= MAX_SHORT_LENGTH) return Buffer.from([length]);
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(length);
  const needed = octets.subarray(octets.findIndex((octet) => octet !== 0));
  return Buffer.concat([Buffer.from([0x80 | needed.length]), needed]);
}

export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOctets(bytes.length), bytes]);
}

export const sequence = (...content: readonly Uint8Array[]) => der(0x30, ...content);
export const integer = (...octets: readonly number[]) => der(0x02, Buffer.from(octets));
export const nothing = der(0x05);
/** `[number]`, explicitly tagged. */
export const explicit = (number: number, content: Uint8Array) => der(0xa0 | number, content);

/** An OBJECT IDENTIFIER, from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(BigInt);
  const octets = [BigInt(first) * 40n + BigInt(second), ...arcs].flatMap((arc) => {
    const digits = arc.toString(2);
    const groups = digits.padStart(Math.ceil(digits.length / 7) * 7, '0').match(/.{7}/g) ?? [];
    return groups.map((group, i) => parseInt(group, 2) | (i < groups.length - 1 ? 0x80 : 0));
  });
  return der(0x06, Buffer.from(octets));
}

export const algorithm = (dotted: string, ...parameters: readonly Uint8Array[]) =>
  sequence(oid(dotted), ...parameters);

export interface CertificateParts {
  /** The AlgorithmIdentifier, in both places. */
  algorithm: Uint8Array;
  /** The one that is signed, where it is another. */
  signedAlgorithm?: Uint8Array;
  /** What stands behind the subject's key. */
  extensions?: readonly Uint8Array[];
}

/** The outline of a certificate: whole, but nobody signed it. */
export function certificate({
  algorithm: outer,
  signedAlgorithm = outer,
  extensions = [],
}: CertificateParts): Buffer {
  const name = sequence();
  const toBeSigned = sequence(
    explicit(0, integer(2)),
    integer(1),
    signedAlgorithm,
    name,
    sequence(),
    name,
    sequence(algorithm('1.2.840.113549.1.1.1', nothing), der(0x03, Buffer.from([0, 1]))),
    ...extensions,
  );
  return sequence(toBeSigned, outer, der(0x03, Buffer.from([0, 1])));
}
