/** The credentials of a server or client: one set per scheme, acquired once, and again after they expire. */

import type { Credentials } from '../context/credentials.js';
import { closedError } from '../core/errors.js';
import { isExpired } from './expiry.js';
import type { Scheme } from './schemes.js';

interface Entry {
  readonly credentials: Promise<Credentials>;
  readonly isFixed: boolean;
}

/** Owns the credentials that are in it. */
export class CredentialsCache {
  readonly #owner: string;
  readonly #acquire: (scheme: Scheme) => Promise<Credentials>;
  readonly #acquired = new Map<Scheme, Entry>();
  #closed = false;

  /** @param owner what is closed, for errors: `'the client'` */
  constructor(owner: string, acquire: (scheme: Scheme) => Promise<Credentials>) {
    this.#owner = owner;
    this.#acquire = acquire;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Adds credentials that cannot be acquired again, and are therefore never renewed. */
  addFixed(scheme: Scheme, credentials: Promise<Credentials>): void {
    credentials.catch(() => undefined); // `get` reports the error
    this.#acquired.set(scheme, { credentials, isFixed: true });
  }

  /** Rejects as `acquire` does, and with `ERR_SECUR32_CLOSED`. */
  async get(scheme: Scheme): Promise<Credentials> {
    if (this.#closed) throw closedError(this.#owner);
    const known = this.#acquired.get(scheme);
    if (known === undefined) return this.#renew(scheme, undefined);
    const credentials = await known.credentials;
    if (known.isFixed || !isExpired(credentials)) return credentials;
    if (this.#closed) throw closedError(this.#owner);
    const current = this.#acquired.get(scheme);
    // Another request may have renewed them meanwhile.
    return current === undefined || current === known
      ? this.#renew(scheme, credentials)
      : current.credentials;
  }

  #renew(scheme: Scheme, old: Credentials | undefined): Promise<Credentials> {
    const credentials = this.#acquire(scheme);
    const entry: Entry = { credentials, isFixed: false };
    this.#acquired.set(scheme, entry);
    credentials.then(
      () => old?.close(),
      () => {
        old?.close();
        // The next request tries again.
        if (this.#acquired.get(scheme) === entry) this.#acquired.delete(scheme);
      },
    );
    return credentials;
  }

  /** Closes the credentials; logons that began with them may finish. */
  async close(): Promise<void> {
    this.#closed = true;
    const entries = [...this.#acquired.values()];
    this.#acquired.clear();
    const all = await Promise.allSettled(entries.map(({ credentials }) => credentials));
    for (const outcome of all) if (outcome.status === 'fulfilled') outcome.value.close();
  }
}
