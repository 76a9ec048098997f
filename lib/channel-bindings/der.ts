/**
 * A strict reader of the subset of DER (X.690) that certificates need. Ambiguous
 * encodings, and elements that exceed the element that contains them, are errors.
 */

import { argumentError } from '../core/errors.js';

/** Identifier octets. */
export const DerTag = {
  integer: 0x02,
  bitString: 0x03,
  objectIdentifier: 0x06,
  sequence: 0x30,
} as const;

/** The identifier octet of a context-specific element, `[number]`. */
export function contextTag(number: number, form: 'primitive' | 'constructed'): number {
  return (form === 'constructed' ? 0xa0 : 0x80) | number;
}

/** One element, as views of the memory that it was read from. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** The whole element: identifier, length and content. */
  readonly bytes: Uint8Array;
}

/** Elements with longer lengths would not fit into memory. */
const MAX_LENGTH_OCTETS = 4;

/** Reads consecutive elements. */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #position = 0;

  /** @param what names the bytes in errors: 'the certificate' */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  get atEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  /** Reads the next element, whatever its tag. */
  any(): DerElement {
    const start = this.#position;
    const tag = this.#octet();
    if ((tag & 0x1f) === 0x1f) throw this.#error('a tag number is too large');
    const length = this.#length();
    const content = this.#position;
    if (length > this.#bytes.length - content) throw this.#error('an element is truncated');
    this.#position = content + length;
    return {
      tag,
      content: this.#bytes.subarray(content, this.#position),
      bytes: this.#bytes.subarray(start, this.#position),
    };
  }

  /** Reads the next element, which must have this tag. */
  read(tag: number): DerElement {
    const element = this.any();
    if (element.tag !== tag) throw this.#error('an element has an unexpected tag');
    return element;
  }

  /** Reads the next element if it has this tag. */
  optional(tag: number): DerElement | undefined {
    return this.#bytes[this.#position] === tag ? this.any() : undefined;
  }

  /** Returns a reader of the next element's content. The element must have this tag. */
  into(tag: number): DerReader {
    return this.inside(this.read(tag));
  }

  /** Returns a reader of an element's content. */
  inside(element: DerElement): DerReader {
    return new DerReader(element.content, this.#what);
  }

  /** Throws if there is data after the last element that was read. */
  end(): void {
    if (!this.atEnd) throw this.#error('there is unexpected data at the end');
  }

  #length(): number {
    const first = this.#octet();
    if (first < 0x80) return first;
    const octets = first & 0x7f;
    if (octets === 0) throw this.#error('an element has an indefinite length');
    if (octets > MAX_LENGTH_OCTETS) throw this.#error('an element is truncated');
    let length = 0;
    for (let i = 0; i < octets; i++) length = length * 0x100 + this.#octet();
    if (length < 0x80 || length < 0x100 ** (octets - 1)) {
      throw this.#error('a length has more octets than necessary');
    }
    return length;
  }

  #octet(): number {
    const octet = this.#bytes[this.#position];
    if (octet === undefined) throw this.#error('an element is truncated');
    this.#position++;
    return octet;
  }

  #error(why: string): Error {
    return argumentError(`${this.#what} is not valid DER: ${why}`);
  }
}

/** The content of an OBJECT IDENTIFIER such as `'1.2.840.113549'`, in hexadecimal. */
export function objectIdentifierHex(dotted: string): string {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number);
  return Buffer.from([first * 40 + second, ...arcs].flatMap(base128)).toString('hex');
}

function base128(arc: number): number[] {
  const octets = [arc & 0x7f];
  for (let rest = arc >>> 7; rest > 0; rest >>>= 7) octets.unshift((rest & 0x7f) | 0x80);
  return octets;
}
