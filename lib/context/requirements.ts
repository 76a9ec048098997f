/** What a handshake must be granted: requested from the first leg on, checked after the last. */

import { checkedChoice } from '../core/checks.js';
import {
  isRequirable,
  REQUIRABLE,
  type ContextAttributes,
  type RequirableAttribute,
} from './granted-attributes.js';
import { argumentError, codedError, type Secur32Error } from '../core/errors.js';

const PROTECTIONS = ['none', 'sign', 'encrypt'] as const;
/**
 * How a context must be able to protect messages: not at all, by signing, or by
 * signing and encrypting.
 */
export type Protection = (typeof PROTECTIONS)[number];

export interface Requirements {
  readonly protection: Protection;
  readonly required: readonly RequirableAttribute[];
}

function checkedNames(names: unknown): readonly RequirableAttribute[] {
  if (!Array.isArray(names)) throw argumentError('require must be an array of attribute names');
  return Array.from(names as unknown[], (name) => {
    if (isRequirable(name)) return name;
    throw argumentError(`require must only contain ${REQUIRABLE.join(', ')}, not ${String(name)}`);
  });
}

/**
 * Checks the options `protection` and `require`; callers in JavaScript are not
 * bound by their types.
 */
export function checkedRequirements(options: {
  protection?: Protection;
  require?: readonly RequirableAttribute[];
}): Requirements {
  const { protection = 'none', require: required = [] } = options;
  return {
    protection: checkedChoice(protection, 'protection', PROTECTIONS),
    required: checkedNames(required),
  };
}

function missingProtection(
  protection: Protection,
  { confidentiality, integrity }: ContextAttributes,
  unordered: readonly RequirableAttribute[],
): string[] {
  if (protection === 'none') return [];
  const missing = `protection: '${protection}'`;
  if (!integrity || (protection === 'encrypt' && !confidentiality)) return [missing];
  // Otherwise an attacker could repeat or suppress messages.
  return unordered.length === 0 ? [] : [`${missing} (${unordered.join(', ')})`];
}

/**
 * What was required but not granted, in words; empty if nothing is missing.
 *
 * @param unordered the attributes that are missing to check the order of messages
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

/** The error for a context that does not meet the requirements. */
export function requirementsError(
  missing: readonly string[],
  { names }: ContextAttributes,
): Secur32Error {
  return codedError(
    'ERR_SECUR32_REQUIREMENTS_NOT_MET',
    `requirements not met: ${missing.join(', ')}; granted: ${names.join(', ') || 'none'}`,
  );
}
