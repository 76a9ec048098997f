/**
 * What the addon exports: the contract between lib/raw and src-native/binding.
 *
 * Arguments are positional and results are arrays, because reading and making
 * objects costs more in native code than the rest of such a call. The addon
 * throws nothing; a call that it refuses returns a `Refusal` instead of its
 * result, and a promise of the addon never rejects.
 */

declare const nativeCredential: unique symbol;
declare const nativeContext: unique symbol;

/** A type-tagged external that owns a CredHandle. */
export interface NativeCredential {
  readonly [nativeCredential]: never;
}

/** A type-tagged external that owns a CtxtHandle. */
export interface NativeContext {
  readonly [nativeContext]: never;
}

/** Why the addon refused a call. Mirrors src-native/binding/refusal.h. */
export const Refusal = {
  badArgument: 1,
  notAHandle: 2,
  closed: 3,
  busy: 4,
  noMemory: 5,
  failedBefore: 6,
  unsafeBuffers: 7,
  badPassword: 8,
  otherPackage: 9,
  otherSide: 10,
  otherIdentity: 11,
} as const;
export type Refusal = (typeof Refusal)[keyof typeof Refusal];

/** On failure the status alone. */
export type AcquireTuple =
  | readonly [status: number]
  | readonly [
      status: number,
      credential: NativeCredential,
      expiry: bigint,
      traits: number,
      maxToken: number,
    ];

/**
 * Four elements, then (type, written bytes) of each output buffer, then (type,
 * size) of each input buffer as the package left it.
 */
export type LegTuple = readonly [
  status: number,
  created: NativeContext | undefined,
  contextAttr: number,
  expiry: bigint,
  ...buffers: (number | Buffer | undefined)[],
];

/** The status, then (type, bytes) of each buffer of the token. */
export type CompleteTuple = readonly [status: number, ...token: (number | Buffer | undefined)[]];

/** The status, then what lib/raw/context-attributes.ts reads for the attribute. */
export type AttributeTuple = readonly [status: number, ...values: unknown[]];

/** The status, then six elements for each package. */
export type PackagesTuple = readonly [status: number, ...packages: unknown[]];

export type LiveCountsTuple = readonly [
  credentials: number,
  contexts: number,
  contextBuffers: number,
];

type Answer<T> = T | Promise<T> | Refusal;

export interface NativeBinding {
  /** The library or function that could not be loaded; then nothing else is there. */
  readonly missing?: string;

  acquireCredentialsHandle(
    sync: boolean,
    principal: string | undefined,
    packageName: string,
    use: number,
    user: string | undefined,
    domain: string | undefined,
    password: string | Uint8Array | undefined,
    packageList: string | undefined,
  ): Answer<AcquireTuple>;
  closeCredential(credential: NativeCredential): Refusal | undefined;

  /**
   * `words` is [contextReq, targetDataRep, inputs, outputs, type of each input,
   * type and size of each output]; the size 0xFFFFFFFF leaves the choice to the
   * addon. Without a credential the one that the context holds is used.
   */
  initializeSecurityContext(
    sync: boolean,
    credential: NativeCredential | undefined,
    context: NativeContext | undefined,
    targetName: string | undefined,
    words: Uint32Array,
    input: readonly (Uint8Array | undefined)[],
  ): Answer<LegTuple>;
  acceptSecurityContext(
    sync: boolean,
    credential: NativeCredential | undefined,
    context: NativeContext | undefined,
    targetName: undefined,
    words: Uint32Array,
    input: readonly (Uint8Array | undefined)[],
  ): Answer<LegTuple>;
  completeAuthToken(
    sync: boolean,
    context: NativeContext,
    types: Uint32Array,
    token: readonly (Uint8Array | undefined)[],
  ): Answer<CompleteTuple>;
  closeContext(context: NativeContext): Refusal | undefined;

  queryContextAttributes(context: NativeContext, attribute: number): AttributeTuple | Refusal;

  enumerateSecurityPackages(): PackagesTuple | Refusal;
  querySecurityPackageInfo(name: string): PackagesTuple | Refusal;

  liveCounts(): LiveCountsTuple;
  wineVersion(): readonly [version: string | undefined];

  /** How many calls of this environment run at once; at least 1. */
  setThreadLimit(limit: number): Refusal | undefined;
}
