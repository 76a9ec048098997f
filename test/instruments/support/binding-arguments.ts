/**
 * Calls of the addon's own functions, past TypeScript, with arguments of any
 * kind: the right ones, those of another function, and what is no argument at
 * all.
 */

import { inspect } from 'node:util';

import fc from 'fast-check';

import { native } from '../../../lib/binding/native.js';
import { Refusal, type NativeBinding } from '../../../lib/binding/native-binding.js';
import { ISC_REQ_ALLOCATE_MEMORY } from '../../../lib/constants/isc-flags.js';
import { SECBUFFER_ALERT, SECBUFFER_TOKEN } from '../../../lib/constants/sec-buffers.js';
import { Script } from './scripted.js';

export type BindingFunction = Exclude<keyof NativeBinding, 'missing'>;

const REFUSALS: readonly unknown[] = Object.values(Refusal);

/** What a call is made with besides plain values. */
export interface Externals {
  credential: unknown;
  client: unknown;
  server: unknown;
  token: unknown;
  closedCredential: unknown;
  closedContext: unknown;
  closedToken: unknown;
}

type Kind =
  | 'flag'
  | 'text'
  | 'package'
  | 'number'
  | 'attribute'
  | 'credential'
  | 'context'
  | 'token'
  | 'words'
  | 'types'
  | 'bytes'
  | 'buffers'
  | 'texts'
  | 'function'
  | 'noProcess'
  | 'noToken'
  | 'limit';

/** The arguments that are right for each function. */
export const SIGNATURES: Record<BindingFunction, readonly Kind[]> = {
  acquireCredentialsHandle: [
    'flag',
    'text',
    'package',
    'number',
    'text',
    'text',
    'text',
    'text',
    'context',
  ],
  closeCredential: ['credential'],
  initializeSecurityContext: ['flag', 'credential', 'context', 'text', 'words', 'buffers'],
  acceptSecurityContext: ['flag', 'credential', 'context', 'text', 'words', 'buffers'],
  completeAuthToken: ['flag', 'context', 'types', 'buffers'],
  closeContext: ['context'],
  queryContextAttributes: ['context', 'attribute'],
  queryCredentialsAttributes: ['credential', 'attribute'],
  setContextAttributes: ['context', 'attribute', 'buffers'],
  setCredentialsAttributes: ['credential', 'attribute', 'buffers'],
  encryptMessage: ['context', 'number', 'number', 'types', 'buffers'],
  decryptMessage: ['context', 'number', 'number', 'types', 'buffers'],
  makeSignature: ['context', 'number', 'number', 'types', 'buffers'],
  verifySignature: ['context', 'number', 'number', 'types', 'buffers'],
  applyControlToken: ['context', 'types', 'buffers'],
  exportSecurityContext: ['context', 'number'],
  importSecurityContext: ['package', 'bytes', 'token'],
  querySecurityContextToken: ['context'],
  tokenInformation: ['token'],
  duplicateToken: ['token', 'flag', 'number'],
  duplicateTokenInto: ['token', 'noProcess'],
  adoptToken: ['noToken'],
  closeToken: ['token'],
  impersonate: ['context', 'function'],
  threadIsImpersonating: [],
  lookupAccountSids: ['texts'],
  lookupAccountNames: ['texts'],
  knowsChannelBindingFlags: [],
  enumerateSecurityPackages: [],
  querySecurityPackageInfo: ['package'],
  liveCounts: [],
  wineVersion: [],
  setThreadLimit: ['limit'],
};

function detached(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

const BYTES: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 70 }).map((size) => Buffer.alloc(size, 'b')) },
  fc.constantFrom(0, 40).map((size) => detached(size)),
  fc.constantFrom(0, 1, 40).map((size) => new Uint8Array(new SharedArrayBuffer(size))),
  fc.constantFrom(3000, 4000).map((size) => Buffer.alloc(size)),
  fc.constant(undefined),
);

const WORD = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 17 }) },
  fc.constantFrom(0x100, 0x4000, 0x8000, 0x1000_0001, 0x8000_0001, 0xffff_fffe, 0xffff_ffff),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);

/** What a buffer without memory is given belongs to the caller if it is one of these. */
const OF_THE_CALLER = [SECBUFFER_TOKEN, SECBUFFER_ALERT];
const ADDON_CHOOSES = 0xffff_ffff;

/** Type and size; of other types the package's own memory is the package's, and never comes back. */
const OUTPUT = fc.oneof(
  fc.tuple(fc.constantFrom(...OF_THE_CALLER), fc.constantFrom(0, 5, 3000, ADDON_CHOOSES)),
  fc.tuple(WORD, fc.constantFrom(0, 5, 3000)),
);

/** Contents that fit, and some that do not. */
const LEG_WORDS = fc
  .record({
    requirements: fc.constantFrom(0, ISC_REQ_ALLOCATE_MEMORY, 0xffff_ffff),
    inputs: fc.array(WORD, { maxLength: 18 }),
    outputs: fc.array(OUTPUT, { maxLength: 18 }),
    lack: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: -1, max: 3 })),
  })
  .map(({ requirements, inputs, outputs, lack }) => {
    const words = [requirements, 0x10, inputs.length, outputs.length, ...inputs, ...outputs.flat()];
    return Uint32Array.from({ length: Math.max(0, words.length - lack) }, (_, i) => words[i] ?? 0);
  });

/** What no function takes. */
const NONSENSE: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    -1,
    Number.NaN,
    1e300,
    '',
    'S-1-1-0',
    12345678901234567890n,
    Symbol('argument'),
    {},
    [],
    new Float64Array(3),
    new DataView(new ArrayBuffer(8)),
    new Proxy({}, {}),
  ),
  fc.integer(),
  BYTES,
);

/** A value of a kind, made when the call is. */
type Value = (externals: Externals) => unknown;

const plain = (values: fc.Arbitrary<unknown>): fc.Arbitrary<Value> =>
  values.map((value) => () => value);
const oneOf = (...names: readonly (keyof Externals)[]): fc.Arbitrary<Value> =>
  fc.constantFrom(...names).map((name) => (externals: Externals) => externals[name]);

const KINDS: Record<Kind, fc.Arbitrary<Value>> = {
  flag: plain(fc.boolean()),
  text: plain(fc.constantFrom<unknown>(undefined, '', 'user', 'u\0ser', 'ü'.repeat(70), '\ud800')),
  package: plain(fc.constantFrom('Scripted', 'CREDSSP', 'no such package', '')),
  number: plain(WORD),
  attribute: plain(fc.oneof(fc.integer({ min: 0, max: 0x80 }), WORD)),
  credential: oneOf('credential', 'credential', 'closedCredential'),
  context: oneOf('client', 'server', 'closedContext'),
  token: oneOf('token', 'closedToken'),
  words: plain(LEG_WORDS),
  types: plain(fc.array(WORD, { maxLength: 18 }).map((words) => Uint32Array.from(words))),
  bytes: plain(BYTES),
  buffers: plain(fc.array(BYTES, { maxLength: 18 })),
  texts: plain(fc.array(fc.constantFrom('S-1-1-0', 'Everyone', '', 'S-1-'), { maxLength: 4 })),
  function: plain(fc.constantFrom(() => undefined)),
  // Handles in other processes, and of other objects, would be lost or closed.
  noProcess: plain(fc.constantFrom(0, 0xffff_ffff)),
  noToken: plain(fc.constantFrom(0n, -1n, -6n, 1n << 63n, 1n << 64n)),
  limit: plain(fc.constantFrom(1, 2, 64)),
};

/** What may have side effects outside of the package, and is not called with anything else. */
const GUARDED: readonly Kind[] = ['noProcess', 'noToken', 'package'];

function argument(kind: Kind): fc.Arbitrary<Value> {
  if (GUARDED.includes(kind)) return KINDS[kind];
  const anyOther = fc
    .constantFrom(...(Object.keys(KINDS) as Kind[]))
    .chain((other) => KINDS[other]);
  return fc.oneof(
    { weight: 12, arbitrary: KINDS[kind] },
    { weight: 1, arbitrary: anyOther },
    { weight: 1, arbitrary: plain(NONSENSE) },
  );
}

export interface BindingCall {
  name: BindingFunction;
  argumentsFor: (externals: Externals) => unknown[];
}

type AnyFunction = (...given: unknown[]) => unknown;

function functionNamed(name: BindingFunction): AnyFunction {
  return (native() as unknown as Record<BindingFunction, AnyFunction>)[name];
}

/** Calls it; throws where it does, and where it gives what is neither an answer nor a refusal. */
export async function runBindingCall(
  { name, argumentsFor }: BindingCall,
  externals: Externals,
): Promise<unknown> {
  const given = argumentsFor(externals);
  try {
    const result: unknown = await functionNamed(name)(...given);
    if (result === undefined || Array.isArray(result) || REFUSALS.includes(result)) return result;
    throw new Error(`returned ${inspect(result)}`);
  } catch (cause) {
    throw new Error(`${name}(${given.map((value) => inspect(value)).join(', ')})`, { cause });
  }
}

/** One call of a function, with all of its arguments or fewer. */
export const BINDING_CALLS: fc.Arbitrary<BindingCall> = fc
  .constantFrom(...(Object.keys(SIGNATURES) as BindingFunction[]))
  .chain((name) =>
    fc
      .record({
        values: fc.tuple(...SIGNATURES[name].map(argument)),
        missing: fc.oneof({ weight: 15, arbitrary: fc.constant(0) }, fc.nat(2)),
      })
      .map(({ values, missing }) => ({
        name,
        argumentsFor: (externals) =>
          values.slice(0, Math.max(0, values.length - missing)).map((value) => value(externals)),
      })),
  );

/** Handles that are open, and some that were closed. */
export function openExternals(): Externals {
  const addon = native() as unknown as Record<BindingFunction, (...given: unknown[]) => unknown>;
  const credential = () => {
    const { principal } = new Script();
    const given = [false, principal, 'Scripted', 3, undefined, undefined, undefined, undefined];
    return (
      addon.acquireCredentialsHandle(...[true, ...given.slice(1)], undefined) as unknown[]
    )[1];
  };
  const words = Uint32Array.of(0, 0x10, 0, 1, 2, 0xffff_ffff);
  const leg = (name: 'initializeSecurityContext' | 'acceptSecurityContext', of: unknown) =>
    (addon[name](true, of, undefined, undefined, words, []) as unknown[])[1];
  const token = (of: unknown) => (addon.querySecurityContextToken(of) as unknown[])[1];
  const open = credential();
  const server = leg('acceptSecurityContext', open);
  const externals = {
    credential: open,
    client: leg('initializeSecurityContext', open),
    server,
    token: token(server),
    closedCredential: credential(),
    closedContext: leg('acceptSecurityContext', open),
    closedToken: token(server),
  };
  closeExternals([externals.closedCredential, externals.closedContext, externals.closedToken]);
  return externals;
}

/** The handles among what calls gave, to be closed. */
export function closeExternals(values: readonly unknown[]): void {
  const closes = ['closeContext', 'closeCredential', 'closeToken'] as const;
  for (const value of values) {
    for (const close of closes) if (functionNamed(close)(value) === undefined) break;
  }
}
