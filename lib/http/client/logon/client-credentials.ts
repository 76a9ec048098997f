import { Credentials } from '../../../context/credentials.js';
import { closedError } from '../../../core/errors.js';
import type { AuthIdentity } from '../../../raw/auth-identity.js';
import { CredentialsCache } from '../../credentials-cache.js';
import type { Scheme } from '../../schemes.js';
import type { LogonSettings } from '../settings.js';

/** The credentials that a client logs on with. Owns them, except those that the caller passed. */
export class ClientCredentials {
  readonly #settings: LogonSettings;
  readonly #cache: CredentialsCache;

  constructor(settings: LogonSettings, authIdentity: AuthIdentity | undefined) {
    this.#settings = settings;
    const acquire = (scheme: Scheme, identity: { authIdentity?: AuthIdentity }) =>
      Credentials.acquire({ package: settings.packages[scheme], use: 'outbound', ...identity });
    // Credentials of the process identity can be acquired again at any time.
    this.#cache = new CredentialsCache('the client', (scheme) => acquire(scheme, {}));
    if (authIdentity === undefined) return;
    // Acquire now: the password is not stored here, and the caller may change or
    // zero it later.
    for (const scheme of settings.schemes) {
      this.#cache.addFixed(scheme, acquire(scheme, { authIdentity }));
    }
  }

  /** Rejects as `Credentials.acquire` does, and with `ERR_SECUR32_CLOSED`. */
  async get(scheme: Scheme): Promise<Credentials> {
    const { credentialsSource } = this.#settings;
    if (!(credentialsSource instanceof Credentials)) return this.#cache.get(scheme);
    if (this.#cache.isClosed) throw closedError('the client');
    return credentialsSource;
  }

  /** Closes the credentials that this object owns. Logons in progress continue. */
  close(): void {
    void this.#cache.close();
  }
}
