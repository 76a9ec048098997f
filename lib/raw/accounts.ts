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
export type AccountUse = (typeof USES)[number];

/** What a look-up found of one account. */
export interface AccountLookup {
  /** 0, or the error of Windows: 1332 (ERROR_NONE_MAPPED) for an account that nobody knows. */
  error: number;
  sid: string;
  domain: string;
  /** Of a look-up by name what was asked for. */
  name: string;
  use: AccountUse;
}

/** More than a token can have. Mirrors kMaxAccounts. */
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
  if (texts.length > MAX_ACCOUNTS) throw argumentError(`${where}: at most ${MAX_ACCOUNTS} at once`);
  return Array.from(texts as unknown[], (text, index) => requiredText(text, `${where}[${index}]`));
}

/**
 * The names of accounts by their SIDs, one result for each in the same order.
 *
 * Calls LookupAccountSidW, not on this thread: it may ask a domain controller.
 */
export async function lookupAccountSids(sids: readonly string[]): Promise<AccountLookup[]> {
  return lookups(accepted(await native().lookupAccountSids(checkedTexts(sids, 'sids'))));
}

/**
 * The SIDs of accounts by their names (`DOMAIN\name`, `name@domain`), one
 * result for each in the same order.
 *
 * Calls LookupAccountNameW, not on this thread: it may ask a domain controller.
 */
export async function lookupAccountNames(names: readonly string[]): Promise<AccountLookup[]> {
  return lookups(accepted(await native().lookupAccountNames(checkedTexts(names, 'names'))));
}
