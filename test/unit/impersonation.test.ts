import { fake } from '../instruments/support/fake-native.js';

import { once } from 'node:events';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  opendirSync,
  rmSync,
  watch,
  watchFile,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { ReadableStream, TransformStream, WritableStream } from 'node:stream/web';
import { runInNewContext } from 'node:vm';

import { describe, expect, test } from '@jest/globals';

import { SEC_E_NO_IMPERSONATION } from '../../lib/constants/status.js';
import { impersonationError } from '../../lib/raw/impersonation.js';
import { ImpersonationFailure, Refusal } from '../../lib/binding/native-binding.js';
import { ServerContext } from '../../lib/context/server-context.js';
import {
  argumentError,
  coded,
  credentials,
  establishedServer,
} from '../instruments/support/fake-handles.js';

const NOT_SYNCHRONOUS = coded('ERR_SECUR32_IMPERSONATING');
const SUCCESS = [0, ImpersonationFailure.none] as const;

function* generate() {
  yield 1;
}
/** Says in a list when it begins and ends. */
function* lines(log: string[]) {
  log.push('began');
  try {
    yield 1;
  } finally {
    log.push('ended');
  }
}
class Lazy extends Map<string, number> {
  override *[Symbol.iterator](): MapIterator<[string, number]> {
    yield ['a', 1];
  }
}
const ignore = () => undefined;
async function* generateLater() {
  yield await Promise.resolve(1);
}

describe('impersonate', () => {
  test('runs the function as the client, and gives what it returns', async () => {
    const context = await establishedServer();
    const value = { a: 1 };
    let within: string[] = [];
    fake.impersonationAnswers.push(SUCCESS);
    const returned = context.impersonate(() => {
      within = [...fake.log];
      return value;
    });
    expect(returned).toBe(value);
    expect(within.at(-1)).toBe('impersonate');
    expect(fake.calls).toEqual([{ call: 'impersonate', handle: 1, args: [] }]);
  });

  test.each<[unknown]>([
    [undefined],
    [null],
    [0],
    [''],
    [false],
    [{ then: 1 }],
    [() => 1],
    ['text'],
    [Object('text')],
    [[1, 'two', { three: 3 }]],
    [Buffer.from('bytes')],
    [new Float64Array(2)],
    [new DataView(new ArrayBuffer(1))],
    [new Map([['a', 1]])],
    [new Set([1])],
    [new Date(0)],
    [new Error('a value')],
    [{ next: 1, pipe: true, deeper: { stream: 'no stream' } }],
    [runInNewContext('new Set([1])') as object],
    [runInNewContext('[1]') as object],
    [new Map([[['a'], { b: ['c'] }]])],
  ])('gives %p back', async (value) => {
    const context = await establishedServer();
    fake.impersonationAnswers.push(SUCCESS);
    expect(context.impersonate(() => value)).toBe(value);
  });

  test('throws what the function throws', async () => {
    const context = await establishedServer();
    const error = new RangeError('mine');
    fake.impersonationAnswers.push(SUCCESS, SUCCESS);
    expect(() =>
      context.impersonate(() => {
        throw error;
      }),
    ).toThrow(error);
    expect(() =>
      context.impersonate(() => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- whatever is thrown
        throw undefined;
      }),
    ).toThrow();
  });

  test('never calls an async function', async () => {
    const context = await establishedServer();
    let called = false;
    expect(() =>
      // eslint-disable-next-line @typescript-eslint/require-await -- what must not be
      context.impersonate(async () => {
        called = true;
      }),
    ).toThrow(NOT_SYNCHRONOUS);
    expect([called, fake.calls]).toEqual([false, []]);
  });

  test.each([
    ['a generator', generate],
    ['an async generator', generateLater],
  ])('never calls %s', async (_, act: () => unknown) => {
    const context = await establishedServer();
    expect(() => context.impersonate(act)).toThrow(NOT_SYNCHRONOUS);
    expect(fake.calls).toEqual([]);
  });

  test.each<[string, () => unknown]>([
    ['a promise', () => Promise.resolve(1)],
    ['a generator', () => generate()],
    ['an async generator', () => generateLater()],
    ['an object with then', () => ({ then: () => undefined })],
    ['a function with then', () => Object.assign(() => 1, { then: () => undefined })],
    ['an iterator of an array', () => [1].values()],
    ['an iterator of a Map', () => new Map().entries()],
    ['an iterator made by hand', () => ({ next: () => ({ done: true, value: 1 }) })],
    [
      'an iterator without a prototype',
      () => Object.assign(Object.create(null) as object, { next: ignore }),
    ],
    ['an iterable made by hand, which computes later', () => ({ [Symbol.iterator]: generate })],
    [
      'an object that reads its elements later by the iterator of arrays',
      () => ({
        length: 1,
        get 0() {
          return 'read later';
        },
        [Symbol.iterator]: Array.prototype[Symbol.iterator],
      }),
    ],
    ['an async iterable', () => ({ [Symbol.asyncIterator]: generateLater })],
    ['a Readable', () => Readable.from(['a'])],
    ['a Writable', () => new Writable()],
    ['a stream of a file', () => createReadStream(__filename)],
    ['a ReadableStream', () => new ReadableStream()],
    ['a WritableStream', () => new WritableStream()],
    ['a TransformStream', () => new TransformStream()],
    ['a directory that is read later', () => opendirSync(__dirname)],
    ['an observable', () => ({ pipe: () => undefined })],
    ['an array with a promise', () => [1, Promise.resolve(1)]],
    ['an object with a stream', () => ({ name: 'a', stream: Readable.from(['a']) })],
    [
      'an object with an iterator that is not enumerable',
      () => Object.defineProperty({}, 'a', { value: [1].values() }),
    ],
    ['a Map with a promise', () => new Map([['a', Promise.resolve(1)]])],
    ['a Set with a generator', () => new Set([generate()])],
    ['a Map with a promise for a key', () => new Map([[Promise.resolve(), 'a']])],
    [
      'an array with an iterator of its own',
      () => Object.assign([1], { [Symbol.iterator]: generate }),
    ],
    ['a Map of a class that computes its entries', () => new Lazy()],
    ['a Response with a stream', () => new Response(new ReadableStream())],
    ['a watcher of a folder', () => watch(__dirname)],
    ['a watcher of a file', () => watchFile(__filename, ignore)],
    ['a server', () => createServer()],
    ['a promise that is rejected', () => Promise.reject(new Error('nobody waits for this one'))],
  ])('throws where the function returns %s', async (_, act) => {
    const context = await establishedServer();
    fake.impersonationAnswers.push(SUCCESS);
    expect(() => context.impersonate(act)).toThrow(NOT_SYNCHRONOUS);
  });

  test('ends what it does not give back, so that nothing of it runs later', async () => {
    const context = await establishedServer();
    const folder = mkdtempSync(join(tmpdir(), 'secur32-impersonate-'));
    const later: string[] = [];
    const made = join(folder, 'made by a stream');
    const reading = createReadStream(__filename);
    const writing = createWriteStream(made);
    const piece = new ReadableStream({ cancel: () => void later.push('cancelled') });
    const [begun, fresh] = [lines(later), lines(later)];
    begun.next();
    for (const value of [reading, [writing], piece, { begun }, fresh]) {
      fake.impersonationAnswers.push(SUCCESS);
      expect(() => context.impersonate(() => value)).toThrow(NOT_SYNCHRONOUS);
    }
    try {
      await Promise.all([once(reading, 'close'), once(writing, 'close')]);
      expect([reading.bytesRead, reading.pending, existsSync(made)]).toEqual([0, true, false]);
      expect([...begun, ...fresh, later]).toEqual([['began', 'cancelled', 'ended']]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('takes care of every promise that it refuses, whatever else it is (K5)', async () => {
    const context = await establishedServer();
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => void unhandled.push(reason);
    const real = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', listener);
    const failing = () => Promise.reject(new Error('nobody waits for this one'));
    const pipeable = Object.assign(failing(), { pipe: ignore, next: ignore, getReader: ignore });
    try {
      for (const value of [
        [failing(), failing()],
        new Map([[failing(), failing()]]),
        new Set([failing(), pipeable]),
        { one: failing(), other: failing() },
        Object.assign(failing(), { next: ignore }),
      ]) {
        fake.impersonationAnswers.push(SUCCESS);
        expect(() => context.impersonate(() => value)).toThrow(NOT_SYNCHRONOUS);
      }
      // Told after the microtasks.
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
    } finally {
      process.removeListener('unhandledRejection', listener);
      for (const each of real) process.on('unhandledRejection', each);
    }
  });

  test('goes on where ending it fails', async () => {
    const context = await establishedServer();
    const value = {
      next: ignore,
      return: () => {
        throw new Error('it cannot be ended');
      },
    };
    fake.impersonationAnswers.push(SUCCESS);
    expect(() => context.impersonate(() => value)).toThrow(NOT_SYNCHRONOUS);
  });

  test('gives a function back, which it cannot judge, and a getter, which it does not call', async () => {
    const context = await establishedServer();
    const lazy = {
      get later() {
        throw new Error('it was called');
      },
      act: () => Promise.resolve(1),
    };
    fake.impersonationAnswers.push(SUCCESS);
    expect(context.impersonate(() => lazy)).toBe(lazy);
  });

  test('asks what is returned for its then while it is the client, and throws what that throws', async () => {
    const context = await establishedServer();
    const error = new Error('mine');
    const value = {
      get then() {
        throw error;
      },
    };
    fake.impersonationAnswers.push(SUCCESS);
    expect(() => context.impersonate(() => value)).toThrow(error);
  });

  test('works again after a failure', async () => {
    const context = await establishedServer();
    fake.impersonationAnswers.push([SEC_E_NO_IMPERSONATION, 0], SUCCESS);
    expect(() => context.impersonate(() => 1)).toThrow();
    expect(context.impersonate(() => 2)).toBe(2);
  });

  test.each<[string, readonly [number, ImpersonationFailure], object]>([
    [
      'the package refuses',
      [SEC_E_NO_IMPERSONATION, ImpersonationFailure.none],
      { code: 'SEC_E_NO_IMPERSONATION', call: 'ImpersonateSecurityContext' },
    ],
    [
      'the package refuses, whatever else there is',
      [SEC_E_NO_IMPERSONATION, ImpersonationFailure.identifyOnly],
      { code: 'SEC_E_NO_IMPERSONATION', call: 'ImpersonateSecurityContext' },
    ],
    [
      'the thread acts as a client already',
      [0, ImpersonationFailure.already],
      { code: 'ERR_SECUR32_IMPERSONATING' },
    ],
    [
      'the package did nothing',
      [0, ImpersonationFailure.noToken],
      { code: 'ERR_SECUR32_CANNOT_IMPERSONATE', message: expect.stringContaining('the package') },
    ],
    [
      'the client may only be identified',
      [0, ImpersonationFailure.identifyOnly],
      {
        code: 'ERR_SECUR32_CANNOT_IMPERSONATE',
        message: expect.stringContaining('may only be identified'),
      },
    ],
  ])('runs nothing where %s', async (_, answer, error) => {
    const context = await establishedServer();
    let called = false;
    fake.impersonationAnswers.push(answer);
    expect(() => {
      context.impersonate(() => {
        called = true;
      });
    }).toThrow(expect.objectContaining(error));
    expect(called).toBe(false);
  });

  test('throws where the function was not called, and nothing says why', async () => {
    const context = await establishedServer();
    fake.impersonate = () => SUCCESS;
    expect(() => context.impersonate(() => 1)).toThrow(
      expect.objectContaining({
        code: 'ERR_SECUR32_CANNOT_IMPERSONATE',
        message: 'the function was not called',
      }),
    );
  });

  test.each([
    [Refusal.busy, 'ERR_SECUR32_BUSY'],
    [Refusal.impersonating, 'ERR_SECUR32_IMPERSONATING'],
    [Refusal.noMemory, 'ERR_SECUR32_OUT_OF_MEMORY'],
  ] as const)('throws refusal %i as %s', async (refusal, code) => {
    const context = await establishedServer();
    fake.impersonationAnswers.push(refusal);
    expect(() => context.impersonate(() => 1)).toThrow(coded(code));
  });

  test.each([[undefined], [null], ['function'], [{}], [Promise.resolve()]])(
    'refuses %p as a function',
    async (act) => {
      const context = await establishedServer();
      expect(() => context.impersonate(act as never)).toThrow(
        argumentError(/^impersonate requires a function$/),
      );
      expect(fake.calls).toEqual([]);
    },
  );

  test('needs a context that is established, and not closed', async () => {
    const context = new ServerContext(await credentials());
    expect(() => context.impersonate(() => 1)).toThrow(coded('ERR_SECUR32_NOT_ESTABLISHED'));
    const other = await establishedServer();
    other.close();
    expect(() => other.impersonate(() => 1)).toThrow(coded('ERR_SECUR32_CLOSED'));
    expect(fake.calls).toEqual([]);
  });
});

test('there is no error where there was no failure', () => {
  expect(impersonationError(0, ImpersonationFailure.none)).toBeUndefined();
});
