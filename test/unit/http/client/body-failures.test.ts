import { fake } from '../../../instruments/support/fake-native.js';

import { once } from 'node:events';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FormData } from 'undici';

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
import { closeServers, serve } from '../../../instruments/support/plain-http-server.js';
import { serveUploads } from '../../../instruments/support/upload-server.js';
import {
  breakables,
  broken,
  missing,
  sendBody,
  settled,
  until,
} from '../../../instruments/support/failing-bodies.js';

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

const notFound = { code: 'ENOENT' };
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
    await expect(sendBody(agentFor(), server.origin, missing())).rejects.toMatchObject(notFound);
    await expect(get(server.origin, agentFor())).resolves.toMatchObject({ status: 200 });
  });

  describe.each(breakables)('if it is %s', (_, make) => {
    test('before it is sent', async () => {
      const server = await serve((__, response) => response.end('ok'));
      const { body, breakNow } = make();
      if (body instanceof Readable) body.once('error', () => undefined);
      breakNow();
      await settled();
      await expect(sendBody(agentFor(), server.origin, body)).rejects.toBe(broken);
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
      const second = sendBody(agent, server.origin, body);
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
      const sent = sendBody(agentFor({ connect: { lookup } }), 'http://localhost:9', body);
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
      await expect(sendBody(agent, server.origin, body)).rejects.toBe(broken);
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
      await expect(sendBody(agent, server.origin, body)).rejects.toBe(broken);
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
      await expect(sendBody(agent, server.origin, parts)).rejects.toBe(broken);
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
    await expect(sendBody(agentFor(), server.origin, await make())).rejects.toMatchObject(error);
    await settled();
    expect(server.uploads.filter(({ complete }) => complete === true)).toEqual([]);
  });

  test('if it is destroyed without an error', async () => {
    const server = await serve((_, response) => response.end('ok'));
    const body = new Readable({ read: () => undefined });
    const sent = sendBody(agentFor(), server.origin, body);
    body.destroy();
    await expect(sent).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
    const before = new Readable({ read: () => undefined }).destroy();
    await expect(sendBody(agentFor(), server.origin, before)).rejects.toMatchObject({
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
    await expect(sendBody(agent, 'http://localhost:9', body, { headers })).rejects.toMatchObject({
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
