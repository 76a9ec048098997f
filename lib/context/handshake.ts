/**
 * The legs of one context, from its first token until it is established. The
 * owner, a client or a server, decides what each leg asks for and whether the
 * finished context meets its requirements.
 */

import { SECBUFFER_EMPTY, SECBUFFER_EXTRA, SECBUFFER_TOKEN } from '../constants/sec-buffers.js';
import {
  SEC_E_INCOMPLETE_MESSAGE,
  SEC_E_OK,
  SEC_I_COMPLETE_AND_CONTINUE,
  SEC_I_COMPLETE_NEEDED,
} from '../constants/status.js';
import { refuseWhileImpersonating } from '../binding/impersonating.js';
import { ProviderTrait } from '../binding/provider-traits.js';
import { CallQueue } from '../core/call-queue.js';
import { checkedBytes, copyOfBytes } from '../core/checks.js';
import { closedError, codedError } from '../core/errors.js';
import type { InputSecBuffer } from '../core/sec-buffer.js';
import {
  claimContext,
  closeContext,
  whenContextIdle,
  type ContextHandle,
  type CredentialFacts,
} from '../raw/handles.js';
import { completeAuthTokenBy } from '../raw/handshake-calls.js';
import { maxTokenBytes, type LegResult } from '../raw/leg.js';
import { checkTokenSize, plainType } from '../raw/sec-buffers.js';

/** The result of one step of a handshake. */
export interface StepResult {
  /**
   * The bytes to send to the peer; `undefined` if there are none. Send them
   * even if `done` is true.
   */
  token: Buffer | undefined;
  /** Whether the context is established on this side. */
  done: boolean;
  /** The status of the last call by name: `'SEC_E_OK'`, `'SEC_I_CONTINUE_NEEDED'` and so on. */
  statusName: string;
  /** Bytes that follow the end of the handshake, for packages whose tokens form a stream. */
  extra?: Buffer;
}

/** What the owner of a handshake adds to it. */
export interface HandshakeSide<Outcome> {
  /** Makes one call of the package, on the context of the previous leg. */
  leg(
    owner: object,
    context: ContextHandle | undefined,
    input: readonly InputSecBuffer[],
  ): Promise<LegResult>;
  /**
   * Judges the context after its last leg. The handshake fails if it throws;
   * otherwise the context is established, with what it returns.
   */
  establish(context: ContextHandle, lastLeg: LegResult): Outcome;
}

type State = 'new' | 'handshaking' | 'established' | 'failed' | 'closed';

export class Handshake<Outcome> {
  readonly #side: HandshakeSide<Outcome>;
  readonly #stream: boolean;
  readonly #maxTokenBytes: number;
  readonly #queue = new CallQueue();
  #state: State = 'new';
  #context: ContextHandle | undefined;
  /** Bytes of a stream that do not make a whole token yet. */
  #pending: Uint8Array | undefined;
  #outcome: Outcome | undefined;

  /** @param limit the option `maxTokenBytes`; `undefined` for what suits the package */
  constructor(side: HandshakeSide<Outcome>, facts: CredentialFacts, limit: number | undefined) {
    this.#side = side;
    this.#stream = (facts.traits & ProviderTrait.streamPackage) !== 0;
    this.#maxTokenBytes = maxTokenBytes(limit, facts);
  }

  get established(): boolean {
    return this.#state === 'established';
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** The context; `undefined` before the first leg has returned. */
  get context(): ContextHandle | undefined {
    return this.#context;
  }

  /** What `establish` returned. Throws before that, and after `close()`. */
  get outcome(): Outcome {
    if (this.#state === 'closed') throw closedError('the context');
    if (this.#outcome === undefined) {
      throw codedError('ERR_SECUR32_NOT_ESTABLISHED', 'the context is not established');
    }
    return this.#outcome;
  }

  /** Throws if there can be no further step. */
  checkSteppable(): void {
    refuseWhileImpersonating();
    if (this.#state === 'closed') throw closedError('the context');
    if (this.#state === 'failed') {
      throw codedError('ERR_SECUR32_CONTEXT_FAILED', 'an earlier step of this context failed');
    }
    if (this.#state === 'established') {
      throw codedError(
        'ERR_SECUR32_ALREADY_ESTABLISHED',
        'the context is established; a new handshake needs a new context',
      );
    }
  }

  checkToken(token: unknown): asserts token is Uint8Array {
    checkTokenSize(checkedBytes(token, 'the token'), this.#maxTokenBytes);
  }

  /** Runs one step after those that wait. */
  step(token: Uint8Array | undefined): Promise<StepResult> {
    // The caller may reuse its memory while the step waits or runs.
    const kept = token && copyOfBytes(token);
    return this.#queue.run(() => this.#step(kept));
  }

  async #step(token: Uint8Array | undefined): Promise<StepResult> {
    this.checkSteppable();
    try {
      return await this.#runLegs(token);
    } catch (error) {
      const wasClosed = this.closed;
      // If the addon had no memory to run the leg, nothing is lost. But a new
      // handshake is cheaper than finding out how far this one got.
      this.#fail();
      throw wasClosed ? closedError('the context') : error;
    }
  }

  /** The legs for one token: one, except for streams, whose input can hold several tokens. */
  async #runLegs(token: Uint8Array | undefined): Promise<StepResult> {
    const answers: Buffer[] = [];
    let input = this.#joinPending(token);
    for (;;) {
      const leg = await this.#side.leg(this, this.#context, this.#inputBuffers(input));
      this.#adopt(leg.context);
      const { status, statusName } = leg;
      if (status === SEC_E_INCOMPLETE_MESSAGE) {
        this.#pending = input;
        return { token: joined(answers), done: false, statusName };
      }
      const answer = await this.#completedToken(leg);
      if (answer !== undefined) answers.push(answer);
      const extra = leftOver(leg, input);

      if (status === SEC_E_OK || status === SEC_I_COMPLETE_NEEDED) {
        this.#establish(leg);
        const result = { token: joined(answers), done: true, statusName };
        return extra === undefined ? result : { ...result, extra };
      }
      if (extra === undefined) return { token: joined(answers), done: false, statusName };
      input = extra;
    }
  }

  #joinPending(token: Uint8Array | undefined): Uint8Array | undefined {
    if (this.#pending === undefined || token === undefined) return token;
    const input = Buffer.concat([this.#pending, token]);
    this.#pending = undefined;
    checkTokenSize(input, this.#maxTokenBytes);
    return input;
  }

  #inputBuffers(token: Uint8Array | undefined): InputSecBuffer[] {
    if (token === undefined) return [];
    const buffer: InputSecBuffer = { type: SECBUFFER_TOKEN, data: token };
    return this.#stream ? [buffer, { type: SECBUFFER_EMPTY }] : [buffer];
  }

  /** Takes the context of a leg, unless this object was closed while the leg ran. */
  #adopt(context: ContextHandle | undefined): void {
    if (context === undefined) {
      if (this.#state === 'closed') throw closedError('the context');
      return;
    }
    if (context !== this.#context) claimContext(context, this);
    this.#context = context;
    if (this.#state === 'closed') {
      closeContext(context, this);
      throw closedError('the context');
    }
    this.#state = 'handshaking';
  }

  /** The token of a leg as it must be sent. */
  async #completedToken({ status, context, output }: LegResult): Promise<Buffer | undefined> {
    const complete = status === SEC_I_COMPLETE_NEEDED || status === SEC_I_COMPLETE_AND_CONTINUE;
    const buffers =
      complete && context !== undefined
        ? (await completeAuthTokenBy(this, { context, token: output })).token
        : output;
    const token = buffers.find(({ type }) => plainType(type) === SECBUFFER_TOKEN)?.data;
    return token !== undefined && token.length > 0 ? token : undefined;
  }

  #establish(lastLeg: LegResult): void {
    const context = this.#context;
    if (context === undefined || this.#state === 'closed') throw closedError('the context');
    this.#outcome = this.#side.establish(context, lastLeg);
    this.#state = 'established';
  }

  #fail(): void {
    if (this.#state !== 'closed') this.#state = 'failed';
    if (this.#context !== undefined) closeContext(this.#context, this);
  }

  /**
   * Calls back once no step runs. A step that hangs runs on after `close()`, and
   * holds its thread until it returns.
   */
  whenIdle(callback: () => void): void {
    this.#queue.whenIdle(() => {
      // The step rejects as soon as its context is closed; its call goes on.
      if (this.#context === undefined) callback();
      else whenContextIdle(this.#context, callback);
    });
  }

  /**
   * Deletes the context. Idempotent. A step that runs or waits rejects with
   * `ERR_SECUR32_CLOSED`.
   */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#queue.close(() => closedError('the context'));
    if (this.#context !== undefined) closeContext(this.#context, this);
  }
}

/** The bytes of a stream that a leg did not use. */
function leftOver({ input }: LegResult, given: Uint8Array | undefined): Buffer | undefined {
  const extra = input.find(({ type }) => plainType(type) === SECBUFFER_EXTRA);
  if (extra === undefined || extra.size === 0) return undefined;
  if (extra.data === undefined || extra.data.length >= (given?.length ?? 0)) {
    throw codedError(
      'ERR_SECUR32_NO_PROGRESS',
      `the package made no progress: it reported ${extra.size} of ${given?.length ?? 0} input bytes as unused`,
    );
  }
  return extra.data;
}

function joined(tokens: readonly Buffer[]): Buffer | undefined {
  if (tokens.length <= 1) return tokens[0];
  return Buffer.concat(tokens);
}
