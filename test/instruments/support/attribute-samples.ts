/**
 * A record for every attribute of tools/generate/attributes.json, as a package
 * would give it, and what must come of it.
 */

import type { X509Certificate } from 'node:crypto';

import { expect } from '@jest/globals';

import type { Claim } from '../../../lib/raw/attribute-types.js';
import { control, type ScriptedBuffer } from './scripted.js';

/** How a field stands in its record; the kinds are those of tools/generate/attributes.mjs. */
export interface SampleField {
  member?: string;
  offset: number;
  kind: string;
  name?: string;
  alone?: boolean;
  capacity?: number;
  /** The memory stays the package's. */
  lent?: boolean;
  count?: { offset: number; width: number };
}

export interface SampleAttribute {
  size: number;
  access?: string;
  fields: readonly SampleField[];
}

/** What the pointers of a record point to. */
export type Shape =
  /** Memory with something in it. */
  | 'full'
  /** Memory, and a count of none. */
  | 'empty'
  /** Nowhere, whatever the counts say. */
  | 'null';

export interface Sample {
  output: ScriptedBuffer[];
  /** What the query must give. */
  expected: unknown;
}

/** A token that a record may have: the context's own, which stays open. */
export interface SampleToken {
  value: bigint;
  /** What the query must give for it. */
  expected: unknown;
}

const POINTER_BYTES = 8;
/** Certificates that tests may have in a store. */
export interface SampleCertificates {
  own: X509Certificate;
  other: X509Certificate;
}

function wide(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf16le');
}

function writeNumber(bytes: Buffer, value: number, offset: number, width: number): void {
  bytes.writeUIntLE(value, offset, width);
}

/** One block of the package's, with others inside of it. */
class Block {
  readonly #output: ScriptedBuffer[];
  readonly #number: number;
  readonly #bytes: Buffer;
  #used = 0;

  constructor(output: ScriptedBuffer[], into: ScriptedBuffer, size: number) {
    this.#output = output;
    this.#number = output.length;
    this.#bytes = Buffer.alloc(size);
    output.push({ ...into, data: this.#bytes });
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Takes some of the block. */
  take(size: number): number {
    const offset = this.#used;
    this.#used += Math.ceil(size / POINTER_BYTES) * POINTER_BYTES;
    if (this.#used > this.#bytes.length) throw new Error('the block is too small');
    return offset;
  }

  put(data: Uint8Array): number {
    const offset = this.take(data.length);
    this.#bytes.set(data, offset);
    return offset;
  }

  /** Lets a place of the block point to another one of it. */
  point(from: number, to: number): void {
    this.#output.push({
      type: from,
      into: this.#number,
      memory: 'inside',
      block: this.#number,
      offset: to,
      data: Buffer.alloc(0),
    });
  }

  pointTo(from: number, data: Uint8Array): void {
    this.point(from, this.put(data));
  }
}

const PACKAGE_BYTES = 32;
const CLAIM_BYTES = 32;
const BLOCK_BYTES = 1024;

function packageBlock(block: Block, name: string): unknown {
  const info = block.take(PACKAGE_BYTES);
  block.bytes.writeUInt32LE(0x80000123, info);
  block.bytes.writeUInt16LE(1, info + 4);
  block.bytes.writeUInt16LE(0xfffe, info + 6);
  block.bytes.writeUInt32LE(4711, info + 8);
  block.pointTo(info + 16, wide(name));
  block.pointTo(info + 24, wide(`${name} for people`));
  return {
    capabilities: 0x80000123,
    version: 1,
    rpcId: 0xfffe,
    maxToken: 4711,
    name,
    comment: `${name} for people`,
  };
}

function blobsBlock(block: Block, blobs: readonly Buffer[]): void {
  const array = block.take(16 * blobs.length);
  blobs.forEach((blob, index) => {
    block.bytes.writeUInt32LE(blob.length, array + 16 * index);
    block.pointTo(array + 16 * index + 8, blob);
  });
}

/** S-1-5-32-544 */
const ADMINISTRATORS = Buffer.from('01020000000000052000000020020000', 'hex');

type ClaimValues = (block: Block) => [address: number, count: number];

function integers(...values: readonly bigint[]): ClaimValues {
  return (block) => [block.put(new Uint8Array(BigInt64Array.from(values).buffer)), values.length];
}

/** An array of records in which a pointer stands at an offset. */
function pointers(
  stride: number,
  offset: number,
  values: readonly Buffer[],
  sizeAt?: number,
): ClaimValues {
  return (block) => {
    const array = block.take(stride * values.length);
    values.forEach((value, index) => {
      block.pointTo(array + stride * index + offset, value);
      if (sizeAt !== undefined) {
        block.bytes.writeUInt32LE(value.length, array + stride * index + sizeAt);
      }
    });
    return [array, values.length];
  };
}

/** Every AUTHZ_SECURITY_ATTRIBUTE_TYPE_ of authz.h, one that nobody knows, and one without values. */
const CLAIMS: readonly (readonly [type: number, Claim['values'], ClaimValues])[] = [
  [1, [-1n, 5n], integers(-1n, 5n)],
  [2, [2n ** 64n - 1n], integers(-1n)],
  [3, ['eins', 'zwei ß'], pointers(8, 0, [wide('eins'), wide('zwei ß')])],
  [4, ['qualified'], pointers(16, 8, [wide('qualified')])],
  [5, ['S-1-5-32-544'], pointers(16, 0, [ADMINISTRATORS], 8)],
  [6, [1n, 0n], integers(1n, 0n)],
  [16, [Buffer.from('octets')], pointers(16, 0, [Buffer.from('octets')], 8)],
  [99, [undefined], integers(1n)],
  [3, [], () => [0, 0]],
];

function claimsBlock(block: Block): Claim[] {
  const information = block.take(16);
  const array = block.take(CLAIM_BYTES * CLAIMS.length);
  block.bytes.writeUInt16LE(1, information);
  block.bytes.writeUInt32LE(CLAIMS.length, information + 4);
  block.point(information + 8, array);
  return CLAIMS.map(([type, values, put], index) => {
    const claim = array + CLAIM_BYTES * index;
    const name = `claim ${index}`;
    block.pointTo(claim, wide(name));
    block.bytes.writeUInt16LE(type, claim + 8);
    block.bytes.writeUInt32LE(0x1000 + index, claim + 12);
    const [address, count] = put(block);
    block.bytes.writeUInt32LE(count, claim + 16);
    if (count > 0) block.point(claim + 24, address);
    return { name, type, flags: 0x1000 + index, values };
  });
}

export interface SampleSources {
  token: SampleToken;
  certificates: SampleCertificates;
}

class RecordWriter {
  readonly #sources: SampleSources;
  readonly #shape: Shape;
  readonly #record: Buffer;
  readonly output: ScriptedBuffer[];

  constructor(size: number, shape: Shape, sources: SampleSources) {
    this.#record = Buffer.alloc(size);
    this.#shape = shape;
    this.#sources = sources;
    this.output = [{ data: this.#record }];
  }

  /** Writes a field; gives what must come of it. */
  field(field: SampleField, index: number): unknown {
    const { kind, offset } = field;
    const number = 0x7a + index;
    switch (kind) {
      case 'u8':
        this.#record.writeUInt8(number, offset);
        return number;
      case 'u16':
        this.#record.writeUInt16LE(0xfe00 + number, offset);
        return 0xfe00 + number;
      case 'u32':
        this.#record.writeUInt32LE(0xfedcba00 + number, offset);
        return 0xfedcba00 + number;
      case 'flag':
        this.#record.writeUInt32LE(this.#shape === 'empty' ? 0 : 0x100, offset);
        return this.#shape !== 'empty';
      case 'time':
        this.#record.writeBigInt64LE(-1n - BigInt(index), offset);
        return -1n - BigInt(index);
      case 'inlineText':
        return this.#inlineText(field, index);
      case 'inlineBytes':
        return this.#inlineBytes(field, index);
      case 'token':
        if (this.#shape !== 'full') return undefined;
        this.#record.writeBigUInt64LE(this.#sources.token.value, offset);
        return this.#sources.token.expected;
      case 'certificate':
        return this.#certificate(offset);
      default:
        return this.#memory(field, index);
    }
  }

  #inlineText({ offset, capacity = 0 }: SampleField, index: number): string {
    // A name that fills its place has no zero behind it.
    const full = index % 2 === 0 ? 'x'.repeat(capacity) : `text ${index}`;
    const text = this.#shape === 'full' ? full : '';
    this.#record.write(text, offset, 'utf16le');
    return text;
  }

  #inlineBytes({ offset, capacity = 0, count }: SampleField, index: number): Buffer {
    const size = count === undefined || this.#shape === 'full' ? capacity : 0;
    const bytes = Buffer.alloc(size, `bytes ${index}`);
    bytes.copy(this.#record, offset);
    if (count !== undefined) writeNumber(this.#record, size, count.offset, count.width);
    return bytes;
  }

  #certificate(offset: number): unknown {
    const { own, other } = this.#sources.certificates;
    if (this.#shape === 'null') return undefined;
    const store = this.#shape === 'full' ? [own.raw, other.raw] : [own.raw];
    this.#record.writeBigUInt64LE(control.giveCertificate(store), offset);
    return { certificate: own.raw, store: expect.arrayContaining(store) as unknown };
  }

  /** What FreeContextBuffer frees, and a count beside it. */
  #memory({ kind, offset, count, lent, member = '' }: SampleField, index: number): unknown {
    const elements = this.#shape === 'empty' ? 0 : 3;
    if (count !== undefined) writeNumber(this.#record, elements, count.offset, count.width);
    if (this.#shape === 'null') return NOTHING.get(kind);
    const into: ScriptedBuffer =
      lent === true ? { type: offset, memory: 'foreign' } : { type: offset };
    const block = (size: number) => new Block(this.output, into, size);
    switch (kind) {
      case 'text': {
        const text = this.#shape === 'full' ? `${member} Straße ${index}` : '';
        block(1024).put(wide(text));
        return text;
      }
      case 'bytes':
      case 'secret': {
        const bytes = Buffer.from([index, 0, 0xff]);
        // More than is counted is not read.
        block(64).put(Buffer.concat([bytes, Buffer.alloc(16, 'beyond')]));
        return bytes.subarray(0, elements);
      }
      case 'words16':
        block(64).put(new Uint8Array(Uint16Array.of(1, 0x8000, 0xffff, 4).buffer));
        return [1, 0x8000, 0xffff].slice(0, elements);
      case 'words32':
        block(64).put(new Uint8Array(Uint32Array.of(1, 0x80000000, 0xffffffff, 4).buffer));
        return [1, 0x80000000, 0xffffffff].slice(0, elements);
      case 'package':
        if (this.#shape === 'full') return packageBlock(block(BLOCK_BYTES), 'Chosen');
        block(PACKAGE_BYTES);
        return { capabilities: 0, version: 0, rpcId: 0, maxToken: 0, name: '', comment: '' };
      case 'blobs': {
        const blobs = [Buffer.from('one'), Buffer.alloc(0), Buffer.from('three')];
        blobsBlock(block(BLOCK_BYTES), blobs);
        return blobs.slice(0, elements);
      }
      case 'claims':
        if (this.#shape === 'full') return claimsBlock(block(4 * BLOCK_BYTES));
        block(16);
        return [];
      case 'opaque':
        block(16);
        return undefined;
      default:
        throw new Error(`no sample for the kind ${kind}`);
    }
  }
}

/** What comes of a pointer that is NULL. */
const NOTHING: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['text', undefined],
  ['bytes', Buffer.alloc(0)],
  ['secret', Buffer.alloc(0)],
  ['words16', []],
  ['words32', []],
  ['package', undefined],
  ['blobs', []],
  ['claims', []],
  ['opaque', undefined],
]);

/** The record of an attribute in one of the shapes. */
export function sampleOf(
  { size, fields }: SampleAttribute,
  shape: Shape,
  sources: SampleSources,
): Sample {
  const writer = new RecordWriter(size, shape, sources);
  const values = fields.map((field, index) => [field, writer.field(field, index)] as const);
  const [first] = values;
  const named = values.filter(([{ kind }]) => kind !== 'opaque');
  const expected =
    first?.[0].alone === true
      ? first[1]
      : Object.fromEntries(named.map(([{ name = '' }, value]) => [name, value]));
  return { output: writer.output, expected };
}
