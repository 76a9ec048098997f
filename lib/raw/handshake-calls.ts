import type { AscReq } from '../constants/asc-flags.js';
import type { IscReq } from '../constants/isc-flags.js';
import { closedError, SspiError } from '../core/errors.js';
import { refuseWhileImpersonating } from '../binding/impersonating.js';
import type { CompleteTuple, NativeBinding, NativeContext } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { optionNames, ownOptions, requiredText } from '../core/checks.js';
import { accepted } from '../binding/refusals.js';
import { isFailure, statusName } from '../core/status.js';
import { checkIdle, closeContext, contextForLeg, type ContextHandle } from './handles.js';
import { LEG_KINDS, runLeg, runLegSync, type LegOptions, type LegResult } from './leg.js';
import type { InputSecBuffer, SecBuffer } from '../core/sec-buffer.js';
import { inputDescriptor, keptInput, secBuffers, type InputDescriptor } from './sec-buffers.js';

/** Options of one leg of a client. */
export interface InitializeSecurityContextOptions extends LegOptions<IscReq> {
  /**
   * The target name: the server's service principal name, or for Schannel its host
   * name. Pass the same on each leg.
   */
  targetName?: string;
}

/** Options of one leg of a server. */
export type AcceptSecurityContextOptions = LegOptions<AscReq>;

const CLIENT_NAMES = optionNames<InitializeSecurityContextOptions>({
  ...LEG_KINDS,
  targetName: 'optional',
});
const SERVER_NAMES = optionNames<AcceptSecurityContextOptions>(LEG_KINDS);

function checkedTarget({ targetName }: InitializeSecurityContextOptions): string | undefined {
  return targetName === undefined ? undefined : requiredText(targetName, 'targetName');
}

/** @internal A client's leg, called by the owner of the context. */
export async function initializeSecurityContextBy(
  owner: object | undefined,
  options: InitializeSecurityContextOptions,
): Promise<LegResult> {
  const own = ownOptions(options, CLIENT_NAMES, 'initializeSecurityContext');
  return runLeg('InitializeSecurityContext', own, checkedTarget(own), owner);
}

/** @internal A server's leg, called by the owner of the context. */
export async function acceptSecurityContextBy(
  owner: object | undefined,
  options: AcceptSecurityContextOptions,
): Promise<LegResult> {
  const own = ownOptions(options, SERVER_NAMES, 'acceptSecurityContext');
  return runLeg('AcceptSecurityContext', own, undefined, owner);
}

/**
 * Runs one leg of a client's handshake.
 *
 * Calls InitializeSecurityContextW. Legs on one context run one after the other,
 * in the order of the calls.
 *
 * Rejects with an `SspiError`; send its `token` to the peer if it has one, and
 * close the context, because it can no longer be used. Also rejects with
 * `ERR_SECUR32_TOKEN_TOO_LARGE`, `ERR_SECUR32_CONTEXT_FAILED` after a failed leg,
 * `ERR_SECUR32_CLOSED`, `ERR_SECUR32_OWNED_HANDLE`, `ERR_SECUR32_IMPERSONATING`
 * inside `impersonate`, and `ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED` or
 * `ERR_SECUR32_BUFFERS_UNSUPPORTED` if this system's package cannot process the
 * buffers.
 */
export async function initializeSecurityContext(
  options: InitializeSecurityContextOptions,
): Promise<LegResult> {
  return initializeSecurityContextBy(undefined, options);
}

/**
 * Like `initializeSecurityContext`, but blocks the thread, possibly for seconds.
 * Throws `ERR_SECUR32_BUSY` if another call runs or waits on the context.
 */
export function initializeSecurityContextSync(
  options: InitializeSecurityContextOptions,
): LegResult {
  const own = ownOptions(options, CLIENT_NAMES, 'initializeSecurityContextSync');
  return runLegSync('InitializeSecurityContext', own, checkedTarget(own));
}

/**
 * Runs one leg of a server's handshake.
 *
 * Calls AcceptSecurityContext. Legs on one context run one after the other, in
 * the order of the calls.
 *
 * Rejects like `initializeSecurityContext`. If a leg rejects, the client is not
 * authenticated.
 */
export async function acceptSecurityContext(
  options: AcceptSecurityContextOptions,
): Promise<LegResult> {
  return acceptSecurityContextBy(undefined, options);
}

/**
 * Like `acceptSecurityContext`, but blocks the thread, possibly for seconds.
 * Throws `ERR_SECUR32_BUSY` if another call runs or waits on the context.
 */
export function acceptSecurityContextSync(options: AcceptSecurityContextOptions): LegResult {
  const own = ownOptions(options, SERVER_NAMES, 'acceptSecurityContextSync');
  return runLegSync('AcceptSecurityContext', own, undefined);
}

/** Options of `completeAuthToken`. */
export interface CompleteAuthTokenOptions {
  /** The context of the leg. */
  context: ContextHandle;
  /**
   * The output of the leg that returned `SEC_I_COMPLETE_NEEDED` or
   * `SEC_I_COMPLETE_AND_CONTINUE`.
   */
  token: readonly InputSecBuffer[];
}

const COMPLETE_NAMES = optionNames<CompleteAuthTokenOptions>({
  context: 'required',
  token: 'required',
});

/** The result of `completeAuthToken`. */
export interface CompleteAuthTokenResult {
  /** The SECURITY_STATUS as an unsigned number. */
  status: number;
  /** The name of the status. */
  statusName: string;
  /** The completed buffers. Send their token instead of the leg's. */
  token: SecBuffer[];
}

interface PreparedCompletion {
  context: ContextHandle;
  nativeContext: NativeContext;
  token: InputDescriptor;
}

function prepareCompletion(
  { context, token }: CompleteAuthTokenOptions,
  owner: object | undefined,
): PreparedCompletion {
  const { native: nativeContext } = contextForLeg(context, owner);
  return { context, nativeContext, token: inputDescriptor(token, Infinity, 'token') };
}

function complete(
  sync: boolean,
  { nativeContext, token }: PreparedCompletion,
): ReturnType<NativeBinding['completeAuthToken']> {
  const types = Uint32Array.from(token.types);
  return native().completeAuthToken(sync, nativeContext, types, token.data);
}

function completed(
  { context }: PreparedCompletion,
  [status, ...token]: CompleteTuple,
): CompleteAuthTokenResult {
  if (context.closed) throw closedError('the context');
  if (isFailure(status)) throw new SspiError('CompleteAuthToken', status);
  return { status, statusName: statusName(status), token: secBuffers(token) };
}

/** @internal Called by the owner of the context. */
export async function completeAuthTokenBy(
  owner: object | undefined,
  options: CompleteAuthTokenOptions,
): Promise<CompleteAuthTokenResult> {
  const own = ownOptions(options, COMPLETE_NAMES, 'completeAuthToken');
  const prepared = prepareCompletion(own, owner);
  refuseWhileImpersonating();
  const kept = { ...prepared, token: keptInput(prepared.token) };
  const { queue } = contextForLeg(kept.context, owner);
  return queue.run(async () => completed(kept, accepted(await complete(false, kept))));
}

/**
 * Completes a token before it is sent, if the status of the leg requires it. Only
 * Digest and third-party packages do.
 *
 * Calls CompleteAuthToken.
 *
 * Rejects with an `SspiError`, or with `ERR_SECUR32_CONTEXT_FAILED`,
 * `ERR_SECUR32_CLOSED`, `ERR_SECUR32_OWNED_HANDLE` or `ERR_SECUR32_IMPERSONATING`.
 */
export async function completeAuthToken(
  options: CompleteAuthTokenOptions,
): Promise<CompleteAuthTokenResult> {
  return completeAuthTokenBy(undefined, options);
}

/**
 * Like `completeAuthToken`, but blocks the thread. Throws `ERR_SECUR32_BUSY` if
 * another call runs or waits on the context.
 */
export function completeAuthTokenSync(options: CompleteAuthTokenOptions): CompleteAuthTokenResult {
  const own = ownOptions(options, COMPLETE_NAMES, 'completeAuthTokenSync');
  const prepared = prepareCompletion(own, undefined);
  checkIdle(prepared.context);
  return completed(prepared, accepted(complete(true, prepared)) as CompleteTuple);
}

/**
 * Deletes a context; the same as `context.close()`. Idempotent.
 *
 * Calls DeleteSecurityContext on another thread, as soon as no call uses the
 * context.
 *
 * Throws `ERR_SECUR32_OWNED_HANDLE` for the handle of a `ClientContext` or
 * `ServerContext`.
 */
export function deleteSecurityContext(context: ContextHandle): void {
  closeContext(context);
}
