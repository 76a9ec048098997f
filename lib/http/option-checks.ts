/** Checks of options that servers and clients of HTTP have in common. */

import { argumentError } from '../errors.js';
import { refuseLostValues } from '../lost-values.js';

/** The largest delay of a timer. */
const MAX_LIMIT = 2 ** 31 - 1;

/**
 * Refuses what is no option, and options that lost their value: a misspelt
 * `deny` would let everybody in.
 */
export function checkNames(options: object, names: readonly string[], prefix = ''): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw argumentError('the options must be an object');
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw argumentError(`there is no option ${prefix}${unknown}`);
  refuseLostValues(options, ...names);
}

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
  const given = limits === undefined ? {} : limits;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw argumentError('limits must be an object');
  }
  const checked = Object.entries(given).map(([name, value]) => {
    if (!Object.hasOwn(defaults, name)) throw argumentError(`there is no limit ${name}`);
    const least = (mayBeZero as readonly string[]).includes(name) ? 0 : 1;
    return [name, checkedInteger(value, `limits.${name}`, least)];
  });
  return Object.freeze({ ...defaults, ...Object.fromEntries(checked) } as Limits);
}
