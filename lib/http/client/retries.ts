/** What a request learns from the connections that it loses, and how many more it takes. */

import type { Party, PartyKind } from './party.js';

export class Retries {
  #retried = false;
  #bodyLost = false;
  readonly #refusedBy = new Set<PartyKind>();
  #refuser: Party | undefined;

  /** Before another connection. */
  begin(): void {
    this.#refuser = undefined;
  }

  /** Whether a party refused this very request with its body, on any connection. */
  refusedBy({ kind }: Party): boolean {
    return this.#refusedBy.has(kind);
  }

  /**
   * Whether a new connection was lost while the body went out. A server that
   * refuses a body may do so before its answer is read.
   */
  get bodyLost(): boolean {
    return this.#bodyLost;
  }

  noteLostBody(): void {
    this.#bodyLost = true;
  }

  /** @param ofBody whether the request that was refused had its body with it */
  noteRefusal(party: Party, ofBody: boolean): void {
    this.#refuser = ofBody && !this.refusedBy(party) ? party : undefined;
    if (ofBody) this.#refusedBy.add(party.kind);
  }

  /**
   * Whether it may take another connection: once, and once more for each party
   * whose refusal of the body cost the connection, because the next logon begins
   * without the body.
   */
  take(): boolean {
    if (this.#refuser !== undefined) {
      this.#refuser.noteClosing();
      return true;
    }
    if (this.#retried) return false;
    this.#retried = true;
    return true;
  }
}
