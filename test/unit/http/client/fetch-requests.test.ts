/** Bodies and Requests that are given to `fetch`. */

import { fake } from '../../../instruments/support/fake-native.js';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Request as UndiciRequest, type RequestInit as UndiciRequestInit } from 'undici';

import { argumentError } from '../../../instruments/support/fake-handles.js';
import { broken, until } from '../../../instruments/support/failing-bodies.js';
import {
  agentFor,
  alwaysNtlm,
  alwaysTicket,
  destroyAgents,
  fetchFor,
  last,
  perConnection,
  perRequest,
} from '../../../instruments/support/http-client.js';
import {
  closeServers,
  serve,
  type TestServer,
} from '../../../instruments/support/plain-http-server.js';
import { serveUploads } from '../../../instruments/support/upload-server.js';

afterEach(async () => {
  await destroyAgents();
  await closeServers();
});

/** More than limits.bufferedBodyBytes. */
const BYTES = 1024 * 1024 + 1;
const large = 'x'.repeat(BYTES);
function largeForm(): FormData {
  const form = new FormData();
  form.append('field', large);
  return form;
}

/** [method, whether the whole body arrived] of each request. */
function requests({ seen }: TestServer) {
  return seen.map(({ method, body }) => [method, body.includes(large)]);
}

const bodies: readonly [string, () => unknown][] = [
  ['a string', () => large],
  ['bytes', () => Buffer.from(large)],
  ['a Blob', () => new Blob([large])],
  ['FormData', largeForm],
  ['URLSearchParams', () => new URLSearchParams({ field: large })],
];
const logons = [
  ['Kerberos', () => perRequest('ticket'), alwaysTicket],
  ['NTLM', () => perConnection(), alwaysNtlm],
] as const;

describe.each(logons)('a first request over 1 MiB to a server of %s', (kind, respond, always) => {
  beforeEach(always);
  const init = { method: 'POST', duplex: 'half' as const };
  const again = [['POST', true], ...(kind === 'NTLM' ? [['POST', false]] : []), ['POST', true]];

  test.each(bodies)('by integratedFetch sends %s again (C9)', async (_, make) => {
    const server = await serve(respond());
    const body = make() as string;
    const response = await fetchFor()(server.origin, { ...init, body });
    expect([response.status, (await response.text()).includes(large)]).toEqual([200, true]);
    expect(requests(server)).toEqual(again);
  });

  const byHead = [
    ['HEAD', false],
    ['HEAD', false],
    ...(kind === 'NTLM' ? [['HEAD', false]] : []),
    ['POST', true],
  ];

  test.each(bodies)('by the fetch of Node.js sends %s after a HEAD (C9)', async (_, make) => {
    const server = await serve(respond());
    const dispatcher = agentFor();
    const options = { ...init, body: make() as string, dispatcher };
    const response = await fetch(server.origin, options as unknown as RequestInit);
    expect([response.status, (await response.text()).includes(large)]).toEqual([200, true]);
    expect(requests(server)).toEqual(byHead);
    expect(server.connections()).toBe(1);
  });

  test.each(bodies)('in a Request of undici sends %s again (C9)', async (_, make) => {
    const server = await serve(respond());
    const body = make() as string;
    // undici does not recognize a FormData of Node.js.
    if ((body as unknown) instanceof FormData) return;
    const response = await fetchFor()(new UndiciRequest(server.origin, { ...init, body }));
    expect([response.status, (await response.text()).includes(large)]).toEqual([200, true]);
    expect(requests(server)).toEqual(again);
  });
});

test('a HEAD before a large body that no server asks about is not repeated as a logon (C9)', async () => {
  const server = await serve((seen, response) => {
    response.end(seen.body);
  });
  const dispatcher = agentFor();
  const options = { method: 'POST', body: large, dispatcher } as unknown as RequestInit;
  const response = await fetch(server.origin, options);
  expect((await response.text()).length).toBe(BYTES);
  expect(requests(server)).toEqual([
    ['HEAD', false],
    ['POST', true],
  ]);
  // A body that is kept as a whole needs none.
  const small = { method: 'POST', body: 'x', dispatcher } as unknown as RequestInit;
  await (await fetch(server.origin, small)).text();
  expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'POST', 'POST']);
});

describe.each([
  ['Node.js', Request as unknown as typeof UndiciRequest],
  ['undici', UndiciRequest],
])('a Request of %s', (_, Made) => {
  const whole = {
    method: 'PUT',
    body: 'hello',
    headers: { 'x-a': 'b', 'content-type': 'a/b' },
    redirect: 'manual',
    integrity: 'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
    keepalive: true,
    cache: 'no-store',
    credentials: 'omit',
    mode: 'same-origin',
    referrerPolicy: 'no-referrer',
  } satisfies UndiciRequestInit;

  test('that wants another content fails (C12)', async () => {
    const server = await serve((__, response) => {
      response.end('other than hello');
    });
    await expect(
      fetchFor()(new Made(server.origin, { integrity: whole.integrity })),
    ).rejects.toThrow('fetch failed');
    expect(server.seen).toHaveLength(1);
  });

  test('keeps its fields (C12)', async () => {
    const server = await serve((seen, response) => {
      response.end(seen.body);
    });
    const integrated = fetchFor();
    const made = new Made(server.origin, { ...whole, mode: 'cors' });
    const response = await integrated(made);
    expect([response.status, await response.text()]).toEqual([200, 'hello']);
    const [seen] = server.seen;
    expect([seen?.method, seen?.headers['x-a'], seen?.headers['content-type']]).toEqual([
      'PUT',
      'b',
      'a/b',
    ]);
    // fetch makes these fields of cache and mode.
    expect([seen?.headers['cache-control'], seen?.headers['sec-fetch-mode']]).toEqual([
      'no-cache',
      'cors',
    ]);
    expect(made.bodyUsed).toBe(true);
  });

  test('is refused if its mode is same-origin, as by fetch (C12)', async () => {
    const server = await serve((__, response) => {
      response.end();
    });
    const made = new Made(server.origin, { mode: 'same-origin' });
    await expect(fetchFor()(made)).resolves.toMatchObject({ status: 200 });
    expect(server.seen[0]?.headers['sec-fetch-mode']).toBe('same-origin');
  });

  test('that was read before is refused (C12)', async () => {
    const server = await serve((__, response) => {
      response.end();
    });
    const made = new Made(server.origin, { method: 'PUT', body: 'hello' });
    await made.text();
    await expect(fetchFor()(made)).rejects.toThrow(/locked by another reader|already been used/);
    expect(server.seen).toEqual([]);
  });

  test('with another body in the options sends that (C12)', async () => {
    const server = await serve((seen, response) => {
      response.end(seen.body);
    });
    const made = new Made(server.origin, { method: 'PUT', body: 'hello' });
    const response = await fetchFor()(made, { body: 'other' });
    expect(await response.text()).toBe('other');
    expect(made.bodyUsed).toBe(false);
  });
});

describe('a stream that waits for its source is cancelled', () => {
  let reasons: unknown[];

  beforeEach(() => {
    reasons = [];
  });

  function waiting(type?: 'bytes') {
    let parts = 0;
    return new ReadableStream({
      ...(type !== undefined && { type }),
      pull: (controller: { enqueue: (chunk: Uint8Array) => void }) => {
        if ((parts += 1) === 1) controller.enqueue(new TextEncoder().encode('part'));
        else return new Promise<void>(() => undefined);
        return undefined;
      },
      cancel: (reason: unknown) => {
        reasons.push(reason);
      },
    } as object);
  }

  const ways = [
    ['in a Request of Node.js', Request as unknown as typeof UndiciRequest],
    ['in a Request of undici', UndiciRequest],
    ['in the options', undefined],
  ] as const;
  const types = [undefined, 'bytes'] as const;
  const cases = ways.flatMap(([name, Made]) =>
    types.map((type) => [name, type ?? 'chunks', Made, type] as const),
  );

  describe.each(cases)('%s, of %s', (__, ___, Made, type) => {
    function send(origin: string, integrated = fetchFor(), more: UndiciRequestInit = {}) {
      const body = waiting(type) as unknown as string;
      const init = { method: 'PUT', body, duplex: 'half' as const, ...more };
      return Made === undefined ? integrated(origin, init) : integrated(new Made(origin, init));
    }

    // There, undici pipes a byte stream, and Node.js cancels it after its next chunk only.
    const piped = Made === UndiciRequest && type === 'bytes';
    const testUnpiped = (title: string, run: () => Promise<void>) => {
      if (!piped) test(title, run);
    };

    testUnpiped('after an early response (C12)', async () => {
      const server = await serveUploads(() => ({ status: 413, early: 'keep' }));
      const response = await send(server.origin);
      expect([response.status, await response.text()]).toEqual([413, 'answered']);
      await until(() => reasons.length > 0);
    });

    test('after an abort (C12)', async () => {
      const server = await serveUploads(() => ({ status: 200 }));
      const abort = new AbortController();
      const sent = send(server.origin, undefined, { signal: abort.signal });
      await until(() => server.uploads[0]?.bytes === 4);
      abort.abort(broken);
      await expect(sent).rejects.toBe(broken);
      await until(() => reasons.length > 0);
    });

    test('if it was aborted before (C12)', async () => {
      const sent = send('http://localhost:8/', undefined, { signal: AbortSignal.abort(broken) });
      await expect(sent).rejects.toBe(broken);
      await until(() => reasons.length > 0);
    });

    testUnpiped('if the client is closed (C12)', async () => {
      const integrated = fetchFor();
      await integrated.close();
      await expect(send('http://localhost:8/', integrated)).rejects.toMatchObject({
        cause: { code: 'ERR_SECUR32_CLOSED' },
      });
      await until(() => reasons.length > 0);
    });
  });

  test('if the options are refused (C12)', async () => {
    const sent = fetchFor()('http://localhost:8/', {
      method: 'PUT',
      body: waiting() as unknown as string,
      dispatcher: agentFor(),
    } as object);
    await expect(sent).rejects.toEqual(argumentError(/dispatcher/));
    await until(() => reasons.length > 0);
  });

  test('and its Request is otherwise sent as before: whole, and again (C12)', async () => {
    const server = await serve(perRequest('ticket'));
    for (const Made of [Request as unknown as typeof UndiciRequest, UndiciRequest]) {
      fake.legAnswers.push(last('ticket'));
      const body = new Blob(['hel', 'lo']).stream() as unknown as string;
      const made = new Made(server.origin, { method: 'PUT', body, duplex: 'half' });
      expect(await (await fetchFor()(made)).text()).toBe('PUT hello');
      expect(made.bodyUsed).toBe(true);
    }
  });

  test('and a Request of undici with a string keeps its length (C12)', async () => {
    const server = await serve((seen, response) => {
      response.end(seen.headers['content-length']);
    });
    const made = new UndiciRequest(server.origin, { method: 'PUT', body: 'hello' });
    expect(await (await fetchFor()(made)).text()).toBe('5');
  });
});
