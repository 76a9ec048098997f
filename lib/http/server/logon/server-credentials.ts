/** The server's credentials: one set per scheme, acquired at the start and again after they expire. */

import { Credentials } from '../../../context/credentials.js';
import { closedError } from '../../../core/errors.js';
import { packageKind } from '../../../core/package-kinds.js';
import { isExpired } from '../../expiry.js';
import type { Scheme } from '../../schemes.js';
import type { ServerSettings } from '../settings.js';

export class ServerCredentials {
  readonly #settings: Pick<ServerSettings, 'schemes' | 'packages' | 'ntlm'>;
  readonly #acquired = new Map<Scheme, Promise<Credentials>>();
  #closed = false;

  constructor(settings: Pick<ServerSettings, 'schemes' | 'packages' | 'ntlm'>) {
    this.#settings = settings;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Acquires the credentials of all schemes. Rejects as `Credentials.acquire` does. */
  async acquireAll(): Promise<void> {
    // Wait for all of them, so that no rejection stays unhandled if an earlier one fails.
    const all = await Promise.allSettled(this.#settings.schemes.map((scheme) => this.get(scheme)));
    const failed = all.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async get(scheme: Scheme): Promise<Credentials> {
    if (this.#closed) throw closedError('the authenticator');
    const acquired = this.#acquired.get(scheme);
    const credentials = await acquired;
    if (credentials !== undefined && !isExpired(credentials)) return credentials;
    const later = this.#acquired.get(scheme);
    // Another request may have renewed them meanwhile.
    return later !== undefined && later !== acquired ? later : this.#renew(scheme, credentials);
  }

  #renew(scheme: Scheme, old: Credentials | undefined): Promise<Credentials> {
    const acquiring = this.#acquire(this.#settings.packages[scheme]);
    this.#acquired.set(scheme, acquiring);
    acquiring.then(
      () => old?.close(),
      () => {
        old?.close();
        // The next request tries again.
        if (this.#acquired.get(scheme) === acquiring) this.#acquired.delete(scheme);
      },
    );
    return acquiring;
  }

  async #acquire(packageName: string): Promise<Credentials> {
    const credentials = await this.#acquireInbound(packageName);
    if (this.#closed) credentials.close();
    return credentials;
  }

  /** With `ntlm: false`, the credentials of Negotiate exclude NTLM where the system supports that. */
  async #acquireInbound(packageName: string): Promise<Credentials> {
    const options = { package: packageName, use: 'inbound' } as const;
    if (this.#settings.ntlm || packageKind(packageName) !== 'negotiate') {
      return Credentials.acquire(options);
    }
    try {
      return await Credentials.acquire({ ...options, packageList: ['!ntlm'] });
    } catch (error) {
      // Where Negotiate would ignore the list, the negotiated package is checked after the logon.
      if (!hasCode(error, 'ERR_SECUR32_PACKAGE_LIST_UNSUPPORTED')) throw error;
      return Credentials.acquire(options);
    }
  }

  /** Closes the credentials; logons that began with them may finish. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = await Promise.allSettled(this.#acquired.values());
    for (const outcome of all) if (outcome.status === 'fulfilled') outcome.value.close();
    this.#acquired.clear();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
