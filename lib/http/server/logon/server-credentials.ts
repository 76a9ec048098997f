/** The credentials of the server: one for each scheme, acquired at the start, and again when they expire. */

import { Credentials } from '../../../context/credentials.js';
import { codedError } from '../../../core/errors.js';
import { packageKind } from '../../../core/package-kinds.js';
import type { Scheme } from '../../schemes.js';
import type { Settings } from '../options.js';

export class ServerCredentials {
  readonly #settings: Settings;
  readonly #acquired = new Map<Scheme, Promise<Credentials>>();
  #closed = false;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Acquires all of them. Rejects as `Credentials.acquire` does. */
  async acquireAll(): Promise<void> {
    // Each has an end that somebody waits for, also where another one failed first.
    const all = await Promise.allSettled(this.#settings.schemes.map((scheme) => this.get(scheme)));
    const failed = all.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async get(scheme: Scheme): Promise<Credentials> {
    if (this.#closed) throw codedError('ERR_SECUR32_CLOSED', 'the authentication was closed');
    const acquired = this.#acquired.get(scheme);
    const credentials = await acquired;
    if (credentials !== undefined && !isExpired(credentials)) return credentials;
    const later = this.#acquired.get(scheme);
    // Another request may have begun this meanwhile.
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
    const credentials = await this.#withoutNtlm(packageName);
    if (this.#closed) credentials.close();
    return credentials;
  }

  async #withoutNtlm(packageName: string): Promise<Credentials> {
    const options = { package: packageName, use: 'inbound' } as const;
    if (this.#settings.ntlm || packageKind(packageName) !== 'negotiate') {
      return Credentials.acquire(options);
    }
    try {
      return await Credentials.acquire({ ...options, packageList: ['!ntlm'] });
    } catch (error) {
      // Where Negotiate would ignore the list, what it chose is looked at in the end.
      if (!isCode(error, 'ERR_SECUR32_PACKAGE_LIST_UNSUPPORTED')) throw error;
      return Credentials.acquire(options);
    }
  }

  /** Gives them back; logons that began with them may end. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = await Promise.allSettled(this.#acquired.values());
    for (const outcome of all) if (outcome.status === 'fulfilled') outcome.value.close();
    this.#acquired.clear();
  }
}

function isExpired({ expiresAt }: Credentials): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= Date.now();
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
