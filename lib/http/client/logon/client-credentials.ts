/** The credentials of a client's logons: one for each scheme, acquired once. */

import { closedError } from '../../../core/errors.js';
import type { AuthIdentity } from '../../../raw/auth-identity.js';
import { Credentials } from '../../../context/credentials.js';
import type { Scheme } from '../../schemes.js';
import type { LogonSettings } from '../options.js';

/** They are this object's own, unless the caller gave them. */
export class ClientCredentials {
  readonly #settings: LogonSettings;
  readonly #acquired = new Map<Scheme, Promise<Credentials>>();
  #closed = false;

  constructor(settings: LogonSettings, authIdentity: AuthIdentity | undefined) {
    this.#settings = settings;
    if (authIdentity === undefined) return;
    // Now, and not when they are needed: the caller may change or zero the
    // password then, and this object does not keep it.
    for (const scheme of settings.schemes) {
      const credentials = Credentials.acquire({
        package: settings.packages[scheme],
        use: 'outbound',
        authIdentity,
      });
      credentials.catch(() => undefined); // whoever needs them is told
      this.#acquired.set(scheme, credentials);
    }
  }

  /** Rejects as `Credentials.acquire` does, and with `ERR_SECUR32_CLOSED`. */
  async for(scheme: Scheme): Promise<Credentials> {
    if (this.#closed) throw closedError('the client');
    const { whose } = this.#settings;
    if (whose instanceof Credentials) return whose;
    const known = this.#acquired.get(scheme);
    if (known !== undefined) {
      const credentials = await known;
      if (whose === 'authIdentity' || !hasExpired(credentials)) return credentials;
      if (this.#acquired.get(scheme) === known) this.#forget(scheme, known);
    }
    return this.#acquireAgain(scheme);
  }

  /** Those of the user of the process, which can be had at any time. */
  #acquireAgain(scheme: Scheme): Promise<Credentials> {
    if (this.#closed) return Promise.reject(closedError('the client'));
    const known = this.#acquired.get(scheme);
    if (known !== undefined) return known;
    const credentials = Credentials.acquire({
      package: this.#settings.packages[scheme],
      use: 'outbound',
    });
    this.#acquired.set(scheme, credentials);
    credentials.catch(() => {
      if (this.#acquired.get(scheme) === credentials) this.#acquired.delete(scheme);
    });
    return credentials;
  }

  #forget(scheme: Scheme, credentials: Promise<Credentials>): void {
    this.#acquired.delete(scheme);
    closeWhenThere(credentials);
  }

  /** Gives back what is this object's own; logons under way go on with theirs. */
  close(): void {
    this.#closed = true;
    for (const [scheme, credentials] of this.#acquired) this.#forget(scheme, credentials);
  }
}

function hasExpired({ expiresAt }: Credentials): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= Date.now();
}

function closeWhenThere(credentials: Promise<Credentials>): void {
  credentials.then(
    (acquired) => {
      acquired.close();
    },
    () => undefined, // there is nothing to give back
  );
}
