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
import { packageKind } from '../core/package-kinds.js';
import { ProviderTrait } from '../binding/provider-traits.js';
import { accepted } from '../binding/refusals.js';
import {
  closeCredential,
  newCredentialHandle,
  openContext,
  type ContextHandle,
  type CredentialHandle,
} from './handles.js';

/** Whose credential, for which package. */
export interface CredentialOptions {
  /** The name of a package: `'Negotiate'`, `'Kerberos'`, `'NTLM'` and so on. */
  package: string;
  /** The principal whose credential it is; by default the user's. */
  principal?: string;
  /** Another user than the one of the process. It must not be present but undefined. */
  authIdentity?: AuthIdentity;
  /** What Negotiate may choose from: names to allow, or with a leading `!` to exclude. It must not be present but undefined. */
  packageList?: readonly string[];
  /**
   * The client of an established server context, whose credential is to be
   * acquired (delegation). It must not be present but undefined, and there can
   * be no `authIdentity` beside it.
   */
  onBehalfOf?: ContextHandle;
}

export interface AcquireCredentialsHandleOptions extends CredentialOptions {
  /**
   * `SECPKG_CRED_INBOUND` for servers, `SECPKG_CRED_OUTBOUND` for clients, or
   * `SECPKG_CRED_BOTH`; with `SECPKG_CRED_AUTOLOGON_RESTRICTED` (never the
   * user's own logon by itself) or `SECPKG_CRED_PROCESS_POLICY_ONLY`.
   */
  use: number;
}

const NAMES = optionNames<AcquireCredentialsHandleOptions>(
  {
    package: 'required',
    use: 'required',
    principal: 'optional',
    authIdentity: 'optional',
    packageList: 'optional',
    onBehalfOf: 'optional',
  },
  { authIdentity: IDENTITY_NAMES },
);

export interface AcquiredCredential {
  credential: CredentialHandle;
  /** When it expires, as the package wrote it: a FILETIME in local time, 0 or a maximum for never. */
  expiry: bigint;
}

/** Whether the credentials of a package take another record than a user with a password. */
function takesAuthIdentity(packageName: string): boolean {
  const kind = packageKind(packageName);
  return kind !== 'tls' && kind !== 'credssp';
}

const USES: readonly number[] = [SECPKG_CRED_INBOUND, SECPKG_CRED_OUTBOUND, SECPKG_CRED_BOTH];
/** What may stand beside one of them. */
const USE_FLAGS = SECPKG_CRED_AUTOLOGON_RESTRICTED | SECPKG_CRED_PROCESS_POLICY_ONLY;

function checkedPackageList(list: unknown): string | undefined {
  if (list === undefined) return undefined;
  if (!Array.isArray(list) || list.length === 0) {
    throw argumentError('packageList must be an array of package names');
  }
  return list
    .map((element, index) => {
      const name = requiredText(element, `packageList[${index}]`);
      if (name.includes(',')) throw argumentError(`packageList[${index}] must be one name`);
      return name;
    })
    .join(',');
}

type NativeArguments = Parameters<ReturnType<typeof native>['acquireCredentialsHandle']>;

/** `use` and the client stand apart so that nobody has to copy options, and lose one on the way. */
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
    throw argumentError(`${packageName} does not take an authIdentity or a packageList`);
  }
  if (user !== undefined && onBehalfOf !== undefined) {
    throw argumentError('authIdentity and onBehalfOf are two identities; give one');
  }
  const client = onBehalfOf === undefined ? undefined : openContext(onBehalfOf).native;
  return [sync, principal, packageName, use, user, domain, password, packageList, client];
}

/** A failure of the call, or of the impersonation before it. */
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

/** @internal The call with options that `ownOptions` read, for a checked use, and for a client. */
export async function acquireFor(
  options: Omit<CredentialOptions, 'onBehalfOf'>,
  use: number,
  onBehalfOf: ContextHandle | undefined,
): Promise<AcquiredCredential> {
  const args = nativeArguments(false, options, use, onBehalfOf);
  return acquired(args, accepted(await native().acquireCredentialsHandle(...args)));
}

/**
 * Acquires a credential: of the process's user, or of `authIdentity`.
 *
 * Calls AcquireCredentialsHandleW. Rejects with an `SspiError`
 * (`SEC_E_SECPKG_NOT_FOUND` for an unknown package, `SEC_E_NO_CREDENTIALS`,
 * `SEC_E_UNKNOWN_CREDENTIALS` and others); a wrong password is found out only
 * in a handshake. With `onBehalfOf` it impersonates the client, acquires and
 * reverts, all in one call on one thread; it rejects with
 * `ERR_SECUR32_CANNOT_IMPERSONATE` where that is not to be had, and never
 * acquires for another. Close the handle when it is no longer needed.
 */
export async function acquireCredentialsHandle(
  options: AcquireCredentialsHandleOptions,
): Promise<AcquiredCredential> {
  const own = ownOptions(options, NAMES, 'acquireCredentialsHandle');
  return acquireFor(own, checkedUse(own), own.onBehalfOf);
}

/** Like `acquireCredentialsHandle`, but blocks the thread, perhaps for seconds. */
export function acquireCredentialsHandleSync(
  options: AcquireCredentialsHandleOptions,
): AcquiredCredential {
  const own = ownOptions(options, NAMES, 'acquireCredentialsHandleSync');
  const args = nativeArguments(true, own, checkedUse(own), own.onBehalfOf);
  const answer = accepted(native().acquireCredentialsHandle(...args));
  return acquired(args, answer as AcquireTuple);
}

/**
 * Gives a credential back; the same as `credential.close()`.
 *
 * Calls FreeCredentialsHandle once nothing uses it any more, not on this
 * thread. Idempotent.
 */
export function freeCredentialsHandle(credential: CredentialHandle): void {
  closeCredential(credential);
}
