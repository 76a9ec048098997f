import {
  SECPKG_CRED_BOTH,
  SECPKG_CRED_INBOUND,
  SECPKG_CRED_OUTBOUND,
} from '../constants/credentials.js';
import { IDENTITY_NAMES } from '../raw/auth-identity.js';
import { argumentError, codedError } from '../core/errors.js';
import { optionNames, ownOptions } from '../core/checks.js';
import { acquireFor, type CredentialOptions } from '../raw/acquire-credentials-handle.js';
import {
  claimCredential,
  closeCredential,
  type ContextHandle,
  type CredentialHandle,
} from '../raw/handles.js';
import { expiryDate } from '../core/time.js';

const USES = {
  inbound: SECPKG_CRED_INBOUND,
  outbound: SECPKG_CRED_OUTBOUND,
  both: SECPKG_CRED_BOTH,
} as const;

/** Servers accept with inbound credentials, clients begin with outbound ones. */
export type CredentialUse = keyof typeof USES;

/** The context of a client that has logged on: a `ServerContext`. */
export interface ImpersonableContext {
  readonly established: boolean;
  readonly handle: ContextHandle | undefined;
  impersonate<T>(act: () => T): T;
}

export interface CredentialsOptions extends Omit<CredentialOptions, 'onBehalfOf'> {
  use: CredentialUse;
  /**
   * The context of a client who logged on, to act as that client towards
   * others (delegation, the double hop): its `delegate` attribute says whether
   * the client allowed it. It must not be present but undefined, and there can
   * be no `authIdentity` beside it.
   */
  onBehalfOf?: ImpersonableContext;
}

const NAMES = optionNames<CredentialsOptions>(
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

/** The handle of the context of the client for whom credentials are wanted. */
function clientHandle(options: CredentialsOptions): ContextHandle | undefined {
  if (!('onBehalfOf' in options)) return undefined;
  const client: unknown = options.onBehalfOf;
  if (!isServerContext(client)) throw argumentError('onBehalfOf must be a ServerContext');
  const { established, handle } = client;
  if (!established || handle === undefined) {
    throw codedError('ERR_SECUR32_NOT_ESTABLISHED', 'the context of onBehalfOf is not established');
  }
  return handle;
}

function isServerContext(value: unknown): value is ImpersonableContext {
  return typeof value === 'object' && value !== null && 'impersonate' in value;
}

/**
 * The credentials of the process's user, or of another one, for one package.
 *
 * One object serves any number of contexts at once. Close it, or declare it
 * with `using`; contexts that began with it go on.
 */
export class Credentials {
  readonly package: string;
  readonly use: CredentialUse;
  /** When they expire; undefined for never. */
  readonly expiresAt: Date | undefined;
  /** For the functions of `secur32/raw`. It belongs to this object, which alone closes it. */
  readonly handle: CredentialHandle;

  private constructor(
    packageName: string,
    use: CredentialUse,
    handle: CredentialHandle,
    expiry: bigint,
  ) {
    this.package = packageName;
    this.use = use;
    this.handle = handle;
    this.expiresAt = expiryDate(expiry);
    claimCredential(handle, this);
  }

  /**
   * Acquires credentials (AcquireCredentialsHandleW).
   *
   * Rejects with an `SspiError`: `SEC_E_SECPKG_NOT_FOUND` for an unknown
   * package, `SEC_E_NO_CREDENTIALS` where the user has none, and others. That a
   * password is wrong is found out in the handshake. An `authIdentity` that is
   * incomplete is a TypeError; it never becomes the process's user. With
   * `onBehalfOf` it rejects with `ERR_SECUR32_CANNOT_IMPERSONATE` where the
   * client cannot be impersonated, and acquires nothing then.
   */
  static async acquire(options: CredentialsOptions): Promise<Credentials> {
    const own = ownOptions(options, NAMES, 'Credentials.acquire');
    const { package: packageName, use } = own;
    if (typeof use !== 'string' || !Object.hasOwn(USES, use)) {
      throw argumentError("use must be 'inbound', 'outbound' or 'both'");
    }
    const { credential, expiry } = await acquireFor(own, USES[use], clientHandle(own));
    return new Credentials(packageName, use, credential, expiry);
  }

  get closed(): boolean {
    return this.handle.closed;
  }

  /** Gives the credentials back (FreeCredentialsHandle) once no context uses them. Idempotent. */
  close(): void {
    closeCredential(this.handle, this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
