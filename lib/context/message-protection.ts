/**
 * Messages of an established context. A message on the wire is what the package
 * wrote: the token, the data, then the padding.
 */

import { SECQOP_WRAP_NO_ENCRYPT } from '../constants/messages.js';
import {
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
} from '../constants/sec-buffers.js';
import { SEC_E_INTERNAL_ERROR, SEC_E_INVALID_TOKEN, SEC_E_OK } from '../constants/status.js';
import { codedError, SspiError, type Secur32Error, type SspiCall } from '../core/errors.js';
import { checkedBoolean, optionNames, ownOptions } from '../core/checks.js';
import type { ContextSizes } from '../raw/attribute-records.generated.js';
import type { ContextHandle } from '../raw/handles.js';
import {
  decryptMessage,
  encryptMessage,
  makeSignature,
  verifySignature,
  type MessageSecBuffer,
  type ProtectedSecBuffer,
} from '../raw/messages.js';
import { plainType } from '../raw/sec-buffers.js';

/** What the message functions need to know about a context. */
export interface MessageContext {
  readonly handle: ContextHandle;
  readonly sizes: ContextSizes;
  /** The length of the token before the data, for packages that do not find it themselves. */
  readonly tokenBytes: number | undefined;
}

/** Options of `wrap`. */
export interface WrapOptions {
  /**
   * Whether to encrypt the message. If false, it is only signed, and everyone can
   * read it.
   *
   * @defaultValue true
   */
  encrypt?: boolean;
}

/** Options of `unwrap`. */
export interface UnwrapOptions {
  /**
   * Whether to accept messages that were only signed.
   *
   * @defaultValue false
   */
  allowUnencrypted?: boolean;
}

const WRAP_NAMES = optionNames<WrapOptions>({ encrypt: 'optional' });
const UNWRAP_NAMES = optionNames<UnwrapOptions>({ allowUnencrypted: 'optional' });

/** Whether `wrap` has to encrypt. */
export function isToEncrypt(options: WrapOptions): boolean {
  const { encrypt = true } = ownOptions(options, WRAP_NAMES, 'wrap');
  return checkedBoolean(encrypt, 'encrypt');
}

/** Whether `unwrap` accepts messages that were only signed. */
export function takesUnencrypted(options: UnwrapOptions): boolean {
  const { allowUnencrypted = false } = ownOptions(options, UNWRAP_NAMES, 'unwrap');
  return checkedBoolean(allowUnencrypted, 'allowUnencrypted');
}

export function notEncryptedError(message: string): Secur32Error {
  return codedError('ERR_SECUR32_NOT_ENCRYPTED', message);
}

/**
 * Throws unless a call returned SEC_E_OK. Other statuses of success report that
 * something else is to be done, and not that the message was protected.
 */
function checkDone(
  call: SspiCall,
  { status, message }: { status: number; message: readonly ProtectedSecBuffer[] },
): void {
  if (status === SEC_E_OK) return;
  // It may be the plain text still.
  for (const { data } of message) data?.fill(0);
  throw new SspiError(call, status);
}

/** The bytes of a buffer as the package left it. */
function bytesOf(
  { data, size }: ProtectedSecBuffer,
  call: 'EncryptMessage' | 'DecryptMessage',
): Buffer {
  if (data !== undefined) return data;
  if (size === 0) return Buffer.alloc(0);
  // The package reports a size but not where the bytes are, so nothing can be sent or trusted.
  throw new SspiError(call, SEC_E_INTERNAL_ERROR);
}

export function wrap(
  { handle, sizes }: MessageContext,
  message: Uint8Array,
  encrypt: boolean,
): Buffer {
  const buffers: MessageSecBuffer[] = [
    { type: SECBUFFER_TOKEN, size: sizes.securityTrailer },
    { type: SECBUFFER_DATA, data: message },
    { type: SECBUFFER_PADDING, size: sizes.blockSize },
  ];
  const result = encryptMessage(handle, {
    message: buffers,
    qop: encrypt ? 0 : SECQOP_WRAP_NO_ENCRYPT,
  });
  checkDone('EncryptMessage', result);
  return Buffer.concat(result.message.map((buffer) => bytesOf(buffer, 'EncryptMessage')));
}

/** The buffers of a received message: whole, or split after its token. */
function cut(data: Uint8Array, tokenBytes: number | undefined): MessageSecBuffer[] {
  if (tokenBytes === undefined) {
    return [{ type: SECBUFFER_STREAM, data }, { type: SECBUFFER_DATA }];
  }
  if (data.length < tokenBytes) throw new SspiError('DecryptMessage', SEC_E_INVALID_TOKEN);
  return [
    { type: SECBUFFER_TOKEN, data: data.subarray(0, tokenBytes) },
    { type: SECBUFFER_DATA, data: data.subarray(tokenBytes) },
  ];
}

export function unwrap(
  { handle, tokenBytes }: MessageContext,
  data: Uint8Array,
  allowUnencrypted: boolean,
): Buffer {
  const result = decryptMessage(handle, { message: cut(data, tokenBytes) });
  checkDone('DecryptMessage', result);
  const { qop, message } = result;
  // Of any other quality of protection than 0 it is not known that it encrypts.
  if (qop !== 0 && !allowUnencrypted) {
    throw notEncryptedError(
      qop === SECQOP_WRAP_NO_ENCRYPT
        ? 'the message was signed but not encrypted'
        : `the message may not be encrypted: its quality of protection is 0x${qop.toString(16)}`,
    );
  }
  const plain = message.find(({ type }) => plainType(type) === SECBUFFER_DATA);
  if (plain === undefined) throw new SspiError('DecryptMessage', SEC_E_INTERNAL_ERROR);
  return bytesOf(plain, 'DecryptMessage');
}

export function sign({ handle, sizes }: MessageContext, message: Uint8Array): Buffer {
  const result = makeSignature(handle, {
    message: [
      { type: SECBUFFER_DATA, data: message },
      { type: SECBUFFER_TOKEN, size: sizes.maxSignature },
    ],
  });
  checkDone('MakeSignature', result);
  const signature = result.message[1]?.data;
  if (signature === undefined || signature.length === 0) {
    throw new SspiError('MakeSignature', SEC_E_INTERNAL_ERROR);
  }
  return signature;
}

export function verify(handle: ContextHandle, message: Uint8Array, signature: Uint8Array): void {
  const result = verifySignature(handle, {
    message: [
      { type: SECBUFFER_DATA, data: message },
      { type: SECBUFFER_TOKEN, data: signature },
    ],
  });
  checkDone('VerifySignature', result);
}
