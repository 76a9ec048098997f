/** What a logon must have been granted: asked for at the beginning, checked when it is done. */

import {
  isRequirable,
  REQUIRABLE,
  type ContextAttributes,
  type RequirableAttribute,
} from './granted-attributes.js';
import { argumentError, codedError, type Secur32Error } from '../core/errors.js';

const PROTECTIONS = ['none', 'sign', 'encrypt'] as const;
/** What a context must give its messages. */
export type Protection = (typeof PROTECTIONS)[number];

export interface Requirements {
  readonly protection: Protection;
  readonly required: readonly RequirableAttribute[];
}

function checkedNames(names: unknown): readonly RequirableAttribute[] {
  if (!Array.isArray(names)) throw argumentError('require must be an array of attribute names');
  return Array.from(names as unknown[], (name) => {
    if (isRequirable(name)) return name;
    throw argumentError(`require: ${String(name)} is not one of ${REQUIRABLE.join(', ')}`);
  });
}

/** The options `protection` and `require`, whatever their types say. */
export function checkedRequirements(options: {
  protection?: Protection;
  require?: readonly RequirableAttribute[];
}): Requirements {
  const { protection = 'none', require: required = [] } = options;
  if (!PROTECTIONS.includes(protection)) {
    throw argumentError("protection must be 'none', 'sign' or 'encrypt'");
  }
  return { protection, required: checkedNames(required) };
}

function missingProtection(
  protection: Protection,
  { confidentiality, integrity }: ContextAttributes,
  unordered: readonly RequirableAttribute[],
): string[] {
  if (protection === 'none') return [];
  const missing = `protection: '${protection}'`;
  if (!integrity || (protection === 'encrypt' && !confidentiality)) return [missing];
  // A message could be repeated or left out.
  return unordered.length === 0 ? [] : [`${missing} (${unordered.join(', ')})`];
}

/**
 * What was required and not granted, in words; nothing if all is well.
 * `unordered` is what the order of messages lacks.
 */
export function missingRequirements(
  { protection, required }: Requirements,
  attributes: ContextAttributes,
  unordered: readonly RequirableAttribute[],
): string[] {
  return [
    ...missingProtection(protection, attributes, unordered),
    ...required.filter((name) => !attributes[name]),
  ];
}

/** The error for a context that falls short of what was asked for. */
export function requirementsError(
  missing: readonly string[],
  { names }: ContextAttributes,
): Secur32Error {
  return codedError(
    'ERR_SECUR32_REQUIREMENTS_NOT_MET',
    `the logon succeeded, but without ${missing.join(', ')}; granted was ${names.join(', ') || 'nothing'}`,
  );
}
