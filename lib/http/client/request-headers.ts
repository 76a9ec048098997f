/** The header fields of a request, in the forms that undici takes them. */

import { argumentError } from '../../errors.js';

type Value = string | readonly string[];

/** Names and values in turn, as undici's own arrays have them. */
export class RequestHeaders {
  readonly #fields: (readonly [name: string, value: Value])[];

  constructor(headers: unknown) {
    this.#fields = fieldsOf(headers);
  }

  has(name: string): boolean {
    return this.#fields.some(([field]) => field.toLowerCase() === name);
  }

  /** The length of the body, if it is said. */
  get contentLength(): number | undefined {
    const value = this.#fields.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
    return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  }

  /** Whether the connection is to be closed after the response. */
  get closes(): boolean {
    return this.#fields.some(
      ([name, value]) => name.toLowerCase() === 'connection' && /\bclose\b/i.test(String(value)),
    );
  }

  /** Everything but what is left out, and more. */
  with(more: readonly (readonly [string, string])[], without: readonly string[]): string[] {
    const kept = this.#fields.filter(([name]) => !without.includes(name.toLowerCase()));
    // undici takes arrays as values here, too, but its types do not say so.
    return [...kept, ...more].flat() as string[];
  }
}

function fieldsOf(headers: unknown): (readonly [string, Value])[] {
  if (headers === undefined || headers === null) return [];
  if (Array.isArray(headers)) return pairsOf(headers);
  if (typeof headers !== 'object') throw argumentError('headers must be an object or an array');
  if (Symbol.iterator in headers) {
    return Array.from(headers as Iterable<readonly [string, Value]>, (pair) => checkedPair(pair));
  }
  return Object.entries(headers)
    .filter(([, value]) => value !== undefined)
    .map(checkedPair);
}

function pairsOf(flat: readonly unknown[]): (readonly [string, Value])[] {
  if (flat.length % 2 !== 0) throw argumentError('headers must be names and values in turn');
  return flat.flatMap((name, i) => (i % 2 === 0 ? [checkedPair([name, flat[i + 1]])] : []));
}

/** Values are undici's to check; names say what this package must know. */
function checkedPair(pair: unknown): readonly [string, Value] {
  const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
  if (typeof name !== 'string') throw argumentError('the name of a header must be a string');
  return [name, value as Value];
}
