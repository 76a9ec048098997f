/** What all messages have: a signature, a type, and fields that point into the payload. */

import { malformed } from './refusal.js';

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const TYPE_AT = 8;
const FIELD_SIZE = 8;

export const VERSION_SIZE = 8;

export const MessageType = { negotiate: 1, challenge: 2, authenticate: 3 } as const;
type MessageTypeNumber = (typeof MessageType)[keyof typeof MessageType];

/** Whether a message has this type, and all of a header of this size. */
export function checkHeader(message: Buffer, type: MessageTypeNumber, size: number): void {
  if (!message.subarray(0, TYPE_AT).equals(SIGNATURE)) throw malformed('no NTLM message');
  if (message.length < size) {
    throw malformed(`${message.length} bytes, where the header has ${size}`);
  }
  const actual = message.readUInt32LE(TYPE_AT);
  if (actual !== type) throw malformed(`a message of type ${actual} where ${type} is expected`);
}

/** The bytes that a field at `at` points at, which must be in the payload. */
export function readField(message: Buffer, at: number, payloadAt: number): Buffer {
  const size = message.readUInt16LE(at);
  const offset = message.readUInt32LE(at + 4);
  // Where nothing is, it does not matter where.
  if (size === 0) return Buffer.alloc(0);
  if (offset < payloadAt) throw malformed(`the field at ${at} points into the header`);
  if (offset + size > message.length)
    throw malformed(`the field at ${at} points out of the message`);
  return message.subarray(offset, offset + size);
}

/** Writes a message: a header, then what its fields point at, in the order of the calls. */
export class MessageWriter {
  readonly #header: Buffer;
  readonly #payload: Buffer[] = [];
  #end: number;

  constructor(type: MessageTypeNumber, headerSize: number) {
    this.#header = Buffer.alloc(headerSize);
    this.#header.set(SIGNATURE);
    this.#header.writeUInt32LE(type, TYPE_AT);
    this.#end = headerSize;
  }

  /** A number of 32 bits in the header. */
  number(at: number, value: number): this {
    this.#header.writeUInt32LE(value, at);
    return this;
  }

  /** Bytes in the header. */
  bytes(at: number, bytes: Uint8Array): this {
    this.#header.set(bytes, at);
    return this;
  }

  /** A field, with its bytes behind those of the fields before. */
  field(at: number, bytes: Buffer): this {
    this.#header.writeUInt16LE(bytes.length, at);
    this.#header.writeUInt16LE(bytes.length, at + 2);
    this.#header.writeUInt32LE(this.#end, at + FIELD_SIZE - 4);
    this.#payload.push(bytes);
    this.#end += bytes.length;
    return this;
  }

  toBuffer(): Buffer {
    return Buffer.concat([this.#header, ...this.#payload]);
  }
}
