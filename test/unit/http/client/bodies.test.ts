import { fake } from '../../../instruments/support/fake-native.js';

import { Readable } from 'node:stream';

import { afterEach, describe, expect, test } from '@jest/globals';
import { FormData } from 'undici';

import { coded } from '../../../instruments/support/fake-handles.js';
import {
  agentFor,
  destroyAgents,
  get,
  last,
  NTLM_1,
  NTLM_3,
  ntlmLegs,
  perConnection,
  perRequest,
} from '../../../instruments/support/http-client.js';
import {
  closeServers,
  serve,
  tokenIn,
  type TestServer,
} from '../../../instruments/support/plain-http-server.js';

afterEach(async () => {
  await destroyAgents();
  await closeServers();
});

/** A body that can be read only once. */
function stream(...chunks: (string | Uint8Array)[]): Readable {
  return Readable.from(chunks, { objectMode: false });
}

function bodies({ seen }: TestServer): (readonly [string, string, string | undefined])[] {
  return seen.map(({ method, body, headers }) => [method, body, tokenIn(headers.authorization)]);
}

describe('a body', () => {
  test.each<[string, () => unknown]>([
    ['a string', () => 'hello'],
    ['bytes', () => Buffer.from('hello')],
    ['a view', () => new Uint8Array(Buffer.from('hello'))],
    ['a Blob', () => new Blob(['hello'])],
    ['a stream', () => stream('he', 'llo')],
    [
      'a generator',
      function* () {
        yield 'he';
        yield Buffer.from('llo');
      },
    ],
    [
      'an asynchronous generator',
      async function* () {
        yield Buffer.from('he');
        await Promise.resolve();
        yield 'llo';
      },
    ],
  ])('that is %s is sent with each leg that may be served', async (_, make) => {
    const server = await serve(perRequest('ticket'));
    fake.legAnswers.push(last('ticket'));
    const made = make();
    const body = (typeof made === 'function' ? (made as () => unknown)() : made) as string;
    const { text } = await get(server.origin, agentFor(), { method: 'POST', body });
    expect(text).toBe('POST hello');
    expect(bodies(server)).toEqual([
      ['POST', 'hello', undefined],
      ['POST', 'hello', 'ticket'],
    ]);
  });

  test('of FormData is sent again', async () => {
    const server = await serve(perRequest('ticket'));
    fake.legAnswers.push(last('ticket'));
    const body = new FormData();
    body.append('field', 'value');
    const { text } = await get(server.origin, agentFor(), { method: 'POST', body });
    expect(text).toContain('name="field"\r\n\r\nvalue\r\n');
  });

  test.each([
    ['content-length', { 'content-length': '5' }],
    ['no length', {}],
  ])('is left out where the server only gives a challenge, with %s', async (_, headers) => {
    const server = await serve(perConnection());
    fake.legAnswers.push(...ntlmLegs());
    const options = { method: 'POST' as const, body: stream('hello'), headers };
    const { text } = await get(server.origin, agentFor(), options);
    expect(text).toBe('POST hello');
    expect(bodies(server)).toEqual([
      ['POST', 'hello', undefined],
      ['POST', '', NTLM_1],
      ['POST', 'hello', NTLM_3],
    ]);
    expect(server.seen[1]?.headers['content-length']).toBe('0');
  });

  test('is never left out where the server may serve the request without a logon', async () => {
    const server = await serve((seen, response) => {
      response.writeHead(200).end(seen.body);
    });
    fake.legAnswers.push(...ntlmLegs().slice(0, 1));
    const options = { method: 'POST' as const, body: 'hello' };
    const { text } = await get(server.origin, agentFor({ preemptive: true }), options);
    expect(text).toBe('hello');
    expect(bodies(server)).toEqual([['POST', 'hello', NTLM_1]]);
  });

  const long = () => stream('x'.repeat(600), 'y'.repeat(600));
  const small = { limits: { bufferedBodyBytes: 1000 } };

  test('that is a long stream cannot be sent twice', async () => {
    const server = await serve(perRequest('ticket'));
    const failed = get(server.origin, agentFor(small), { method: 'POST', body: long() });
    await expect(failed).rejects.toEqual(coded('ERR_SECUR32_BODY_NOT_REPLAYABLE'));
    expect(fake.legs).toEqual([]);
  });

  test('that is a long stream comes through where the server is known', async () => {
    const server = await serve(perRequest('ticket'));
    const agent = agentFor(small);
    fake.legAnswers.push(last('ticket'), last('ticket'));
    await get(server.origin, agent);
    const { text } = await get(server.origin, agent, { method: 'POST', body: long() });
    expect(text).toHaveLength('POST '.length + 1200);
  });

  test('that is a long stream waits until a HEAD has logged the connection on by NTLM', async () => {
    const server = await serve(perConnection());
    fake.legAnswers.push(...ntlmLegs());
    const agent = agentFor({ ...small, preemptive: true });
    const options = { method: 'POST' as const, body: long(), headers: { 'content-type': 'a/b' } };
    const { text } = await get(server.origin, agent, options);
    expect(text).toHaveLength('POST '.length + 1200);
    expect(bodies(server).map(([method, body, token]) => [method, body.length, token])).toEqual([
      ['HEAD', 0, NTLM_1],
      ['HEAD', 0, NTLM_3],
      ['POST', 1200, undefined],
    ]);
    expect(server.seen.map(({ headers }) => headers['content-type'])).toEqual([
      undefined,
      undefined,
      'a/b',
    ]);
  });

  test('is not sent where the logon by HEAD is refused', async () => {
    const server = await serve((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end();
    });
    fake.legAnswers.push(...ntlmLegs().slice(0, 1));
    const agent = agentFor({ ...small, preemptive: true });
    await expect(
      get(server.origin, agent, { method: 'POST', body: long() }),
    ).resolves.toMatchObject({ status: 401 });
    expect(server.seen).toHaveLength(1);
  });
});
