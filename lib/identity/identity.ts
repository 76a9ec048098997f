/** Who the client of a server's context is. */

import { SECPKG_ATTR_NAMES } from '../constants/context-attributes.js';
import { SEC_E_NO_IMPERSONATION } from '../constants/status.js';
import { lookUpSids, type Account } from './account-names.js';
import { queryContextAttributes } from '../raw/context-attributes.js';
import type { ContextHandle } from '../raw/handles.js';
import {
  querySecurityContextToken,
  tokenInformation,
  type ImpersonationLevel,
  type TokenGroup,
  type TokenInformation,
} from '../raw/tokens.js';
import { checkMadeHere, MADE_HERE, requiredText } from '../core/checks.js';
import { argumentError, systemError } from '../core/errors.js';
import { unlessUnsupported } from '../core/unless-unsupported.js';
import { canonicalSid, isSid } from './sids.js';

const ANONYMOUS_LOGON = 'S-1-5-7';
/** The Guest account of any domain or computer. */
const GUEST_ACCOUNT = /^S-1-5-21-.*-501$/;
const GUESTS = 'S-1-5-32-546';

/** A group in the client's token. */
export interface IdentityGroup extends TokenGroup {
  /** `DOMAIN\name` after `resolveNames()`; undefined before that, and for unknown groups. */
  readonly name: string | undefined;
}

/**
 * Where an identity comes from: `'token'`, the access token of the context;
 * `'names'`, only the name that the package reported; or `'none'` if the package
 * provides neither.
 */
export type IdentitySource = 'token' | 'names' | 'none';

/** @internal Only for this package: identities come from contexts. */
let newIdentity: (
  information: TokenInformation | undefined,
  name: string | undefined,
  isNullSession: boolean,
) => Identity;

/**
 * Who the client of a `ServerContext` is. It was read from the context's access
 * token when the handshake finished, without impersonating the client.
 */
export class Identity {
  static {
    newIdentity = (...parts) => new Identity(MADE_HERE, ...parts);
  }

  /**
   * Where the identity comes from. Without a token there is no `sid`, and `groups`
   * is undefined.
   */
  readonly source: IdentitySource;
  /** The SID of the user; undefined without a token. Compare SIDs, not names. */
  readonly sid: string | undefined;
  /** The LUID of the logon session; undefined without a token. */
  readonly logonId: bigint | undefined;
  /** How far the server may act as the client; undefined without a token. */
  readonly impersonationLevel: ImpersonationLevel | undefined;
  /** Whether the client's token is elevated: an administrator's full token. */
  readonly elevated: boolean;
  /** The integrity level of the token, 0x2000 for medium; undefined if it has none. */
  readonly integrityLevel: number | undefined;
  /** Whether the client logged on as a guest, the substitute for unknown users. */
  readonly isGuest: boolean;
  /** Whether the user is ANONYMOUS LOGON: the client proved no identity. */
  readonly isAnonymous: boolean;
  /** Whether the context is a null session: an anonymous client of NTLM. */
  readonly isNullSession: boolean;

  readonly #groups: readonly TokenGroup[] | undefined;
  #name: string | undefined;
  #accounts: ReadonlyMap<string, Account> = new Map();
  #unresolvedSids: readonly string[] = Object.freeze([]);

  private constructor(
    key: symbol,
    information: TokenInformation | undefined,
    name: string | undefined,
    isNullSession: boolean,
  ) {
    checkMadeHere(key, 'Identity', 'identities come from contexts');
    this.source = information !== undefined ? 'token' : name !== undefined ? 'names' : 'none';
    this.sid = information?.user;
    this.logonId = information?.logonId;
    this.impersonationLevel = information?.impersonationLevel;
    this.elevated = information?.elevated ?? false;
    this.integrityLevel = information?.integrityLevel;
    this.#groups = information?.groups;
    this.#name = name;
    this.isNullSession = isNullSession;
    this.isAnonymous = this.sid === ANONYMOUS_LOGON;
    this.isGuest =
      GUEST_ACCOUNT.test(this.sid ?? '') ||
      (this.#groups ?? []).some(({ sid, enabled }) => sid === GUESTS && enabled);
    // All requests of a connection share it.
    Object.freeze(this);
  }

  /**
   * The user's name, `DOMAIN\name`, as the package reports it (SECPKG_ATTR_NAMES),
   * or after `resolveNames()` as Windows looks it up; undefined if neither has it.
   */
  get name(): string | undefined {
    return this.#name;
  }

  /**
   * All groups in the token, including integrity levels and the SID of the logon
   * session. undefined without a token: the groups are unknown, which does not mean
   * that there are none.
   */
  get groups(): readonly IdentityGroup[] | undefined {
    return this.#groups?.map((group) =>
      Object.freeze({ ...group, name: this.#accounts.get(group.sid)?.name }),
    );
  }

  /**
   * The SIDs of the user and the groups whose lookup by `resolveNames()` failed, so
   * that it is not known whether they have names.
   *
   * @defaultValue `[]`
   */
  get unresolvedSids(): readonly string[] {
    return this.#unresolvedSids;
  }

  /**
   * Tells whether the client is a member of a group for the purpose of granting
   * access: the group is enabled and not deny-only.
   *
   * @param sid the SID of the group, in any capitals
   * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for anything that is not a SID,
   * such as a name: `resolveAccount` finds its SID
   */
  isMemberOf(sid: string): boolean {
    const text = requiredText(sid, 'sid');
    if (!isSid(text)) {
      throw argumentError(`${JSON.stringify(text)} is not a SID; find it with resolveAccount`);
    }
    const wanted = canonicalSid(text);
    return (this.#groups ?? []).some(
      (group) => group.sid === wanted && group.enabled && !group.denyOnly,
    );
  }

  /**
   * Looks up the names of the user and the groups, and resolves with this object.
   *
   * Calls LookupAccountSidW on another thread, because it may ask a domain
   * controller. Up to 10,000 names are cached for ten minutes. If groups cannot be
   * looked up, for example those of a domain whose controllers are not available,
   * the other names are set and `unresolvedSids` lists what is missing. Rejects
   * with `ERR_SECUR32_SYSTEM_ERROR` if the user cannot be looked up.
   */
  async resolveNames(): Promise<this> {
    if (this.sid === undefined || this.#groups === undefined) return this;
    const named = this.#groups.filter(({ integrity, logonId }) => !integrity && !logonId);
    const { accounts, failures } = await lookUpSids([this.sid, ...named.map(({ sid }) => sid)]);
    this.#accounts = accounts;
    this.#name = accounts.get(this.sid)?.name ?? this.#name;
    this.#unresolvedSids = Object.freeze([...failures.keys()]);
    const failure = failures.get(this.sid);
    if (failure !== undefined) throw systemError('LookupAccountSid', failure);
    return this;
  }

  /** Returns the identity without its groups, for logs. */
  toJSON(): Record<string, unknown> {
    const { source, sid, name, isGuest, isAnonymous, isNullSession } = this;
    return { source, sid, name, isGuest, isAnonymous, isNullSession };
  }
}

function informationOf(context: ContextHandle): TokenInformation {
  const token = querySecurityContextToken(context);
  try {
    return tokenInformation(token);
  } finally {
    token.close();
  }
}

/** @internal Reads the identity of an established context. */
export function identityOf(context: ContextHandle, isNullSession: boolean): Identity {
  // A ticket without a PAC does not result in a token.
  const information = unlessUnsupported(() => informationOf(context), SEC_E_NO_IMPERSONATION);
  const name = unlessUnsupported(() => queryContextAttributes(context, SECPKG_ATTR_NAMES));
  return newIdentity(information, name === '' ? undefined : name, isNullSession);
}
