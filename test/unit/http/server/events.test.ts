/** What loggers and the channels of diagnostics_channel hear. */

import { fake } from '../../../instruments/support/fake-native.js';

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { HttpAuthEvent } from '../../../../lib/http/server/events.js';
import {
  CONTINUE,
  ntlmAuthenticate,
  ntlmNegotiate,
  queueLogon,
} from '../../../instruments/support/fake-logons.js';
import { ALICE } from '../../../instruments/support/fake-tokens.js';
import { closeServers, serve } from '../../../instruments/support/http-server.js';
import { closeWires, WireClient } from '../../../instruments/support/http-wire.js';

const published: [channel: string, event: HttpAuthEvent][] = [];
const CHANNELS = ['logon', 'challenge', 'rejection', 'drop', 'warning'].map(
  (type) => `secur32:http:${type}`,
);
const record = (event: unknown, name: string | symbol): unknown =>
  published.push([String(name), event as HttpAuthEvent]);

beforeEach(() => {
  published.length = 0;
  for (const name of CHANNELS) subscribe(name, record);
});

afterEach(async () => {
  await closeWires();
  await closeServers();
  for (const name of CHANNELS) unsubscribe(name, record);
});

const SECRET = 'S3cr3t-of-the-token';

/** Everything that somebody could write down of it. */
function allOf(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (seen.has(value)) return '';
  seen.add(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  const names = [...Object.getOwnPropertyNames(value), ...Object.keys(value)];
  return names
    .map((name) => `${name}=${allOf((value as Record<string, unknown>)[name], seen)}`)
    .join('\n');
}

describe('events', () => {
  test('tell a challenge, a logon that fails, one that comes in and one that ends', async () => {
    const server = await serve({ schemes: ['NTLM'] });
    const client = await WireClient.connect(server.port);
    await client.request();
    fake.legAnswers.push(CONTINUE, { status: 0x8009030c });
    await client.request({ scheme: 'NTLM', token: ntlmNegotiate(SECRET) });
    await client.request({ scheme: 'NTLM', token: ntlmAuthenticate(SECRET) });
    fake.legAnswers.push(CONTINUE);
    await client.request({ scheme: 'NTLM', token: ntlmNegotiate(SECRET) });
    queueLogon({ name: 'TEST\\alice' });
    await client.request({ scheme: 'NTLM', token: ntlmAuthenticate(SECRET) });
    fake.legAnswers.push(CONTINUE);
    await client.request({ scheme: 'NTLM', token: ntlmNegotiate(SECRET) });
    await client.request({ headers: [['Authorization', `Basic ${SECRET}`]] });
    await client.request({ headers: [['Authorization', `NTLM ${SECRET} ${SECRET}`]] });

    const where = { remoteAddress: '127.0.0.1', remotePort: client.socket.localPort };
    expect(server.events).toMatchObject([
      { type: 'challenge', status: 401, ...where },
      { type: 'rejection', status: 401, code: 'SEC_E_LOGON_DENIED', scheme: 'NTLM', ...where },
      { type: 'logon', sid: ALICE, name: 'TEST\\alice', package: 'NTLM', scheme: 'NTLM', ...where },
      { type: 'drop', ...where },
      { type: 'challenge' },
      { type: 'rejection', status: 400 },
    ]);
    expect(published.map(([, event]) => event)).toEqual(server.events);
    expect(published.map(([name]) => name)).toEqual(
      server.events.map(({ type }) => `secur32:http:${type}`),
    );
    for (const event of server.events) {
      expect(Object.isFrozen(event)).toBe(true);
      expect(allOf(event)).not.toContain(SECRET);
      expect(allOf(event)).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 20));
    }
  });

  test('name whom rules keep out, for the log alone', async () => {
    const server = await serve({ schemes: ['NTLM'], allow: [] });
    const client = await WireClient.connect(server.port);
    queueLogon({ name: 'TEST\\alice' });
    const response = await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    expect(server.events).toMatchObject([{ type: 'rejection', sid: ALICE, name: 'TEST\\alice' }]);
    expect(JSON.stringify([response.headers, response.body])).not.toContain('alice');
  });
});

describe('a logger that fails changes nothing, and is reported once (S13)', () => {
  const fault = new Error('the disk is full');
  /** In every version of Node.js; getters that throw some of them display. */
  const unprintable = {
    [inspect.custom]: () => {
      throw new Error('it cannot be displayed');
    },
  };

  test.each<[string, () => unknown, unknown]>([
    [
      'by throwing',
      () => {
        throw fault;
      },
      expect.stringMatching(/^Error: the disk is full\n/),
    ],
    [
      'by throwing what cannot be displayed',
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- A logger may throw anything.
        throw unprintable;
      },
      'an error that cannot be displayed',
    ],
    [
      'by rejecting',
      () => Promise.reject(fault),
      expect.stringMatching(/^Error: the disk is full\n/),
    ],
    [
      'by throwing nothing',
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- A logger may throw anything.
        throw undefined;
      },
      'undefined',
    ],
  ])('%s', async (_, logger, detail) => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    // What is thrown in a turn of its own would end the process.
    const later = jest.spyOn(process, 'nextTick');
    let calls = 0;
    const { port } = await serve({
      schemes: ['NTLM'],
      logger: () => {
        calls++;
        return logger();
      },
    });
    const client = await WireClient.connect(port);
    expect((await client.request()).status).toBe(401);
    queueLogon({ name: 'TEST\\alice' });
    const logon = await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    expect(logon.json).toMatchObject({ name: 'TEST\\alice' });
    expect((await client.request()).status).toBe(200);
    expect(calls).toBe(2);
    expect(published).toHaveLength(2);
    expect(warn.mock.calls).toEqual([
      [
        'the logger of integratedAuth failed; further failures of it are not reported',
        { code: 'SECUR32_HTTP_LOGGER', detail },
      ],
    ]);
    const callbacks = later.mock.calls.map(([callback]) => String(callback));
    expect(callbacks.filter((text) => text.includes('throw'))).toEqual([]);
    later.mockRestore();
    warn.mockRestore();
  });

  test('for each server by itself', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const logger = (): never => {
      throw fault;
    };
    for (const { port } of [await serve({ logger }), await serve({ logger })]) {
      const client = await WireClient.connect(port);
      for (let i = 0; i < 3; i++) expect((await client.request()).status).toBe(401);
    }
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
  });
});
