/** Who the client of a server's context is. */

import { SECPKG_ATTR_NAMES } from '../constants/context-attributes.js';
import { SEC_E_NO_IMPERSONATION } from '../constants/status.js';
import { accountsBySid, type Account } from './account-names.js';
import { queryContextAttributes } from '../raw/context-attributes.js';
import type { ContextHandle } from '../raw/handles.js';
import {
  querySecurityContextToken,
  tokenInformation,
  type ImpersonationLevel,
  type TokenGroup,
  type TokenInformation,
} from '../raw/tokens.js';
import { unlessUnsupported } from '../core/unless-unsupported.js';

const ANONYMOUS_LOGON = 'S-1-5-7';
/** The account Guest of any domain or machine. */
const GUEST_ACCOUNT = /^S-1-5-21-.*-501$/;
const GUESTS = 'S-1-5-32-546';

/** A group that the client is in. */
export interface IdentityGroup extends TokenGroup {
  /** `DOMAIN\name`, after `resolveNames()`; undefined where nobody knows it. */
  readonly name: string | undefined;
}

/**
 * Where an identity comes from: the access token of the context, or only the
 * name that the package gave, or nothing, because the system has neither.
 */
export type IdentitySource = 'token' | 'names' | 'none';

/** @internal For this package alone: identities come from contexts. */
export let newIdentity: (
  information: TokenInformation | undefined,
  name: string | undefined,
  isNullSession: boolean,
) => Identity;

/**
 * Who the client is: read from the context's access token when the handshake
 * was done, natively and without impersonating anybody.
 */
export class Identity {
  static {
    newIdentity = (...parts) => new Identity(...parts);
  }

  readonly source: IdentitySource;
  /** The SID of the user; undefined without a token. Compare this, not the name. */
  readonly sid: string | undefined;
  /** The LUID of the logon session. */
  readonly logonId: bigint | undefined;
  /** How far the server may go in acting as the client. */
  readonly impersonationLevel: ImpersonationLevel | undefined;
  /** The client's own token is elevated: an administrator's full one. */
  readonly elevated: boolean;
  /** The integrity level of the token: 0x2000 is medium. */
  readonly integrityLevel: number | undefined;
  /** The client logged on as a guest: somebody whom nobody knows. */
  readonly isGuest: boolean;
  /** The client is nobody: an anonymous logon. */
  readonly isAnonymous: boolean;
  /** The context is a null session, which is nobody either. */
  readonly isNullSession: boolean;

  readonly #groups: readonly TokenGroup[] | undefined;
  #name: string | undefined;
  #accounts: ReadonlyMap<string, Account> = new Map();

  private constructor(
    information: TokenInformation | undefined,
    name: string | undefined,
    isNullSession: boolean,
  ) {
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
  }

  /**
   * `DOMAIN\name` as the package says it, or after `resolveNames()` as the
   * domain does; undefined where nobody does.
   */
  get name(): string | undefined {
    return this.#name;
  }

  /**
   * The groups, with integrity levels and the logon's own SID among them;
   * undefined without a token: then nobody knows, which is not the same as no
   * groups.
   */
  get groups(): readonly IdentityGroup[] | undefined {
    return this.#groups?.map((group) =>
      Object.freeze({ ...group, name: this.#accounts.get(group.sid)?.name }),
    );
  }

  /**
   * Whether the client counts as a member of a group where access is granted:
   * enabled, and not for denying only.
   */
  isMemberOf(sid: string): boolean {
    return (this.#groups ?? []).some(
      (group) => group.sid === sid && group.enabled && !group.denyOnly,
    );
  }

  /**
   * Looks the names of the user and of the groups up.
   *
   * Calls LookupAccountSidW on another thread; it may ask the domain, and
   * remembers 10,000 names for ten minutes. Rejects with
   * `ERR_SECUR32_SYSTEM_ERROR` where the domain cannot be asked.
   */
  async resolveNames(): Promise<this> {
    if (this.sid === undefined || this.#groups === undefined) return this;
    const named = this.#groups.filter(({ integrity, logonId }) => !integrity && !logonId);
    const accounts = await accountsBySid([this.sid, ...named.map(({ sid }) => sid)]);
    this.#accounts = accounts;
    this.#name = accounts.get(this.sid)?.name ?? this.#name;
    return this;
  }

  /** Without groups: for a log. */
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

/** @internal The identity of an established context. */
export function identityOf(context: ContextHandle, isNullSession: boolean): Identity {
  // A ticket without a PAC makes no token.
  const information = unlessUnsupported(() => informationOf(context), SEC_E_NO_IMPERSONATION);
  const name = unlessUnsupported(() => queryContextAttributes(context, SECPKG_ATTR_NAMES));
  return newIdentity(information, name === '' ? undefined : name, isNullSession);
}
