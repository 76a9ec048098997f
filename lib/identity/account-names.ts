/** Names of accounts, with a cache. */

import { codedError, systemError } from '../core/errors.js';
import {
  lookupAccountNames,
  lookupAccountSids,
  type AccountLookup,
  type AccountUse,
} from '../raw/accounts.js';

/** A Windows account: a user, a group, a computer and so on. */
export interface Account {
  /** The SID: `'S-1-5-21-…-1104'`. */
  readonly sid: string;
  /** The name as Windows writes it: `DOMAIN\name`, or only the name if it has no domain. */
  readonly name: string;
  /** The kind of the account. */
  readonly use: AccountUse;
}

const ERROR_NONE_MAPPED = 1332;
/** The size of the cache; the oldest entries are removed first. */
const MAX_REMEMBERED = 10_000;
/** How long a name is cached. Accounts are renamed occasionally. */
const LIFETIME_MS = 10 * 60_000;
/** An unknown account may be one that is not replicated yet. */
const UNKNOWN_LIFETIME_MS = 60_000;

interface Remembered {
  account: Account | undefined;
  until: number;
}

/** By SID, because SIDs come from tokens, while a client can influence names. */
const remembered = new Map<string, Remembered>();

function recall(sid: string, now: number): Remembered | undefined {
  const found = remembered.get(sid);
  if (found === undefined || found.until > now) return found;
  remembered.delete(sid);
  return undefined;
}

function remember(sid: string, account: Account | undefined, now: number): void {
  const lifetime = account === undefined ? UNKNOWN_LIFETIME_MS : LIFETIME_MS;
  remembered.delete(sid);
  remembered.set(sid, { account, until: now + lifetime });
  for (const oldest of remembered.keys()) {
    if (remembered.size <= MAX_REMEMBERED) return;
    remembered.delete(oldest);
  }
}

function accountOf({ sid, domain, name, use }: AccountLookup): Account {
  return Object.freeze({ sid, name: domain === '' ? name : `${domain}\\${name}`, use });
}

/**
 * Finds the accounts of SIDs. Unknown SIDs are missing from the result.
 *
 * Calls LookupAccountSidW for those that are not cached. Rejects with
 * `ERR_SECUR32_SYSTEM_ERROR` if a lookup fails.
 */
export async function accountsBySid(sids: Iterable<string>): Promise<Map<string, Account>> {
  const { accounts, failures } = await lookUpSids(sids);
  const [failure] = failures.values();
  if (failure !== undefined) throw systemError('LookupAccountSid', failure);
  return accounts;
}

export interface SidLookups {
  /** By SID; without unknown SIDs. */
  readonly accounts: Map<string, Account>;
  /** The error of Windows for each SID whose lookup failed: it may be known. */
  readonly failures: Map<string, number>;
}

/** The same, where one SID that cannot be looked up does not fail the others. */
export async function lookUpSids(sids: Iterable<string>): Promise<SidLookups> {
  const found = new Map<string, Account>();
  const failures = new Map<string, number>();
  const unknown: string[] = [];
  // Read the cache now: entries may be removed while the other SIDs are looked up.
  for (const sid of new Set(sids)) {
    const recalled = recall(sid, performance.now());
    if (recalled === undefined) unknown.push(sid);
    else if (recalled.account !== undefined) found.set(sid, recalled.account);
  }
  if (unknown.length === 0) return { accounts: found, failures };
  const lookups = await lookupAccountSids(unknown);
  for (const [index, sid] of unknown.entries()) {
    const lookup = lookups[index];
    if (lookup === undefined) continue;
    if (lookup.error !== 0 && lookup.error !== ERROR_NONE_MAPPED) {
      failures.set(sid, lookup.error);
      continue;
    }
    const account = lookup.error === 0 ? accountOf(lookup) : undefined;
    remember(sid, account, performance.now());
    if (account !== undefined) found.set(sid, account);
  }
  return { accounts: found, failures };
}

/** @internal Looks up a name. Rejects if no account has it. */
export async function accountByName(name: string): Promise<AccountLookup> {
  const [lookup] = await lookupAccountNames([name]);
  if (lookup === undefined || lookup.error === ERROR_NONE_MAPPED) {
    throw codedError('ERR_SECUR32_UNKNOWN_ACCOUNT', `no account is named ${JSON.stringify(name)}`);
  }
  if (lookup.error !== 0) throw systemError('LookupAccountName', lookup.error);
  return lookup;
}

/**
 * Finds the account with this name: `DOMAIN\name`, `name@domain`, or the name of a
 * local or well-known account (`BUILTIN\Administrators`).
 *
 * Calls LookupAccountNameW each time, and LookupAccountSidW for the name as Windows
 * writes it, which is cached for ten minutes.
 *
 * Rejects with `ERR_SECUR32_UNKNOWN_ACCOUNT` if no account has this name, and with
 * `ERR_SECUR32_SYSTEM_ERROR` if a lookup fails, for example because no domain
 * controller is available.
 */
export async function resolveAccount(name: string): Promise<Account> {
  const lookup = await accountByName(name);
  // The lookup by name does not return the account's name, and `name` may be a UPN.
  const accounts = await accountsBySid([lookup.sid]);
  return accounts.get(lookup.sid) ?? accountOf(lookup);
}
