/** Names of accounts, remembered for a while. */

import { codedError, systemError } from '../core/errors.js';
import {
  lookupAccountNames,
  lookupAccountSids,
  type AccountLookup,
  type AccountUse,
} from '../raw/accounts.js';

/** An account of Windows: a user, a group, a machine. */
export interface Account {
  readonly sid: string;
  /** `DOMAIN\name`. */
  readonly name: string;
  readonly use: AccountUse;
}

const ERROR_NONE_MAPPED = 1332;
/** Accounts that are remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;
/** For how long a name is good. Accounts are renamed now and then. */
const LIFETIME_MS = 10 * 60_000;
/** An account that nobody knows may be one that is not replicated yet. */
const UNKNOWN_LIFETIME_MS = 60_000;

interface Remembered {
  account: Account | undefined;
  until: number;
}

/** By SID: a name comes from a token's SIDs, never from what a client can write. */
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
 * The accounts of SIDs; a SID that nobody knows is not in the result.
 *
 * Calls LookupAccountSidW for those that are not remembered. Rejects with
 * `ERR_SECUR32_SYSTEM_ERROR` where an answer cannot be had just now.
 */
export async function accountsBySid(sids: Iterable<string>): Promise<Map<string, Account>> {
  const found = new Map<string, Account>();
  const unknown: string[] = [];
  // Taken out now: what is remembered may be forgotten while the others are looked up.
  for (const sid of new Set(sids)) {
    const recalled = recall(sid, performance.now());
    if (recalled === undefined) unknown.push(sid);
    else if (recalled.account !== undefined) found.set(sid, recalled.account);
  }
  if (unknown.length === 0) return found;
  const lookups = await lookupAccountSids(unknown);
  let failure: AccountLookup | undefined;
  for (const [index, sid] of unknown.entries()) {
    const lookup = lookups[index];
    if (lookup === undefined) continue;
    if (lookup.error !== 0 && lookup.error !== ERROR_NONE_MAPPED) {
      failure ??= lookup;
      continue;
    }
    const account = lookup.error === 0 ? accountOf(lookup) : undefined;
    remember(sid, account, performance.now());
    if (account !== undefined) found.set(sid, account);
  }
  if (failure !== undefined) throw systemError('LookupAccountSid', failure.error);
  return found;
}

/** @internal The look-up of a name, which found an account. */
export async function accountByName(name: string): Promise<AccountLookup> {
  const [lookup] = await lookupAccountNames([name]);
  if (lookup === undefined || lookup.error === ERROR_NONE_MAPPED) {
    throw codedError('ERR_SECUR32_UNKNOWN_ACCOUNT', `no account is called ${JSON.stringify(name)}`);
  }
  if (lookup.error !== 0) throw systemError('LookupAccountName', lookup.error);
  return lookup;
}

/**
 * The account of a name: `DOMAIN\name`, `name@domain`, or a name of this
 * machine or of everybody (`BUILTIN\Administrators`).
 *
 * Calls LookupAccountNameW each time, and LookupAccountSidW for the name as the
 * system writes it, which is remembered. Rejects with
 * `ERR_SECUR32_UNKNOWN_ACCOUNT` for a name that nobody knows, and with
 * `ERR_SECUR32_SYSTEM_ERROR` where an answer cannot be had just now.
 */
export async function resolveAccount(name: string): Promise<Account> {
  const lookup = await accountByName(name);
  // The look-up by name does not say how the account is called: it may have been a UPN.
  const accounts = await accountsBySid([lookup.sid]);
  return accounts.get(lookup.sid) ?? accountOf(lookup);
}
