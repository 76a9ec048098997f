import { argumentError } from './errors.js';

/** A user other than the one that the process runs as. */
export interface AuthIdentity {
  /** The account name, or a user principal name (`user@realm`) without `domain`. */
  user: string;
  /** The domain or realm. Leave it out for a user principal name or a local account. */
  domain?: string;
  /**
   * The password; as bytes (UTF-8) if it should not stay in memory as a
   * string. It is copied at once to native memory that is zeroed after use;
   * zeroing the caller's bytes is the caller's part.
   */
  password: string | Uint8Array;
}

/** An identity as the addon takes it: user and password, or neither. */
export interface CheckedIdentity {
  user: string | undefined;
  domain: string | undefined;
  password: string | Uint8Array | undefined;
}

/** SSPI counts such strings in 16 bits in places. */
const MAX_CHARACTERS = 32767;

function checkedText(value: unknown, where: string): string {
  if (typeof value !== 'string') throw argumentError(`${where} must be a string`);
  if (value.includes('\0')) throw argumentError(`${where} must not contain a zero character`);
  if (value.length > MAX_CHARACTERS) throw argumentError(`${where} is too long`);
  return value;
}

/** A string that must say something. */
export function requiredText(value: unknown, where: string): string {
  const text = checkedText(value, where);
  if (text === '') throw argumentError(`${where} must not be empty`);
  return text;
}

function checkedPassword(password: unknown): string | Uint8Array {
  if (typeof password !== 'string' && !(password instanceof Uint8Array)) {
    throw argumentError('authIdentity.password must be a string or a Uint8Array');
  }
  if (password.length === 0) {
    // Windows does not let such an account log on over the network, and some
    // packages take it for "no password given" and use the process's own.
    throw argumentError('authIdentity.password must not be empty');
  }
  const zero = typeof password === 'string' ? password.includes('\0') : password.includes(0);
  if (zero) throw argumentError('authIdentity.password must not contain a zero character');
  if (password.length > MAX_CHARACTERS) throw argumentError('authIdentity.password is too long');
  return password;
}

/**
 * Checks the identity of an options object.
 *
 * Only an absent `authIdentity` means the user of the process. Anything that
 * could be a lost value (undefined from a missing setting, a user without a
 * password) is an error: it must never become another identity.
 */
export function checkedIdentity(options: object): CheckedIdentity {
  if (!('authIdentity' in options)) {
    return { user: undefined, domain: undefined, password: undefined };
  }
  const identity: unknown = options.authIdentity;
  if (typeof identity !== 'object' || identity === null) {
    throw argumentError(
      `authIdentity is ${identity === null ? 'null' : typeof identity}; give { user, password }, or leave it out for the user of the process`,
    );
  }
  const { user, password } = identity as Partial<Record<keyof AuthIdentity, unknown>>;
  if (user === undefined) throw argumentError('authIdentity has no user');
  if (password === undefined) throw argumentError('authIdentity has a user but no password');
  return {
    user: requiredText(user, 'authIdentity.user'),
    domain: 'domain' in identity ? checkedText(identity.domain, 'authIdentity.domain') : undefined,
    password: checkedPassword(password),
  };
}
