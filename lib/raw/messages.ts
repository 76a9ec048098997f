/**
 * The message functions. They run on memory of ours that is made for the call,
 * or in place, on the caller's.
 */

import { SECBUFFER_EXTRA, SECBUFFER_MISSING } from '../constants/sec-buffers.js';
import { argumentError, SspiError, type SspiCall } from '../core/errors.js';
import type { MessageTuple, NativeBinding } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import {
  checkedBoolean,
  checkedBytes,
  checkedUint32,
  isUint32,
  optionNames,
  type OptionNames,
  ownOptions,
  ownRecord,
} from '../core/checks.js';
import { accepted } from '../binding/refusals.js';
import { isFailure, statusName } from '../core/status.js';
import { openContext, type ContextHandle } from './handles.js';
import { checkedArray, checkedType, plainType } from './sec-buffers.js';

/** A buffer of a message: bytes that go in, or room for bytes that come out. */
export interface MessageSecBuffer {
  /** A `SECBUFFER_` type; with `SECBUFFER_READONLY_WITH_CHECKSUM` it is signed, but not encrypted. */
  type: number;
  /** Its bytes. In place they are changed, and what comes out is a part of them. */
  data?: Uint8Array;
  /** Instead of `data`: room for that many bytes. */
  size?: number;
}

export interface MessageOptions {
  message: readonly MessageSecBuffer[];
  /** A number for datagrams; 0 (the default) for connections, which count by themselves. */
  sequenceNumber?: number;
  /** To work on the memory of `data` itself instead of a copy. By default not. */
  inPlace?: boolean;
}

export interface ProtectOptions extends MessageOptions {
  /** `SECQOP_WRAP_NO_ENCRYPT` to sign only; 0 by default. */
  qop?: number;
}

const BUFFER_NAMES = optionNames<MessageSecBuffer>({
  type: 'required',
  data: 'optional',
  size: 'optional',
});
const MESSAGE_KINDS = {
  message: 'required',
  sequenceNumber: 'optional',
  inPlace: 'optional',
} as const;
const OPEN_NAMES = optionNames<MessageOptions>(MESSAGE_KINDS);
const PROTECT_NAMES = optionNames<ProtectOptions>({ ...MESSAGE_KINDS, qop: 'optional' });

/** A buffer after a message function. */
export interface ProtectedSecBuffer {
  /** The type, as the package left it: search by type, not by index. */
  type: number;
  /** Its size in bytes, as the package says; for `SECBUFFER_MISSING` what is needed more. */
  size: number;
  /** Its bytes: of a copy, or in place a part of the caller's own memory. Absent where it has none. */
  data?: Buffer;
}

export interface MessageResult {
  /** The SECURITY_STATUS, unsigned: `SEC_E_OK`, `SEC_I_RENEGOTIATE`, `SEC_I_CONTEXT_EXPIRED`. */
  status: number;
  statusName: string;
  message: ProtectedSecBuffer[];
}

export interface OpenedMessageResult extends MessageResult {
  /** How the message was protected: `SECQOP_WRAP_NO_ENCRYPT` says that it was not encrypted. */
  qop: number;
}

/** More than any message has. */
const MAX_MESSAGE_BYTES = 0x7fffffff;

type Memory = (Uint8Array | undefined)[];
type MessageFunction = 'encryptMessage' | 'decryptMessage' | 'makeSignature' | 'verifySignature';

function checkedSize(size: unknown, where: string): number {
  if (isUint32(size) && size <= MAX_MESSAGE_BYTES) return size;
  throw argumentError(`${where}.size must be a number of bytes`);
}

/** The memory of one buffer: of ours, or in place the caller's. */
function memoryOf(
  { data, size }: Partial<Record<keyof MessageSecBuffer, unknown>>,
  inPlace: boolean,
  where: string,
): Uint8Array | undefined {
  if (data === undefined)
    return size === undefined ? undefined : Buffer.alloc(checkedSize(size, where));
  const bytes = checkedBytes(data, `${where}.data`);
  if (size !== undefined) throw argumentError(`${where} has both data and size`);
  if (!inPlace) return Uint8Array.from(bytes);
  // Another thread could change it under the package.
  if (bytes.buffer instanceof SharedArrayBuffer) {
    throw argumentError(`${where}.data is shared memory, which cannot be worked on in place`);
  }
  return bytes;
}

function prepared({ message, inPlace = false }: MessageOptions): {
  types: Uint32Array;
  memory: Memory;
} {
  checkedBoolean(inPlace, 'inPlace');
  const types: number[] = [];
  const memory: Memory = [];
  checkedArray(message, 'message').forEach((element, index) => {
    const where = `message[${index}]`;
    const buffer = ownRecord(element, BUFFER_NAMES, where);
    types.push(checkedType(buffer.type, where));
    memory.push(memoryOf(buffer, inPlace, where));
  });
  if (types.length === 0) throw argumentError('message has no buffers');
  return { types: Uint32Array.from(types), memory };
}

function part(memory: Uint8Array, offset: number, size: number): Buffer {
  return Buffer.from(memory.buffer, memory.byteOffset + offset, size);
}

/** Where the bytes of a buffer are that the package points to, or says to have left over. */
function written(
  type: number,
  source: number,
  offset: number,
  size: number,
  memory: Memory,
): Buffer | undefined {
  const found = memory[source];
  if (found !== undefined) return part(found, offset, size);
  // Not every package says where EXTRA is; it is always the end of the input.
  const [input] = memory;
  if (plainType(type) !== SECBUFFER_EXTRA || input === undefined || size > input.length) {
    return undefined;
  }
  return part(input, input.length - size, size);
}

function buffersOf([, , ...elements]: MessageTuple, memory: Memory): ProtectedSecBuffer[] {
  const buffers: ProtectedSecBuffer[] = [];
  for (let i = 0; i < elements.length; i += 4) {
    const [type, source, offset, size] = elements.slice(i, i + 4) as [
      number,
      number,
      number,
      number,
    ];
    const data = written(type, source, offset, size, memory);
    buffers.push(data === undefined ? { type, size } : { type, size, data });
  }
  return buffers;
}

function run(
  name: MessageFunction,
  call: SspiCall,
  context: ContextHandle,
  given: ProtectOptions,
  names: OptionNames<ProtectOptions>,
): OpenedMessageResult {
  const options = ownOptions(given, names, name);
  const { qop = 0, sequenceNumber = 0, inPlace = false } = options;
  checkedUint32(qop, 'qop');
  checkedUint32(sequenceNumber, 'sequenceNumber');
  const nativeContext = openContext(context).native;
  const { types, memory } = prepared(options);
  const enter: NativeBinding[MessageFunction] = native()[name].bind(native());
  let done = false;
  try {
    const tuple = accepted(enter(nativeContext, qop, sequenceNumber, types, memory));
    const [status, found] = tuple;
    if (isFailure(status)) throw new SspiError(call, status, [], missing(tuple, memory));
    done = true;
    return {
      status,
      statusName: statusName(status),
      qop: found,
      message: buffersOf(tuple, memory),
    };
  } finally {
    // What was to be encrypted, or half decrypted, does not stay behind.
    if (!done && !inPlace) memory.forEach((bytes) => bytes?.fill(0));
  }
}

/** How many bytes a stream wants more; undefined where it does not say. */
function missing(tuple: MessageTuple, memory: Memory): number | undefined {
  const found = buffersOf(tuple, memory).find(({ type }) => plainType(type) === SECBUFFER_MISSING);
  return found?.size;
}

/** Nothing was found out about a message that was made. */
function withoutQop({ status, statusName: name, message }: OpenedMessageResult): MessageResult {
  return { status, statusName: name, message };
}

/**
 * Encrypts and signs a message.
 *
 * Calls EncryptMessage. The buffers, with their sizes from `SECPKG_ATTR_SIZES`:
 * `[TOKEN size: securityTrailer, DATA, PADDING size: blockSize]`; of Schannel,
 * with `SECPKG_ATTR_STREAM_SIZES`: `[STREAM_HEADER, DATA, STREAM_TRAILER,
 * EMPTY]`. What is to be sent are all of them in this order, each as long as
 * it is afterwards. Throws an `SspiError`: `SEC_E_BUFFER_TOO_SMALL`,
 * `SEC_E_CONTEXT_EXPIRED`, `SEC_E_QOP_NOT_SUPPORTED`,
 * `SEC_E_UNSUPPORTED_FUNCTION` where encryption was not negotiated.
 */
export function encryptMessage(context: ContextHandle, options: ProtectOptions): MessageResult {
  return withoutQop(run('encryptMessage', 'EncryptMessage', context, options, PROTECT_NAMES));
}

/**
 * Decrypts a message and verifies it.
 *
 * Calls DecryptMessage. The buffers: `[STREAM, DATA]` with the whole message in
 * the first, or `[TOKEN, DATA, PADDING]` as they were sent; of Schannel
 * `[DATA, EMPTY, EMPTY, EMPTY]` with what came so far. Afterwards DATA is the
 * plain text, EXTRA what belongs to the next message. A `qop` of
 * `SECQOP_WRAP_NO_ENCRYPT` says that it was only signed. Throws an
 * `SspiError`: `SEC_E_MESSAGE_ALTERED`, `SEC_E_OUT_OF_SEQUENCE`,
 * `SEC_E_INCOMPLETE_MESSAGE` (more is needed; `missing` may say how much),
 * `SEC_E_DECRYPT_FAILURE`, `SEC_E_INVALID_TOKEN`, `SEC_E_CONTEXT_EXPIRED`.
 */
export function decryptMessage(
  context: ContextHandle,
  options: MessageOptions,
): OpenedMessageResult {
  return run('decryptMessage', 'DecryptMessage', context, options, OPEN_NAMES);
}

/**
 * Signs a message that stays readable.
 *
 * Calls MakeSignature. The buffers: `[DATA, …, TOKEN size: maxSignature]`; the
 * TOKEN is the signature afterwards. Throws an `SspiError` like
 * `encryptMessage`.
 */
export function makeSignature(context: ContextHandle, options: ProtectOptions): MessageResult {
  return withoutQop(run('makeSignature', 'MakeSignature', context, options, PROTECT_NAMES));
}

/**
 * Verifies the signature of a message; returns only if it is good.
 *
 * Calls VerifySignature with `[DATA, …, TOKEN]`. Throws an `SspiError`:
 * `SEC_E_MESSAGE_ALTERED`, `SEC_E_OUT_OF_SEQUENCE` and others.
 */
export function verifySignature(
  context: ContextHandle,
  options: MessageOptions,
): OpenedMessageResult {
  return run('verifySignature', 'VerifySignature', context, options, OPEN_NAMES);
}
