/** The demo page: `npm run demo -- --web` in the testbed, and what curl sees of it. */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, test } from '@jest/globals';

import { curl } from '../instruments/support/peers/curl.js';
import { startWindows } from '../instruments/support/peers/programs.js';

const ROOT = join(__dirname, '..', '..', '..');
const FOLDER = join(ROOT, 'tools', 'demo', 'web');
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

interface Shown {
  url: string;
  ticketOf: string;
  heading: string;
  facts: [name: string, text: string][];
  exchange: string[];
}

test('Firefox logs on over TLS, without a script, and shows who, how, and what protects it', async () => {
  const picture = join(mkdtempSync(join(tmpdir(), 'secur32-picture-')), 'page.png');
  const program = [join(FOLDER, 'browse.mjs'), picture, '--json'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, program, { cwd: ROOT });
  expect(stderr).toBe('');
  const shown = JSON.parse(stdout) as Shown;
  expect(shown).toMatchObject({
    url: 'https://web.sspi.test:8443/',
    ticketOf: 'alice@SSPI.TEST',
    heading: 'Somebody without a name',
  });
  expect(Object.fromEntries(shown.facts)).toMatchObject({
    User: 'no name',
    Scheme: 'Negotiate',
    Package: 'Kerberos',
    TLS: expect.stringMatching(/^TLS 1\.3, /),
    'Extended Protection': 'never',
    'Channel bindings': expect.stringContaining("Wine's packages ignore them"),
  });
  expect(shown.exchange.join('\n')).toMatch(/with a Negotiate token of [\d,]+ bytes/);
  expect(readFileSync(picture).subarray(0, PNG.length)).toEqual(PNG);
});

describe('over plain HTTP', () => {
  let url: string;
  beforeAll(async () => {
    const server = startWindows([join(FOLDER, 'server.mjs'), '--host', 'web.sspi.test']);
    [, url = ''] = await server.printed(/^listening on (\S+)\/$/m);
  });
  const NEGOTIATE = ['--negotiate', '-u', ':'];

  test('the page says so, to those who logged on, and lets nothing in', async () => {
    expect((await curl([`${url}/`])).status).toBe(401);
    const { status, body, answers } = await curl([...NEGOTIATE, `${url}/`]);
    expect(status).toBe(200);
    expect(body).toContain('none: whoever is on the way reads along');
    expect(answers.at(-1)?.headers).toMatchObject({
      'content-type': ['text/html; charset=utf-8'],
      'content-security-policy': [
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      ],
      'x-content-type-options': ['nosniff'],
      'referrer-policy': ['no-referrer'],
      'cache-control': ['no-store'],
    });
    expect(answers.at(-1)?.headers).not.toHaveProperty('x-powered-by');
  });

  test('its style and icon are there for everybody', async () => {
    for (const [path, type] of [
      ['/style.css', 'text/css; charset=utf-8'],
      ['/icon.svg', 'image/svg+xml'],
    ] as const) {
      const { status, answers } = await curl([`${url}${path}`]);
      expect([status, answers[0]?.headers['content-type']]).toEqual([200, [type]]);
    }
  });

  test('an address that is none comes back as text', async () => {
    const path = '/%3Cscript%3Ealert(1)%3C/script%3E/<script>';
    const { status, body } = await curl([...NEGOTIATE, '-g', `${url}${path}`]);
    expect(status).toBe(404);
    expect(body).toContain('There is nothing at');
    expect(body).not.toContain('<script>');
  });
});
