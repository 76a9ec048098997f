/** Bodies of requests by themselves, without an agent. */

import '../../../instruments/support/fake-native.js';

import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { UnderlyingByteSource } from 'node:stream/web';

import { describe, expect, test } from '@jest/globals';

import { RequestBody } from '../../../../lib/http/client/body/request-body.js';

/** A body that can be read only once. */
function stream(...chunks: (string | Uint8Array)[]): Readable {
  return Readable.from(chunks, { objectMode: false });
}

describe('a body that comes in parts', () => {
  const neverFails = (error: Error) => {
    throw error;
  };

  function recorded(body: unknown, maxBytes: number, length?: number): RequestBody {
    return new RequestBody(body, length, maxBytes, neverFails);
  }

  function opened(body: RequestBody): AsyncIterator<Buffer> {
    return (body.open() as unknown as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  async function read(body: RequestBody): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of body.open() as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  test('is whole from its beginning, however far it was read before', async () => {
    const body = recorded(stream('a', 'b', 'c'), 10);
    const first = opened(body);
    await first.next();
    const pending = first.next();
    expect(body.replayable).toBe(true);
    const whole = read(body);
    // It does not end as if it were complete.
    await expect(pending).rejects.toThrow();
    await expect(first.next()).rejects.toThrow();
    await expect(whole).resolves.toBe('abc');
    await expect(read(body)).resolves.toBe('abc');
  });

  test('copies what its maker may change', async () => {
    const chunk = Buffer.from('a');
    const body = recorded([chunk], 10);
    await read(body);
    chunk.fill('x');
    await expect(read(body)).resolves.toBe('a');
  });

  test.each([
    ['Uint8Array', () => new Uint8Array(Buffer.from('ab'))],
    ['Uint16Array', () => new Uint16Array(Uint8Array.from(Buffer.from('ab')).buffer)],
    ['DataView', () => new DataView(Uint8Array.from(Buffer.from('ab')).buffer)],
    ['ArrayBuffer', () => Uint8Array.from(Buffer.from('ab')).buffer],
  ])('may give its bytes as %s', async (_, make) => {
    await expect(read(recorded([make(), '', 'c'], 10))).resolves.toBe('abc');
  });

  test.each([
    ['fewer bytes than the bound', 7, true],
    ['as many bytes as the bound', 6, true],
    ['one byte more than the bound', 5, false],
    ['a chunk larger than the bound', 2, false],
    ['any byte, where nothing may be kept', 0, false],
  ])('can be sent again after %s: %#', async (_, maxBytes, replayable) => {
    const body = recorded(stream('aaa', 'bbb'), maxBytes);
    expect([body.alwaysReplayable, body.replayable]).toEqual([false, true]);
    await expect(read(body)).resolves.toBe('aaabbb');
    expect([body.alwaysReplayable, body.replayable]).toEqual([replayable, replayable]);
    if (replayable) await expect(read(body)).resolves.toBe('aaabbb');
    else expect(() => body.open()).toThrow('released');
  });

  test('is certain if its length says so', () => {
    expect(recorded(stream('a'), 5, 5).alwaysReplayable).toBe(true);
    expect(recorded(stream('a'), 5, 6).alwaysReplayable).toBe(false);
  });

  test('loses nothing to a sending that is over and still waits for the chunk that passes the bound', async () => {
    let give: (chunk: string) => void = () => undefined;
    const body = recorded(
      (async function* () {
        yield 'aaa';
        yield await new Promise<string>((resolve) => (give = resolve));
        yield 'ccc';
      })(),
      5,
    );
    const first = opened(body);
    await first.next();
    const pending = first.next();
    await new Promise(setImmediate);
    const whole = read(body);
    give('bbb');
    await expect(pending).rejects.toThrow();
    await expect(whole).resolves.toBe('aaabbbccc');
  });

  test('is not released while it may be needed again: the sending fails instead', async () => {
    const body = recorded(stream('aaa', 'bbb', 'ccc'), 5);
    const first = opened(body);
    await first.next();
    body.keep();
    await expect(first.next()).rejects.toThrow('once more');
    await expect(read(body)).resolves.toBe('aaabbbccc');
    expect(body.replayable).toBe(false);
  });

  test('fails where it is closed in the middle, and does not end', async () => {
    const body = recorded(stream('a', 'b'), 5);
    const reader = opened(body);
    await reader.next();
    body.close();
    await expect(reader.next()).rejects.toThrow();
    expect(() => body.open()).toThrow();
  });

  test('fails each time once its source failed, whatever that gives afterwards', async () => {
    const failure = new Error('broken');
    const failures: Error[] = [];
    let calls = 0;
    const source = {
      [Symbol.asyncIterator]: () => ({
        // As generators do: an error, and then the end.
        next: () => {
          calls += 1;
          if (calls === 2) return Promise.reject(failure);
          return Promise.resolve(
            calls === 1 ? { done: false, value: 'a' } : { done: true, value: undefined },
          );
        },
      }),
    };
    const body = new RequestBody(source, undefined, 5, (error) => failures.push(error));
    await expect(read(body)).rejects.toBe(failure);
    await expect(read(body)).rejects.toBe(failure);
    expect(failures).toEqual([failure]);
  });

  test.each([
    ['before it is read', false],
    ['while it is read', true],
  ])('is destroyed when it is closed %s', async (_, reads) => {
    const source = stream('a', 'b');
    const body = recorded(source, 5);
    if (reads) await opened(body).next();
    body.close();
    await once(source, 'close');
    expect(source.destroyed).toBe(true);
    await new Promise(setImmediate);
    expect(source.eventNames()).toEqual([]);
  });

  test('is destroyed where it waits for its source', async () => {
    const source = new Readable({ read: () => undefined });
    const body = recorded(source, 5);
    const pending = opened(body).next();
    await new Promise(setImmediate);
    body.close();
    await expect(pending).rejects.toThrow();
    expect(source.destroyed).toBe(true);
  });

  test('does not take the connection of a request that it is', async () => {
    const socket = new Socket();
    const source = new IncomingMessage(socket);
    recorded(source, 5).close(new Error('refused'));
    await new Promise((resolve) => source.once('close', resolve));
    expect([source.destroyed, socket.destroyed]).toEqual([true, false]);
    socket.destroy();
  });

  test('is cancelled where it is a stream of the web, also while it is read', async () => {
    for (const type of [undefined, 'bytes'] as const) {
      const reasons: unknown[] = [];
      const source = new ReadableStream({
        ...(type && { type }),
        cancel: (reason: unknown) => void reasons.push(reason),
      } as UnderlyingByteSource);
      const body = recorded(source, 5);
      const pending = opened(body).next();
      const reason = new Error('over');
      body.close(reason);
      await expect(pending).rejects.toThrow();
      await new Promise(setImmediate);
      expect(reasons).toEqual([reason]);
      expect(source.locked).toBe(false);
    }
  });

  test('may be a stream of bytes of the web', async () => {
    const chunks = ['ab', 'c'];
    const source = new ReadableStream({
      type: 'bytes',
      pull: (controller) => {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(new Uint8Array(Buffer.from(chunk)));
      },
    });
    await expect(read(recorded(source, 5))).resolves.toBe('abc');
  });

  test('gives nothing but bytes', async () => {
    const failures: Error[] = [];
    const body = new RequestBody([5], undefined, 5, (error) => failures.push(error));
    await expect(read(body)).rejects.toThrow(TypeError);
    expect(failures).toEqual([expect.any(TypeError)]);
    expect(() => recorded(5, 5)).toThrow(TypeError);
    const source = new ReadableStream();
    source.getReader();
    expect(() => recorded(source, 5)).toThrow(TypeError);
  });
});
