import { createCipheriv } from 'node:crypto';

const PARTS = 3;

/** Puts seven bytes of key onto eight, whose lowest bits are parity and do not count. */
function spread(key: Uint8Array): Buffer {
  const bits = BigInt(`0x${Buffer.from(key).toString('hex')}`);
  const bytes = Array.from({ length: 8 }, (_, index) =>
    Number((bits >> BigInt(7 * (7 - index))) & 0x7fn),
  );
  return Buffer.from(bytes.map((sevenBits) => sevenBits << 1));
}

/**
 * DES of MS-NLMP: eight bytes, with a key of seven. Three times DES with the
 * same key is DES, which OpenSSL alone no longer offers to everybody.
 */
export function des(key: Uint8Array, data: Uint8Array): Buffer {
  const part = spread(key);
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([part, part, part]), null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

/** DESL of MS-NLMP: eight bytes encrypted thrice, with the parts of a key of sixteen. */
export function desl(key: Uint8Array, data: Uint8Array): Buffer {
  const long = Buffer.alloc(7 * PARTS);
  long.set(key);
  const parts = Array.from({ length: PARTS }, (_, part) =>
    des(long.subarray(7 * part, 7 * part + 7), data),
  );
  return Buffer.concat(parts);
}
