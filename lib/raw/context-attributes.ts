import {
  SECPKG_ATTR_FLAGS,
  SECPKG_ATTR_LIFESPAN,
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_PACKAGE_INFO,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_ATTR_SIZES,
} from '../constants/context-attributes.js';
import { argumentError, SspiError } from '../errors.js';
import { native } from '../native.js';
import { accepted } from '../refusals.js';
import { isFailure } from '../status.js';
import { openContext, type ContextHandle } from './handles.js';
import { secPkgInfo, type SecPkgInfo } from './packages.js';

/** SecPkgContext_Sizes, in bytes. */
export interface ContextSizes {
  maxToken: number;
  /** What MakeSignature needs. */
  maxSignature: number;
  /** To a multiple of this EncryptMessage pads. */
  blockSize: number;
  /** What EncryptMessage needs beside the message. */
  securityTrailer: number;
}

/** SecPkgContext_NegotiationInfo. */
export interface NegotiationInfo {
  /** The package that was negotiated; undefined where it is not known yet. */
  package: SecPkgInfo | undefined;
  /** A `SECPKG_NEGOTIATION_` constant. */
  state: number;
}

/** SecPkgContext_Lifespan: FILETIMEs in local time, as the package wrote them. */
export interface ContextLifespan {
  start: bigint;
  expiry: bigint;
}

/** The value of each attribute, by its constant. */
export interface ContextAttributeValues {
  [SECPKG_ATTR_SIZES]: ContextSizes;
  [SECPKG_ATTR_NAMES]: string | undefined;
  [SECPKG_ATTR_LIFESPAN]: ContextLifespan;
  [SECPKG_ATTR_SESSION_KEY]: Buffer;
  [SECPKG_ATTR_PACKAGE_INFO]: SecPkgInfo | undefined;
  [SECPKG_ATTR_NEGOTIATION_INFO]: NegotiationInfo;
  [SECPKG_ATTR_FLAGS]: number;
}
export type ContextAttribute = keyof ContextAttributeValues;

type Reader<Value> = (elements: readonly unknown[]) => Value;

// In the order in which src-native/binding/attribute_calls.cc adds the elements.
const READERS: { [Attribute in ContextAttribute]: Reader<ContextAttributeValues[Attribute]> } = {
  [SECPKG_ATTR_SIZES]: (elements) => {
    const [maxToken, maxSignature, blockSize, securityTrailer] = elements as number[] as [
      number,
      number,
      number,
      number,
    ];
    return { maxToken, maxSignature, blockSize, securityTrailer };
  },
  [SECPKG_ATTR_NAMES]: ([name]) => name as string | undefined,
  [SECPKG_ATTR_LIFESPAN]: ([start, expiry]) => ({
    start: start as bigint,
    expiry: expiry as bigint,
  }),
  [SECPKG_ATTR_SESSION_KEY]: ([key]) => (key as Buffer | undefined) ?? Buffer.alloc(0),
  [SECPKG_ATTR_PACKAGE_INFO]: secPkgInfo,
  [SECPKG_ATTR_NEGOTIATION_INFO]: ([state, ...info]) => ({
    state: state as number,
    package: secPkgInfo(info),
  }),
  [SECPKG_ATTR_FLAGS]: ([flags]) => flags as number,
};

/**
 * An attribute of a context, decoded.
 *
 * Calls QueryContextAttributesW, and gives the package's memory back. Throws an
 * `SspiError` (`SEC_E_UNSUPPORTED_FUNCTION` where the package does not have the
 * attribute); with `ERR_SECUR32_BUSY` while a leg runs,
 * `ERR_SECUR32_CONTEXT_FAILED` after one failed, `ERR_SECUR32_CLOSED` at the
 * end. Most attributes exist only once the context is established.
 */
export function queryContextAttributes<Attribute extends ContextAttribute>(
  context: ContextHandle,
  attribute: Attribute,
): ContextAttributeValues[Attribute] {
  if (!Object.hasOwn(READERS, attribute)) {
    throw argumentError(`attribute ${String(attribute)} is not one that this package can decode`);
  }
  const answer = native().queryContextAttributes(openContext(context).native, attribute);
  const [status, ...elements] = accepted(answer);
  if (isFailure(status)) throw new SspiError('QueryContextAttributes', status);
  const read: Reader<ContextAttributeValues[Attribute]> = READERS[attribute];
  return read(elements);
}
