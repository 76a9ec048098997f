/**
 * Messages without extended session security (MS-NLMP 3.4.4.1), which this
 * server does not do without. It is here because the specification has an
 * example of it.
 */

import { crc32 } from './crc32.js';
import type { Rc4 } from './rc4.js';

const SIGNATURE_SIZE = 16;
const VERSION = 1;

export interface OldSealed {
  sealed: Buffer;
  /** RC4(Handle, RandomPad), which no message carries: zeros are sent in its place. */
  pad: Buffer;
  signature: Buffer;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** SEAL, with a cipher that both directions share. */
export function sealOld(cipher: Rc4, sequence: number, message: Uint8Array): OldSealed {
  const sealed = cipher.update(message);
  const pad = cipher.update(word(0));
  const checksum = cipher.update(word(crc32(message)));
  const encrypted = cipher.update(word(0)).readUInt32LE();
  const signature = Buffer.concat(
    [word(VERSION), word(0), checksum, word((encrypted ^ sequence) >>> 0)],
    SIGNATURE_SIZE,
  );
  return { sealed, pad, signature };
}
