import { types } from 'node:util';
import { argumentError } from '../core/errors.js';
import {
  checkedText,
  MAX_TEXT_CHARACTERS,
  optionNames,
  ownRecord,
  requiredText,
} from '../core/checks.js';

/** A user other than the one that the process runs as (SEC_WINNT_AUTH_IDENTITY). */
export interface AuthIdentity {
  /** The account name, or a user principal name (`user@realm`) without `domain`. */
  user: string;
  /** The domain or realm. Omit it for a user principal name or a local account. */
  domain?: string;
  /**
   * The password, not empty. Pass it as UTF-8 bytes if it should not stay in memory
   * as a string. It is copied at once to native memory that is zeroed after use.
   * Your own bytes are not zeroed.
   */
  password: string | Uint8Array;
}

/** An identity in the form that the addon takes: user and password, or neither. */
export interface CheckedIdentity {
  user: string | undefined;
  domain: string | undefined;
  password: string | Uint8Array | undefined;
}

/** The names of the fields of an `authIdentity`. */
export const IDENTITY_NAMES = optionNames<AuthIdentity>({
  user: 'required',
  domain: 'optional',
  password: 'required',
});

function checkedPassword(password: unknown): string | Uint8Array {
  if (typeof password !== 'string' && !types.isUint8Array(password)) {
    throw argumentError('authIdentity.password must be a string or a Uint8Array');
  }
  if (password.length === 0) {
    // Windows does not allow network logons of accounts without a password, and some
    // packages take an empty password for none and use the process identity.
    throw argumentError('authIdentity.password must not be empty');
  }
  const zero = typeof password === 'string' ? password.includes('\0') : password.includes(0);
  if (zero) throw argumentError('authIdentity.password must not contain null characters');
  if (password.length > MAX_TEXT_CHARACTERS)
    throw argumentError('authIdentity.password is too long');
  return password;
}

/** Reads the fields of an `authIdentity` once. Their values are not checked yet. */
export function ownIdentity(given: unknown): Readonly<AuthIdentity> {
  if (typeof given !== 'object' || given === null) {
    throw argumentError(
      `authIdentity is ${given === null ? 'null' : typeof given}; pass { user, password }, or omit it to use the process identity`,
    );
  }
  return ownRecord(given, IDENTITY_NAMES, 'authIdentity');
}

/**
 * Checks the identity in options that `ownOptions` has read.
 *
 * Only an absent `authIdentity` means the process identity. Anything that could
 * be a lost value (undefined from a missing setting, a user without a password) is
 * an error: it must never become another identity.
 */
export function checkedIdentity(options: { authIdentity?: AuthIdentity }): CheckedIdentity {
  if (!('authIdentity' in options)) {
    return { user: undefined, domain: undefined, password: undefined };
  }
  const identity = ownIdentity(options.authIdentity);
  const { user, password } = identity as Partial<AuthIdentity>;
  if (user === undefined) throw argumentError('authIdentity has no user');
  if (password === undefined) throw argumentError('authIdentity has no password');
  return {
    user: requiredText(user, 'authIdentity.user'),
    domain: 'domain' in identity ? checkedText(identity.domain, 'authIdentity.domain') : undefined,
    password: checkedPassword(password),
  };
}
