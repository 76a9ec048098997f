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

/** A `SECPKG_ATTR_` constant that can be queried. */
export type ContextAttribute = keyof ContextAttributeValues;
/** A `SECPKG_ATTR_` constant that can be set. */
export type SettableContextAttribute = keyof SettableContextAttributes;

/** @internal The fields of an attribute; an error for one that is not known. */
export function fieldsOf(
  records: ReadonlyMap<number, readonly RecordField[]>,
  attribute: number,
): readonly RecordField[] {
  const fields = records.get(attribute);
  if (fields !== undefined) return fields;
  throw argumentError(`attribute ${String(attribute)} is not one that this function knows`);
}

/**
 * An attribute of a context, decoded.
 *
 * Calls QueryContextAttributesW, and gives the package's memory back; an access
 * token is a handle of your own, to be closed. Throws an `SspiError`
 * (`SEC_E_UNSUPPORTED_FUNCTION` where the package does not have the
 * attribute); with `ERR_SECUR32_BUSY` while a leg runs,
 * `ERR_SECUR32_CONTEXT_FAILED` after one failed, `ERR_SECUR32_CLOSED` at the
 * end. Most attributes exist only once the context is established.
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
 * Calls SetContextAttributesW with a record made of `value`. Throws an
 * `SspiError` (`SEC_E_UNSUPPORTED_FUNCTION` where the package does not have the
 * attribute, or does not let it be set), otherwise like
 * `queryContextAttributes`.
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
