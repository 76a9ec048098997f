/**
 * What InitializeSecurityContext and AcceptSecurityContext have in common:
 * checking the arguments of a leg, running it in its turn, reading its result.
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

/** Bytes of a token that a leg takes from the network by default. */
const DEFAULT_MAX_TOKEN_BYTES = 64 * 1024;
/** The same for a stream, whose tokens come in pieces: far more than a handshake has. */
const DEFAULT_MAX_STREAM_BYTES = 1024 * 1024;

/** The options that both sides' legs share. */
export interface LegOptions<Flags extends number> {
  /** The credential. May be left out after the first leg: the context holds the one it was made with. */
  credential?: CredentialHandle;
  /** The context of the leg before; none on the first leg. */
  context?: ContextHandle | undefined;
  /** What goes in; each token is bounded by `maxTokenBytes`. */
  input?: readonly InputSecBuffer[];
  /** What comes out; by default one `SECBUFFER_TOKEN`. */
  output?: readonly OutputSecBuffer[];
  /** Requirements, the same on each leg. */
  contextReq?: readonly Flags[] | Flags;
  /** `SECURITY_NATIVE_DREP` (the default) or `SECURITY_NETWORK_DREP`. */
  targetDataRep?: number;
  /** The largest token in `input`, in bytes: 64 KiB by default, 1 MiB for the streams of Schannel and CredSSP. */
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

export interface LegResult {
  /** The SECURITY_STATUS, unsigned. A failure is thrown instead, but for SEC_E_INCOMPLETE_MESSAGE of Schannel and CredSSP. */
  status: number;
  statusName: string;
  /** The context, the same object on each leg; undefined if there is none yet. */
  context: ContextHandle | undefined;
  /** The output buffers. A token with bytes must be sent, with SEC_E_OK too. */
  output: SecBuffer[];
  /** The input buffers as the package left them. */
  input: LeftInput[];
  /** The flags that were granted; those about security count once the context is established. */
  contextAttr: number;
  /** As the package wrote it; it counts once the context is established. */
  expiry: bigint;
}

type LegCall = 'InitializeSecurityContext' | 'AcceptSecurityContext';
type LegFunction = 'initializeSecurityContext' | 'acceptSecurityContext';

/** A leg whose arguments were checked. */
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

/** The output of a leg by default. */
const ONE_TOKEN: readonly number[] = outputWords([{ type: SECBUFFER_TOKEN }]);

function hasTrait(facts: CredentialFacts, trait: number): boolean {
  return (facts.traits & trait) !== 0;
}

/** The limit of a token in bytes: what was asked for, or what suits the package. */
export function maxTokenBytes(limit: number | undefined, facts: CredentialFacts): number {
  if (limit === undefined) {
    const stream = hasTrait(facts, ProviderTrait.streamPackage);
    return stream ? DEFAULT_MAX_STREAM_BYTES : DEFAULT_MAX_TOKEN_BYTES;
  }
  if (limit !== Infinity && !(Number.isInteger(limit) && limit > 0)) {
    throw argumentError('maxTokenBytes must be a positive number of bytes');
  }
  return limit;
}

/** Bindings that nobody would look at must not seem to protect anything. */
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
  if (facts === undefined) throw argumentError('a first leg needs a credential');

  // Defaults for what is absent; null is no value of these and is refused below.
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
  // Closed while the leg ran: whoever closed it wants nothing more of it.
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

/** Runs a leg in its context's turn. */
export async function runLeg<Flags extends number>(
  call: LegCall,
  options: LegOptions<Flags>,
  targetName: string | undefined,
  owner: object | undefined,
): Promise<LegResult> {
  const prepared = prepare(call, options, targetName, owner);
  // The leg may have to wait, and its package may say in numbers how much of
  // the input it did not use: the caller may have used the memory again by then.
  const leg = { ...prepared, input: keptInput(prepared.input) };
  if (leg.context === undefined) return result(leg, accepted(await enter(false, leg)));
  refuseWhileImpersonating();
  const { queue } = contextForLeg(leg.context, owner);
  return queue.run(async () => result(leg, accepted(await enter(false, leg))));
}

/** Runs a leg here and now; refused while another call is in the context. */
export function runLegSync<Flags extends number>(
  call: LegCall,
  options: LegOptions<Flags>,
  targetName: string | undefined,
): LegResult {
  const leg = prepare(call, options, targetName, undefined);
  if (leg.context !== undefined) checkIdle(leg.context);
  return result(leg, accepted(enter(true, leg)) as LegTuple);
}
