/** Checks of options that HTTP servers and clients share. */

import { checkedBoolean as checkedBooleanValue, namesOf, ownRecord } from '../core/checks.js';
import { argumentError } from '../core/errors.js';

/** The largest delay that a timer of Node.js takes. */
const MAX_LIMIT = 2 ** 31 - 1;

/** Returns a boolean option. @param options as returned by `ownOptions` */
export function checkedBoolean(options: object, name: string, byDefault: boolean): boolean {
  const value: unknown = name in options ? (options as Record<string, unknown>)[name] : byDefault;
  return checkedBooleanValue(value, name);
}

export function checkedInteger(value: unknown, where: string, least: number): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > MAX_LIMIT) {
    throw argumentError(`${where} must be an integer from ${least} to ${MAX_LIMIT}`);
  }
  return value as number;
}

/**
 * Returns the option `limits`: the defaults, some of them changed.
 *
 * @param mayBeZero the limits that may be 0; the others are at least 1
 */
export function checkedLimits<Limits extends object>(
  limits: unknown,
  defaults: Readonly<Limits>,
  mayBeZero: readonly (keyof Limits & string)[],
): Readonly<Limits> {
  if (limits === undefined) return defaults;
  const names = namesOf<Limits>(Object.keys(defaults).map((name) => [name, 'optional']));
  const own = ownRecord(limits, names, 'limits');
  const checked = Object.entries<unknown>(own as Record<string, unknown>).map(([name, value]) => {
    const least = (mayBeZero as readonly string[]).includes(name) ? 0 : 1;
    return [name, checkedInteger(value, `limits.${name}`, least)];
  });
  return Object.freeze({ ...defaults, ...Object.fromEntries(checked) } as Limits);
}
