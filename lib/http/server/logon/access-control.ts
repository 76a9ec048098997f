import { packageKind } from '../../../core/package-kinds.js';
import { AccessRules } from '../../../identity/access-rules.js';
import * as rejections from '../answer/rejections.js';
import type { Authentication } from '../authentication.js';
import type { ServerSettings } from '../settings.js';

/** Which of the clients that proved their identity are let in. */
export class AccessControl {
  readonly #settings: Pick<ServerSettings, 'access' | 'guests' | 'ntlm'>;
  #rules: AccessRules | undefined;

  constructor(settings: Pick<ServerSettings, 'access' | 'guests' | 'ntlm'>) {
    this.#settings = settings;
  }

  /** Looks up the names of `allow` and `deny`. Rejects as `AccessRules.resolve` does. */
  async resolveRules(): Promise<void> {
    const { access } = this.#settings;
    if (access !== undefined) this.#rules = await AccessRules.resolve(access);
  }

  /** Why a client is not let in; undefined if it is. Call it only after `resolveRules` has resolved. */
  getRejection({
    identity,
    package: packageName,
  }: Authentication): rejections.Rejection | undefined {
    const { ntlm, guests } = this.#settings;
    const permitted =
      this.#rules === undefined ? !identity.isGuest || guests : this.#rules.permits(identity);
    // Windows substitutes the guest account for names that it does not know. A
    // different answer than for a wrong password would tell which names exist.
    if (!permitted && identity.isGuest) return rejections.guest();
    // An unknown package may be NTLM.
    if (!ntlm && packageKind(packageName ?? '') !== 'kerberos') return rejections.ntlmIsOff();
    return permitted ? undefined : rejections.notPermitted();
  }
}
