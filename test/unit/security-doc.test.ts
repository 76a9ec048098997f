/** docs/security.md names the test of each defence: they must be there. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

const ROOT = join(__dirname, '..', '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');

/** The last column of the tables. */
const cells = page
  .split(/\r?\n/)
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').at(-2)?.trim() ?? '')
  .filter((cell) => cell.includes('`'));

const named = cells.flatMap((cell) =>
  [...cell.matchAll(/`(?<file>[a-z0-9/-]+)`(?<rest>[^`]*)/g)].map(({ groups = {} }) => ({
    file: groups['file'] ?? '',
    titles: [...(groups['rest'] ?? '').matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
  })),
);

function textOf(name: string): string {
  const path = join(ROOT, 'test', `${name}.test.ts`);
  if (!existsSync(path)) throw new Error(`there is no test file ${name}`);
  return readFileSync(path, 'utf8');
}

/** A title is written as one, or as that of a group and of a test in it. */
function isThere(text: string, title: string): boolean {
  const words = title.split(' ');
  return words.some((_, i) =>
    [words.slice(0, i).join(' '), words.slice(i).join(' ')].every((part) => text.includes(part)),
  );
}

test('the page names tests', () => {
  expect(named.length).toBeGreaterThan(30);
});

test.each(named.map((one) => [one.file, one] as const))('%s is there', (file, { titles }) => {
  const text = textOf(file);
  for (const title of titles) expect([title, isThere(text, title)]).toEqual([title, true]);
});
