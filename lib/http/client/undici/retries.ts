/** Decides whether a request that lost its connection may take another one. */

import type { Peer, PeerKind } from '../logon/peer.js';

/** Methods that may be sent again although the server may have received the request (RFC 9110, section 9.2.2). */
const IDEMPOTENT: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.includes(method.toUpperCase());
}

export class Retries {
  #retried = false;
  #bodyLost = false;
  readonly #rejectedBy = new Set<PeerKind>();
  #rejectingPeer: Peer | undefined;

  /** Call before each connection. */
  begin(): void {
    this.#rejectingPeer = undefined;
  }

  /** Whether a peer has rejected the current request with its body, on any connection. */
  rejectedBy({ kind }: Peer): boolean {
    return this.#rejectedBy.has(kind);
  }

  /**
   * Call when a new connection is lost while the body is sent: a peer that rejects
   * a body may close the connection before its response is read.
   *
   * @param peers those that may have rejected it
   * @returns true if there are any and this is the first time
   */
  noteLostBody(peers: readonly Peer[]): boolean {
    for (const peer of peers) peer.rememberClosing();
    const first = !this.#bodyLost && peers.length > 0;
    this.#bodyLost = true;
    return first;
  }

  /** @param hadBody whether the rejected request was sent with its body */
  noteRejection(peer: Peer, hadBody: boolean): void {
    this.#rejectingPeer = hadBody && !this.rejectedBy(peer) ? peer : undefined;
    if (hadBody) this.#rejectedBy.add(peer.kind);
  }

  /**
   * Whether the request may take another connection: once, and once more for each
   * peer that closed the connection when it rejected the body, because the next
   * logon begins without the body.
   */
  claim(): boolean {
    if (this.#rejectingPeer !== undefined) {
      this.#rejectingPeer.rememberClosing();
      return true;
    }
    if (this.#retried) return false;
    this.#retried = true;
    return true;
  }
}
