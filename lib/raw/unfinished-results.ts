/**
 * Values that a function which ran as a client must not return, because they
 * continue, or are read, after the function has returned. That would happen as
 * the process, although the caller asked for it to be done as the client.
 */

import { EventEmitter } from 'node:events';
import { Dir } from 'node:fs';
import { Stream } from 'node:stream';
import { types } from 'node:util';

/** Finished iterables: they hold their elements, and iterating them computes nothing. */
const FINISHED: readonly ((value: unknown) => boolean)[] = [
  (value) => Array.isArray(value),
  (value) => ArrayBuffer.isView(value),
  types.isMap,
  types.isSet,
  types.isStringObject,
  types.isArgumentsObject,
];

const BUILT_IN = /^function [^(]*\(\) \{\s*\[native code\]\s*\}$/;

/**
 * Methods of unfinished values: promises, iterators, streams of Node.js and of the
 * web, observables.
 */
const METHODS = ['then', 'next', 'pipe', 'getReader', 'getWriter', Symbol.asyncIterator] as const;

/**
 * Finds all unfinished values: the value itself, or the elements of it if it is an
 * array, a Map, a Set or a plain object. Deeper levels are not searched, and
 * functions and getters cannot be judged.
 *
 * An iterable counts as unfinished unless this package knows that its elements
 * are not computed during iteration.
 */
export function unfinishedIn(value: unknown): object[] {
  if (isUnfinished(value)) return [value];
  return elementsOf(value).filter(isUnfinished);
}

function isUnfinished(value: unknown): value is object {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  if (METHODS.some((name) => hasMethod(value, name))) return true;
  if (hasMethod(value, Symbol.iterator) && !FINISHED.some((is) => is(value))) return true;
  if (hasMethod(value, Symbol.iterator) && !iteratesAsBuiltIn(value)) return true;
  // File watchers, servers, child processes.
  if (value instanceof EventEmitter) return true;
  // A TransformStream is a pair of streams; the body of a Response is a stream.
  const { readable, writable, body } = value as Record<string, unknown>;
  return (
    [readable, body].some((is) => hasMethod(is, 'getReader')) || hasMethod(writable, 'getWriter')
  );
}

/** Whether an array, Map or the like has its built-in iterator. */
function iteratesAsBuiltIn(value: object): boolean {
  const iterate = (value as Record<symbol, unknown>)[Symbol.iterator];
  // Compared by text, because other realms have other function objects.
  return BUILT_IN.test(Function.prototype.toString.call(iterate));
}

function hasMethod(value: unknown, name: string | symbol): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as Record<string | symbol, unknown>)[name] === 'function';
}

/** Built-in methods, in case those of the object were replaced. */
const mapEntries = (map: ReadonlyMap<unknown, unknown>) => Map.prototype.entries.call(map);
const setValues = (set: ReadonlySet<unknown>) => Set.prototype.values.call(set);

function elementsOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value as unknown[];
  if (types.isMap(value)) return [...mapEntries(value)].flat();
  if (types.isSet(value)) return [...setValues(value)];
  if (!isPlain(value)) return [];
  // Getters are not called: they compute their values when they are read.
  return Object.values(Object.getOwnPropertyDescriptors(value)).map(
    (property) => property.value as unknown,
  );
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Ends an unfinished value, if this package knows how, so that it does nothing as
 * the process. Errors are ignored.
 */
export function endUnfinished(value: object): void {
  // Whatever else it is: a promise may have methods of its own.
  muteRejection(value);
  if (value instanceof Stream) endStream(value);
  else if (value instanceof Dir) attempt(value, 'closeSync');
  else if (hasMethod(value, 'next')) attempt(value, 'return');
  else if (hasMethod(value, 'getReader')) attempt(value, 'cancel');
  else if (hasMethod(value, 'getWriter')) attempt(value, 'abort');
  else if (value instanceof EventEmitter) endEmitter(value as EventEmitter);
}

function endStream(stream: Stream & { _construct?: unknown }): void {
  // Otherwise fs would open, and perhaps create, the file of the stream later.
  if (typeof stream._construct === 'function') {
    stream._construct = (done: () => void) => {
      done();
    };
  }
  stream.on('error', ignore);
  attempt(stream, 'destroy');
}

/** For example a watcher of fs, which would read its files as the process. */
function endEmitter(value: EventEmitter): void {
  value.on('error', ignore);
  attempt(value, 'stop');
  attempt(value, 'close');
}

function attempt(value: object, method: string): void {
  try {
    if (!hasMethod(value, method)) return;
    muteRejection((value as Record<string, () => unknown>)[method]?.());
  } catch {
    // The caller already gets an error: the value is unfinished.
  }
}

/** The caller already gets an error, so the rejection of the promise is ignored. */
function muteRejection(value: unknown): void {
  if (types.isPromise(value)) void Promise.prototype.then.call(value, undefined, ignore);
}

function ignore(): void {
  // The value was ended.
}
