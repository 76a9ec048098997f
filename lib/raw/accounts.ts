import { requiredText } from '../core/checks.js';
import { argumentError } from '../core/errors.js';
import type { AccountsTuple } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { accepted } from '../binding/refusals.js';

/** SID_NAME_USE of winnt.h. */
const USES = [
  'unknown',
  'user',
  'group',
  'domain',
  'alias',
  'wellKnownGroup',
  'deletedAccount',
  'invalid',
  'unknown',
  'computer',
  'label',
  'logonSession',
] as const;
/** The kind of an account (SID_NAME_USE). */
export type AccountUse = (typeof USES)[number];

/** The result of looking up one account. */
export interface AccountLookup {
  /** 0, or the Windows error: 1332 (ERROR_NONE_MAPPED) if no such account exists. */
  error: number;
  /** The SID; `''` if a lookup by name failed. */
  sid: string;
  /** The domain or computer that has the account; `''` if it has none or the lookup failed. */
  domain: string;
  /** The name without its domain. A lookup by name returns the name that it was given. */
  name: string;
  /** The kind of the account; `'unknown'` if the lookup failed. */
  use: AccountUse;
}

/** More groups than a token can have. Mirrors kMaxAccounts. */
export const MAX_ACCOUNTS = 4096;
const ELEMENTS = 5;

function lookups(tuple: AccountsTuple): AccountLookup[] {
  const found: AccountLookup[] = [];
  for (let i = 0; i < tuple.length; i += ELEMENTS) {
    const [error, sid = '', domain = '', name = '', use] = tuple.slice(i, i + ELEMENTS) as [
      number,
      string | undefined,
      string | undefined,
      string | undefined,
      number,
    ];
    found.push({ error, sid, domain, name, use: USES[use] ?? 'unknown' });
  }
  return found;
}

function checkedTexts(texts: unknown, where: string): string[] {
  if (!Array.isArray(texts)) throw argumentError(`${where} must be an array of strings`);
  if (texts.length > MAX_ACCOUNTS)
    throw argumentError(`${where} must not have more than ${MAX_ACCOUNTS} elements`);
  return Array.from(texts as unknown[], (text, index) => requiredText(text, `${where}[${index}]`));
}

/**
 * Looks up accounts by their SIDs, at most 4096. Resolves with one result for each
 * SID, in the same order; a failed lookup is a result with an `error`.
 *
 * Calls LookupAccountSidW on another thread, because it may ask a domain
 * controller.
 */
export async function lookupAccountSids(sids: readonly string[]): Promise<AccountLookup[]> {
  return lookups(accepted(await native().lookupAccountSids(checkedTexts(sids, 'sids'))));
}

/**
 * Looks up accounts by their names (`DOMAIN\name`, `name@domain`), at most 4096.
 * Resolves with one result for each name, in the same order; a failed lookup is a
 * result with an `error`.
 *
 * Calls LookupAccountNameW on another thread, because it may ask a domain
 * controller.
 */
export async function lookupAccountNames(names: readonly string[]): Promise<AccountLookup[]> {
  return lookups(accepted(await native().lookupAccountNames(checkedTexts(names, 'names'))));
}
