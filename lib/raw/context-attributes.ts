import { argumentError, SspiError } from '../core/errors.js';
import { native } from '../binding/native.js';
import { accepted } from '../binding/refusals.js';
import { isFailure } from '../core/status.js';
import {
  CONTEXT_RECORDS,
  SETTABLE_CONTEXT_RECORDS,
  type ContextAttributeValues,
  type RecordField,
  type SettableContextAttributes,
} from './attribute-records.generated.js';
import { recordElements, recordValue } from './attribute-values.js';
import { openContext, type ContextHandle } from './handles.js';

/** A `SECPKG_ATTR_` constant that `queryContextAttributes` supports. */
export type ContextAttribute = keyof ContextAttributeValues;
/** A `SECPKG_ATTR_` constant that `setContextAttributes` supports. */
export type SettableContextAttribute = keyof SettableContextAttributes;

/** @internal The fields of an attribute. Throws if the attribute is unknown. */
export function fieldsOf(
  records: ReadonlyMap<number, readonly RecordField[]>,
  attribute: number,
): readonly RecordField[] {
  const fields = records.get(attribute);
  if (fields !== undefined) return fields;
  throw argumentError(`attribute ${String(attribute)} is not supported by this function`);
}

/**
 * Returns a decoded attribute of a context. Most attributes exist only once the
 * context is established.
 *
 * Calls QueryContextAttributesW and frees the package's memory. If the value
 * contains a `TokenHandle`, it is yours to close.
 *
 * Throws an `SspiError` (`SEC_E_UNSUPPORTED_FUNCTION` if the package does not
 * have the attribute, and others), or an error with `ERR_SECUR32_BUSY` while a
 * leg runs, `ERR_SECUR32_CONTEXT_FAILED` after a failed leg, or
 * `ERR_SECUR32_CLOSED` after `close()`.
 */
export function queryContextAttributes<Attribute extends ContextAttribute>(
  context: ContextHandle,
  attribute: Attribute,
): ContextAttributeValues[Attribute] {
  const fields = fieldsOf(CONTEXT_RECORDS, attribute);
  const answer = native().queryContextAttributes(openContext(context).native, attribute);
  const [status, ...elements] = accepted(answer);
  if (isFailure(status)) throw new SspiError('QueryContextAttributes', status);
  return recordValue(fields, elements) as ContextAttributeValues[Attribute];
}

/**
 * Sets an attribute of a context.
 *
 * Calls SetContextAttributesW with a record encoded from `value`.
 *
 * Throws an `SspiError` (`SEC_E_UNSUPPORTED_FUNCTION` if the package does not
 * have the attribute or does not allow it to be set, and others), or an error
 * with the same codes as `queryContextAttributes`.
 */
export function setContextAttributes<Attribute extends SettableContextAttribute>(
  context: ContextHandle,
  attribute: Attribute,
  value: SettableContextAttributes[Attribute],
): void {
  const fields = fieldsOf(SETTABLE_CONTEXT_RECORDS, attribute);
  const answer = native().setContextAttributes(
    openContext(context).native,
    attribute,
    recordElements(fields, value),
  );
  const [status] = accepted(answer);
  if (isFailure(status)) throw new SspiError('SetContextAttributes', status);
}
