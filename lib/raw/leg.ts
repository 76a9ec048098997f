/**
 * What InitializeSecurityContext and AcceptSecurityContext have in common:
 * checking the arguments of a leg, running it in its turn, and reading its result.
 */

import { ASC_REQ_ALLOW_MISSING_BINDINGS } from '../constants/asc-flags.js';
import { SECURITY_NATIVE_DREP } from '../constants/messages.js';
import { SECBUFFER_CHANNEL_BINDINGS, SECBUFFER_TOKEN } from '../constants/sec-buffers.js';
import { SEC_E_INCOMPLETE_MESSAGE } from '../constants/status.js';
import { argumentError, closedError, codedError, SspiError } from '../core/errors.js';
import { refuseWhileImpersonating } from '../binding/impersonating.js';
import type {
  LegTuple,
  NativeBinding,
  NativeContext,
  NativeCredential,
} from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { ProviderTrait } from '../binding/provider-traits.js';
import { accepted } from '../binding/refusals.js';
import { isFailure, statusName } from '../core/status.js';
import { combinedFlags } from './flags.js';
import {
  checkIdle,
  contextForLeg,
  newContextHandle,
  openCredential,
  type ContextHandle,
  type CredentialFacts,
  type CredentialHandle,
} from './handles.js';
import type { InputSecBuffer, LeftInput, OutputSecBuffer, SecBuffer } from '../core/sec-buffer.js';
import {
  inputDescriptor,
  keptInput,
  leftInput,
  outputWords,
  plainType,
  secBuffers,
  type InputDescriptor,
} from './sec-buffers.js';

/** The default limit of a token, in bytes. Tokens come from the network. */
const DEFAULT_MAX_TOKEN_BYTES = 64 * 1024;
/** The same for streams, whose tokens arrive in pieces: far more than any handshake needs. */
const DEFAULT_MAX_STREAM_BYTES = 1024 * 1024;

/** Options of a leg that clients and servers have in common. */
export interface LegOptions<Flags extends number> {
  /**
   * The credential. Required for the first leg; later legs default to the
   * credential of the context.
   */
  credential?: CredentialHandle;
  /** The context of the previous leg. Omit it, or pass undefined, for the first leg. */
  context?: ContextHandle | undefined;
  /**
   * The input buffers, at most 16: the peer's token, channel bindings and others.
   * They are copied before the call returns.
   *
   * @defaultValue `[]`
   */
  input?: readonly InputSecBuffer[];
  /**
   * The output buffers that the package is to fill, at most 16.
   *
   * @defaultValue one `SECBUFFER_TOKEN`
   */
  output?: readonly OutputSecBuffer[];
  /**
   * The requirements: `ISC_REQ_` flags of a client, `ASC_REQ_` flags of a server.
   * Pass the same on each leg.
   *
   * @defaultValue none
   */
  contextReq?: readonly Flags[] | Flags;
  /**
   * The data representation: `SECURITY_NATIVE_DREP` or `SECURITY_NETWORK_DREP`.
   *
   * @defaultValue `SECURITY_NATIVE_DREP`
   */
  targetDataRep?: number;
  /**
   * The largest token that `input` may contain, in bytes.
   *
   * @defaultValue 65536; 1048576 for the streams of Schannel and CredSSP
   */
  maxTokenBytes?: number;
}

/** The names of `LegOptions`. */
export const LEG_KINDS = {
  credential: 'optional',
  context: 'orUndefined',
  input: 'optional',
  output: 'optional',
  contextReq: 'optional',
  targetDataRep: 'optional',
  maxTokenBytes: 'optional',
} as const;

/** The result of a leg. */
export interface LegResult {
  /**
   * The SECURITY_STATUS as an unsigned number. The only failure is
   * `SEC_E_INCOMPLETE_MESSAGE` of Schannel and CredSSP; all others are thrown.
   */
  status: number;
  /** The name of the status: `'SEC_I_CONTINUE_NEEDED'`. */
  statusName: string;
  /** The context, the same object on each leg; undefined if the package has not created one yet. */
  context: ContextHandle | undefined;
  /** The output buffers. Send a token that is not empty to the peer, also with `SEC_E_OK`. */
  output: SecBuffer[];
  /** The input buffers as the package left them. */
  input: LeftInput[];
  /**
   * The granted flags (pfContextAttr): `ISC_RET_` bits of a client, `ASC_RET_` bits
   * of a server. Those about security are valid once the context is established.
   */
  contextAttr: number;
  /**
   * The expiry as the package wrote it, a FILETIME in local time; 0 or a maximum
   * for never. It is valid once the context is established.
   */
  expiry: bigint;
}

type LegCall = 'InitializeSecurityContext' | 'AcceptSecurityContext';
type LegFunction = 'initializeSecurityContext' | 'acceptSecurityContext';

/** A leg with checked arguments. */
interface PreparedLeg {
  call: LegCall;
  credential: NativeCredential | undefined;
  context: ContextHandle | undefined;
  nativeContext: NativeContext | undefined;
  facts: CredentialFacts;
  targetName: string | undefined;
  words: Uint32Array;
  input: InputDescriptor;
}

/** The default output of a leg. */
const ONE_TOKEN: readonly number[] = outputWords([{ type: SECBUFFER_TOKEN }]);

function hasTrait(facts: CredentialFacts, trait: number): boolean {
  return (facts.traits & trait) !== 0;
}

/** The limit of a token in bytes: `limit`, or the default of the package. */
export function maxTokenBytes(limit: number | undefined, facts: CredentialFacts): number {
  if (limit === undefined) {
    const stream = hasTrait(facts, ProviderTrait.streamPackage);
    return stream ? DEFAULT_MAX_STREAM_BYTES : DEFAULT_MAX_TOKEN_BYTES;
  }
  if (limit !== Infinity && !(Number.isInteger(limit) && limit > 0)) {
    throw argumentError('maxTokenBytes must be a positive integer or Infinity');
  }
  return limit;
}

/** Refuses channel bindings that the package would ignore: they would protect nothing. */
function checkBindings(
  call: LegCall,
  facts: CredentialFacts,
  input: InputDescriptor,
  contextReq: number,
): void {
  if (!hasTrait(facts, ProviderTrait.ignoresChannelBindings)) return;
  if (!input.types.some((type) => plainType(type) === SECBUFFER_CHANNEL_BINDINGS)) return;
  const missingAllowed =
    call === 'AcceptSecurityContext' && (contextReq & ASC_REQ_ALLOW_MISSING_BINDINGS) !== 0;
  if (missingAllowed) return;
  throw codedError(
    'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED',
    `this system's ${facts.package} ignores channel bindings`,
  );
}

function prepare<Flags extends number>(
  call: LegCall,
  options: LegOptions<Flags>,
  targetName: string | undefined,
  owner: object | undefined,
): PreparedLeg {
  const context = options.context === undefined ? undefined : contextForLeg(options.context, owner);
  const credential =
    options.credential === undefined ? undefined : openCredential(options.credential);
  const facts = context?.facts ?? credential?.facts;
  if (facts === undefined) throw argumentError('the first leg requires a credential');

  // Only absent options get defaults; null is invalid and is refused below.
  const { input: given = [], output: wanted } = options;
  const { contextReq: requirements = 0, targetDataRep = SECURITY_NATIVE_DREP } = options;
  const input = inputDescriptor(given, maxTokenBytes(options.maxTokenBytes, facts));
  const output = wanted === undefined ? ONE_TOKEN : outputWords(wanted);
  const contextReq = combinedFlags(requirements, 'contextReq');
  checkBindings(call, facts, input, contextReq);
  return {
    call,
    credential: credential?.native,
    context: options.context,
    nativeContext: context?.native,
    facts,
    targetName,
    words: Uint32Array.of(
      contextReq,
      combinedFlags(targetDataRep, 'targetDataRep'),
      input.types.length,
      output.length / 2,
      ...input.types,
      ...output,
    ),
    input,
  };
}

function enter(sync: boolean, leg: PreparedLeg): ReturnType<NativeBinding[LegFunction]> {
  const { credential, nativeContext, targetName, words, input } = leg;
  return leg.call === 'InitializeSecurityContext'
    ? native().initializeSecurityContext(
        sync,
        credential,
        nativeContext,
        targetName,
        words,
        input.data,
      )
    : native().acceptSecurityContext(sync, credential, nativeContext, undefined, words, input.data);
}

function result(leg: PreparedLeg, tuple: LegTuple): LegResult {
  const [status, created, contextAttr, expiry, ...buffers] = tuple;
  const context = created === undefined ? leg.context : newContextHandle(created, leg.facts);
  // The context was closed while the leg ran, so its result is not wanted.
  if (context?.closed === true) throw closedError('the context');
  const inputs = 2 * leg.input.types.length;
  const output = secBuffers(buffers.slice(0, buffers.length - inputs));
  const incomplete =
    status === SEC_E_INCOMPLETE_MESSAGE && hasTrait(leg.facts, ProviderTrait.streamPackage);
  if (isFailure(status) && !incomplete) throw new SspiError(leg.call, status, output);
  return {
    status,
    statusName: statusName(status),
    context,
    output,
    input: leftInput(buffers.slice(buffers.length - inputs), leg.input),
    contextAttr,
    expiry,
  };
}

/** Runs a leg after the earlier calls of its context. */
export async function runLeg<Flags extends number>(
  call: LegCall,
  options: LegOptions<Flags>,
  targetName: string | undefined,
  owner: object | undefined,
): Promise<LegResult> {
  const prepared = prepare(call, options, targetName, owner);
  // The leg may have to wait, and afterwards unused input is read from this memory.
  // The caller may have reused its own memory by then.
  const leg = { ...prepared, input: keptInput(prepared.input) };
  if (leg.context === undefined) return result(leg, accepted(await enter(false, leg)));
  refuseWhileImpersonating();
  const { queue } = contextForLeg(leg.context, owner);
  return queue.run(async () => result(leg, accepted(await enter(false, leg))));
}

/** Runs a leg synchronously. Throws if another call runs or waits on the context. */
export function runLegSync<Flags extends number>(
  call: LegCall,
  options: LegOptions<Flags>,
  targetName: string | undefined,
): LegResult {
  const leg = prepare(call, options, targetName, undefined);
  if (leg.context !== undefined) checkIdle(leg.context);
  return result(leg, accepted(enter(true, leg)) as LegTuple);
}
