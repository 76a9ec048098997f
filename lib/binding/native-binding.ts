/**
 * What the addon exports: the contract between lib/raw and src-native/binding.
 *
 * Arguments are positional and results are arrays, because in native code
 * reading and creating objects costs more than the rest of such a call. The
 * addon never throws, and its promises never reject: a call that it refuses
 * returns a `Refusal` instead of its result.
 */

declare const nativeCredential: unique symbol;
declare const nativeContext: unique symbol;
declare const nativeToken: unique symbol;

/** A type-tagged external that owns a CredHandle. */
export interface NativeCredential {
  readonly [nativeCredential]: never;
}

/** A type-tagged external that owns a CtxtHandle. */
export interface NativeContext {
  readonly [nativeContext]: never;
}

/** A type-tagged external that owns the HANDLE of an access token. */
export interface NativeToken {
  readonly [nativeToken]: never;
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
  shortToken: 12,
  impersonating: 13,
  ignoredData: 14,
} as const;
export type Refusal = (typeof Refusal)[keyof typeof Refusal];

/**
 * Why the client was not impersonated although the package did not fail. Mirrors
 * ImpersonationFailure.
 */
export const ImpersonationFailure = {
  none: 0,
  already: 1,
  noToken: 2,
  identifyOnly: 3,
} as const;
export type ImpersonationFailure = (typeof ImpersonationFailure)[keyof typeof ImpersonationFailure];

/** On failure the status, whether the client was impersonated, and why it was not. */
export type AcquireTuple =
  | readonly [status: number, impersonated: number, failure: ImpersonationFailure]
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

/** The status, then the elements that lib/raw/attribute-values.ts decodes for the attribute. */
export type AttributeTuple = readonly [status: number, ...values: unknown[]];

/** The status, then six elements for each package. */
export type PackagesTuple = readonly [status: number, ...packages: unknown[]];

/**
 * The status, the quality of protection that DecryptMessage or VerifySignature
 * reported, then (type, index of the buffer whose memory holds it, offset, size)
 * of each buffer. The index is 0xFFFFFFFF for memory that is not ours.
 */
export type MessageTuple = readonly [status: number, qop: number, ...buffers: number[]];

export type StatusTuple = readonly [status: number];

export type ExportTuple = readonly [
  status: number,
  packed: Buffer | undefined,
  token: NativeToken | undefined,
];
/** On failure only the status. */
export type ImportTuple =
  | readonly [status: number]
  | readonly [status: number, context: NativeContext, traits: number, maxToken: number];

/** An SSPI status or a Windows error; the token if the call succeeded. */
export type TokenTuple = readonly [status: number, token: NativeToken | undefined];

/** On failure only the error; otherwise the tuple ends with (SID, attributes) of each group. */
export type TokenInformationTuple =
  | readonly [error: number]
  | readonly [
      error: number,
      user: string | undefined,
      primary: number,
      level: number,
      logonId: bigint,
      elevated: number,
      elevationType: number,
      integrity: number,
      restricted: number,
      ...groups: (string | number | undefined)[],
    ];

/** (error, sid, domain, name, SID_NAME_USE) of each account. */
export type AccountsTuple = readonly (string | number | undefined)[];

export type LiveCountsTuple = readonly [
  credentials: number,
  contexts: number,
  contextBuffers: number,
  tokens: number,
];

type Answer<T> = T | Promise<T> | Refusal;

type MessageFunction = (
  context: NativeContext,
  qop: number,
  sequence: number,
  types: Uint32Array,
  buffers: readonly (Uint8Array | undefined)[],
) => MessageTuple | Refusal;

export interface NativeBinding {
  /** The library or function that could not be loaded. If set, there are no other exports. */
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
    onBehalfOf: NativeContext | undefined,
  ): Answer<AcquireTuple>;
  closeCredential(credential: NativeCredential): Refusal | undefined;

  /**
   * `words` is [contextReq, targetDataRep, inputs, outputs, type of each input,
   * type and size of each output]; with the size 0xFFFFFFFF the addon chooses.
   * If there is no credential, the one that the context holds is used.
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
  queryCredentialsAttributes(
    credential: NativeCredential,
    attribute: number,
  ): AttributeTuple | Refusal;
  setContextAttributes(
    context: NativeContext,
    attribute: number,
    values: readonly unknown[],
  ): StatusTuple | Refusal;
  setCredentialsAttributes(
    credential: NativeCredential,
    attribute: number,
    values: readonly unknown[],
  ): StatusTuple | Refusal;

  /** The message functions modify the memory of their buffers. */
  encryptMessage: MessageFunction;
  decryptMessage: MessageFunction;
  makeSignature: MessageFunction;
  verifySignature: MessageFunction;
  applyControlToken(
    context: NativeContext,
    types: Uint32Array,
    input: readonly (Uint8Array | undefined)[],
  ): StatusTuple | Refusal;

  exportSecurityContext(context: NativeContext, flags: number): ExportTuple | Refusal;
  importSecurityContext(
    packageName: string,
    packed: Uint8Array,
    token: NativeToken | undefined,
  ): ImportTuple | Refusal;

  querySecurityContextToken(context: NativeContext): TokenTuple | Refusal;
  tokenInformation(token: NativeToken): TokenInformationTuple | Refusal;
  duplicateToken(token: NativeToken, primary: boolean, level: number): TokenTuple | Refusal;
  duplicateTokenInto(
    token: NativeToken,
    processId: number,
  ): readonly [error: number, value: bigint] | Refusal;
  adoptToken(value: bigint): TokenTuple | Refusal;
  closeToken(token: NativeToken): Refusal | undefined;

  /** Calls `act` as the client of the context; on failure `act` is not called. */
  impersonate(
    context: NativeContext,
    act: () => void,
  ): readonly [status: number, failure: ImpersonationFailure] | Refusal;

  /** 1 while this thread impersonates any user, whatever code started it; otherwise 0. */
  threadIsImpersonating(): readonly [impersonating: number];

  lookupAccountSids(sids: readonly string[]): Promise<AccountsTuple | Refusal> | Refusal;
  lookupAccountNames(names: readonly string[]): Promise<AccountsTuple | Refusal> | Refusal;

  /** 1 if the packages of this system support channel bindings with flags, otherwise 0. */
  knowsChannelBindingFlags(): readonly [known: number];

  enumerateSecurityPackages(): PackagesTuple | Refusal;
  querySecurityPackageInfo(name: string): PackagesTuple | Refusal;

  liveCounts(): LiveCountsTuple;
  wineVersion(): readonly [version: string | undefined];

  /** Sets how many calls of this environment run at once; at least 1. */
  setThreadLimit(limit: number): Refusal | undefined;
}
