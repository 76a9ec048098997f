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
import { SECBUFFER_CHANNEL_BINDINGS } from '../constants/sec-buffers.js';
import { ChannelBindings, secChannelBindings } from '../channel-bindings/channel-bindings.js';
import { checkedBoolean, optionNames, ownOptions, requiredText } from '../core/checks.js';
import { argumentError } from '../core/errors.js';
import { packageKind } from '../core/package-kinds.js';
import type { InputSecBuffer } from '../core/sec-buffer.js';
import type { ContextHandle } from '../raw/handles.js';
import { initializeSecurityContextBy } from '../raw/handshake-calls.js';
import type { LegResult } from '../raw/leg.js';
import {
  checkedCredentials,
  CONTEXT_KINDS,
  type SecurityContextOptions,
} from './context-options.js';
import type { Credentials } from './credentials.js';
import { establishedContext, type EstablishedContext } from './established-context.js';
import type { RequirableAttribute } from './granted-attributes.js';
import { Handshake, type HandshakeSide, type StepResult } from './handshake.js';
import { checkedRequirements, type Protection, type Requirements } from './requirements.js';
import { handshakeOf, SecurityContext } from './security-context.js';

/** Options of a `ClientContext`. */
export interface ClientContextOptions extends SecurityContextOptions {
  /**
   * The service principal name of the server, `HTTP/web.example.com`. Required for
   * Negotiate, Kerberos and CredSSP.
   */
  targetName?: string;
  /**
   * Whether the server must prove its identity. The context asks for it, and the
   * handshake fails with `ERR_SECUR32_REQUIREMENTS_NOT_MET` if it is not granted.
   *
   * @defaultValue false
   */
  mutualAuth?: boolean;
  /**
   * Whether the server may act as this user towards other servers (delegation).
   * Set it only for servers that you trust with the user's rights. It implies
   * `mutualAuth`, and the handshake fails with `ERR_SECUR32_REQUIREMENTS_NOT_MET` if
   * either is not granted.
   *
   * @defaultValue false
   */
  delegate?: boolean;
  /**
   * The channel bindings of the TLS connection that carries the handshake, derived
   * from the server's certificate. They are passed on every leg. `null` means that
   * there are none.
   *
   * @defaultValue null
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

/** The buffer of the channel bindings, which follows the token. */
function bindingsBuffers(bindings: ChannelBindings | null): readonly InputSecBuffer[] {
  if (bindings === null) return [];
  return [{ type: SECBUFFER_CHANNEL_BINDINGS, data: secChannelBindings(bindings) }];
}

/** The legs of a client, and what it requires of the server. */
class ClientSide implements HandshakeSide<EstablishedContext> {
  readonly #credentials: Credentials;
  readonly #requirements: Requirements;
  readonly #targetName: string | undefined;
  readonly #mutualAuth: boolean;
  readonly #delegate: boolean;
  readonly #bindings: readonly InputSecBuffer[];
  readonly #contextReq: readonly IscReq[];

  /** @param options as `ownOptions` read them */
  constructor(credentials: Credentials, options: ClientContextOptions) {
    const { targetName, mutualAuth = false, delegate = false } = options;
    this.#credentials = credentials;
    this.#requirements = checkedRequirements(options);
    this.#delegate = checkedBoolean(delegate, 'delegate');
    this.#mutualAuth = checkedBoolean(mutualAuth, 'mutualAuth') || delegate;
    if (targetName === undefined && NEED_TARGET.includes(packageKind(credentials.package))) {
      throw argumentError(
        `${credentials.package} requires the server's targetName, for instance HTTP/web.example.com`,
      );
    }
    this.#targetName =
      targetName === undefined ? undefined : requiredText(targetName, 'targetName');
    this.#bindings = bindingsBuffers(options.channelBindings ?? null);
    this.#contextReq = [
      ISC_REQ_CONNECTION,
      ...PROTECTION_FLAGS[this.#requirements.protection],
      ...(this.#mutualAuth ? [ISC_REQ_MUTUAL_AUTH] : []),
      ...(delegate ? [ISC_REQ_DELEGATE] : []),
      ...this.#requirements.required.map((name) => REQUIREMENT_FLAGS[name]),
    ];
  }

  leg(
    owner: object,
    context: ContextHandle | undefined,
    input: readonly InputSecBuffer[],
  ): Promise<LegResult> {
    return initializeSecurityContextBy(owner, {
      ...(context === undefined ? { credential: this.#credentials.handle } : { context }),
      ...(this.#targetName === undefined ? {} : { targetName: this.#targetName }),
      contextReq: this.#contextReq,
      input: [...input, ...this.#bindings],
      maxTokenBytes: Infinity,
    });
  }

  establish(context: ContextHandle, lastLeg: LegResult): EstablishedContext {
    return establishedContext(
      'client',
      this.#requirements,
      context,
      lastLeg,
      ({ mutualAuth, delegate }) => [
        ...(this.#mutualAuth && !mutualAuth ? ['mutualAuth: true'] : []),
        ...(this.#delegate && !delegate ? ['delegate: true'] : []),
      ],
    );
  }
}

/** The client's side of a handshake, and of the messages after it. */
export class ClientContext extends SecurityContext {
  #begun = false;

  /**
   * Creates a context for one handshake. No call is made before the first `step()`.
   *
   * Throws a TypeError (`ERR_SECUR32_INVALID_ARGUMENT`) for an invalid option, for
   * inbound credentials, and for Schannel and Digest, which `secur32/raw` supports.
   *
   * @param credentials outbound credentials
   */
  constructor(credentials: Credentials, options: ClientContextOptions = {}) {
    const own = ownOptions(options, NAMES, 'a ClientContext');
    const facts = checkedCredentials('client', credentials);
    const side = new ClientSide(credentials, own);
    super(credentials.package, new Handshake(side, facts, own.maxTokenBytes));
  }

  /**
   * Performs one step of the handshake: takes the server's token and resolves
   * with the one to send.
   *
   * The first step takes no token, unless the protocol lets the server begin.
   * Steps run in the order of the calls. Calls InitializeSecurityContextW, and
   * CompleteAuthToken if the package asks for it.
   *
   * Rejects with an `SspiError` (`SEC_E_TARGET_UNKNOWN`, `SEC_E_NO_CREDENTIALS`,
   * `SEC_E_LOGON_DENIED`, `SEC_E_INVALID_TOKEN` and others), whose `token`, if
   * there is one, must still be sent, or with
   * `ERR_SECUR32_REQUIREMENTS_NOT_MET`. In either case the context has been
   * deleted. A token that is too large (`ERR_SECUR32_TOKEN_TOO_LARGE`) or not a
   * Uint8Array leaves the context as it was, and so does a step inside `impersonate`
   * (`ERR_SECUR32_IMPERSONATING`). A step rejects with `ERR_SECUR32_CONTEXT_FAILED`
   * after a failed one, with `ERR_SECUR32_ALREADY_ESTABLISHED` after the handshake, and
   * with `ERR_SECUR32_CLOSED` after `close()`.
   */
  async step(token?: Uint8Array): Promise<StepResult> {
    const handshake: Handshake<EstablishedContext> = handshakeOf(this);
    handshake.checkSteppable();
    if (token !== undefined) handshake.checkToken(token);
    else if (this.#begun) throw argumentError("the server's token is missing");
    // After the token was copied: a step that could not begin leaves the context as it was.
    const step = handshake.step(token);
    this.#begun = true;
    return step;
  }
}
