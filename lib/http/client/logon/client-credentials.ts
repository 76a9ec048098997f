/** The credentials that a client logs on with: one for each scheme, acquired once. */

import { Credentials } from '../../../context/credentials.js';
import { closedError } from '../../../core/errors.js';
import type { AuthIdentity } from '../../../raw/auth-identity.js';
import type { Scheme } from '../../schemes.js';
import type { LogonSettings } from '../settings.js';

/** Owns the credentials, except those that the caller passed. */
export class ClientCredentials {
  readonly #settings: LogonSettings;
  readonly #acquired = new Map<Scheme, Promise<Credentials>>();
  #closed = false;

  constructor(settings: LogonSettings, authIdentity: AuthIdentity | undefined) {
    this.#settings = settings;
    if (authIdentity === undefined) return;
    // Acquire now: the password is not stored here, and the caller may change or
    // zero it later.
    for (const scheme of settings.schemes) {
      const credentials = Credentials.acquire({
        package: settings.packages[scheme],
        use: 'outbound',
        authIdentity,
      });
      credentials.catch(() => undefined); // `get` reports the error
      this.#acquired.set(scheme, credentials);
    }
  }

  /** Rejects as `Credentials.acquire` does, and with `ERR_SECUR32_CLOSED`. */
  async get(scheme: Scheme): Promise<Credentials> {
    if (this.#closed) throw closedError('the client');
    const { credentialsSource } = this.#settings;
    if (credentialsSource instanceof Credentials) return credentialsSource;
    const known = this.#acquired.get(scheme);
    if (known !== undefined) {
      const credentials = await known;
      if (credentialsSource === 'authIdentity' || !isExpired(credentials)) return credentials;
      if (this.#acquired.get(scheme) === known) this.#forget(scheme, known);
    }
    return this.#acquireAgain(scheme);
  }

  /** Only for the process identity, which can be acquired again at any time. */
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

  /** Closes the credentials that this object owns. Logons in progress continue. */
  close(): void {
    this.#closed = true;
    for (const [scheme, credentials] of this.#acquired) this.#forget(scheme, credentials);
  }
}

function isExpired({ expiresAt }: Credentials): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= Date.now();
}

function closeWhenThere(credentials: Promise<Credentials>): void {
  credentials.then(
    (acquired) => {
      acquired.close();
    },
    () => undefined, // nothing was acquired
  );
}
