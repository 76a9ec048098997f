/** Messages with extended session security (MS-NLMP 3.4): signed, or sealed too. */

import {
  has,
  NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
  NTLMSSP_NEGOTIATE_KEY_EXCH,
  NTLMSSP_NEGOTIATE_SEAL,
  NTLMSSP_NEGOTIATE_SIGN,
} from './flags.js';
import { hmacMd5 } from './hashes.js';
import { sealKey, signKey, type Side } from './keys.js';
import { Rc4 } from './rc4.js';
import { NtlmRefusal } from './refusal.js';

export const SIGNATURE_SIZE = 16;

const CHECKSUM_SIZE = 8;
const VERSION = 1;

/** One of the two directions, with its keys and its count of messages. */
class Direction {
  readonly #signKey: Buffer;
  readonly #cipher: Rc4;
  readonly #sealsChecksums: boolean;
  #sequence = 0;

  constructor(flags: number, sessionKey: Buffer, sender: Side) {
    this.#signKey = signKey(sessionKey, sender);
    this.#cipher = new Rc4(sealKey(flags, sessionKey, sender));
    this.#sealsChecksums = has(flags, NTLMSSP_NEGOTIATE_KEY_EXCH);
  }

  /** Encrypts or decrypts. */
  cipher(data: Uint8Array): Buffer {
    return this.#cipher.update(data);
  }

  /** NTLMSSP_MESSAGE_SIGNATURE (MS-NLMP 2.2.2.9.2) of the next message. */
  signature(message: Uint8Array): Buffer {
    const signature = Buffer.alloc(SIGNATURE_SIZE);
    signature.writeUInt32LE(VERSION);
    signature.writeUInt32LE(this.#sequence, SIGNATURE_SIZE - 4);
    const sequence = signature.subarray(SIGNATURE_SIZE - 4);
    const checksum = hmacMd5(this.#signKey, sequence, message).subarray(0, CHECKSUM_SIZE);
    signature.set(this.#sealsChecksums ? this.cipher(checksum) : checksum, 4);
    this.#sequence = (this.#sequence + 1) >>> 0;
    return signature;
  }
}

/** The messages of one side of a logon, in their order. */
export class SessionSecurity {
  readonly #flags: number;
  readonly #outgoing: Direction;
  readonly #incoming: Direction;
  #broken = false;

  constructor(side: Side, flags: number, sessionKey: Buffer) {
    if (!has(flags, NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY)) {
      throw new NtlmRefusal('not negotiated', 'extended session security');
    }
    this.#flags = flags;
    this.#outgoing = new Direction(flags, sessionKey, side);
    this.#incoming = new Direction(flags, sessionKey, side === 'client' ? 'server' : 'client');
  }

  /** GSS_GetMIC: the signature of a message. */
  sign(message: Uint8Array): Buffer {
    this.#need(NTLMSSP_NEGOTIATE_SIGN, 'signing');
    return this.#outgoing.signature(message);
  }

  /** GSS_VerifyMIC: refuses a message that is altered or not the next one. */
  verify(message: Uint8Array, signature: Uint8Array): void {
    this.#need(NTLMSSP_NEGOTIATE_SIGN, 'signing');
    this.#check(message, signature);
  }

  /** GSS_Wrap: the signature, then the encrypted message. */
  wrap(message: Uint8Array): Buffer {
    this.#need(NTLMSSP_NEGOTIATE_SEAL, 'sealing');
    // The checksum is encrypted with what comes after the message.
    const sealed = this.#outgoing.cipher(message);
    return Buffer.concat([this.#outgoing.signature(message), sealed]);
  }

  /** GSS_Unwrap: the message, unless it is altered or not the next one. */
  unwrap(wrapped: Uint8Array): Buffer {
    this.#need(NTLMSSP_NEGOTIATE_SEAL, 'sealing');
    const message = this.#incoming.cipher(wrapped.subarray(SIGNATURE_SIZE));
    this.#check(message, wrapped.subarray(0, SIGNATURE_SIZE));
    return message;
  }

  #need(flag: number, what: string): void {
    // Ciphers do not go back: what comes after a refused message cannot be right.
    if (this.#broken) throw new NtlmRefusal('altered', 'an earlier message was refused');
    if (!has(this.#flags, flag)) throw new NtlmRefusal('not negotiated', what);
  }

  #check(message: Uint8Array, signature: Uint8Array): void {
    const expected = this.#incoming.signature(message);
    if (expected.equals(signature)) return;
    this.#broken = true;
    throw new NtlmRefusal('altered', `the signature of a message of ${message.length} bytes`);
  }
}
