import { argumentError } from './errors.js';

/**
 * Refuses options that are there without a value: a setting that got lost on
 * its way must not become the default, where the default protects less.
 */
export function refuseLostValues(options: object, ...names: readonly string[]): void {
  for (const name of names) {
    if (name in options && (options as Record<string, unknown>)[name] === undefined) {
      throw argumentError(`${name} is undefined; leave it out for the default`);
    }
  }
}
