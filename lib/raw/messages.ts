/**
 * The message functions. They work on a copy of the caller's memory or, in place,
 * on that memory itself.
 */

import { types as nodeTypes } from 'node:util';

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
  copyOfBytes,
} from '../core/checks.js';
import { accepted } from '../binding/refusals.js';
import { isFailure, statusName } from '../core/status.js';
import { contextForMessage, type ContextHandle } from './handles.js';
import { checkedArray, checkedType, plainType } from './sec-buffers.js';

/** A buffer of a message: input bytes, or room for output. */
export interface MessageSecBuffer {
  /**
   * A `SECBUFFER_` type; OR-ed with `SECBUFFER_READONLY_WITH_CHECKSUM`, the bytes
   * are signed but not encrypted.
   */
  type: number;
  /** Its bytes. With `inPlace` they are changed, and the output is a part of them. */
  data?: Uint8Array;
  /** Instead of `data`: the number of bytes to allocate for output. */
  size?: number;
}

/** Options of the message functions. */
export interface MessageOptions {
  /** The buffers of the message, 1 to 16. */
  message: readonly MessageSecBuffer[];
  /**
   * The sequence number of a datagram. Contexts of connections count messages
   * themselves.
   *
   * @defaultValue 0
   */
  sequenceNumber?: number;
  /**
   * Whether to work on the memory of `data` itself instead of a copy. It must not
   * be shared memory.
   *
   * @defaultValue false
   */
  inPlace?: boolean;
}

/** Options of `encryptMessage` and `makeSignature`. */
export interface ProtectOptions extends MessageOptions {
  /**
   * The quality of protection (fQOP): `SECQOP_WRAP_NO_ENCRYPT` only signs the
   * message.
   *
   * @defaultValue 0
   */
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
  /** The type, as the package left it. Find buffers by type, not by index. */
  type: number;
  /**
   * Its size in bytes, as the package reports it; for `SECBUFFER_MISSING` the
   * number of bytes that are still needed.
   */
  size: number;
  /**
   * Its bytes: new memory, or with `inPlace` a part of the caller's memory. Absent
   * if it has none.
   */
  data?: Buffer;
}

/** The result of a message function. */
export interface MessageResult {
  /**
   * The SECURITY_STATUS as an unsigned number: `SEC_E_OK`, `SEC_I_RENEGOTIATE`,
   * `SEC_I_CONTEXT_EXPIRED`.
   */
  status: number;
  /** The name of the status. */
  statusName: string;
  /** The buffers of the message as the package left them, in the same order. */
  message: ProtectedSecBuffer[];
}

/** The result of `decryptMessage` and `verifySignature`. */
export interface OpenedMessageResult extends MessageResult {
  /**
   * How the message was protected (pfQOP): with `SECQOP_WRAP_NO_ENCRYPT` it was
   * signed but not encrypted.
   */
  qop: number;
}

/** Larger than any message. */
const MAX_MESSAGE_BYTES = 0x7fffffff;

type Memory = (Uint8Array | undefined)[];
type MessageFunction = 'encryptMessage' | 'decryptMessage' | 'makeSignature' | 'verifySignature';

function checkedSize(size: unknown, where: string): number {
  if (isUint32(size) && size <= MAX_MESSAGE_BYTES) return size;
  throw argumentError(`${where}.size must be an integer from 0 to ${MAX_MESSAGE_BYTES}`);
}

/** The memory of one buffer: our own, or with `inPlace` the caller's. */
function memoryOf(
  { data, size }: Partial<Record<keyof MessageSecBuffer, unknown>>,
  inPlace: boolean,
  where: string,
): Uint8Array | undefined {
  if (data === undefined)
    return size === undefined ? undefined : Buffer.alloc(checkedSize(size, where));
  const bytes = checkedBytes(data, `${where}.data`);
  if (size !== undefined) throw argumentError(`${where} must not have both data and size`);
  if (!inPlace) return copyOfBytes(bytes);
  // Another thread could change it while the package uses it.
  if (nodeTypes.isSharedArrayBuffer(bytes.buffer)) {
    throw argumentError(`${where}.data must not be shared memory if inPlace is true`);
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
  if (types.length === 0) throw argumentError('message must not be empty');
  return { types: Uint32Array.from(types), memory };
}

function part(memory: Uint8Array, offset: number, size: number): Buffer {
  return Buffer.from(memory.buffer, memory.byteOffset + offset, size);
}

/** The bytes of a buffer that the package points to, or reports as left over. */
function written(
  type: number,
  source: number,
  offset: number,
  size: number,
  memory: Memory,
): Buffer | undefined {
  const found = memory[source];
  if (found !== undefined) return part(found, offset, size);
  // Not every package reports where EXTRA is; it is always the end of the input.
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
  const nativeContext = contextForMessage(context).native;
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
    // Do not leave plain text in memory, whether it was to be encrypted or was partly decrypted.
    if (!done && !inPlace) memory.forEach((bytes) => bytes?.fill(0));
  }
}

/** The number of bytes that a stream still needs; undefined if the package does not report it. */
function missing(tuple: MessageTuple, memory: Memory): number | undefined {
  const found = buffersOf(tuple, memory).find(({ type }) => plainType(type) === SECBUFFER_MISSING);
  return found?.size;
}

/** Removes `qop`, which is meaningless for a message that was produced. */
function withoutQop({ status, statusName: name, message }: OpenedMessageResult): MessageResult {
  return { status, statusName: name, message };
}

/**
 * Encrypts and signs a message.
 *
 * Calls EncryptMessage. Pass the buffers `[TOKEN size: securityTrailer, DATA,
 * PADDING size: blockSize]` with sizes from `SECPKG_ATTR_SIZES`; for Schannel
 * `[STREAM_HEADER, DATA, STREAM_TRAILER, EMPTY]` with sizes from
 * `SECPKG_ATTR_STREAM_SIZES`. Send the `data` of all buffers of the result, in
 * this order.
 *
 * Throws an `SspiError` (`SEC_E_BUFFER_TOO_SMALL`, `SEC_E_CONTEXT_EXPIRED`,
 * `SEC_E_QOP_NOT_SUPPORTED`, `SEC_E_UNSUPPORTED_FUNCTION` if encryption was not
 * negotiated, and others), or an error with `ERR_SECUR32_BUSY` while a leg runs,
 * `ERR_SECUR32_CONTEXT_FAILED` after a failed leg, `ERR_SECUR32_CLOSED` after
 * `close()`, or `ERR_SECUR32_BUFFERS_UNSUPPORTED` if this system's package cannot
 * process the buffers safely.
 */
export function encryptMessage(context: ContextHandle, options: ProtectOptions): MessageResult {
  return withoutQop(run('encryptMessage', 'EncryptMessage', context, options, PROTECT_NAMES));
}

/**
 * Decrypts and verifies a message.
 *
 * Calls DecryptMessage. Pass the buffers `[STREAM, DATA]` with the whole message
 * in STREAM, or `[TOKEN, DATA, PADDING]` as they were sent; for Schannel
 * `[DATA, EMPTY, EMPTY, EMPTY]` with the bytes received so far. In the result,
 * DATA is the plain text and EXTRA the beginning of the next message. If `qop` is
 * `SECQOP_WRAP_NO_ENCRYPT`, the message was only signed.
 *
 * Throws an `SspiError` (`SEC_E_MESSAGE_ALTERED`, `SEC_E_OUT_OF_SEQUENCE`,
 * `SEC_E_INCOMPLETE_MESSAGE` if more bytes are needed (see its `missing`),
 * `SEC_E_DECRYPT_FAILURE`, `SEC_E_INVALID_TOKEN`, `SEC_E_CONTEXT_EXPIRED` and
 * others), or an error with the same codes as `encryptMessage`.
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
 * Calls MakeSignature. Pass the buffers `[DATA, …, TOKEN size: maxSignature]`
 * with the size from `SECPKG_ATTR_SIZES`; in the result, TOKEN is the signature.
 *
 * Throws like `encryptMessage`.
 */
export function makeSignature(context: ContextHandle, options: ProtectOptions): MessageResult {
  return withoutQop(run('makeSignature', 'MakeSignature', context, options, PROTECT_NAMES));
}

/**
 * Verifies the signature of a message. Returns only if the signature is valid.
 *
 * Calls VerifySignature. Pass the buffers `[DATA, …, TOKEN]`, where TOKEN is the
 * signature.
 *
 * Throws an `SspiError` (`SEC_E_MESSAGE_ALTERED`, `SEC_E_OUT_OF_SEQUENCE` and
 * others), or an error with the same codes as `encryptMessage`.
 */
export function verifySignature(
  context: ContextHandle,
  options: MessageOptions,
): OpenedMessageResult {
  return run('verifySignature', 'VerifySignature', context, options, OPEN_NAMES);
}
