/** The synchronous calls of a NativeBinding without an addon: each gives what a test queued for it. */

import { SEC_E_UNSUPPORTED_FUNCTION } from '../../../lib/constants/status.js';
import {
  Refusal,
  type AccountsTuple,
  type AttributeTuple,
  type ExportTuple,
  type ImportTuple,
  type MessageTuple,
  type NativeBinding,
  type NativeContext,
  type NativeToken,
  type StatusTuple,
  type TokenInformationTuple,
  type TokenTuple,
} from '../../../lib/binding/native-binding.js';
import { isFailure } from '../../../lib/core/status.js';
import { checked, FakeHandleTable, type Kind } from './fake-handle-table.js';

export function next<T>(answers: T[], call: string): T {
  const answer = answers.shift();
  if (answer === undefined) throw new Error(`the test queued no answer for ${call}`);
  return answer;
}

/** What a message function gives: a tuple, or what makes one of the memory that it may change. */
export type MessageAnswer =
  | MessageTuple
  | Refusal
  | ((buffers: readonly (Uint8Array | undefined)[]) => MessageTuple | Refusal);

export type ImpersonationAnswer = ReturnType<NativeBinding['impersonate']>;

/** A call with all but its handle, which stands as a number. */
export interface RecordedCall {
  call: string;
  handle: number | undefined;
  args: unknown[];
}

export class FakeCalls extends FakeHandleTable {
  readonly credentialAttributeAnswers: (AttributeTuple | Refusal)[] = [];
  readonly setAnswers: (StatusTuple | Refusal)[] = [];
  readonly messageAnswers: MessageAnswer[] = [];
  readonly controlAnswers: (StatusTuple | Refusal)[] = [];
  /** [status, bytes, whether there is a token]. */
  readonly exportAnswers: (readonly [number, (Buffer | undefined)?, boolean?] | Refusal)[] = [];
  /** [status, traits, maxToken]. */
  readonly importAnswers: (readonly [number, number?, number?] | Refusal)[] = [];
  /** A status of SSPI or of Windows; with `false` there is no token although it is none. */
  readonly tokenAnswers: (readonly [number, boolean?] | Refusal)[] = [];
  readonly informationAnswers: (TokenInformationTuple | Refusal)[] = [];
  readonly duplicateAnswers: (readonly [number, bigint] | Refusal)[] = [];
  readonly impersonationAnswers: ImpersonationAnswer[] = [];
  readonly accountAnswers: (AccountsTuple | Refusal)[] = [];

  /** Whether the thread acts as somebody else. */
  impersonating = false;
  /** Whether the packages know channel bindings with flags. */
  channelBindingFlags = false;

  readonly calls: RecordedCall[] = [];

  /** Answers that no call asked for. */
  get unused(): number {
    return [
      this.credentialAttributeAnswers,
      this.setAnswers,
      this.messageAnswers,
      this.controlAnswers,
      this.exportAnswers,
      this.importAnswers,
      this.tokenAnswers,
      this.informationAnswers,
      this.duplicateAnswers,
      this.impersonationAnswers,
      this.accountAnswers,
    ].reduce((sum, answers: unknown[]) => sum + answers.length, 0);
  }

  queryCredentialsAttributes(credential: unknown, attribute: number): AttributeTuple | Refusal {
    return (
      this.#record('queryCredentialsAttributes', 'credential', credential, [attribute]) ??
      next(this.credentialAttributeAnswers, 'QueryCredentialsAttributes')
    );
  }

  setContextAttributes(
    context: unknown,
    attribute: number,
    values: readonly unknown[],
  ): StatusTuple | Refusal {
    return (
      this.#record('setContextAttributes', 'context', context, [attribute, ...values]) ??
      next(this.setAnswers, 'SetContextAttributes')
    );
  }

  setCredentialsAttributes(
    credential: unknown,
    attribute: number,
    values: readonly unknown[],
  ): StatusTuple | Refusal {
    return (
      this.#record('setCredentialsAttributes', 'credential', credential, [attribute, ...values]) ??
      next(this.setAnswers, 'SetCredentialsAttributes')
    );
  }

  encryptMessage(...args: MessageArguments): MessageTuple | Refusal {
    return this.#message('encryptMessage', args);
  }
  decryptMessage(...args: MessageArguments): MessageTuple | Refusal {
    return this.#message('decryptMessage', args);
  }
  makeSignature(...args: MessageArguments): MessageTuple | Refusal {
    return this.#message('makeSignature', args);
  }
  verifySignature(...args: MessageArguments): MessageTuple | Refusal {
    return this.#message('verifySignature', args);
  }

  applyControlToken(
    context: unknown,
    types: Uint32Array,
    input: readonly (Uint8Array | undefined)[],
  ): StatusTuple | Refusal {
    return (
      this.#record('applyControlToken', 'context', context, [[...types], input]) ??
      next(this.controlAnswers, 'ApplyControlToken')
    );
  }

  exportSecurityContext(context: unknown, flags: number): ExportTuple | Refusal {
    const refused = this.#record('exportSecurityContext', 'context', context, [flags]);
    if (refused !== undefined) return refused;
    const answer = next(this.exportAnswers, 'ExportSecurityContext');
    if (typeof answer === 'number') return answer;
    const [status, packed, hasToken = false] = answer;
    return [status, packed, hasToken ? this.#newToken() : undefined];
  }

  importSecurityContext(
    packageName: string,
    packed: Uint8Array,
    token: unknown,
  ): ImportTuple | Refusal {
    const handle = token === undefined ? undefined : checked(token, 'token');
    if (typeof handle === 'number') return handle;
    this.log.push('importSecurityContext');
    const args = [packageName, Buffer.from(packed)];
    this.calls.push({ call: 'importSecurityContext', handle: handle?.id, args });
    const answer = next(this.importAnswers, 'ImportSecurityContext');
    if (typeof answer === 'number') return answer;
    const [status, traits = 0, maxToken = 2888] = answer;
    if (isFailure(status)) return [status];
    return [status, this.newHandle('context') as unknown as NativeContext, traits, maxToken];
  }

  querySecurityContextToken(context: unknown): TokenTuple | Refusal {
    // Every server asks for it once: a test that says nothing has clients without one.
    if (this.tokenAnswers.length === 0) return [SEC_E_UNSUPPORTED_FUNCTION, undefined];
    return (
      this.#record('querySecurityContextToken', 'context', context, []) ??
      this.#tokenAnswer('QuerySecurityContextToken')
    );
  }

  tokenInformation(token: unknown): TokenInformationTuple | Refusal {
    return (
      this.#record('tokenInformation', 'token', token, []) ??
      next(this.informationAnswers, 'GetTokenInformation')
    );
  }

  duplicateToken(token: unknown, primary: boolean, level: number): TokenTuple | Refusal {
    return (
      this.#record('duplicateToken', 'token', token, [primary, level]) ??
      this.#tokenAnswer('DuplicateTokenEx')
    );
  }

  duplicateTokenInto(token: unknown, processId: number): readonly [number, bigint] | Refusal {
    return (
      this.#record('duplicateTokenInto', 'token', token, [processId]) ??
      next(this.duplicateAnswers, 'DuplicateHandle')
    );
  }

  adoptToken(value: bigint): TokenTuple | Refusal {
    this.log.push('adoptToken');
    this.calls.push({ call: 'adoptToken', handle: undefined, args: [value] });
    return this.#tokenAnswer('adoptToken');
  }

  closeToken(token: unknown): Refusal | undefined {
    return this.close(token, 'token');
  }

  /** Calls `act` where the queued answer is no failure, as the addon does. */
  impersonate(context: unknown, act: () => void): ImpersonationAnswer {
    const refused = this.#record('impersonate', 'context', context, []);
    if (refused !== undefined) return refused;
    const answer = next(this.impersonationAnswers, 'ImpersonateSecurityContext');
    if (typeof answer !== 'number' && !isFailure(answer[0]) && answer[1] === 0) {
      this.impersonating = true;
      act();
      this.impersonating = false;
    }
    return answer;
  }

  threadIsImpersonating(): readonly [impersonating: number] {
    return [this.impersonating ? 1 : 0];
  }

  lookupAccountSids(sids: readonly string[]): Promise<AccountsTuple | Refusal> {
    return this.#accounts('lookupAccountSids', sids);
  }

  lookupAccountNames(names: readonly string[]): Promise<AccountsTuple | Refusal> {
    return this.#accounts('lookupAccountNames', names);
  }

  knowsChannelBindingFlags(): readonly [known: number] {
    return [this.channelBindingFlags ? 1 : 0];
  }

  /** Undefined where the call may go on. */
  #record(call: string, kind: Kind, value: unknown, args: unknown[]): Refusal | undefined {
    this.log.push(call);
    const handle = kind === 'context' ? this.enter(value, true) : checked(value, kind);
    if (typeof handle === 'number') return handle;
    this.calls.push({ call, handle: handle.id, args });
    return undefined;
  }

  #message(
    call: string,
    [context, qop, sequence, types, buffers]: MessageArguments,
  ): MessageTuple | Refusal {
    const before = buffers.map((bytes) => bytes && Buffer.from(bytes));
    const refused = this.#record(call, 'context', context, [qop, sequence, [...types], before]);
    if (refused !== undefined) return refused;
    const answer = next(this.messageAnswers, call);
    return typeof answer === 'function' ? answer(buffers) : answer;
  }

  #newToken(): NativeToken {
    return this.newHandle('token') as unknown as NativeToken;
  }

  #tokenAnswer(call: string): TokenTuple | Refusal {
    const answer = next(this.tokenAnswers, call);
    if (typeof answer === 'number') return answer;
    const [status, hasToken = status === 0] = answer;
    return [status, hasToken ? this.#newToken() : undefined];
  }

  #accounts(call: string, wanted: readonly string[]): Promise<AccountsTuple | Refusal> {
    this.log.push(call);
    this.calls.push({ call, handle: undefined, args: [...wanted] });
    return Promise.resolve(next(this.accountAnswers, call));
  }
}

type MessageArguments = Parameters<NativeBinding['encryptMessage']>;
