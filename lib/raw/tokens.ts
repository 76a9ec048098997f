import { argumentError, SspiError, systemError } from '../core/errors.js';
import type { TokenInformationTuple } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { checkedUint32, optionNames, ownOptions } from '../core/checks.js';
import { accepted } from '../binding/refusals.js';
import { isFailure } from '../core/status.js';
import { openContext, type ContextHandle } from './handles.js';
import { newTokenHandle, openToken, type TokenHandle } from './token-handle.js';

/**
 * Returns the client's access token from a server's context. Close the handle
 * after use.
 *
 * Calls QuerySecurityContextToken. Throws an `SspiError`
 * (`SEC_E_UNSUPPORTED_FUNCTION` if the package has no tokens,
 * `SEC_E_INVALID_HANDLE` before the context is established, and others).
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

/** A group of an access token. */
export interface TokenGroup {
  /** The SID of the group: `'S-1-5-32-544'`. */
  readonly sid: string;
  /** The group is enabled for access checks (`SE_GROUP_ENABLED`). */
  readonly enabled: boolean;
  /** The group counts only where access is denied (`SE_GROUP_USE_FOR_DENY_ONLY`). */
  readonly denyOnly: boolean;
  /** The group cannot be disabled (`SE_GROUP_MANDATORY`). */
  readonly mandatory: boolean;
  /** The group can own objects that the user creates (`SE_GROUP_OWNER`). */
  readonly owner: boolean;
  /** An integrity level, not a group of accounts (`SE_GROUP_INTEGRITY`). */
  readonly integrity: boolean;
  /** A domain-local group of a resource domain (`SE_GROUP_RESOURCE`). */
  readonly resource: boolean;
  /** The SID of the logon session, not a group of accounts (`SE_GROUP_LOGON_ID`). */
  readonly logonId: boolean;
  /** All `SE_GROUP_` bits, unsigned. */
  readonly attributes: number;
}

/** SECURITY_IMPERSONATION_LEVEL. */
const LEVELS = ['anonymous', 'identification', 'impersonation', 'delegation'] as const;
/** How far a server may act as the client. Each level includes the levels before it. */
export type ImpersonationLevel = (typeof LEVELS)[number];

const ELEVATION_TYPES = ['unknown', 'default', 'full', 'limited'] as const;
/** TOKEN_ELEVATION_TYPE: whether a token is one half of an administrator's split token. */
export type ElevationType = (typeof ELEVATION_TYPES)[number];

/** The contents of an access token. */
export interface TokenInformation {
  /** The SID of the user. */
  readonly user: string;
  /** All groups, including integrity levels and the SID of the logon session. */
  readonly groups: readonly TokenGroup[];
  /** Processes run with primary tokens, threads impersonate with impersonation tokens. */
  readonly type: 'primary' | 'impersonation';
  /** undefined for a primary token. */
  readonly impersonationLevel: ImpersonationLevel | undefined;
  /** The LUID of the logon session. */
  readonly logonId: bigint;
  /** Whether the token is elevated. */
  readonly elevated: boolean;
  /** `'full'` or `'limited'` (filtered) for a half of an administrator's split token. */
  readonly elevationType: ElevationType;
  /**
   * The integrity level: 0x1000 low, 0x2000 medium, 0x3000 high, 0x4000 system;
   * undefined if the token has none.
   */
  readonly integrityLevel: number | undefined;
  /** Whether the token has restricting SIDs or belongs to a sandbox. */
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

/** Decodes (SID, attributes) pairs of the addon. */
function tokenGroups(elements: readonly (string | number | undefined)[]): readonly TokenGroup[] {
  const groups: TokenGroup[] = [];
  for (let i = 0; i < elements.length; i += 2) {
    const sid = elements[i] as string | undefined;
    // A group without a readable SID must not be lost: a rule may deny it.
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
 * Reads the user, the groups and other contents of an access token. Nothing is
 * impersonated for it.
 *
 * Calls GetTokenInformation (TokenUser, TokenGroups, TokenStatistics and others).
 * Throws a `SystemError` (`ERR_SECUR32_SYSTEM_ERROR`), or `ERR_SECUR32_CLOSED`
 * after `close()`.
 */
export function tokenInformation(token: TokenHandle): TokenInformation {
  return information(accepted(native().tokenInformation(openToken(token))));
}

/** Options of `duplicateToken`. */
export interface DuplicateTokenOptions {
  /**
   * `'primary'` for a token to start a process with, `'impersonation'` for one to
   * impersonate with.
   *
   * @defaultValue `'impersonation'`
   */
  type?: 'primary' | 'impersonation';
  /**
   * The impersonation level of the new token, at most that of the original.
   *
   * @defaultValue `'impersonation'`
   */
  level?: ImpersonationLevel;
}

const DUPLICATE_NAMES = optionNames<DuplicateTokenOptions>({ type: 'optional', level: 'optional' });

/**
 * Creates a second token of the same user. Close its handle after use.
 *
 * Calls DuplicateTokenEx. Throws a `SystemError` (`ERR_SECUR32_SYSTEM_ERROR`), or
 * `ERR_SECUR32_CLOSED` after `close()`.
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
 * Passes a token to another process, which takes it over with `adoptToken`.
 * Returns the value of the new handle in that process, which has to close it.
 *
 * Calls OpenProcess and DuplicateHandle. Throws a `SystemError`
 * (`ERR_SECUR32_SYSTEM_ERROR`), or `ERR_SECUR32_CLOSED` after `close()`.
 *
 * @param processId the ID of the other process, on this machine
 */
export function duplicateTokenInto(token: TokenHandle, processId: number): bigint {
  checkedUint32(processId, 'processId');
  const [error, value] = accepted(native().duplicateTokenInto(openToken(token), processId));
  if (error !== 0) throw systemError('DuplicateHandle', error);
  return value;
}

/**
 * Takes over a token that another process passed to this one with
 * `duplicateTokenInto`. Close the handle after use.
 *
 * Adopt each value once, and only values from processes that you trust.
 *
 * Calls GetTokenInformation to check the handle. Throws a `SystemError`
 * (`ERR_SECUR32_SYSTEM_ERROR`) if the value is not the handle of a token.
 *
 * @param value the value that `duplicateTokenInto` returned
 */
export function adoptToken(value: bigint): TokenHandle {
  if (typeof value !== 'bigint' || value < 0n || value >= 1n << 64n) {
    throw argumentError('value must be an unsigned 64-bit bigint');
  }
  const [error, token] = accepted(native().adoptToken(value));
  if (token === undefined) throw systemError('GetTokenInformation', error);
  return newTokenHandle(token);
}
