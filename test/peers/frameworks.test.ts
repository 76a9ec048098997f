/** The examples of HTTP servers, with curl. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from '@jest/globals';

import { curl, type CurlResult } from '../instruments/support/peers/curl.js';
import { alice, bob, ticketOf } from '../instruments/support/peers/people.js';
import { freePort, startWindows, type Program } from '../instruments/support/peers/programs.js';

const EXAMPLES = join(__dirname, '..', '..', '..', 'examples');
const NOTE_FILE = '/tmp/secur32-note';
const NOTE_BYTES = 100 * 1024;
const NOTE = ['-H', 'Content-Type: text/plain', '--data-binary', `@${NOTE_FILE}`];

/** Wine does not say more. */
const WHO = 'whoever you are: Secur32 gives no name\n';

beforeAll(() => {
  writeFileSync(NOTE_FILE, Buffer.alloc(NOTE_BYTES, 'x'));
});

const statuses = ({ answers }: CurlResult): number[] => answers.map(({ status }) => status);

describe.each(['node-http', 'express', 'fastify', 'koa'])('examples/%s.mjs', (name) => {
  let server: Program;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    server = startWindows([join(EXAMPLES, `${name}.mjs`), String(port)], {
      // The Negotiate of Wine does not read what curl sends.
      SECUR32_EXAMPLE_PACKAGE: 'Kerberos',
    });
    await server.printed(/^listening/m);
  });
  const url = (path: string): string => `http://web.sspi.test:${port}${path}`;

  test('asks who has not logged on, each scheme in a field of its own', async () => {
    const result = await curl([url('/')]);
    expect(result.status).toBe(401);
    expect(result.answers[0]?.headers['www-authenticate']).toEqual(['Negotiate', 'NTLM']);
    expect(result.body).toBe('You are not logged on.\n');
  });

  test('answers also where nothing is, only to those who logged on', async () => {
    expect((await curl([url('/nothing')])).status).toBe(401);
    expect((await curl(['--negotiate', '-u', ':', url('/nothing')])).status).toBe(404);
  });

  describe.each([
    ['--negotiate', ['--negotiate', '-u', ':'], 'Kerberos'],
    ['--ntlm', ['--ntlm', '-u', alice.login], 'NTLM'],
  ] as const)('curl %s', (_option, logon, by) => {
    test('comes in', async () => {
      const result = await curl([...logon, url('/')]);
      expect(result).toMatchObject({ status: 200, body: `welcome, ${WHO}` });
      const last = result.answers.at(-1)?.headers ?? {};
      expect(last['persistent-auth']).toEqual([String(by === 'NTLM')]);
      expect(last['www-authenticate']).toEqual(
        by === 'NTLM' ? undefined : [expect.stringMatching(/^Negotiate oY/)],
      );
    });

    test('sends several requests over one connection', async () => {
      const urls = Array.from({ length: 5 }, () => url('/'));
      const result = await curl([...logon, ...urls]);
      expect(result.body).toBe(`welcome, ${WHO}`.repeat(5));
      expect(result.connections).toBe(1);
      expect(statuses(result).filter((status) => status === 200)).toHaveLength(5);
      // NTLM logs the connection on, once.
      if (by === 'NTLM') expect(statuses(result)).toEqual([401, 200, 200, 200, 200, 200]);
    });

    test('sends a note', async () => {
      const result = await curl([...logon, ...NOTE, url('/notes')]);
      expect(result).toMatchObject({ status: 201, body: `${NOTE_BYTES} characters by ${WHO}` });
    });

    test('sends notes and reads, in turns', async () => {
      const result = await curl([
        ...logon,
        ...[...NOTE, url('/notes')],
        ...['--next', '-sS', '--http1.1', ...logon, url('/')],
        ...['--next', '-sS', '--http1.1', ...logon, ...NOTE, url('/notes')],
      ]);
      const note = `${NOTE_BYTES} characters by ${WHO}`;
      expect(result.body).toBe(`${note}welcome, ${WHO}${note}`);
    });

    test('does not come in where only administrators may, and is still logged on', async () => {
      const result = await curl([...logon, url('/administrators'), url('/')]);
      expect(statuses(result).filter((status) => status !== 401)).toEqual([403, 200]);
      expect(result.body).toBe(`you are not an administrator\nwelcome, ${WHO}`);
      // An answer that is an error, too, proves who the server is.
      const refusal = result.answers.find(({ status }) => status === 403)?.headers ?? {};
      expect(refusal['persistent-auth']).toEqual([String(by === 'NTLM')]);
      if (by === 'Kerberos') expect(refusal['www-authenticate']).toHaveLength(1);
    });

    test('gets no more than a megabyte in', async () => {
      const file = '/tmp/secur32-large-note';
      writeFileSync(file, Buffer.alloc(1.5 * 1024 * 1024, 'x'));
      const note = ['-H', 'Content-Type: text/plain', '--data-binary', `@${file}`];
      expect((await curl([...logon, ...note, url('/notes')])).status).toBe(413);
    });
  });

  test.each([
    ['a wrong password', 'SSPI\\alice:wrong'],
    ['no password', 'SSPI\\alice:'],
    ['a user whom nobody knows', 'SSPI\\nobody:secret'],
  ])('refuses %s, and says no more than that', async (_what, login) => {
    for (const more of [[url('/')], [...NOTE, url('/notes')]]) {
      const result = await curl(['--ntlm', '-u', login, ...more]);
      expect(result).toMatchObject({ status: 401, body: 'You are not logged on.\n' });
    }
  });

  test('refuses who has no ticket', async () => {
    const { status } = await curl(['--negotiate', '-u', ':', url('/')], ticketOf(undefined));
    expect(status).toBe(401);
  });

  test('lets many in at once', async () => {
    const results = await Promise.all([
      ...Array.from({ length: 3 }, () => curl(['--ntlm', '-u', bob.login, url('/'), url('/')])),
      ...Array.from({ length: 3 }, () => curl(['--negotiate', '-u', ':', url('/'), url('/')])),
    ]);
    for (const { body } of results) expect(body).toBe(`welcome, ${WHO}`.repeat(2));
  });

  test('wrote nothing of all this', async () => {
    expect(server.output()).toBe('listening\n');
    await server.end();
  });
});
