/**
 * A NativeBinding without an addon: it answers what a test queued, records what
 * it was asked, and keeps the promises that the addon keeps (a handle's kind,
 * closed handles, one call at a time on a context).
 *
 * Import it before anything of lib: nothing hoists the jest.mock below.
 */

import { afterEach, beforeEach, expect, jest } from '@jest/globals';

import { SECPKG_ATTR_NAMES } from '../../../lib/constants/context-attributes.js';
import { SEC_E_UNSUPPORTED_FUNCTION } from '../../../lib/constants/status.js';
import {
  Refusal,
  type AcquireTuple,
  type AttributeTuple,
  type CompleteTuple,
  type ImpersonationFailure,
  type LegTuple,
  type LiveCountsTuple,
  type NativeBinding,
  type NativeContext,
  type NativeCredential,
  type PackagesTuple,
} from '../../../lib/binding/native-binding.js';
import { isFailure } from '../../../lib/core/status.js';
import { FakeCalls, next } from './fake-calls.js';
import { checked } from './fake-handle-table.js';

/** What every asynchronous answer may wait for. */
interface Deferrable {
  until?: Promise<unknown>;
}

export interface AcquireAnswer extends Deferrable {
  status?: number;
  /** Of a failure: whether the client was impersonated before it, and why not. */
  impersonated?: boolean;
  failure?: ImpersonationFailure;
  expiry?: bigint;
  traits?: number;
  maxToken?: number;
}

export interface LegAnswer extends Deferrable {
  /** SEC_E_OK by default. */
  status?: number;
  /** What the package writes into each output buffer; undefined for nothing. */
  output?: readonly (string | undefined)[];
  /** The type of each output buffer afterwards; by default as it was. */
  outputTypes?: readonly number[];
  /** (type, size) of each input buffer afterwards; by default as it was. */
  left?: readonly (readonly [type: number, size: number])[];
  attr?: number;
  expiry?: bigint;
  /** Whether a new context comes back; by default from a first leg that succeeds. */
  creates?: boolean;
}

export interface CompleteAnswer extends Deferrable {
  status?: number;
  /** The bytes of each buffer afterwards; by default as they were. */
  token?: readonly (string | undefined)[];
}

/** A buffer as the addon got it: its bytes are copied, as the addon copies them. */
export type RecordedBuffer = readonly [type: number, text: string | undefined];

export interface RecordedLeg {
  call: 'initialize' | 'accept';
  sync: boolean;
  /** The number of the credential and of the context, counted from 1. */
  credential: number | undefined;
  context: number | undefined;
  targetName: string | undefined;
  contextReq: number;
  targetDataRep: number;
  input: RecordedBuffer[];
  /** (type, size) of each output buffer. */
  output: (readonly [type: number, size: number])[];
}

export interface RecordedAcquisition {
  sync: boolean;
  principal: string | undefined;
  packageName: string;
  use: number;
  user: string | undefined;
  domain: string | undefined;
  password: string | Uint8Array | undefined;
  packageList: string | undefined;
  /** The number of the context of the client for whom it is; absent for none. */
  onBehalfOf?: number;
}

export interface RecordedCompletion {
  sync: boolean;
  context: number | undefined;
  token: RecordedBuffer[];
}

function bytesOf(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

/** Bytes as text: tests read better, and the copy is made now. */
function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString();
}

export class FakeNative extends FakeCalls implements NativeBinding {
  readonly acquireAnswers: (AcquireAnswer | Refusal)[] = [];
  readonly legAnswers: (LegAnswer | Refusal)[] = [];
  readonly completeAnswers: (CompleteAnswer | Refusal)[] = [];
  readonly attributeAnswers: (AttributeTuple | Refusal)[] = [];
  readonly packageAnswers: (PackagesTuple | Refusal)[] = [];

  readonly acquisitions: RecordedAcquisition[] = [];
  readonly legs: RecordedLeg[] = [];
  readonly completions: RecordedCompletion[] = [];
  readonly queries: (readonly [context: number, attribute: number])[] = [];
  readonly packageQueries: string[] = [];
  readonly threadLimits: number[] = [];
  /** Answers that no call asked for. */
  override get unused(): number {
    const { acquireAnswers, legAnswers, completeAnswers, attributeAnswers, packageAnswers } = this;
    return [acquireAnswers, legAnswers, completeAnswers, attributeAnswers, packageAnswers].reduce(
      (sum, answers) => sum + answers.length,
      super.unused,
    );
  }

  /** Acquires without a script: by default a credential of a package without traits. */
  acquireCredentialsHandle(
    ...args: Parameters<NativeBinding['acquireCredentialsHandle']>
  ): AcquireTuple | Promise<AcquireTuple> | Refusal {
    const [sync, principal, packageName, use, user, domain, secret, packageList, client] = args;
    const password = secret instanceof Uint8Array ? Uint8Array.from(secret) : secret;
    this.log.push('acquire');
    const onBehalfOf = client === undefined ? undefined : this.enter(client, sync);
    if (typeof onBehalfOf === 'number') return onBehalfOf;
    this.acquisitions.push({
      sync,
      principal,
      packageName,
      use,
      user,
      domain,
      password,
      packageList,
      ...(onBehalfOf === undefined ? {} : { onBehalfOf: onBehalfOf.id }),
    });
    const answer = this.acquireAnswers.shift() ?? {};
    if (typeof answer === 'number') return answer;
    const { status = 0, expiry = 0n, traits = 0, maxToken = 2888, until } = answer;
    const { impersonated = false, failure = 0 } = answer;
    return respond<AcquireTuple>(sync, until, () => {
      if (isFailure(status) || failure !== 0) return [status, impersonated ? 1 : 0, failure];
      const handle = this.newHandle('credential') as unknown as NativeCredential;
      return [status, handle, expiry, traits, maxToken];
    });
  }

  closeCredential(credential: NativeCredential): Refusal | undefined {
    return this.close(credential, 'credential');
  }

  initializeSecurityContext(
    ...args: Parameters<NativeBinding['initializeSecurityContext']>
  ): LegTuple | Promise<LegTuple> | Refusal {
    return this.#leg('initialize', args);
  }

  acceptSecurityContext(
    ...args: Parameters<NativeBinding['acceptSecurityContext']>
  ): LegTuple | Promise<LegTuple> | Refusal {
    return this.#leg('accept', args);
  }

  completeAuthToken(
    ...[sync, contextValue, types, data]: Parameters<NativeBinding['completeAuthToken']>
  ): CompleteTuple | Promise<CompleteTuple> | Refusal {
    this.log.push('complete');
    const context = this.enter(contextValue, sync);
    if (typeof context === 'number') return context;
    const token = recorded(types, data);
    this.completions.push({ sync, context: context.id, token });
    const answer = next(this.completeAnswers, 'CompleteAuthToken');
    if (typeof answer === 'number') return answer;
    const { status = 0, until } = answer;
    const written = answer.token ?? token.map(([, text]) => text);
    context.busy = true;
    return respond<CompleteTuple>(sync, until, () => {
      context.busy = false;
      context.failed = isFailure(status);
      return [status, ...token.flatMap(([type], index) => [type, bytesOf(written[index])])];
    });
  }

  closeContext(context: NativeContext): Refusal | undefined {
    return this.close(context, 'context');
  }

  queryContextAttributes(contextValue: NativeContext, attribute: number): AttributeTuple | Refusal {
    // Every server asks for it once: a test that says nothing has clients without a name.
    if (attribute === SECPKG_ATTR_NAMES && this.attributeAnswers.length === 0) {
      return [SEC_E_UNSUPPORTED_FUNCTION];
    }
    this.log.push('query');
    const context = this.enter(contextValue, true);
    if (typeof context === 'number') return context;
    // Whatever its type says: it may come from JavaScript.
    if (!Number.isInteger(attribute)) return Refusal.badArgument;
    this.queries.push([context.id, attribute]);
    return next(this.attributeAnswers, 'QueryContextAttributes');
  }

  enumerateSecurityPackages(): PackagesTuple | Refusal {
    this.log.push('enumerate');
    return next(this.packageAnswers, 'EnumerateSecurityPackages');
  }

  querySecurityPackageInfo(name: string): PackagesTuple | Refusal {
    this.log.push('packageInfo');
    this.packageQueries.push(name);
    return next(this.packageAnswers, 'QuerySecurityPackageInfo');
  }

  liveCounts(): LiveCountsTuple {
    return [this.open.credential, this.open.context, 0, this.open.token];
  }

  wineVersion(): readonly [version: string | undefined] {
    return [undefined];
  }

  setThreadLimit(limit: number): undefined {
    this.threadLimits.push(limit);
    return undefined;
  }

  #leg(
    call: RecordedLeg['call'],
    args: Parameters<NativeBinding['initializeSecurityContext']>,
  ): LegTuple | Promise<LegTuple> | Refusal {
    const [sync, credentialValue, contextValue, targetName, words, data] = args;
    this.log.push(call);
    const context = contextValue === undefined ? undefined : this.enter(contextValue, sync);
    if (typeof context === 'number') return context;
    // Without one the credential is the context's; a first leg needs its own.
    const needed = context === undefined || credentialValue !== undefined;
    const credential = needed ? checked(credentialValue, 'credential') : undefined;
    if (typeof credential === 'number') return credential;

    const [contextReq = 0, targetDataRep = 0, inputs = 0, outputs = 0, ...rest] = words;
    if (rest.length !== inputs + 2 * outputs || data.length !== inputs) return Refusal.badArgument;
    const input = recorded(Uint32Array.from(rest.slice(0, inputs)), data);
    const output = pairs(rest.slice(inputs));
    this.legs.push({
      call,
      sync,
      credential: credential?.id,
      context: context?.id,
      targetName,
      contextReq,
      targetDataRep,
      input,
      output,
    });

    const answer = next(this.legAnswers, 'a leg');
    if (typeof answer === 'number') return answer;
    const { status = 0, attr = 0, expiry = 0n, until } = answer;
    const creates = answer.creates ?? (context === undefined && !isFailure(status));
    const left = answer.left ?? input.map(([type], i) => [type, data[i]?.length ?? 0] as const);
    if (context !== undefined) context.busy = true;
    return respond<LegTuple>(sync, until, () => {
      if (context !== undefined) {
        context.busy = false;
        // The addon reckons an incomplete message of a stream as no failure; so does this one.
        context.failed = isFailure(status) && status !== 0x80090318;
      }
      const created = creates ? this.newHandle('context') : undefined;
      return [
        status,
        created as unknown as NativeContext | undefined,
        attr,
        expiry,
        ...output.flatMap(([type], index) => [
          answer.outputTypes?.[index] ?? type,
          bytesOf(answer.output?.[index]),
        ]),
        ...left.flat(),
      ];
    });
  }
}

function respond<T>(
  sync: boolean,
  until: Promise<unknown> | undefined,
  finish: () => T,
): T | Promise<T> {
  return sync ? finish() : Promise.resolve(until).then(finish);
}

function recorded(types: Uint32Array, data: readonly (Uint8Array | undefined)[]): RecordedBuffer[] {
  return Array.from(types, (type, index) => [type, textOf(data[index])]);
}

function pairs(numbers: readonly number[]): (readonly [number, number])[] {
  return numbers.flatMap((number, i) =>
    i % 2 === 0 ? [[number, numbers[i + 1] ?? NaN] as const] : [],
  );
}

/** The binding that lib uses: a new one for each test. */
export let fake = new FakeNative();

jest.mock('../../../lib/binding/native.js', () => ({ native: () => fake }));

beforeEach(() => {
  fake = new FakeNative();
});

afterEach(() => {
  expect({ unused: fake.unused, overlaps: fake.overlaps }).toEqual({ unused: 0, overlaps: 0 });
});

/** Something that a test lets happen when it wants to. */
export class Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;

  constructor() {
    let resolveOpened: () => void = () => undefined;
    this.opened = new Promise((resolve) => (resolveOpened = resolve));
    this.open = resolveOpened;
  }
}

/** Lets everything happen that does not wait for a gate. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
