/** Remembers how servers and proxies behaved on earlier connections. */

import type { Scheme } from '../../schemes.js';

export interface KnownPeer {
  /** The scheme that it asked for last; undefined if it has not asked for a logon. */
  scheme: Scheme | undefined;
  /** Whether it closed a connection when it rejected a request with a body. */
  closesOnBody: boolean;
}

const MAX_PEERS = 1000;

/** Holds the most recently used peers. */
export class PeerCache {
  readonly #peers = new Map<string, KnownPeer>();

  get(key: string): KnownPeer {
    const known = this.#peers.get(key) ?? { scheme: undefined, closesOnBody: false };
    this.#peers.delete(key);
    this.#peers.set(key, known);
    if (this.#peers.size > MAX_PEERS) {
      const [oldest] = this.#peers.keys();
      if (oldest !== undefined) this.#peers.delete(oldest);
    }
    return known;
  }
}
