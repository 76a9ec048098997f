import { Credentials } from '../../../context/credentials.js';
import { packageKind } from '../../../core/package-kinds.js';
import { CredentialsCache } from '../../credentials-cache.js';
import type { Scheme } from '../../schemes.js';
import type { ServerSettings } from '../settings.js';

/** The credentials that a server accepts logons with. */
export class ServerCredentials {
  readonly #settings: Pick<ServerSettings, 'schemes' | 'packages' | 'ntlm'>;
  readonly #cache: CredentialsCache;

  constructor(settings: Pick<ServerSettings, 'schemes' | 'packages' | 'ntlm'>) {
    this.#settings = settings;
    this.#cache = new CredentialsCache('the authenticator', (scheme) => this.#acquire(scheme));
  }

  get isClosed(): boolean {
    return this.#cache.isClosed;
  }

  /** Acquires the credentials of all schemes. Rejects as `Credentials.acquire` does. */
  async acquireAll(): Promise<void> {
    // Wait for all of them, so that no rejection stays unhandled if an earlier one fails.
    const all = await Promise.allSettled(this.#settings.schemes.map((scheme) => this.get(scheme)));
    const failed = all.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Rejects as `Credentials.acquire` does, and with `ERR_SECUR32_CLOSED`. */
  async get(scheme: Scheme): Promise<Credentials> {
    return this.#cache.get(scheme);
  }

  /** With `ntlm: false`, the credentials of Negotiate exclude NTLM where the system supports that. */
  async #acquire(scheme: Scheme): Promise<Credentials> {
    const options = { package: this.#settings.packages[scheme], use: 'inbound' } as const;
    if (this.#settings.ntlm || packageKind(options.package) !== 'negotiate') {
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
    await this.#cache.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
