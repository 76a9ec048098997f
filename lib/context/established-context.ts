/** The result of a handshake that was granted everything that was required. */

import type { ContextHandle } from '../raw/handles.js';
import type { LegResult } from '../raw/leg.js';
import {
  grantedAttributes,
  missingOrder,
  type ContextAttributes,
  type Side,
} from './granted-attributes.js';
import { missingRequirements, requirementsError, type Requirements } from './requirements.js';

export interface EstablishedContext {
  readonly handle: ContextHandle;
  readonly attributes: ContextAttributes;
  /** Whether messages can be signed, and repeated or lost messages are detected. */
  readonly signs: boolean;
  readonly expiry: bigint;
}

/**
 * Compares what was granted with what was required.
 *
 * @param shortfalls returns what else the side misses, in words
 * @throws Error `ERR_SECUR32_REQUIREMENTS_NOT_MET`
 */
export function establishedContext(
  side: Side,
  requirements: Requirements,
  handle: ContextHandle,
  { contextAttr, expiry }: LegResult,
  shortfalls: (attributes: ContextAttributes) => readonly string[],
): EstablishedContext {
  const attributes = grantedAttributes(side, contextAttr, handle);
  const unordered = missingOrder(attributes, contextAttr, handle);
  const missing = [
    ...missingRequirements(requirements, attributes, unordered),
    ...shortfalls(attributes),
  ];
  if (missing.length > 0) throw requirementsError(missing, attributes);
  return { handle, attributes, signs: attributes.integrity && unordered.length === 0, expiry };
}
