/** What a request learns from the connections that it loses, and how many more it takes. */

import type { Party, PartyKind } from '../logon/peer.js';

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
   * When a new connection was lost while the body went out: a party that refuses
   * a body may end it before its answer is read.
   *
   * @param parties those that may have refused it
   * @returns whether there are such, and this happens for the first time
   */
  noteLostBody(parties: readonly Party[]): boolean {
    for (const party of parties) party.noteClosing();
    const first = !this.#bodyLost && parties.length > 0;
    this.#bodyLost = true;
    return first;
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
