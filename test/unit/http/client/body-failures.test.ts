import { fake } from '../../../instruments/support/fake-native.js';

import { once } from 'node:events';
import { createReadStream, openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FormData, type Dispatcher } from 'undici';

import type { IntegratedAgent } from '../../../../lib/http/client/undici/integrated-agent.js';
import { integratedFetch } from '../../../../lib/http/client/undici/integrated-fetch.js';
import { IntegratedHttpAgent } from '../../../../lib/http/client/node/integrated-http-agent.js';
import { patterned } from '../../../instruments/support/bodies.js';
import {
  agentFor,
  alwaysNtlm,
  alwaysTicket,
  destroyAgents,
  get,
  last,
  perConnection,
} from '../../../instruments/support/http-client.js';
import { closeServers, serve, serveRaw } from '../../../instruments/support/plain-http-server.js';
import { serveUploads } from '../../../instruments/support/upload-server.js';

let folder = '';
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secur32-bodies-'));
});
afterAll(() => rm(folder, { recursive: true }));

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  await destroyAgents();
  await closeServers();
});

/** Resolves at the end of a request that only the agent knows; nothing else handles its body. */
function send(
  agent: IntegratedAgent,
  origin: string,
  body: unknown,
  options: Partial<Dispatcher.DispatchOptions> & { abort?: AbortSignal } = {},
): Promise<number> {
  const { abort, ...rest } = options;
  return new Promise((resolve, reject) => {
    let status = 0;
    agent.dispatch(
      { origin, path: '/', method: 'PUT', body: body as string, ...rest },
      {
        onRequestStart: (controller) => {
          abort?.addEventListener('abort', () => {
            controller.abort(abort.reason as Error);
          });
        },
        onResponseStart: (_, code) => {
          status = code;
        },
        onResponseEnd: () => {
          resolve(status);
        },
        onResponseError: (_, error) => {
          reject(error);
        },
      },
    );
  });
}

const missing = () => createReadStream(join(folder, 'missing'));
const notFound = { code: 'ENOENT' };
const broken = Object.assign(new Error('the body broke'), { code: 'ECONNRESET' });

interface Breakable {
  body: unknown;
  breakNow: () => void;
}

/** Bodies that wait, and fail when told to. */
const breakables: (readonly [string, () => Breakable])[] = [
  [
    'a Readable',
    () => {
      const body = new Readable({ read: () => undefined });
      return { body, breakNow: () => body.destroy(broken) };
    },
  ],
  ...([undefined, 'bytes'] as const).map((type): [string, () => Breakable] => [
    type === undefined ? 'a web stream' : 'a byte stream',
    () => {
      let controller: { error: (reason: unknown) => void } | undefined;
      const body = new ReadableStream({
        ...(type && { type }),
        start: (made: typeof controller) => {
          controller = made;
        },
      } as object);
      return { body, breakNow: () => controller?.error(broken) };
    },
  ]),
  [
    'an asynchronous generator',
    () => {
      let breakNow: () => void = () => undefined;
      const wait = new Promise<void>((_, reject) => {
        breakNow = () => {
          reject(broken);
        };
      });
      wait.catch(() => undefined);
      const body = (async function* () {
        await wait;
        yield 'never';
      })();
      return { body, breakNow };
    },
  ],
];

/** Waits until pending callbacks have run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

async function failingBlob(): Promise<Blob> {
  const file = join(folder, 'changes');
  await writeFile(file, 'before');
  const blob = await openAsBlob(file);
  await writeFile(file, 'another length');
  return blob;
}

describe('a body that fails fails its request', () => {
  test('if it is a file that does not exist, and nothing else ends', async () => {
    const server = await serve((_, response) => response.end('ok'));
    await expect(send(agentFor(), server.origin, missing())).rejects.toMatchObject(notFound);
    await expect(get(server.origin, agentFor())).resolves.toMatchObject({ status: 200 });
  });

  describe.each(breakables)('if it is %s', (_, make) => {
    test('before it is sent', async () => {
      const server = await serve((__, response) => response.end('ok'));
      const { body, breakNow } = make();
      if (body instanceof Readable) body.once('error', () => undefined);
      breakNow();
      await settled();
      await expect(send(agentFor(), server.origin, body)).rejects.toBe(broken);
      expect(server.seen).toEqual([]);
    });

    test('while it waits for a connection', async () => {
      let answer: () => void = () => undefined;
      const server = await serve((__, response) => {
        answer = () => response.end('ok');
      });
      const agent = agentFor({ connections: 1 });
      const first = get(server.origin, agent);
      const { body, breakNow } = make();
      const second = send(agent, server.origin, body);
      const third = get(server.origin, agent, { path: '/third' });
      await until(() => server.seen.length === 1);
      breakNow();
      await expect(second).rejects.toBe(broken);
      answer();
      await first;
      await until(() => server.seen.length === 2);
      answer();
      await expect(third).resolves.toMatchObject({ status: 200 });
      expect(server.seen.map(({ url }) => url)).toEqual(['/', '/third']);
    });

    test('while the connection comes', async () => {
      const { body, breakNow } = make();
      const lookup = () => undefined;
      const sent = send(agentFor({ connect: { lookup } }), 'http://localhost:9', body);
      breakNow();
      await expect(sent).rejects.toBe(broken);
    });

    test('during a leg of the logon', async () => {
      const server = await serve((__, response) => response.end('ok'));
      const { body, breakNow } = make();
      let go: () => void = () => undefined;
      fake.legAnswers.push({ ...last('ticket'), until: new Promise<void>((done) => (go = done)) });
      const targetName = () => {
        setImmediate(() => {
          breakNow();
          void settled().then(go);
        });
        return 'HTTP/localhost';
      };
      const agent = agentFor({ preemptive: true, targetName });
      await expect(send(agent, server.origin, body)).rejects.toBe(broken);
      expect(server.seen).toEqual([]);
    });

    test('between two legs', async () => {
      alwaysNtlm();
      const { body, breakNow } = make();
      const server = await serve((seen, response) => {
        if (seen.headers.authorization !== undefined) breakNow();
        response.writeHead(401, { 'www-authenticate': 'Negotiate c2Vjb25k' }).end();
      });
      const agent = agentFor({ preemptive: true });
      await expect(send(agent, server.origin, body)).rejects.toBe(broken);
    });

    test('on its way, and what was sent does not end as a whole', async () => {
      const { body, breakNow } = make();
      const parts = (async function* () {
        yield 'part';
        setImmediate(breakNow);
        yield* body as AsyncIterable<string>;
      })();
      const server = await serveUploads(() => ({ status: 200 }));
      const agent = agentFor();
      // On a connection that was used before, and with a method that may be repeated.
      await get(server.origin, agent);
      await expect(send(agent, server.origin, parts)).rejects.toBe(broken);
      await until(() => server.uploads[1]?.complete !== undefined);
      expect(server.uploads.slice(1)).toMatchObject([{ complete: false }]);
    });
  });

  test.each([
    ['a generator', () => partsThatThrow(), broken],
    ['a Blob', failingBlob, { name: 'NotReadableError' }],
    [
      'FormData with a Blob',
      async () => {
        const form = new FormData();
        form.append('file', await failingBlob(), 'name');
        return form;
      },
      { name: 'NotReadableError' },
    ],
  ])('if it is %s, and what was sent does not end as a whole', async (_, make, error) => {
    const server = await serveUploads(() => ({ status: 200 }));
    await expect(send(agentFor(), server.origin, await make())).rejects.toMatchObject(error);
    await settled();
    expect(server.uploads.filter(({ complete }) => complete === true)).toEqual([]);
  });

  test('if it is destroyed without an error', async () => {
    const server = await serve((_, response) => response.end('ok'));
    const body = new Readable({ read: () => undefined });
    const sent = send(agentFor(), server.origin, body);
    body.destroy();
    await expect(sent).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
    const before = new Readable({ read: () => undefined }).destroy();
    await expect(send(agentFor(), server.origin, before)).rejects.toMatchObject({
      code: 'ERR_STREAM_PREMATURE_CLOSE',
    });
  });

  test.each([
    ['the request has a field of its own for the logon', { authorization: 'Basic eA==' }, false],
    ['the agent is closed', {}, true],
  ])('also if it is never sent, because %s', async (_, headers, closes) => {
    const agent = agentFor();
    if (closes) await agent.close();
    const body = missing();
    await expect(send(agent, 'http://localhost:9', body, { headers })).rejects.toMatchObject({
      code: expect.stringMatching(/INVALID_ARGUMENT|CLOSED/),
    });
    expect(body.destroyed).toBe(true);
    await new Promise<void>((resolve) => void body.once('close', resolve));
  });
});

function* partsThatThrow() {
  yield 'part';
  throw broken;
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a body that is left is destroyed', () => {
  let body: Readable;

  /** Fails when destroyed, too: that must not end the process. */
  beforeEach(() => {
    let parts = 0;
    body = new Readable({
      read() {
        if ((parts += 1) === 1) this.push('part');
      },
      destroy: (_, done) => {
        setImmediate(done, new Error('it cannot be destroyed'));
      },
    });
  });

  afterEach(async () => {
    if (!body.closed) await new Promise((resolve) => body.once('close', resolve));
    expect(body.destroyed).toBe(true);
    await settled();
    expect(body.eventNames()).toEqual([]);
  });

  test.each([200, 401, 413, 417])('after an answer %i that came before its end', async (status) => {
    const server = await serveUploads(() => ({ status, early: 'keep' }));
    await expect(send(agentFor(), server.origin, body)).resolves.toBe(status);
    await until(() => server.uploads[0]?.complete !== undefined);
    expect(server.uploads).toMatchObject([{ complete: false }]);
  });

  test('after an abort, and what was sent does not end as a whole', async () => {
    const server = await serveUploads(() => ({ status: 200 }));
    const abort = new AbortController();
    const sent = send(agentFor(), server.origin, body, { abort: abort.signal });
    await until(() => server.uploads[0]?.bytes === 4);
    abort.abort(broken);
    await expect(sent).rejects.toBe(broken);
    await until(() => server.uploads[0]?.complete !== undefined);
    expect(server.uploads).toMatchObject([{ bytes: 4, complete: false }]);
  });

  test('after the end of the agent', async () => {
    const server = await serveUploads(() => ({ status: 200 }));
    const agent = agentFor();
    const sent = send(agent, server.origin, body);
    sent.catch(() => undefined);
    await until(() => server.uploads[0]?.bytes === 4);
    await agent.destroy(broken);
    await expect(sent).rejects.toBe(broken);
    await until(() => server.uploads[0]?.complete !== undefined);
    expect(server.uploads).toMatchObject([{ complete: false }]);
  });

  test('if there is no connection', async () => {
    const server = createServer();
    const port = await serveRaw(server);
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    const sent = send(agentFor(), `http://localhost:${port}`, body);
    await expect(sent).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('after a logon that failed', async () => {
    const server = await serveUploads(() => ({
      status: 401,
      headers: { 'www-authenticate': 'Negotiate' },
      early: 'keep',
    }));
    fake.legAnswers.push({ status: 0x80090303 });
    await expect(send(agentFor(), server.origin, body)).rejects.toMatchObject({
      code: 'SEC_E_TARGET_UNKNOWN',
    });
  });
});

describe('by fetch', () => {
  const file = () => ({ method: 'PUT', body: missing() as never, duplex: 'half' as const });

  test.each([
    ['integratedFetch', () => integratedFetch({ hosts: ['localhost'] })],
    [
      'the fetch of Node',
      () => {
        const dispatcher = agentFor();
        return (url: string, init: RequestInit) =>
          fetch(url, { ...init, dispatcher } as unknown as RequestInit);
      },
    ],
  ] as const)('%s, a file that does not exist fails the request', async (_, make) => {
    const server = await serve((__, response) => response.end('ok'));
    const failed = (make() as typeof fetch)(server.origin, file());
    await expect(failed).rejects.toMatchObject({ cause: notFound });
    expect(server.seen).toEqual([]);
  });

  test('a stream fails its request while that waits for a connection, and is destroyed with it', async () => {
    let answer: () => void = () => undefined;
    const server = await serve((__, response) => {
      answer = () => response.end('ok');
    });
    const fetchBy = integratedFetch({ hosts: ['localhost'], connections: 1 });
    cleanUps.push(() => fetchBy.agent.destroy());
    const first = fetchBy(server.origin);
    const body = new Readable({ read: () => undefined });
    const second = fetchBy(server.origin, { method: 'PUT', body: body as never, duplex: 'half' });
    const abort = new AbortController();
    const stalled = new Readable({ read: () => undefined });
    const init = { method: 'PUT', body: stalled as never, duplex: 'half' as const };
    const third = fetchBy(server.origin, { ...init, signal: abort.signal });
    await settled();
    body.destroy(broken);
    await expect(second).rejects.toMatchObject({ cause: broken });
    abort.abort();
    await expect(third).rejects.toThrow();
    expect(stalled.destroyed).toBe(true);
    await until(() => server.seen.length > 0);
    answer();
    await (await first).text();
  });

  test.each([
    ['the address is none', 'none', {}],
    ['the options are wrong', 'http://localhost:9', { duplex: undefined as never }],
    ['it was aborted before', 'http://localhost:9', { signal: AbortSignal.abort() }],
  ])('a stream that is not sent is destroyed: %s', async (_, url, init) => {
    const fetchBy = integratedFetch({ hosts: ['localhost'] });
    for (const body of [missing(), new ReadableStream()]) {
      const all = { method: 'PUT', body: body as never, duplex: 'half' as const, ...init };
      await expect(fetchBy(url, all)).rejects.toThrow();
      if (!(body instanceof Readable)) continue;
      expect(body.destroyed).toBe(true);
      await settled();
    }
    await fetchBy.close();
  });

  test('a stream that failed on its way does not end as a whole', async () => {
    alwaysTicket();
    const server = await serveUploads(({ token }) => ({
      status: token === undefined ? 401 : 200,
      headers: { 'www-authenticate': 'Negotiate' },
    }));
    const dispatcher = agentFor();
    const own = integratedFetch({ hosts: ['localhost'] });
    cleanUps.push(() => own.agent.destroy());
    const ways: ((url: string, init: object) => Promise<unknown>)[] = [
      (url, init) => own(url, init),
      (url, init) => fetch(url, { ...init, dispatcher } as unknown as RequestInit),
    ];
    for (const way of ways) {
      const before = server.uploads.length;
      const body = new ReadableStream({
        pull: async (controller) => {
          controller.enqueue(Buffer.from('part'));
          await settled();
          if ((server.uploads[before]?.bytes ?? 0) > 0) controller.error(broken);
        },
      });
      const failed = way(server.origin, { method: 'PUT', body, duplex: 'half' });
      await expect(failed).rejects.toMatchObject({ cause: broken });
    }
    await until(() => server.uploads.every(({ complete }) => complete !== undefined));
    expect(server.uploads.filter(({ complete }) => complete === true)).toEqual([]);
  });
});

describe('through an agent of node:http', () => {
  test('a body that fails during the logon fails its request, and nothing else', async () => {
    alwaysNtlm();
    const server = await serve(perConnection());
    const agent = new IntegratedHttpAgent({ hosts: ['localhost'] });
    cleanUps.push(() => {
      agent.destroy();
    });
    const errors: unknown[] = [];
    const send = () => {
      const request = httpRequest(server.origin, { agent, method: 'PUT' });
      return request.on('error', (error) => errors.push(error));
    };
    await expect(pipeline(missing(), send())).rejects.toMatchObject(notFound);
    const [response] = (await once(send().end('whole'), 'response')) as [IncomingMessage];
    await expect(text(response)).resolves.toBe('PUT whole');
    expect(errors.filter((error) => (error as typeof notFound).code !== notFound.code)).toEqual([]);
    expect(server.seen.map(({ method, body }) => [method, body])).not.toContainEqual(['PUT', '']);
  });

  test('a body that is written before and after the logon arrives whole and once', async () => {
    alwaysNtlm();
    const respond = perConnection();
    const server = await serve(respond);
    const agent = new IntegratedHttpAgent({ hosts: ['localhost'] });
    cleanUps.push(() => {
      agent.destroy();
    });
    const bytes = patterned(5 * 1024 * 1024).toString('hex');
    const half = bytes.length / 2;
    const request = httpRequest(server.origin, { agent, method: 'PUT' });
    request.write(bytes.slice(0, half));
    await once(request, 'socket');
    request.end(bytes.slice(half));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect((await text(response)) === `PUT ${bytes}`).toBe(true);
    expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'PUT']);
  });
});
