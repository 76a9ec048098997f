import { accountByName } from './account-names.js';
import { argumentError } from '../core/errors.js';
import type { AccountUse } from '../raw/accounts.js';
import type { Identity } from './identity.js';
import { canonicalSid, isIncompleteSid, isSid } from './sids.js';
import { checkMadeHere, MADE_HERE, optionNames, ownOptions, requiredText } from '../core/checks.js';

/** Options of `AccessRules.resolve`. */
export interface AccessRulesOptions {
  /**
   * The users and groups to permit, at most 1000: SIDs (`S-1-…`) or account names.
   *
   * @defaultValue all authenticated users except guests
   */
  allow?: readonly string[];
  /**
   * The users and groups to refuse, at most 1000: SIDs or account names. `deny`
   * overrides `allow`.
   *
   * @defaultValue `[]`
   */
  deny?: readonly string[];
}

const NAMES = optionNames<AccessRulesOptions>({ allow: 'optional', deny: 'optional' });

const MAX_ACCOUNTS = 1000;

/** Kinds of accounts that no user is or is a member of, so that a rule about them would have no effect. */
const WITHOUT_MEMBERS: readonly AccountUse[] = ['domain', 'deletedAccount', 'invalid', 'unknown'];

const KINDS_IN_WORDS: Partial<Record<AccountUse, string>> = {
  domain: 'a domain or a computer',
  deletedAccount: 'a deleted account',
};

function completeSid(text: string, where: string): string {
  const sid = canonicalSid(text);
  if (!isIncompleteSid(sid)) return sid;
  throw argumentError(
    `${where} must be a user or a group; ${sid} is a domain or an authority, which has no members`,
  );
}

async function sidsOf(accounts: unknown, where: string): Promise<ReadonlySet<string>> {
  if (!Array.isArray(accounts)) throw argumentError(`${where} must be an array of strings`);
  if (accounts.length > MAX_ACCOUNTS)
    throw argumentError(`${where} must not have more than ${MAX_ACCOUNTS} accounts`);
  const sids = Array.from(accounts as unknown[], async (account, index) => {
    const text = requiredText(account, `${where}[${index}]`);
    if (isSid(text)) return completeSid(text, `${where}[${index}]`);
    const { sid, name, use } = await accountByName(text);
    // The name of a computer resolves to a domain, even if a user has the same name.
    if (WITHOUT_MEMBERS.includes(use)) {
      throw argumentError(
        `${where}[${index}] must be a user or a group; ${name} is ${KINDS_IN_WORDS[use] ?? 'not an account'}, which has no members`,
      );
    }
    return sid;
  });
  return new Set(await Promise.all(sids));
}

/**
 * Rules that permit or refuse clients by user and group.
 *
 * Names are resolved to SIDs once, by `resolve`. So a name that is unknown or
 * cannot be looked up is an error, and an account that gets the same name later
 * does not match.
 */
export class AccessRules {
  readonly #allow: ReadonlySet<string> | undefined;
  readonly #deny: ReadonlySet<string>;

  private constructor(
    key: symbol,
    allow: ReadonlySet<string> | undefined,
    deny: ReadonlySet<string>,
  ) {
    checkMadeHere(key, 'AccessRules', 'use AccessRules.resolve');
    this.#allow = allow;
    this.#deny = deny;
  }

  /**
   * Creates rules from a plain object with `allow`, `deny`, both or neither.
   *
   * Calls LookupAccountNameW for each name.
   *
   * Rejects with `ERR_SECUR32_UNKNOWN_ACCOUNT` if no account has a name, with
   * `ERR_SECUR32_SYSTEM_ERROR` if the lookup fails, for example because no domain
   * controller is available, and with a TypeError (`ERR_SECUR32_INVALID_ARGUMENT`)
   * for an option that is unknown or present but undefined, and for the name of a
   * domain or computer, which has no members.
   */
  static async resolve(options: AccessRulesOptions): Promise<AccessRules> {
    // If misspelt options were ignored, the rules would permit every client.
    const own = ownOptions(options, NAMES, 'AccessRules.resolve');
    // Both lists are read before the first await, because the caller may change them afterwards.
    const [allow, deny] = await Promise.all([
      'allow' in own ? sidsOf(own.allow, 'allow') : undefined,
      'deny' in own ? sidsOf(own.deny, 'deny') : new Set<string>(),
    ]);
    return new AccessRules(MADE_HERE, allow, deny);
  }

  /**
   * Tells whether the rules permit an identity. `allow` matches the user and groups
   * that are enabled and not deny-only. `deny` matches the user and every group,
   * including deny-only groups, such as Administrators of a filtered administrator.
   * Anonymous and null-session identities, and identities without group information,
   * are refused. Guests need an explicit `allow` match.
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
