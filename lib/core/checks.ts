/**
 * How every function of this package takes its options: own properties of a
 * plain object, each read once, and none that it does not know. A setting that
 * was misspelt, inherited or lost must not become the default, where the
 * default protects less.
 */

import { argumentError } from './errors.js';
import { nearestName } from './nearest-name.js';

/**
 * What an option may be, next to its values:
 *
 * - `'required'`: undefined counts as absent, and the function refuses that.
 * - `'optional'`: absent, but not undefined, which would be a lost value.
 * - `'orUndefined'`: absent or undefined, as its type says.
 */
type OptionKind = 'required' | 'optional' | 'orUndefined';

type KindOf<Options, Name extends keyof Options> = undefined extends Required<Options>[Name]
  ? 'orUndefined'
  : object extends Pick<Options, Name>
    ? 'optional'
    : 'required';

/** The options of an interface, all of them: one that is missing here does not compile. */
type OptionKinds<Options> = { readonly [Name in keyof Required<Options>]: KindOf<Options, Name> };

/** The names that a function takes as options. */
export interface OptionNames<Options> {
  readonly kinds: ReadonlyMap<string, OptionKind>;
  /** What a misspelt name may have meant: the names, and those of records among the options. */
  readonly hints: readonly string[];
  /** For the compiler alone. */
  readonly of?: Options;
}

/**
 * The names of the options of an interface.
 *
 * @param records the names within options that are records themselves, for hints
 */
export function optionNames<Options>(
  kinds: OptionKinds<Options>,
  records: Readonly<Record<string, Pick<OptionNames<unknown>, 'hints'>>> = {},
): OptionNames<Options> {
  const inRecords = Object.entries(records).flatMap(([record, { hints }]) =>
    hints.map((name) => `${record}.${name}`),
  );
  return namesOf(Object.entries<OptionKind>(kinds), inRecords);
}

/** The same where the names are data and no interface. */
export function namesOf<Options>(
  kinds: Iterable<readonly [name: string, kind: OptionKind]>,
  inRecords: readonly string[] = [],
): OptionNames<Options> {
  const map = new Map(kinds);
  return { kinds: map, hints: [...map.keys(), ...inRecords] };
}

/** What options are read into. It inherits nothing, whatever happens to Object.prototype. */
type Snapshot = Record<string, unknown>;
// A class, because objects made by Object.create(null) are slow.
const Snapshot = function () {
  // It begins empty.
} as unknown as new () => Snapshot;
const SNAPSHOT_PROTOTYPE = Object.freeze(Object.create(null) as object);
Snapshot.prototype = SNAPSHOT_PROTOTYPE;

/**
 * The options that were given to a function, read once. Everything else reads
 * them from here alone, and still checks the values.
 *
 * @param what names the function in errors
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for anything but a plain
 * object, an unknown option, and an option that is present but undefined
 */
export function ownOptions<Options>(
  given: unknown,
  names: OptionNames<Options>,
  what: string,
): Readonly<Options> {
  return ownProperties(given, names, `the options of ${what}`, '');
}

/** The same for a record among the options, or an element of a list. @param where names it in errors */
export function ownRecord<Options>(
  given: unknown,
  names: OptionNames<Options>,
  where: string,
): Readonly<Options> {
  return ownProperties(given, names, where, `${where}.`);
}

/** The own properties of a plain object whose names are somebody else's. */
export function ownSettings<Settings>(given: unknown, where: string): Readonly<Settings> {
  checkPlain(given, where);
  const own = new Snapshot();
  for (const name of Object.getOwnPropertyNames(given)) {
    own[name] = (given as Record<string, unknown>)[name];
  }
  return Object.freeze(own) as unknown as Readonly<Settings>;
}

function ownProperties<Options>(
  given: unknown,
  names: OptionNames<Options>,
  what: string,
  prefix: string,
): Readonly<Options> {
  checkPlain(given, what);
  const { kinds } = names;
  const own = new Snapshot();
  // Also those that are not enumerable. Not symbols, which are no misspelt names:
  // Reflect.ownKeys, which has them, takes ten times as long.
  for (const name of Object.getOwnPropertyNames(given)) {
    const kind = kinds.get(name);
    if (kind === undefined) throw unknownOption(name, names, prefix);
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined) own[name] = value;
    else if (kind === 'optional') {
      throw argumentError(`${prefix}${name} is undefined; leave it out for the default`);
    }
  }
  return own as unknown as Readonly<Options>;
}

function checkPlain(given: unknown, what: string): asserts given is object {
  if (typeof given === 'object' && given !== null && isPlain(given)) return;
  throw argumentError(`${what} must be a plain object`);
}

/** Whether an object has nothing but its own properties. */
function isPlain(object: object): boolean {
  if (Array.isArray(object)) return false;
  const prototype = Object.getPrototypeOf(object) as object | null;
  return (
    prototype === Object.prototype ||
    prototype === null ||
    prototype === SNAPSHOT_PROTOTYPE ||
    isObjectPrototype(prototype)
  );
}

/** Whether it is the Object.prototype of another realm: of a vm context, for instance. */
function isObjectPrototype(prototype: object): boolean {
  return (
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'hasOwnProperty') &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  );
}

function unknownOption(
  name: string,
  { hints }: Pick<OptionNames<unknown>, 'hints'>,
  prefix: string,
): TypeError {
  const hint = nearestName(name, hints);
  const question = hint === undefined ? '' : `. Did you mean '${prefix}${hint}'?`;
  return argumentError(`Unknown option '${prefix}${name}'${question}`);
}

/** SSPI counts strings in 16 bits in places. */
export const MAX_TEXT_CHARACTERS = 32767;

/** A string that Windows can take: without a zero character, and not too long. */
export function checkedText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw argumentError(`${name} must be a string`);
  if (value.includes('\0')) throw argumentError(`${name} must not contain a zero character`);
  if (value.length > MAX_TEXT_CHARACTERS) throw argumentError(`${name} is too long`);
  return value;
}

/** The same, and not empty. */
export function requiredText(value: unknown, name: string): string {
  const text = checkedText(value, name);
  if (text === '') throw argumentError(`${name} must not be empty`);
  return text;
}

export function checkedBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw argumentError(`${name} must be true or false`);
  return value;
}

export function checkedBytes(value: unknown, name: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw argumentError(`${name} must be a Uint8Array or Buffer`);
  return value;
}

export function isUint32(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}

export function checkedUint32(value: unknown, name: string): number {
  if (!isUint32(value)) throw argumentError(`${name} must be an integer from 0 to 4294967295`);
  return value;
}
