/**
 * What a function that ran as a client may not return: values that go on, or
 * are read, after it. That would happen as the process, although the caller
 * asked for it to be done as the client.
 */

import { Dir } from 'node:fs';
import { Stream } from 'node:stream';
import { types } from 'node:util';

/** Iterables that are finished: they hold their elements, and iterating them computes nothing. */
const FINISHED: readonly ((value: unknown) => boolean)[] = [
  (value) => Array.isArray(value),
  (value) => ArrayBuffer.isView(value),
  types.isMap,
  types.isSet,
  types.isStringObject,
  types.isArgumentsObject,
];

/** Methods of what goes on later: promises, iterators, streams of Node.js and of the web, observables. */
const METHODS = ['then', 'next', 'pipe', 'getReader', 'getWriter', Symbol.asyncIterator] as const;

/**
 * The value that goes on later: this one, or one in it, if it is an array, a
 * Map, a Set or a plain object. Deeper ones are not looked for; functions and
 * getters cannot be judged.
 *
 * An iterable that this package does not know as finished is taken for one that
 * computes its elements when it is iterated.
 */
export function unfinishedIn(value: unknown): object | undefined {
  if (isUnfinished(value)) return value;
  return elementsOf(value).find(isUnfinished);
}

function isUnfinished(value: unknown): value is object {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  if (METHODS.some((name) => hasMethod(value, name))) return true;
  if (hasMethod(value, Symbol.iterator) && !FINISHED.some((is) => is(value))) return true;
  // A TransformStream is a pair of streams.
  const { readable, writable } = value as { readable?: unknown; writable?: unknown };
  return hasMethod(readable, 'getReader') || hasMethod(writable, 'getWriter');
}

function hasMethod(value: unknown, name: string | symbol): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as Record<string | symbol, unknown>)[name] === 'function';
}

/** Whatever methods somebody gave it. */
const mapValues = (map: ReadonlyMap<unknown, unknown>) => Map.prototype.values.call(map);
const setValues = (set: ReadonlySet<unknown>) => Set.prototype.values.call(set);

function elementsOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value as unknown[];
  if (types.isMap(value)) return [...mapValues(value)];
  if (types.isSet(value)) return [...setValues(value)];
  if (!isPlain(value)) return [];
  // Not the getters: what they give is computed when it is read.
  return Object.values(Object.getOwnPropertyDescriptors(value)).map(
    (property) => property.value as unknown,
  );
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Ends what goes on later, where it is known how, so that it does nothing as
 * the process. What it throws meanwhile does not count.
 */
export function endUnfinished(value: object): void {
  if (value instanceof Stream) endStream(value);
  else if (value instanceof Dir) attempt(value, 'closeSync');
  else if (hasMethod(value, 'next')) attempt(value, 'return');
  else if (hasMethod(value, 'getReader')) attempt(value, 'cancel');
  else if (hasMethod(value, 'getWriter')) attempt(value, 'abort');
  else muteRejection(value);
}

function endStream(stream: Stream & { _construct?: unknown }): void {
  // fs would open, and perhaps make, the file of a stream after this.
  if (typeof stream._construct === 'function') {
    stream._construct = (done: () => void) => {
      done();
    };
  }
  stream.on('error', ignore);
  attempt(stream, 'destroy');
}

function attempt(value: object, method: string): void {
  try {
    if (!hasMethod(value, method)) return;
    muteRejection((value as Record<string, () => unknown>)[method]?.());
  } catch {
    // There is an error already: that it is unfinished.
  }
}

/** The caller is told that it is a promise; how it ends is of no interest any more. */
function muteRejection(value: unknown): void {
  if (types.isPromise(value)) void Promise.prototype.then.call(value, undefined, ignore);
}

function ignore(): void {
  // It was ended.
}
