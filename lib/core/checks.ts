/**
 * How every function of this package reads its options: from the own properties
 * of a plain object, each of them once, and unknown ones are errors. A setting
 * that was misspelt, inherited or lost must not silently become the default,
 * because the default may protect less.
 */

import { types } from 'node:util';

import { argumentError } from './errors.js';
import { nearestName } from './nearest-name.js';

/**
 * Whether an option may be absent or undefined:
 *
 * - `'required'`: neither; undefined counts as absent, and the function rejects that.
 * - `'optional'`: absent, but not undefined, which would be a lost value.
 * - `'orUndefined'`: absent or undefined, as its type declares.
 */
type OptionKind = 'required' | 'optional' | 'orUndefined';

type KindOf<Options, Name extends keyof Options> = undefined extends Required<Options>[Name]
  ? 'orUndefined'
  : object extends Pick<Options, Name>
    ? 'optional'
    : 'required';

/** A kind for every option of an interface: if one is missing, it does not compile. */
type OptionKinds<Options> = { readonly [Name in keyof Required<Options>]: KindOf<Options, Name> };

/** The names of a function's options. */
export interface OptionNames<Options> {
  readonly kinds: ReadonlyMap<string, OptionKind>;
  /** Suggestions for misspelt names: the options, and the fields of records among them. */
  readonly hints: readonly string[];
  /** Never set; it binds `Options` for the compiler. */
  readonly of?: Options;
}

/**
 * The names of an interface's options.
 *
 * @param records the field names of options that are records themselves, for hints
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

/** The same for names that are data, not an interface. */
export function namesOf<Options>(
  kinds: Iterable<readonly [name: string, kind: OptionKind]>,
  inRecords: readonly string[] = [],
): OptionNames<Options> {
  const map = new Map(kinds);
  return { kinds: map, hints: [...map.keys(), ...inRecords] };
}

/**
 * The object that options are read into. It inherits nothing, even if
 * Object.prototype is changed.
 */
type Snapshot = Record<string, unknown>;
// A class, because objects made by Object.create(null) are slow.
const Snapshot = function () {
  // A new snapshot is empty.
} as unknown as new () => Snapshot;
const SNAPSHOT_PROTOTYPE = Object.freeze(Object.create(null) as object);
Snapshot.prototype = SNAPSHOT_PROTOTYPE;

/**
 * Reads the options of a function, each once. All other code uses the result
 * and not the original, and still has to check the values.
 *
 * @param what names the function in errors
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` for anything but a plain
 * object, for an unknown option, and for an option that is present but undefined
 */
export function ownOptions<Options>(
  given: unknown,
  names: OptionNames<Options>,
  what: string,
): Readonly<Options> {
  return ownProperties(given, names, `the options of ${what}`, '');
}

/**
 * The same for a record among the options or an element of a list.
 * @param where names it in errors
 */
export function ownRecord<Options>(
  given: unknown,
  names: OptionNames<Options>,
  where: string,
): Readonly<Options> {
  return ownProperties(given, names, where, `${where}.`);
}

/** Reads the own properties of a plain object whose names this package does not define. */
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
  // Includes properties that are not enumerable, but not symbols: a symbol is not
  // a misspelt name, and Reflect.ownKeys, which includes them, takes ten times as long.
  for (const name of Object.getOwnPropertyNames(given)) {
    const kind = kinds.get(name);
    if (kind === undefined) throw unknownOption(name, names, prefix);
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined) own[name] = value;
    else if (kind === 'optional') {
      throw argumentError(`${prefix}${name} is undefined; omit it to use the default`);
    }
  }
  return own as unknown as Readonly<Options>;
}

function checkPlain(given: unknown, what: string): asserts given is object {
  if (typeof given === 'object' && given !== null && isPlain(given)) return;
  throw argumentError(`${what} must be a plain object`);
}

/** Whether an object has only own properties, apart from those of Object.prototype. */
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

/** Whether this is the Object.prototype of another realm, for example of a vm context. */
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

/** Some SSPI structures store string lengths in 16 bits. */
export const MAX_TEXT_CHARACTERS = 32767;

/** Returns a string that can be passed to Windows: no null characters, and not too long. */
export function checkedText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw argumentError(`${name} must be a string`);
  if (value.includes('\0')) throw argumentError(`${name} must not contain null characters`);
  if (value.length > MAX_TEXT_CHARACTERS) throw argumentError(`${name} is too long`);
  return value;
}

/** The same, but the string must not be empty. */
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
  if (!types.isUint8Array(value)) {
    const given = value === null ? 'null' : typeof value;
    throw argumentError(`${name} must be a Uint8Array or Buffer, not ${given}`);
  }
  if (value.length === 0 && isDetached(value)) {
    throw argumentError(`the buffer of ${name} is detached: it was transferred to another thread`);
  }
  return value;
}

/** Whether the bytes of an array are gone. ArrayBuffer.prototype.detached is newer than Node.js 20. */
function isDetached({ buffer }: Uint8Array): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** One of some strings. */
export function checkedChoice<Choice extends string>(
  value: unknown,
  name: string,
  choices: readonly Choice[],
): Choice {
  if ((choices as readonly unknown[]).includes(value)) return value as Choice;
  throw argumentError(`${name} must be one of '${choices.join("', '")}'`);
}

/** A copy of bytes. Not by Uint8Array.from, which would run the array's own iterator. */
export function copyOfBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** Passed to constructors that only this package may call, whatever TypeScript says of them. */
export const MADE_HERE = Symbol('made by secur32');

/** Throws unless a constructor was called by this package. @param how how instances are made */
export function checkMadeHere(key: unknown, what: string, how: string): void {
  if (key !== MADE_HERE) throw argumentError(`${what} cannot be constructed; ${how}`);
}

export function isUint32(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}

export function checkedUint32(value: unknown, name: string): number {
  if (!isUint32(value)) throw argumentError(`${name} must be an integer from 0 to 4294967295`);
  return value;
}
