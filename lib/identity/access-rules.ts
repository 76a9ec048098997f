import { accountByName } from './account-names.js';
import { argumentError } from '../core/errors.js';
import type { Identity } from './identity.js';
import { optionNames, ownOptions, requiredText } from '../core/checks.js';

export interface AccessRulesOptions {
  /** Users and groups that may: SIDs (`S-1-…`) or names. Everybody who is known, and no guest, if it is left out. */
  allow?: readonly string[];
  /** Users and groups that may not, whatever `allow` says. */
  deny?: readonly string[];
}

const NAMES = optionNames<AccessRulesOptions>({ allow: 'optional', deny: 'optional' });

const SID = /^S-1(?:-(?:0|[1-9][0-9]*)){2,16}$/i;
const MAX_ACCOUNTS = 1000;

/** A SID as Windows writes it: written in another way it would match, and so deny, nobody. */
function isSid(text: string): boolean {
  return SID.test(text) && text.split('-').every((part, i) => i === 0 || Number(part) < 2 ** 32);
}

async function sidsOf(accounts: unknown, where: string): Promise<ReadonlySet<string>> {
  if (!Array.isArray(accounts)) throw argumentError(`${where} must be an array of strings`);
  if (accounts.length > MAX_ACCOUNTS) throw argumentError(`${where} has too many accounts`);
  const sids = Array.from(accounts as unknown[], async (account, index) => {
    const text = requiredText(account, `${where}[${index}]`);
    if (isSid(text)) return text.toUpperCase();
    const { sid, name, use } = await accountByName(text);
    // The name of a machine is one, too, whatever user is called like it.
    if (use === 'domain') {
      throw argumentError(
        `${where}[${index}]: ${name} is a domain or a machine, of which nobody is a member; name a group or an account in it`,
      );
    }
    return sid;
  });
  return new Set(await Promise.all(sids));
}

/**
 * Who may come in, by user and group.
 *
 * Names are looked up once, when the rules are made: an account that is unknown
 * or a domain that cannot be asked makes them fail, and a later account of the
 * same name does not match.
 */
export class AccessRules {
  readonly #allow: ReadonlySet<string> | undefined;
  readonly #deny: ReadonlySet<string>;

  private constructor(allow: ReadonlySet<string> | undefined, deny: ReadonlySet<string>) {
    this.#allow = allow;
    this.#deny = deny;
  }

  /**
   * Makes rules, of a plain object with `allow`, `deny` or neither. Rejects
   * with `ERR_SECUR32_UNKNOWN_ACCOUNT` for a name that nobody knows, and with
   * `ERR_SECUR32_SYSTEM_ERROR` where the domain cannot be asked. An option that
   * is unknown or present but undefined is an error, and so is the name of a
   * domain, which would match nobody.
   */
  static async resolve(options: AccessRulesOptions): Promise<AccessRules> {
    // What is misspelt, or no object of options, would be rules that let everybody in.
    const own = ownOptions(options, NAMES, 'AccessRules.resolve');
    // Both lists are read before anything is waited for: the caller may change them then.
    const [allow, deny] = await Promise.all([
      'allow' in own ? sidsOf(own.allow, 'allow') : undefined,
      'deny' in own ? sidsOf(own.deny, 'deny') : new Set<string>(),
    ]);
    return new AccessRules(allow, deny);
  }

  /**
   * Whether somebody may come in. `allow` matches the user and groups that are
   * enabled and not for denying only; `deny` matches the user and every group,
   * for a filtered administrator is one, too. Who has no groups to look at, is
   * anonymous or a null session may not; a guest only where `allow` matches.
   */
  permits(identity: Identity): boolean {
    const { sid, groups, isAnonymous, isGuest, isNullSession } = identity;
    if (sid === undefined || groups === undefined || isAnonymous || isNullSession) return false;
    if (this.#deny.has(sid) || groups.some((group) => this.#deny.has(group.sid))) return false;
    if (this.#allow === undefined) return !isGuest;
    const allow = this.#allow;
    return (
      allow.has(sid) ||
      groups.some((group) => group.enabled && !group.denyOnly && allow.has(group.sid))
    );
  }
}
