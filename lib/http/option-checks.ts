/** Checks of options that servers and clients of HTTP have in common. */

import { argumentError } from '../core/errors.js';
import { namesOf, ownRecord } from '../core/checks.js';

/** The largest delay of a timer. */
const MAX_LIMIT = 2 ** 31 - 1;

/** A boolean of options that `ownOptions` read. */
export function checkedBoolean(options: object, name: string, byDefault: boolean): boolean {
  const value: unknown = name in options ? (options as Record<string, unknown>)[name] : byDefault;
  if (typeof value !== 'boolean') throw argumentError(`${name} must be true or false`);
  return value;
}

export function checkedInteger(value: unknown, where: string, least: number): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > MAX_LIMIT) {
    throw argumentError(`${where} must be an integer from ${least} to ${MAX_LIMIT}`);
  }
  return value as number;
}

/** The option `limits`: some of the defaults, changed. @param mayBeZero the others are 1 at least */
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
