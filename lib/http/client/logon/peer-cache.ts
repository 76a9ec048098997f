/** What is known of servers and proxies from earlier connections. */

import type { Scheme } from '../../schemes.js';

/** Of one of them. */
export interface Memory {
  /** The scheme by which it asks for a logon; undefined until it has asked. */
  scheme: Scheme | undefined;
  /** Whether a connection ended because it refused a request with a body. */
  closesOnBodies: boolean;
}

const MOST = 1000;

/** Those that were asked for last. */
export class Memories {
  readonly #memories = new Map<string, Memory>();

  of(key: string): Memory {
    const known = this.#memories.get(key) ?? { scheme: undefined, closesOnBodies: false };
    this.#memories.delete(key);
    this.#memories.set(key, known);
    if (this.#memories.size > MOST) {
      const [oldest] = this.#memories.keys();
      if (oldest !== undefined) this.#memories.delete(oldest);
    }
    return known;
  }
}
