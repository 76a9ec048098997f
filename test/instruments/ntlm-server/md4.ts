/** MD4 (RFC 1320), which OpenSSL no longer offers to everybody. */

const BLOCK = 64;

const SHIFTS = [
  [3, 7, 11, 19],
  [3, 5, 9, 13],
  [3, 9, 11, 15],
] as const;

const ORDERS = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
  [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
] as const;

const CONSTANTS = [0, 0x5a82_7999, 0x6ed9_eba1] as const;

const FUNCTIONS = [
  (x: number, y: number, z: number) => (x & y) | (~x & z),
  (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
  (x: number, y: number, z: number) => x ^ y ^ z,
] as const;

type State = [a: number, b: number, c: number, d: number];

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function padded(message: Uint8Array): Buffer {
  const size = Math.ceil((message.length + 9) / BLOCK) * BLOCK;
  const blocks = Buffer.alloc(size);
  blocks.set(message);
  blocks[message.length] = 0x80;
  blocks.writeBigUInt64LE(BigInt(message.length) * 8n, size - 8);
  return blocks;
}

function compress(state: State, block: Buffer): State {
  let [a, b, c, d] = state;
  for (const round of [0, 1, 2] as const) {
    ORDERS[round].forEach((word, step) => {
      const mixed = a + FUNCTIONS[round](b, c, d) + block.readUInt32LE(4 * word) + CONSTANTS[round];
      const shift = SHIFTS[round][(step % 4) as 0 | 1 | 2 | 3];
      [a, b, c, d] = [d, rotate(mixed | 0, shift), b, c];
    });
  }
  return [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
}

export function md4(message: Uint8Array): Buffer {
  const blocks = padded(message);
  let state: State = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
  for (let at = 0; at < blocks.length; at += BLOCK) {
    state = compress(state, blocks.subarray(at, at + BLOCK));
  }
  const digest = Buffer.alloc(16);
  state.forEach((word, index) => digest.writeInt32LE(word | 0, 4 * index));
  return digest;
}
