/**
 * SecBufferDesc arrays, as plain arrays of plain objects.
 */

import { SECBUFFER_ATTRMASK, SECBUFFER_EXTRA, SECBUFFER_TOKEN } from '../constants/sec-buffers.js';
import { argumentError, codedError } from '../core/errors.js';
import { checkedBytes, copyOfBytes, isUint32, optionNames, ownRecord } from '../core/checks.js';
import type { InputSecBuffer, LeftInput, OutputSecBuffer, SecBuffer } from '../core/sec-buffer.js';

/** More buffers than any documented call uses. Mirrors kMaxSecBuffers. */
export const MAX_BUFFERS = 16;
/** Lets the addon choose the size of an output buffer. Mirrors kDefaultSize. */
export const DEFAULT_SIZE = 0xffffffff;
/** The largest output buffer that a caller can request; tokens are far smaller. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** The type of a buffer without attribute bits. */
export function plainType(type: number): number {
  return (type & ~SECBUFFER_ATTRMASK) >>> 0;
}

export function checkedType(type: unknown, where: string): number {
  // JavaScript's OR of a type and an attribute bit may be negative.
  if (isUint32(type)) return type;
  if (typeof type === 'number' && (type | 0) === type) return type >>> 0;
  throw argumentError(`${where}.type must be a SECBUFFER_ constant`);
}

export function checkedArray(buffers: unknown, where: string): unknown[] {
  if (!Array.isArray(buffers)) throw argumentError(`${where} must be an array of buffers`);
  if (buffers.length > MAX_BUFFERS) {
    throw argumentError(`${where} has ${buffers.length} buffers; the limit is ${MAX_BUFFERS}`);
  }
  // `map` on the array itself would skip holes.
  return Array.from(buffers as unknown[]);
}

const INPUT_NAMES = optionNames<InputSecBuffer>({ type: 'required', data: 'optional' });
const OUTPUT_NAMES = optionNames<OutputSecBuffer>({ type: 'required', size: 'optional' });

/** Input buffers in the form that the addon takes. */
export interface InputDescriptor {
  types: number[];
  data: (Uint8Array | undefined)[];
}

/**
 * Checks input buffers. `maxTokenBytes` limits each TOKEN, because tokens come
 * from the network. `list` names the buffers in errors.
 */
export function inputDescriptor(
  buffers: unknown,
  maxTokenBytes: number,
  list = 'input',
): InputDescriptor {
  const types: number[] = [];
  const data: (Uint8Array | undefined)[] = [];
  checkedArray(buffers, list).forEach((element, index) => {
    const where = `${list}[${index}]`;
    const { type: anyType, data: bytes }: Partial<Record<keyof InputSecBuffer, unknown>> =
      ownRecord(element, INPUT_NAMES, where);
    const type = checkedType(anyType, where);
    const checked = bytes === undefined ? undefined : checkedBytes(bytes, `${where}.data`);
    if (checked !== undefined && plainType(type) === SECBUFFER_TOKEN) {
      checkTokenSize(checked, maxTokenBytes);
    }
    types.push(type);
    data.push(checked);
  });
  return { types, data };
}

/** Copies the bytes of the buffers. */
export function keptInput({ types, data }: InputDescriptor): InputDescriptor {
  return { types, data: data.map((bytes) => bytes && copyOfBytes(bytes)) };
}

export function checkTokenSize(token: Uint8Array, maxTokenBytes: number): void {
  if (token.length <= maxTokenBytes) return;
  throw codedError(
    'ERR_SECUR32_TOKEN_TOO_LARGE',
    `the token has ${token.length} bytes; maxTokenBytes allows ${maxTokenBytes}`,
  );
}

/** Output buffers as (type, size) pairs, in the form that the addon takes. */
export function outputWords(buffers: unknown): number[] {
  return checkedArray(buffers, 'output').flatMap((element, index) => {
    const where = `output[${index}]`;
    const { type, size }: Partial<Record<keyof OutputSecBuffer, unknown>> = ownRecord(
      element,
      OUTPUT_NAMES,
      where,
    );
    if (size !== undefined && (!isUint32(size) || size > MAX_OUTPUT_BYTES)) {
      throw argumentError(`${where}.size must be an integer from 0 to ${MAX_OUTPUT_BYTES}`);
    }
    return [checkedType(type, where), size ?? DEFAULT_SIZE];
  });
}

/** Decodes (type, bytes) pairs of the addon. */
export function secBuffers(elements: readonly (number | Buffer | undefined)[]): SecBuffer[] {
  const buffers: SecBuffer[] = [];
  for (let i = 0; i < elements.length; i += 2) {
    const data = elements[i + 1] as Buffer | undefined;
    const type = elements[i] as number;
    buffers.push(data === undefined ? { type } : { type, data });
  }
  return buffers;
}

/** Decodes (type, size) pairs of the addon: the input as the package left it. */
export function leftInput(
  elements: readonly (number | Buffer | undefined)[],
  input: InputDescriptor,
): LeftInput[] {
  const token = input.types.findIndex((type) => plainType(type) === SECBUFFER_TOKEN);
  const tokenBytes = input.data[token];
  return input.types.map((_, index) => {
    const type = elements[2 * index] as number;
    const size = elements[2 * index + 1] as number;
    // Of EXTRA only the size is meaningful, and it is wrong if it exceeds the token.
    if (plainType(type) !== SECBUFFER_EXTRA || tokenBytes === undefined) return { type, size };
    if (size > tokenBytes.length) return { type, size };
    return { type, size, data: Buffer.from(tokenBytes.subarray(tokenBytes.length - size)) };
  });
}
