/** The examples of what Wine's own packages do not have. */

import { join } from 'node:path';

import { expect, test } from '@jest/globals';

import { start } from '../instruments/support/examples.js';

const SCRIPT = join(__dirname, 'children', 'script-of-examples.js');
const env = { SECUR32_EXAMPLE_PACKAGE: 'Scripted' };

test('whoami.mjs says who logged on', async () => {
  const example = start('whoami.mjs', { env });
  expect([await example.ended, example.output()]).toEqual([0, expect.any(String)]);
  expect(example.output()).toContain('logged on by Scripted; identity from: token\n');
  expect(example.output()).toMatch(/\nuser: .+ \(S-1-5-21-[-0-9]+\)\n/);
  expect(example.output()).toMatch(/\ngroup: Everyone, member\n/);
});

test('delegation.mjs logs the client on to a server behind the first one', async () => {
  const example = start('delegation.mjs', { env });
  expect([await example.ended, example.output()]).toEqual([0, expect.any(String)]);
  const [front, back] = example
    .output()
    .split('\n')
    .map((line) => line.split(': ')[1]);
  expect(front).toMatch(/^S-1-5-21-[-0-9]+$/);
  expect(back).toBe(front);
});

test('export-import.mjs hands a context and its token to another process', async () => {
  const example = start('export-import.mjs', { env, nodeArgs: ['--require', SCRIPT] });
  expect([await example.ended, example.output()]).toEqual([0, expect.any(String)]);
  expect(example.output()).toMatch(/^process \d+ reads: hello, whoever you are\n/);
  expect(example.output()).toMatch(/\nits user: S-1-5-21-[-0-9]+\n$/);
});
