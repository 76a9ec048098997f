/** Bodies that another reader has read, or is reading, in part: the rest is not sent as a whole body. */

import '../../../instruments/support/fake-native.js';

import { PassThrough, Readable } from 'node:stream';

import { afterEach, describe, expect, test } from '@jest/globals';
import { request } from 'undici';

import { integratedFetch } from '../../../../lib/http/client/undici/integrated-fetch.js';
import { argumentError } from '../../../instruments/support/fake-handles.js';
import { agentFor, destroyAgents } from '../../../instruments/support/http-client.js';
import {
  closeServers,
  serve,
  type TestServer,
} from '../../../instruments/support/plain-http-server.js';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  await destroyAgents();
  await closeServers();
});

type Send = (server: TestServer, body: unknown) => Promise<string>;

const clientOfAgent = (): Send => {
  const dispatcher = agentFor();
  return async ({ origin }, body) => {
    const options = { method: 'POST' as const, body: body as string };
    return (await request(origin, { ...options, dispatcher })).body.text();
  };
};

const clients: [string, () => Send][] = [
  ['an IntegratedAgent', clientOfAgent],
  [
    'integratedFetch',
    () => {
      const fetch = integratedFetch({ hosts: ['localhost'] });
      cleanUps.push(() => fetch.agent.destroy());
      return async ({ origin }, body) => {
        const init = { method: 'POST', body: body as never, duplex: 'half' as const };
        return (await fetch(origin, init)).text();
      };
    },
  ],
];

function nodeStream(): PassThrough {
  const stream = new PassThrough();
  stream.write('first ');
  stream.end('second');
  return stream;
}

function webStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(Buffer.from('first '));
      controller.enqueue(Buffer.from('second'));
      controller.close();
    },
  });
}

/** The error of a failed request: with `fetch` it is the cause. */
async function failure(sent: Promise<string>): Promise<unknown> {
  const error: unknown = await sent.then(
    (text) => new Error(`the server got: ${text}`),
    (reason: unknown) => reason,
  );
  return (error as Error).cause ?? error;
}

const read: [string, () => unknown][] = [
  [
    'of which a part was read',
    async () => {
      const stream = nodeStream();
      await new Promise(setImmediate);
      expect(String(stream.read(6))).toBe('first ');
      return stream;
    },
  ],
  [
    'that was read to its end',
    async () => {
      const stream = nodeStream();
      await stream.toArray();
      return stream;
    },
  ],
  [
    'that was read to its end and stays open',
    async () => {
      const stream = Readable.from(['part'], { autoDestroy: false });
      stream.resume();
      await new Promise((resolve) => stream.once('end', resolve));
      return stream;
    },
  ],
  ['that flows', () => nodeStream().resume()],
  ['with a listener for its data', () => nodeStream().on('data', () => undefined)],
  ['with a listener that will read', () => nodeStream().on('readable', () => undefined)],
  [
    'that is piped elsewhere',
    () => {
      const stream = nodeStream();
      stream.pipe(new PassThrough());
      return stream;
    },
  ],
  [
    'of the web of which a part was read',
    async () => {
      const stream = webStream();
      const reader = stream.getReader();
      await reader.read();
      reader.releaseLock();
      return stream;
    },
  ],
  [
    'of the web that was read to its end',
    async () => {
      const stream = webStream();
      await new Response(stream).text();
      return stream;
    },
  ],
  [
    'of the web that was cancelled',
    async () => {
      const stream = webStream();
      await stream.cancel();
      return stream;
    },
  ],
];

describe.each(clients)('%s refuses a stream', (_, make) => {
  test.each(read)('%s', async (__, spoiled) => {
    const server = await serve(({ body }, response) => response.end(body));
    expect(await failure(make()(server, await spoiled()))).toEqual(argumentError());
    expect(server.seen).toEqual([]);
  });

  test('that another reader takes up before it is sent', async () => {
    const server = await serve(({ body }, response) => response.end(body));
    const stream = nodeStream();
    const sent = make()(server, stream);
    stream.on('data', () => undefined);
    expect(await failure(sent)).toEqual(argumentError());
    expect(server.seen.filter(({ method }) => method !== 'HEAD')).toEqual([]);
  });

  test('that is the body of another request, of which no part is missing', async () => {
    const server = await serve(({ body }, response) => response.end(body));
    const send = make();
    for (const stream of [nodeStream(), webStream()]) {
      const first = send(server, stream);
      expect(await failure(send(server, stream))).toEqual(argumentError());
      // `request` of undici destroys the stream of a request that fails.
      await first.catch(() => undefined);
      expect(await failure(send(server, stream))).toEqual(argumentError());
    }
    expect(server.seen.length).toBeGreaterThan(0);
    expect(server.seen.filter(({ body }) => body !== 'first second')).toEqual([]);
  });
});

test('an iterator is the body of one request, an iterable of many', async () => {
  const server = await serve(({ body }, response) => response.end(body));
  const send = clientOfAgent();
  function* parts() {
    yield 'first ';
    yield 'second';
  }
  const iterator = parts();
  await expect(send(server, iterator)).resolves.toBe('first second');
  await expect(send(server, iterator)).rejects.toEqual(argumentError());
  const iterable = { [Symbol.iterator]: parts };
  await expect(send(server, iterable)).resolves.toBe('first second');
  await expect(send(server, iterable)).resolves.toBe('first second');
});

test('an empty stream that has ended is a body without bytes', async () => {
  const server = await serve(({ body }, response) => response.end(`got ${body}`));
  const stream = Readable.from([]);
  await expect(clientOfAgent()(server, stream)).resolves.toBe('got ');
});

test('a stream that fetch does not need is destroyed', async () => {
  const fetch = integratedFetch({ hosts: ['localhost'] });
  cleanUps.push(() => fetch.agent.destroy());
  const body = new PassThrough();
  const init = { method: 'POST', body: body as never, duplex: 'half' as const };
  await expect(fetch('data:text/plain,text', init)).resolves.toMatchObject({ status: 200 });
  expect(body.destroyed).toBe(true);
});
