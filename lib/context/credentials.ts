import {
  SECPKG_CRED_BOTH,
  SECPKG_CRED_INBOUND,
  SECPKG_CRED_OUTBOUND,
} from '../constants/credentials.js';
import { IDENTITY_NAMES } from '../raw/auth-identity.js';
import { argumentError, codedError } from '../core/errors.js';
import {
  checkedChoice,
  checkMadeHere,
  MADE_HERE,
  optionNames,
  ownOptions,
} from '../core/checks.js';
import {
  acquireFor,
  CREDENTIAL_KINDS,
  type CredentialOptions,
} from '../raw/acquire-credentials-handle.js';
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

/** How credentials are used: servers need `'inbound'` ones, clients `'outbound'` ones. */
export type CredentialUse = keyof typeof USES;

/** What `onBehalfOf` requires of a context; every `ServerContext` has it. */
export interface ImpersonableContext {
  /** Whether the handshake has finished. */
  readonly established: boolean;
  /** The handle of the context. */
  readonly handle: ContextHandle | undefined;
  /** Runs a synchronous function as the client. */
  impersonate<T>(act: () => T): T;
}

/** Options of `Credentials.acquire`. */
export interface CredentialsOptions extends Omit<CredentialOptions, 'onBehalfOf'> {
  /** `'inbound'` for servers, `'outbound'` for clients, or `'both'`. */
  use: CredentialUse;
  /**
   * An established `ServerContext`, to act as its client towards other servers
   * (delegation, the double hop). The context's `delegate` attribute tells whether
   * the client allowed it. Passing `undefined` throws. It cannot be combined with
   * `authIdentity`.
   */
  onBehalfOf?: ImpersonableContext;
}

const NAMES = optionNames<CredentialsOptions>(
  { ...CREDENTIAL_KINDS, use: 'required' },
  { authIdentity: IDENTITY_NAMES },
);

/** The handle of the context of `onBehalfOf`. */
function clientHandle(options: CredentialsOptions): ContextHandle | undefined {
  if (!('onBehalfOf' in options)) return undefined;
  const client: unknown = options.onBehalfOf;
  if (!isServerContext(client)) throw argumentError('onBehalfOf must be a ServerContext');
  const { established, handle } = client;
  if (!established || handle === undefined) {
    throw codedError('ERR_SECUR32_NOT_ESTABLISHED', 'the onBehalfOf context is not established');
  }
  return handle;
}

function isServerContext(value: unknown): value is ImpersonableContext {
  return typeof value === 'object' && value !== null && 'impersonate' in value;
}

/**
 * The credentials of the process identity, or of another user, for one package.
 *
 * One object serves any number of contexts at the same time. Close it or declare
 * it with `using`; contexts that were created with it can still be used.
 */
export class Credentials {
  /** The name of the package, as it was passed to `acquire`. */
  readonly package: string;
  /** How the credentials can be used. */
  readonly use: CredentialUse;
  /** When the credentials expire; undefined for never. */
  readonly expiresAt: Date | undefined;
  /** The handle for functions of `secur32/raw`. Only this object can close it. */
  readonly handle: CredentialHandle;

  private constructor(
    key: symbol,
    packageName: string,
    use: CredentialUse,
    handle: CredentialHandle,
    expiry: bigint,
  ) {
    checkMadeHere(key, 'Credentials', 'use Credentials.acquire');
    this.package = packageName;
    this.use = use;
    this.handle = handle;
    this.expiresAt = expiryDate(expiry);
    claimCredential(handle, this);
  }

  /**
   * Acquires credentials.
   *
   * Calls AcquireCredentialsHandleW, with `onBehalfOf` while it impersonates the
   * client.
   *
   * Rejects with an `SspiError` (`SEC_E_SECPKG_NOT_FOUND` for an unknown package,
   * `SEC_E_NO_CREDENTIALS` if the user has none, and others). A wrong password is
   * detected only in the handshake. An incomplete `authIdentity` is a TypeError
   * (`ERR_SECUR32_INVALID_ARGUMENT`); it never becomes the process identity. With
   * `onBehalfOf` it rejects with `ERR_SECUR32_NOT_ESTABLISHED`, or with
   * `ERR_SECUR32_CANNOT_IMPERSONATE` if the client cannot be impersonated, and
   * acquires nothing. It rejects with `ERR_SECUR32_PACKAGE_LIST_UNSUPPORTED` or
   * `ERR_SECUR32_IDENTITY_UNSUPPORTED` if this system's package does not support the
   * options, and with `ERR_SECUR32_IMPERSONATING` inside `impersonate`.
   */
  static async acquire(options: CredentialsOptions): Promise<Credentials> {
    const own = ownOptions(options, NAMES, 'Credentials.acquire');
    const { package: packageName } = own;
    const use = checkedChoice(own.use, 'use', Object.keys(USES) as CredentialUse[]);
    const { credential, expiry } = await acquireFor(own, USES[use], clientHandle(own));
    return new Credentials(MADE_HERE, packageName, use, credential, expiry);
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.handle.closed;
  }

  /** Frees the credentials (FreeCredentialsHandle) as soon as no context uses them. Idempotent. */
  close(): void {
    closeCredential(this.handle, this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
