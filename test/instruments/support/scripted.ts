/**
 * The scripted package: a security package that does what a test says, and
 * watches what the addon does (test/instruments/ssp/scripted).
 */

import { threadId } from 'node:worker_threads';

import {
  acquireCredentialsHandle,
  acquireCredentialsHandleSync,
  type AcquireCredentialsHandleOptions,
} from '../../../lib/raw/acquire-credentials-handle.js';
import type { CredentialHandle } from '../../../lib/raw/handles.js';
import { liveCounts } from '../../../lib/raw/live-counts.js';
import { initializeSecurityContextSync } from '../../../lib/raw/handshake-calls.js';
import { SECPKG_CRED_BOTH } from '../../../lib/constants/credentials.js';
import { patience } from './patience.js';

/** What build/ssp-…/scripted.node exports: see test/instruments/ssp/scripted/control.cc. */
interface Control {
  addAnswer(
    script: number,
    call: number,
    words: Uint32Array,
    bytes: readonly (Uint8Array | undefined)[],
  ): void;
  openGate(gate: number): void;
  callsAtGates(): number;
  keepJournal(keep: boolean): void;
  takeJournal(): string;
  counts(): [
    credentials: number,
    contexts: number,
    buffers: number,
    inside: number,
    answersLeft: number,
  ];
  takeViolations(): string[];
  /**
   * The address of a CERT_CONTEXT for a record: of the first certificate (DER),
   * in a store with all of them. 0 if one is no certificate.
   */
  giveCertificate(certificates: readonly Uint8Array[]): bigint;
  /** How many of those that were given are not freed. */
  openCertificates(): number;
  /** How many tokens that the package handed out are not closed. */
  openTokens(): number;
  /** How many threads still have a token that ImpersonateSecurityContext gave them. */
  impersonatingThreads(): number;
  /** Whether the calling thread has a token of its own, wherever that is from. */
  threadIsImpersonating(): boolean;
  /** Drops scripts, opens gates, and ends an impersonation of the calling thread. */
  forget(): void;
  threadId(): number;
  countsBuffers(): boolean;
  failAllocation(n: number): number | undefined;
}

function load(): Control {
  const path = process.env['SECUR32_TEST_SCRIPTED'];
  if (path === undefined) throw new Error('the scripted package is not registered for this run');
  // A .node file has no other way in; the path is known at run time only.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require(path) as Control;
}

export const control: Control = load();

/** In the order of the enumeration Call of test/instruments/ssp/scripted/answer.h. */
const CALLS = [
  'acquire',
  'freeCredentials',
  'initialize',
  'accept',
  'complete',
  'delete',
  'queryAttributes',
  'queryCredentialsAttributes',
  'setAttributes',
  'applyControl',
  'encrypt',
  'decrypt',
  'makeSignature',
  'verifySignature',
  'queryToken',
  'impersonate',
  'revert',
  'export',
  'import',
] as const;
export type ScriptedCall = (typeof CALLS)[number];

/** In the order of the enumeration Memory. */
const MEMORY = ['given', 'null', 'foreign', 'input', 'untouched', 'inside'] as const;
export type ScriptedMemory = (typeof MEMORY)[number];

/** In the order of the enumeration HandleChange. */
const HANDLES = ['stays', 'changes', 'scribbled'] as const;
export type ScriptedHandle = (typeof HANDLES)[number];

/** In the order of the enumeration TokenKind; the first one is what a call does without. */
const TOKENS = [
  undefined,
  'null',
  'impersonation',
  'identification',
  'denyOnly',
  'anonymous',
] as const;
/**
 * A token of this process's user, at SecurityImpersonation, at
 * SecurityIdentification, or with Administrators (S-1-5-32-544) for deny only;
 * the one of nobody (S-1-5-7); or none.
 */
export type ScriptedToken = Exclude<(typeof TOKENS)[number], undefined>;

/**
 * What the package makes of one buffer; a text or bytes alone are its `data`.
 *
 * In the output of a query of attributes the first one is the record, and each
 * other one a pointer: where it is stored, and what is behind it.
 */
export interface ScriptedBuffer {
  /** What it writes, as far as there is room. */
  data?: string | Uint8Array;
  /** The size that it claims; by default that of `data`. Behind a pointer: of the block, zero after `data`. */
  size?: number;
  /** A new type. Of a pointer: the offset at which it is stored. */
  type?: number;
  /**
   * Where pvBuffer, or the pointer, points to afterwards:
   *
   * - `given`: the caller's memory; where there is none, memory of the package
   *   that the caller frees (in a message, only if there is `data`);
   * - `null`;
   * - `foreign`: memory of the package that nobody may free, with `data` in it;
   * - `input`: the first input buffer's memory, or that of a message's first
   *   buffer, at `offset`; `data` is written there;
   * - `untouched`: as it was;
   * - `inside`, of pointers only: the memory of buffer number `block` of this
   *   output, at `offset`; `data` is written there.
   */
  memory?: ScriptedMemory;
  offset?: number;
  block?: number;
  /** The pointer is stored in the memory of this buffer of the output; 0, the default, is the record. */
  into?: number;
}

export interface ScriptedAnswer {
  /** SEC_E_OK by default. */
  status?: number;
  /** The attributes granted; by default what was required. Of decrypt and verifySignature: *pfQOP, by default not written. */
  attributes?: number;
  expiry?: bigint;
  /**
   * The result says which call it is of: the first four bytes of the call's
   * first input are the lower half of `expiry`, the first four of the output,
   * and the lower half of a failure that ends in four zeros.
   */
  echoes?: boolean;
  /** What becomes of the value of the context's handle; `scribbled` also of what queryToken and export give. */
  handle?: ScriptedHandle;
  /**
   * The token that queryToken and export hand out, for the caller to close, and
   * that impersonate takes. By default `impersonation`, of export `null`. A call
   * that fails has none: it changes nothing about the thread.
   */
  token?: ScriptedToken;
  /** How long the call hangs, in milliseconds. */
  delay?: number;
  /** Hangs until the gate is opened. */
  gate?: Gate;
  /** Of legs and of applyControl: what becomes of the input. */
  input?: readonly (ScriptedBuffer | string | Uint8Array)[];
  /**
   * What becomes of the output. Of encrypt, decrypt, makeSignature and
   * verifySignature the buffers of the message: without any, after SEC_E_OK,
   * they become what they do without an answer (test/instruments/ssp/scripted/sealing.h).
   * Of export the packed context, by default the bytes `packed:N` with the
   * script's number, which import finds the script by.
   */
  output?: readonly (ScriptedBuffer | string | Uint8Array)[];
}

/** Environments of one process share the package: each has numbers of its own. */
const FIRST_NUMBER = 1 + threadId * 0x10_0000;

/** A gate that calls wait at until the test opens it. */
export class Gate {
  static #next = FIRST_NUMBER;
  readonly number = Gate.#next++;

  open(): void {
    control.openGate(this.number);
  }
}

const SETS_TYPE = 1;
const SETS_SIZE = 2;

function buffer(given: ScriptedBuffer | string | Uint8Array): ScriptedBuffer {
  return typeof given === 'string' || given instanceof Uint8Array ? { data: given } : given;
}

function bytes(data: string | Uint8Array | undefined): Uint8Array | undefined {
  return typeof data === 'string' ? Buffer.from(data) : data;
}

function words(answer: ScriptedAnswer, buffers: readonly ScriptedBuffer[]): Uint32Array {
  const { status = 0, attributes, expiry = 0n, handle = 'stays', delay = 0, gate } = answer;
  return Uint32Array.of(
    status,
    attributes === undefined ? 0 : 1,
    attributes ?? 0,
    Number(BigInt.asUintN(32, expiry)),
    Number(BigInt.asUintN(32, expiry >> 32n)),
    HANDLES.indexOf(handle),
    delay,
    gate?.number ?? 0,
    answer.input?.length ?? 0,
    answer.echoes === true ? 1 : 0,
    TOKENS.indexOf(answer.token),
    ...buffers.flatMap(({ size, type, memory = 'given', offset = 0, into = 0, block = 0 }) => [
      (type === undefined ? 0 : SETS_TYPE) | (size === undefined ? 0 : SETS_SIZE),
      MEMORY.indexOf(memory),
      type ?? 0,
      size ?? 0,
      offset,
      into,
      block,
    ]),
  );
}

let nextScript = FIRST_NUMBER;

/**
 * The answers to the calls on one credential, on the contexts made with it, and
 * on those imported from them, in order.
 */
export class Script {
  /** The principal whose credential follows this script. */
  readonly principal: string;

  /** Number 0 is of credentials that name no principal. */
  constructor(readonly number = nextScript++) {
    this.principal = `script:${number}`;
  }

  /**
   * Adds the answer to the next call of that kind. Without one the package
   * grants everything, and knows no attribute.
   */
  on(call: ScriptedCall, answer: ScriptedAnswer): this {
    const buffers = [...(answer.input ?? []), ...(answer.output ?? [])].map(buffer);
    control.addAnswer(
      this.number,
      CALLS.indexOf(call),
      words(answer, buffers),
      buffers.map(({ data }) => bytes(data)),
    );
    return this;
  }

  /** What to acquire a credential of this script with, on either level. */
  options(more: Partial<AcquireCredentialsHandleOptions> = {}): AcquireCredentialsHandleOptions {
    return { package: 'Scripted', use: SECPKG_CRED_BOTH, principal: this.principal, ...more };
  }

  acquireSync(more?: Partial<AcquireCredentialsHandleOptions>): CredentialHandle {
    return acquireCredentialsHandleSync(this.options(more)).credential;
  }

  async acquire(more?: Partial<AcquireCredentialsHandleOptions>): Promise<CredentialHandle> {
    return (await acquireCredentialsHandle(this.options(more))).credential;
  }
}

export interface JournalBuffer {
  type: number;
  size: number;
  /** The bytes of an input buffer, or of one of a message. */
  data?: Buffer | undefined;
  /** Whether an output buffer has memory. */
  memory?: boolean;
}

/** A call as it arrived at the package. */
export interface JournalEntry {
  call: ScriptedCall;
  /** When it began and ended, in the order of all calls' begins and ends. */
  begin: number;
  end: number;
  /** Whether it ran on the thread that reads the journal. */
  onThisThread: boolean;
  status: number;
  script?: number;
  credential?: number;
  context?: number;
  created?: number;
  targetName?: string | undefined;
  contextReq?: number;
  targetDataRep?: number;
  use?: number;
  user?: string | undefined;
  domain?: string | undefined;
  password?: string | undefined;
  packageList?: string | undefined;
  package?: string | undefined;
  attribute?: number;
  /** What setAttributes was given. */
  record?: { size: number; data: Buffer } | undefined;
  /** Of encrypt and makeSignature: the quality of protection that is asked for. */
  qop?: number;
  /** Of the messages' calls. */
  sequence?: number;
  /** Of export. */
  flags?: number;
  /** Of import: whether a token came with the packed context. */
  token?: boolean;
  /** Of a leg and of applyControl; the message's buffers as they came; of import the packed context. */
  input?: JournalBuffer[] | undefined;
  output?: JournalBuffer[] | undefined;
}

const TEXTS = ['targetName', 'user', 'domain', 'password', 'packageList', 'package'];

/** All calls since the last time, in the order in which they ended. */
export function takeJournal(): JournalEntry[] {
  const revive = (key: string, value: unknown): unknown => {
    if (value === null) return undefined;
    if (typeof value !== 'string') return value;
    if (key === 'data') return Buffer.from(value, 'hex');
    return TEXTS.includes(key) ? Buffer.from(value, 'hex').toString('utf16le') : value;
  };
  const entries = JSON.parse(control.takeJournal(), revive) as (JournalEntry & {
    thread: number;
  })[];
  const here = control.threadId();
  return entries.map(({ thread, ...entry }) => ({ ...entry, onThisThread: thread === here }));
}

/** The calls of one kind since the last time. */
export function journalOf(call: ScriptedCall): JournalEntry[] {
  return takeJournal().filter((entry) => entry.call === call);
}

/** Waits until that many calls wait at gates. */
export async function callsAtGates(count: number): Promise<void> {
  await until(
    () => control.callsAtGates() === count,
    () => `${control.callsAtGates()} calls wait at gates, not ${count}`,
  );
}

const PATIENCE_MS = 10_000 * patience;
const LITTLE_PATIENCE_MS = 200;

let hasWaitedInVain = false;

/** Waits until something holds; fails if that does not happen. */
export async function until(condition: () => boolean, otherwise: () => string): Promise<void> {
  // What was missing once stays missing: the tests that follow fail soon.
  const deadline = performance.now() + (hasWaitedInVain ? LITTLE_PATIENCE_MS : PATIENCE_MS);
  while (!condition()) {
    if (performance.now() > deadline) {
      hasWaitedInVain = true;
      throw new Error(otherwise());
    }
    // Not a timer: under Wine one takes five milliseconds or more.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What is not given back, as the addon counts it and as the package does. */
export function leftovers(): Record<string, number> {
  const addon = liveCounts();
  const [credentials, contexts, buffers, inside] = control.counts();
  return {
    'credentials of the addon': addon.credentials,
    'contexts of the addon': addon.contexts,
    'buffers of the addon': addon.contextBuffers,
    'tokens of the addon': addon.tokens,
    'credentials of the package': credentials,
    'contexts of the package': contexts,
    'buffers of the package': buffers,
    'calls in the package': inside,
    'tokens of the package': control.openTokens(),
    'certificates of the package': control.openCertificates(),
    'threads that impersonate': control.impersonatingThreads(),
  };
}

/** How many things are not given back, or more often than they were given. */
export function countLeft(): number {
  return Object.values(leftovers()).reduce((sum, count) => sum + Math.abs(count), 0);
}

/**
 * Waits until the package has everything back and the addon says the same;
 * fails if that does not happen, or if a rule of SSPI was broken.
 */
export async function expectClean(): Promise<void> {
  await until(
    () => countLeft() === 0,
    () => `not given back: ${JSON.stringify(leftovers())}`,
  );
  const violations = control.takeViolations();
  if (control.threadIsImpersonating()) violations.push('the JavaScript thread still impersonates');
  if (violations.length > 0) throw new Error(`rules were broken:\n${violations.join('\n')}`);
}

/** For afterEach: the same, and nothing of a test's scripts stays for the next one. */
export async function endOfTest(): Promise<void> {
  try {
    await expectClean();
    const [, , , , unasked] = control.counts();
    if (unasked > 0) throw new Error(`${unasked} answers were never asked for`);
  } finally {
    control.forget();
    control.takeJournal();
  }
}

/**
 * Secur32.dll fills handles in after some statuses only; after the others the
 * package does, once it has seen a handle that works. For beforeAll.
 */
export async function getAcquainted(packageNames: readonly string[]): Promise<void> {
  for (const packageName of packageNames) {
    const credential = new Script().acquireSync({ package: packageName });
    initializeSecurityContextSync({ credential }).context?.close();
    credential.close();
  }
  await expectClean();
  control.takeJournal();
}
