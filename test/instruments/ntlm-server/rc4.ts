/** RC4, whose state goes on from one message to the next. */
export class Rc4 {
  readonly #state = Uint8Array.from({ length: 256 }, (_, index) => index);
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    let j = 0;
    for (let i = 0; i < 256; i++) {
      j = (j + this.#at(i) + (key[i % key.length] ?? 0)) & 0xff;
      this.#swap(i, j);
    }
  }

  /** The data encrypted; or decrypted, which is the same. */
  update(data: Uint8Array): Buffer {
    return Buffer.from(data.map((byte) => byte ^ this.#next()));
  }

  #next(): number {
    this.#i = (this.#i + 1) & 0xff;
    this.#j = (this.#j + this.#at(this.#i)) & 0xff;
    this.#swap(this.#i, this.#j);
    return this.#at((this.#at(this.#i) + this.#at(this.#j)) & 0xff);
  }

  #at(index: number): number {
    return this.#state[index] ?? 0;
  }

  #swap(one: number, other: number): void {
    const kept = this.#at(one);
    this.#state[one] = this.#at(other);
    this.#state[other] = kept;
  }
}

/** RC4K of MS-NLMP: a single use of a key. */
export function rc4(key: Uint8Array, data: Uint8Array): Buffer {
  return new Rc4(key).update(data);
}
