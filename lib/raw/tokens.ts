import { argumentError, SspiError, systemError } from '../core/errors.js';
import type { TokenInformationTuple } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { checkedUint32, optionNames, ownOptions } from '../core/checks.js';
import { accepted } from '../binding/refusals.js';
import { isFailure } from '../core/status.js';
import { openContext, type ContextHandle } from './handles.js';
import { newTokenHandle, openToken, type TokenHandle } from './token-handle.js';

/**
 * The access token of a server's context: the client's.
 *
 * Calls QuerySecurityContextToken. Throws an `SspiError`
 * (`SEC_E_UNSUPPORTED_FUNCTION` where the package has none,
 * `SEC_E_INVALID_HANDLE` before the context is established). Close the handle.
 */
export function querySecurityContextToken(context: ContextHandle): TokenHandle {
  const call = 'QuerySecurityContextToken';
  const answer = accepted(native().querySecurityContextToken(openContext(context).native));
  const [status, token] = answer;
  if (isFailure(status)) throw new SspiError(call, status);
  if (token === undefined) throw systemError(call, ERROR_INVALID_HANDLE);
  return newTokenHandle(token);
}

const ERROR_INVALID_HANDLE = 6;

/** SE_GROUP_ bits of winnt.h. */
const SE_GROUP_MANDATORY = 0x1;
const SE_GROUP_ENABLED = 0x4;
const SE_GROUP_OWNER = 0x8;
const SE_GROUP_USE_FOR_DENY_ONLY = 0x10;
const SE_GROUP_INTEGRITY = 0x20;
const SE_GROUP_RESOURCE = 0x20000000;
const SE_GROUP_LOGON_ID = 0xc0000000;

/** A group of a token. */
export interface TokenGroup {
  readonly sid: string;
  /** The user counts as a member where access is granted. */
  readonly enabled: boolean;
  /** The user counts as a member where access is denied, and only there. */
  readonly denyOnly: boolean;
  readonly mandatory: boolean;
  readonly owner: boolean;
  /** An integrity level, no group of people. */
  readonly integrity: boolean;
  /** A domain-local group of a resource domain. */
  readonly resource: boolean;
  /** The SID of this logon, no group of people. */
  readonly logonId: boolean;
  /** All `SE_GROUP_` bits. */
  readonly attributes: number;
}

/** The impersonation levels by their numbers. */
const LEVELS = ['anonymous', 'identification', 'impersonation', 'delegation'] as const;
export type ImpersonationLevel = (typeof LEVELS)[number];

const ELEVATION_TYPES = ['unknown', 'default', 'full', 'limited'] as const;
export type ElevationType = (typeof ELEVATION_TYPES)[number];

/** What GetTokenInformation says of a token. */
export interface TokenInformation {
  readonly user: string;
  readonly groups: readonly TokenGroup[];
  /** A primary token is a process's own; it has no impersonation level. */
  readonly type: 'primary' | 'impersonation';
  readonly impersonationLevel: ImpersonationLevel | undefined;
  /** The LUID of the logon session. */
  readonly logonId: bigint;
  readonly elevated: boolean;
  /** `'limited'` is the filtered half of an administrator's token. */
  readonly elevationType: ElevationType;
  /** The integrity level: 0x1000 low, 0x2000 medium, 0x3000 high, 0x4000 system. */
  readonly integrityLevel: number | undefined;
  /** It has restricting SIDs (or a sandbox's). */
  readonly restricted: boolean;
}

function tokenGroup(sid: string, attributes: number): TokenGroup {
  const has = (bits: number) => (attributes & bits) >>> 0 === bits;
  return Object.freeze({
    sid,
    enabled: has(SE_GROUP_ENABLED),
    denyOnly: has(SE_GROUP_USE_FOR_DENY_ONLY),
    mandatory: has(SE_GROUP_MANDATORY),
    owner: has(SE_GROUP_OWNER),
    integrity: has(SE_GROUP_INTEGRITY),
    resource: has(SE_GROUP_RESOURCE),
    logonId: has(SE_GROUP_LOGON_ID),
    attributes,
  });
}

/** (SID, attributes) pairs of the addon as groups. */
function tokenGroups(elements: readonly (string | number | undefined)[]): readonly TokenGroup[] {
  const groups: TokenGroup[] = [];
  for (let i = 0; i < elements.length; i += 2) {
    const sid = elements[i] as string | undefined;
    // A group that cannot be named must not be lost: a rule may deny it.
    if (sid === undefined) throw systemError('GetTokenInformation', ERROR_INVALID_SID);
    groups.push(tokenGroup(sid, elements[i + 1] as number));
  }
  return Object.freeze(groups);
}

const ERROR_INVALID_SID = 1337;

type WholeTuple = Exclude<TokenInformationTuple, readonly [error: number]>;

function isWhole(tuple: TokenInformationTuple): tuple is WholeTuple {
  return tuple.length > 1;
}

function information(tuple: TokenInformationTuple): TokenInformation {
  if (!isWhole(tuple)) throw systemError('GetTokenInformation', tuple[0]);
  const [, user, primary, level, logonId, elevated, elevationType, integrity, restricted] = tuple;
  if (user === undefined) throw systemError('GetTokenInformation', ERROR_INVALID_SID);
  return Object.freeze({
    user,
    groups: tokenGroups(tuple.slice(9) as (string | number | undefined)[]),
    type: primary !== 0 ? 'primary' : 'impersonation',
    impersonationLevel: primary !== 0 ? undefined : LEVELS[level],
    logonId,
    elevated: elevated !== 0,
    elevationType: ELEVATION_TYPES[elevationType] ?? 'unknown',
    integrityLevel: integrity === 0xffffffff ? undefined : integrity,
    restricted: restricted !== 0,
  });
}

/**
 * What is in a token. It is read natively; nobody is impersonated for it.
 *
 * Calls GetTokenInformation (TokenUser, TokenGroups, TokenStatistics and
 * others). Throws with `ERR_SECUR32_SYSTEM_ERROR`.
 */
export function tokenInformation(token: TokenHandle): TokenInformation {
  return information(accepted(native().tokenInformation(openToken(token))));
}

export interface DuplicateTokenOptions {
  /** A primary token (for a new process) or one to impersonate with. By default the latter. */
  type?: 'primary' | 'impersonation';
  /** At most that of the token itself. By default `'impersonation'`. */
  level?: ImpersonationLevel;
}

const DUPLICATE_NAMES = optionNames<DuplicateTokenOptions>({ type: 'optional', level: 'optional' });

/**
 * A second token of the same user. Calls DuplicateTokenEx. Throws with
 * `ERR_SECUR32_SYSTEM_ERROR`. Close the handle.
 */
export function duplicateToken(
  token: TokenHandle,
  options: DuplicateTokenOptions = {},
): TokenHandle {
  const own = ownOptions(options, DUPLICATE_NAMES, 'duplicateToken');
  const { type = 'impersonation', level = 'impersonation' } = own;
  const number = LEVELS.indexOf(level);
  if (type !== 'primary' && type !== 'impersonation') {
    throw argumentError("type must be 'primary' or 'impersonation'");
  }
  if (number < 0) throw argumentError(`level must be one of ${LEVELS.join(', ')}`);
  const [error, copy] = accepted(
    native().duplicateToken(openToken(token), type === 'primary', number),
  );
  if (copy === undefined) throw systemError('DuplicateTokenEx', error);
  return newTokenHandle(copy);
}

/**
 * Gives a token to another process, which takes it with `adoptToken`.
 *
 * Calls OpenProcess and DuplicateHandle. Gives the value of the handle in that
 * process; it is that process's to close. Throws with
 * `ERR_SECUR32_SYSTEM_ERROR`.
 */
export function duplicateTokenInto(token: TokenHandle, processId: number): bigint {
  checkedUint32(processId, 'processId');
  const [error, value] = accepted(native().duplicateTokenInto(openToken(token), processId));
  if (error !== 0) throw systemError('DuplicateHandle', error);
  return value;
}

/**
 * Takes over a token that another process put into this one with
 * `duplicateTokenInto`. The value is trusted: it must come from a process that
 * you trust, and be adopted once. Throws with `ERR_SECUR32_SYSTEM_ERROR` for a
 * value that is no handle of a token.
 */
export function adoptToken(value: bigint): TokenHandle {
  if (typeof value !== 'bigint' || value < 0n || value >= 1n << 64n) {
    throw argumentError('the value of a handle is a bigint');
  }
  const [error, token] = accepted(native().adoptToken(value));
  if (token === undefined) throw systemError('GetTokenInformation', error);
  return newTokenHandle(token);
}
