import { checkedIdentity, IDENTITY_NAMES, type AuthIdentity } from './auth-identity.js';
import {
  SECPKG_CRED_AUTOLOGON_RESTRICTED,
  SECPKG_CRED_BOTH,
  SECPKG_CRED_INBOUND,
  SECPKG_CRED_OUTBOUND,
  SECPKG_CRED_PROCESS_POLICY_ONLY,
} from '../constants/credentials.js';
import { argumentError, codedError, SspiError } from '../core/errors.js';
import { impersonationError } from './impersonation.js';
import type { AcquireTuple } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { isUint32, optionNames, ownOptions, requiredText } from '../core/checks.js';
import { nearestName } from '../core/nearest-name.js';
import { packageKind } from '../core/package-kinds.js';
import { ProviderTrait } from '../binding/provider-traits.js';
import { accepted } from '../binding/refusals.js';
import { enumerateSecurityPackages } from './packages.js';
import {
  closeCredential,
  newCredentialHandle,
  openContext,
  type ContextHandle,
  type CredentialHandle,
} from './handles.js';

/** Whose credential to acquire, and for which package. */
export interface CredentialOptions {
  /** The name of a security package: `'Negotiate'`, `'Kerberos'`, `'NTLM'` and so on. */
  package: string;
  /**
   * The name of the principal whose credential to acquire (pszPrincipal).
   *
   * @defaultValue the user's principal
   */
  principal?: string;
  /**
   * A user other than that of the process. Passing `undefined` or an incomplete
   * object throws.
   *
   * @defaultValue the process identity
   */
  authIdentity?: AuthIdentity;
  /**
   * The packages that Negotiate may choose from: names to allow, or names with a
   * leading `!` to exclude. Passing `undefined` or an empty array throws.
   *
   * @defaultValue all that Negotiate supports
   */
  packageList?: readonly string[];
  /**
   * An established server context, to acquire the credential of its client
   * (delegation). Passing `undefined` throws. It cannot be combined with
   * `authIdentity`.
   */
  onBehalfOf?: ContextHandle;
}

/** Options of `acquireCredentialsHandle`. */
export interface AcquireCredentialsHandleOptions extends CredentialOptions {
  /**
   * `SECPKG_CRED_INBOUND` for servers, `SECPKG_CRED_OUTBOUND` for clients, or
   * `SECPKG_CRED_BOTH`; optionally OR-ed with `SECPKG_CRED_AUTOLOGON_RESTRICTED`
   * (never use the user's own logon implicitly) or
   * `SECPKG_CRED_PROCESS_POLICY_ONLY`.
   */
  use: number;
}

/** The names of `CredentialOptions`. */
export const CREDENTIAL_KINDS = {
  package: 'required',
  principal: 'optional',
  authIdentity: 'optional',
  packageList: 'optional',
  onBehalfOf: 'optional',
} as const;

const NAMES = optionNames<AcquireCredentialsHandleOptions>(
  { ...CREDENTIAL_KINDS, use: 'required' },
  { authIdentity: IDENTITY_NAMES },
);

/** The result of `acquireCredentialsHandle`. */
export interface AcquiredCredential {
  /** The handle of the credential. Close it when it is no longer needed. */
  credential: CredentialHandle;
  /** The expiry as the package wrote it: a FILETIME in local time; 0 or a maximum for never. */
  expiry: bigint;
}

/** Whether a package takes a user with a password; TLS and CredSSP take other records. */
function takesAuthIdentity(packageName: string): boolean {
  const kind = packageKind(packageName);
  return kind !== 'tls' && kind !== 'credssp';
}

const USES: readonly number[] = [SECPKG_CRED_INBOUND, SECPKG_CRED_OUTBOUND, SECPKG_CRED_BOTH];
/** Flags that can be combined with one of them. */
const USE_FLAGS = SECPKG_CRED_AUTOLOGON_RESTRICTED | SECPKG_CRED_PROCESS_POLICY_ONLY;

function checkedPackageList(list: unknown): string | undefined {
  if (list === undefined) return undefined;
  if (!Array.isArray(list) || list.length === 0) {
    throw argumentError('packageList must be a non-empty array of package names');
  }
  // Not by map, which skips holes: an empty list would restrict nothing.
  const names = Array.from(list as unknown[], (element, index) => {
    const name = requiredText(element, `packageList[${index}]`);
    if (name.includes(',')) {
      throw argumentError(`packageList[${index}] must be a single package name`);
    }
    return name;
  });
  checkPackagesExist(names.map((name) => name.replace(/^!/, '')));
  return names.join(',');
}

/** Packages that Negotiate of some Windows has, and that may be excluded on any. */
const NEGOTIABLE = ['kerberos', 'ntlm', 'pku2u', 'negoextender', 'cloudap', 'livessp'];

/** A misspelt name would allow nothing, or exclude nothing. */
function checkPackagesExist(names: readonly string[]): void {
  const isUnknown = (known: readonly string[]) => (name: string) =>
    !known.includes(name.toLowerCase());
  if (!names.some(isUnknown(NEGOTIABLE))) return;
  const listed = enumerateSecurityPackages().map(({ name }) => name.toLowerCase());
  const known = [...NEGOTIABLE, ...listed];
  const index = names.findIndex(isUnknown(known));
  const name = names[index];
  if (name === undefined) return;
  const hint = nearestName(name.toLowerCase(), known);
  const question = hint === undefined ? '' : `. Did you mean '${hint}'?`;
  throw argumentError(
    `packageList[${index}]: no package is named ${JSON.stringify(name)}${question}`,
  );
}

type NativeArguments = Parameters<ReturnType<typeof native>['acquireCredentialsHandle']>;

/**
 * `use` and the client are separate parameters, so that callers need not copy
 * options and cannot lose any.
 */
function nativeArguments(
  sync: boolean,
  options: Omit<CredentialOptions, 'onBehalfOf'>,
  use: number,
  onBehalfOf: ContextHandle | undefined,
): NativeArguments {
  const packageName = requiredText(options.package, 'package');
  const principal =
    options.principal === undefined ? undefined : requiredText(options.principal, 'principal');
  const { user, domain, password } = checkedIdentity(options);
  const packageList = checkedPackageList(options.packageList);
  if (!takesAuthIdentity(packageName) && (user !== undefined || packageList !== undefined)) {
    throw argumentError(`${packageName} does not support authIdentity or packageList`);
  }
  if (user !== undefined && onBehalfOf !== undefined) {
    throw argumentError('authIdentity and onBehalfOf cannot be combined');
  }
  const client = onBehalfOf === undefined ? undefined : openContext(onBehalfOf).native;
  return [sync, principal, packageName, use, user, domain, password, packageList, client];
}

/** The error of the call, or of the impersonation before it. */
function acquireError(
  [, , , , , , , , client]: NativeArguments,
  [status, impersonated, failure]: Extract<AcquireTuple, { length: 3 }>,
): Error {
  const before =
    client === undefined || impersonated !== 0 ? undefined : impersonationError(status, failure);
  return before ?? new SspiError('AcquireCredentialsHandle', status);
}

function acquired(args: NativeArguments, tuple: AcquireTuple): AcquiredCredential {
  if (tuple.length === 3) throw acquireError(args, tuple);
  const [, nativeHandle, expiry, traits, maxToken] = tuple;
  const [, , packageName, , , , , packageList] = args;
  const credential = newCredentialHandle(nativeHandle, { package: packageName, traits, maxToken });
  if (packageList !== undefined && (traits & ProviderTrait.ignoresPackageList) !== 0) {
    closeCredential(credential);
    throw codedError(
      'ERR_SECUR32_PACKAGE_LIST_UNSUPPORTED',
      `this system's ${packageName} ignores packageList`,
    );
  }
  return { credential, expiry };
}

function checkedUse({ use }: AcquireCredentialsHandleOptions): number {
  if (!isUint32(use) || !USES.includes(use & ~USE_FLAGS)) {
    throw argumentError(
      'use must be SECPKG_CRED_INBOUND, SECPKG_CRED_OUTBOUND or SECPKG_CRED_BOTH',
    );
  }
  return use;
}

/** @internal The call with options from `ownOptions`, a checked `use`, and a client. */
export async function acquireFor(
  options: Omit<CredentialOptions, 'onBehalfOf'>,
  use: number,
  onBehalfOf: ContextHandle | undefined,
): Promise<AcquiredCredential> {
  const args = nativeArguments(false, options, use, onBehalfOf);
  return acquired(args, accepted(await native().acquireCredentialsHandle(...args)));
}

/**
 * Acquires a credential of the process identity, of `authIdentity`, or of the
 * client of `onBehalfOf`. Close its handle when it is no longer needed.
 *
 * Calls AcquireCredentialsHandleW. With `onBehalfOf` it impersonates the client,
 * acquires and reverts, all in one call on one thread.
 *
 * Rejects with an `SspiError` (`SEC_E_SECPKG_NOT_FOUND` for an unknown package,
 * `SEC_E_NO_CREDENTIALS`, `SEC_E_UNKNOWN_CREDENTIALS` and others). A wrong
 * password is detected only in the handshake. With `onBehalfOf` it rejects with
 * `ERR_SECUR32_CANNOT_IMPERSONATE` if the client cannot be impersonated; it never
 * acquires another identity's credential. Also rejects with
 * `ERR_SECUR32_PACKAGE_LIST_UNSUPPORTED` or `ERR_SECUR32_IDENTITY_UNSUPPORTED` if
 * this system's package does not support the options, and with
 * `ERR_SECUR32_IMPERSONATING` inside `impersonate`.
 */
export async function acquireCredentialsHandle(
  options: AcquireCredentialsHandleOptions,
): Promise<AcquiredCredential> {
  const own = ownOptions(options, NAMES, 'acquireCredentialsHandle');
  return acquireFor(own, checkedUse(own), own.onBehalfOf);
}

/** Like `acquireCredentialsHandle`, but blocks the thread, possibly for seconds. */
export function acquireCredentialsHandleSync(
  options: AcquireCredentialsHandleOptions,
): AcquiredCredential {
  const own = ownOptions(options, NAMES, 'acquireCredentialsHandleSync');
  const args = nativeArguments(true, own, checkedUse(own), own.onBehalfOf);
  const answer = accepted(native().acquireCredentialsHandle(...args));
  return acquired(args, answer as AcquireTuple);
}

/**
 * Frees a credential; the same as `credential.close()`. Idempotent.
 *
 * Calls FreeCredentialsHandle on another thread, as soon as no call and no context
 * uses the credential.
 *
 * Throws `ERR_SECUR32_OWNED_HANDLE` for the handle of a `Credentials` object.
 */
export function freeCredentialsHandle(credential: CredentialHandle): void {
  closeCredential(credential);
}
