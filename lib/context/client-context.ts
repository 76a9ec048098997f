import { requiredText } from '../raw/auth-identity.js';
import {
  ISC_REQ_CONFIDENTIALITY,
  ISC_REQ_CONNECTION,
  ISC_REQ_DELEGATE,
  ISC_REQ_IDENTIFY,
  ISC_REQ_INTEGRITY,
  ISC_REQ_MUTUAL_AUTH,
  ISC_REQ_REPLAY_DETECT,
  ISC_REQ_SEQUENCE_DETECT,
  type IscReq,
} from '../constants/isc-flags.js';
import { ChannelBindings, secChannelBindings } from '../channel-bindings/channel-bindings.js';
import { SECBUFFER_CHANNEL_BINDINGS } from '../constants/sec-buffers.js';
import type { ContextAttributes, RequirableAttribute } from './granted-attributes.js';
import type { Credentials } from './credentials.js';
import { argumentError } from '../core/errors.js';
import { optionNames, ownOptions } from '../core/checks.js';
import { packageKind } from '../core/package-kinds.js';
import type { ContextHandle } from '../raw/handles.js';
import type { LegResult } from '../raw/leg.js';
import type { InputSecBuffer } from '../core/sec-buffer.js';
import { initializeSecurityContextBy } from '../raw/handshake-calls.js';
import { type Protection } from './requirements.js';
import {
  CONTEXT_KINDS,
  SecurityContext,
  type SecurityContextOptions,
  type StepResult,
} from './security-context.js';

export interface ClientContextOptions extends SecurityContextOptions {
  /** The service principal name of the server, `HTTP/web.example.com`. Negotiate, Kerberos and CredSSP need it. */
  targetName?: string;
  /**
   * The server must prove its identity too. It is asked for, and a logon
   * without it fails with `ERR_SECUR32_REQUIREMENTS_NOT_MET`.
   */
  mutualAuth?: boolean;
  /**
   * The server may act as this user elsewhere. Give it only to servers that you
   * trust with the user's rights. It asks for mutual authentication, too, and a
   * logon without it fails with `ERR_SECUR32_REQUIREMENTS_NOT_MET`.
   */
  delegate?: boolean;
  /**
   * What ties the logon to the TLS connection that it runs in, on every leg:
   * of the server's certificate. null says that there are none.
   */
  channelBindings?: ChannelBindings | null;
}

const NAMES = optionNames<ClientContextOptions>({
  ...CONTEXT_KINDS,
  targetName: 'optional',
  mutualAuth: 'optional',
  delegate: 'optional',
  channelBindings: 'optional',
});

const REQUIREMENT_FLAGS: Record<RequirableAttribute, IscReq> = {
  confidentiality: ISC_REQ_CONFIDENTIALITY,
  integrity: ISC_REQ_INTEGRITY,
  replayDetect: ISC_REQ_REPLAY_DETECT,
  sequenceDetect: ISC_REQ_SEQUENCE_DETECT,
  mutualAuth: ISC_REQ_MUTUAL_AUTH,
  delegate: ISC_REQ_DELEGATE,
  identify: ISC_REQ_IDENTIFY,
};

const NEED_TARGET: readonly unknown[] = ['negotiate', 'kerberos', 'credssp'];

const PROTECTION_FLAGS: Record<Protection, readonly IscReq[]> = {
  none: [],
  sign: [ISC_REQ_INTEGRITY, ISC_REQ_REPLAY_DETECT, ISC_REQ_SEQUENCE_DETECT],
  encrypt: [
    ISC_REQ_CONFIDENTIALITY,
    ISC_REQ_INTEGRITY,
    ISC_REQ_REPLAY_DETECT,
    ISC_REQ_SEQUENCE_DETECT,
  ],
};

/** The buffer of the bindings, which follows the token. */
function bindingsBuffers(bindings: ChannelBindings | null): readonly InputSecBuffer[] {
  if (bindings === null) return [];
  return [{ type: SECBUFFER_CHANNEL_BINDINGS, data: secChannelBindings(bindings) }];
}

/** The side that logs on. */
export class ClientContext extends SecurityContext {
  readonly #targetName: string | undefined;
  readonly #mutualAuth: boolean;
  readonly #delegate: boolean;
  readonly #bindings: readonly InputSecBuffer[];
  readonly #contextReq: readonly IscReq[];
  #begun = false;

  constructor(credentials: Credentials, options: ClientContextOptions = {}) {
    const own = ownOptions(options, NAMES, 'a ClientContext');
    super('client', credentials, own);
    const { targetName, mutualAuth = false, delegate = false } = own;
    if (typeof mutualAuth !== 'boolean') throw argumentError('mutualAuth must be true or false');
    if (typeof delegate !== 'boolean') throw argumentError('delegate must be true or false');
    if (targetName === undefined && NEED_TARGET.includes(packageKind(credentials.package))) {
      throw argumentError(
        `${credentials.package} needs the targetName of the server, for instance HTTP/web.example.com`,
      );
    }
    this.#targetName =
      targetName === undefined ? undefined : requiredText(targetName, 'targetName');
    this.#mutualAuth = mutualAuth || delegate;
    this.#delegate = delegate;
    this.#bindings = bindingsBuffers(own.channelBindings ?? null);
    this.#contextReq = [
      ISC_REQ_CONNECTION,
      ...PROTECTION_FLAGS[this.requirements.protection],
      ...(this.#mutualAuth ? [ISC_REQ_MUTUAL_AUTH] : []),
      ...(delegate ? [ISC_REQ_DELEGATE] : []),
      ...this.requirements.required.map((name) => REQUIREMENT_FLAGS[name]),
    ];
  }

  /**
   * One step of the handshake: takes the server's token, gives the one to send.
   *
   * The first step takes none, unless the protocol lets the server begin.
   * Calls InitializeSecurityContextW, and CompleteAuthToken where the package
   * asks for it. Steps run in the order of the calls. Rejects with an
   * `SspiError` (`SEC_E_TARGET_UNKNOWN`, `SEC_E_NO_CREDENTIALS`,
   * `SEC_E_LOGON_DENIED`, `SEC_E_INVALID_TOKEN` and others), whose `token`, if
   * there is one, must still be sent, or with
   * `ERR_SECUR32_REQUIREMENTS_NOT_MET`: the context is deleted then. A token
   * that is too large (`ERR_SECUR32_TOKEN_TOO_LARGE`) or no Uint8Array leaves
   * it as it was. `close()` rejects with `ERR_SECUR32_CLOSED`.
   */
  async step(token?: Uint8Array): Promise<StepResult> {
    this.checkSteppable();
    if (token !== undefined) this.checkToken(token);
    else if (this.#begun) throw argumentError('a token of the server is missing');
    this.#begun = true;
    return this.enqueueStep(token);
  }

  protected override leg(
    context: ContextHandle | undefined,
    input: readonly InputSecBuffer[],
  ): Promise<LegResult> {
    return initializeSecurityContextBy(this, {
      ...(context === undefined ? { credential: this.credentials.handle } : { context }),
      ...(this.#targetName === undefined ? {} : { targetName: this.#targetName }),
      contextReq: this.#contextReq,
      input: [...input, ...this.#bindings],
      maxTokenBytes: Infinity,
    });
  }

  protected override shortfalls({ mutualAuth, delegate }: ContextAttributes): string[] {
    return [
      ...(this.#mutualAuth && !mutualAuth ? ['mutualAuth: true'] : []),
      ...(this.#delegate && !delegate ? ['delegate: true'] : []),
    ];
  }
}
