/**
 * What a function that ran as a client may not return: values that go on, or
 * are read, after it. That would happen as the process, although the caller
 * asked for it to be done as the client.
 */

import { EventEmitter } from 'node:events';
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

const BUILT_IN = /^function [^(]*\(\) \{\s*\[native code\]\s*\}$/;

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
  if (hasMethod(value, Symbol.iterator) && !iteratesAsBuiltIn(value)) return true;
  // Watchers of files, servers, child processes.
  if (value instanceof EventEmitter) return true;
  // A TransformStream is a pair of streams; a Response has its body in one.
  const { readable, writable, body } = value as Record<string, unknown>;
  return (
    [readable, body].some((is) => hasMethod(is, 'getReader')) || hasMethod(writable, 'getWriter')
  );
}

/** Whether iterating an array, a Map and the like does nothing of its own. */
function iteratesAsBuiltIn(value: object): boolean {
  const iterate = (value as Record<symbol, unknown>)[Symbol.iterator];
  // By its text: those of other realms are other functions.
  return BUILT_IN.test(Function.prototype.toString.call(iterate));
}

function hasMethod(value: unknown, name: string | symbol): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as Record<string | symbol, unknown>)[name] === 'function';
}

/** Whatever methods somebody gave it. */
const mapEntries = (map: ReadonlyMap<unknown, unknown>) => Map.prototype.entries.call(map);
const setValues = (set: ReadonlySet<unknown>) => Set.prototype.values.call(set);

function elementsOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value as unknown[];
  if (types.isMap(value)) return [...mapEntries(value)].flat();
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
  else if (value instanceof EventEmitter) endEmitter(value as EventEmitter);
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

/** A watcher of fs, for instance: it would look at its files as the process. */
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
