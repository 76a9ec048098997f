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

export interface InitializeSecurityContextOptions extends LegOptions<IscReq> {
  /** Whom the client wants to reach: a service principal name, for Schannel a host name. The same on each leg. */
  targetName?: string;
}

export type AcceptSecurityContextOptions = LegOptions<AscReq>;

const CLIENT_NAMES = optionNames<InitializeSecurityContextOptions>({
  ...LEG_KINDS,
  targetName: 'optional',
});
const SERVER_NAMES = optionNames<AcceptSecurityContextOptions>(LEG_KINDS);

function checkedTarget({ targetName }: InitializeSecurityContextOptions): string | undefined {
  return targetName === undefined ? undefined : requiredText(targetName, 'targetName');
}

/** @internal A leg by the owner of the context. */
export async function initializeSecurityContextBy(
  owner: object | undefined,
  options: InitializeSecurityContextOptions,
): Promise<LegResult> {
  const own = ownOptions(options, CLIENT_NAMES, 'initializeSecurityContext');
  return runLeg('InitializeSecurityContext', own, checkedTarget(own), owner);
}

/** @internal A leg by the owner of the context. */
export async function acceptSecurityContextBy(
  owner: object | undefined,
  options: AcceptSecurityContextOptions,
): Promise<LegResult> {
  const own = ownOptions(options, SERVER_NAMES, 'acceptSecurityContext');
  return runLeg('AcceptSecurityContext', own, undefined, owner);
}

/**
 * One leg of a client.
 *
 * Calls InitializeSecurityContextW. Legs on one context run one after the
 * other, in the order of the calls. Rejects with an `SspiError`, whose `token`
 * must still be sent; the context is of no use then and must be closed.
 */
export async function initializeSecurityContext(
  options: InitializeSecurityContextOptions,
): Promise<LegResult> {
  return initializeSecurityContextBy(undefined, options);
}

/** Like `initializeSecurityContext`, but blocks the thread, perhaps for seconds. */
export function initializeSecurityContextSync(
  options: InitializeSecurityContextOptions,
): LegResult {
  const own = ownOptions(options, CLIENT_NAMES, 'initializeSecurityContextSync');
  return runLegSync('InitializeSecurityContext', own, checkedTarget(own));
}

/**
 * One leg of a server.
 *
 * Calls AcceptSecurityContext. Legs on one context run one after the other, in
 * the order of the calls. Rejects with an `SspiError`, whose `token` must still
 * be sent; the context is of no use then and must be closed.
 */
export async function acceptSecurityContext(
  options: AcceptSecurityContextOptions,
): Promise<LegResult> {
  return acceptSecurityContextBy(undefined, options);
}

/** Like `acceptSecurityContext`, but blocks the thread, perhaps for seconds. */
export function acceptSecurityContextSync(options: AcceptSecurityContextOptions): LegResult {
  const own = ownOptions(options, SERVER_NAMES, 'acceptSecurityContextSync');
  return runLegSync('AcceptSecurityContext', own, undefined);
}

export interface CompleteAuthTokenOptions {
  context: ContextHandle;
  /** The output of the leg that asked for it (`SEC_I_COMPLETE_NEEDED`, `SEC_I_COMPLETE_AND_CONTINUE`). */
  token: readonly InputSecBuffer[];
}

const COMPLETE_NAMES = optionNames<CompleteAuthTokenOptions>({
  context: 'required',
  token: 'required',
});

export interface CompleteAuthTokenResult {
  status: number;
  statusName: string;
  /** The completed buffers: these are to be sent. */
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

/** @internal For the owner of the context. */
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
 * Completes a token before it is sent, where a leg said so.
 *
 * Calls CompleteAuthToken. Only Digest and packages of third parties ask for it.
 */
export async function completeAuthToken(
  options: CompleteAuthTokenOptions,
): Promise<CompleteAuthTokenResult> {
  return completeAuthTokenBy(undefined, options);
}

/** Like `completeAuthToken`, but blocks the thread. */
export function completeAuthTokenSync(options: CompleteAuthTokenOptions): CompleteAuthTokenResult {
  const own = ownOptions(options, COMPLETE_NAMES, 'completeAuthTokenSync');
  const prepared = prepareCompletion(own, undefined);
  checkIdle(prepared.context);
  return completed(prepared, accepted(complete(true, prepared)) as CompleteTuple);
}

/**
 * Deletes a context; the same as `context.close()`.
 *
 * Calls DeleteSecurityContext once no call is in it any more, not on this
 * thread. Idempotent.
 */
export function deleteSecurityContext(context: ContextHandle): void {
  closeContext(context);
}
