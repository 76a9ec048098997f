/** The markup of the demo page: what is put in is text. */

import { join } from 'node:path';

import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';

interface Markup {
  toString(): string;
}
const { html } = jest.requireActual<{
  html: (strings: TemplateStringsArray, ...values: unknown[]) => Markup;
}>(join(__dirname, '..', '..', '..', 'tools', 'demo', 'web', 'html.js'));

/** What a browser makes of escaped text. */
function read(escaped: string): string {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return escaped.replace(/&(#?\w+);/g, (_, name: string) => names[name] ?? `unknown ${name}`);
}

test.each([
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['"><img src=x onerror=alert(1)>', '&quot;&gt;&lt;img src=x onerror=alert(1)&gt;'],
  ["' onfocus='alert(1)", '&#39; onfocus=&#39;alert(1)'],
  ['&lt;', '&amp;lt;'],
  ['</title><script>', '&lt;/title&gt;&lt;script&gt;'],
  ['a\0b\x1bc\x9f', 'a\ufffdb\ufffdc\ufffd'],
  ['\ud800', '\ufffd'],
  ['EXAMPLE\\alice', 'EXAMPLE\\alice'],
  ['Pässword-名😀', 'Pässword-名😀'],
])('%j becomes text', (value, text) => {
  expect(html`<p title="${value}">${value}</p>`.toString()).toBe(`<p title="${text}">${text}</p>`);
});

describe('values', () => {
  test('markup stays markup, alone and in lists', () => {
    const bold = html`<b>${'<'}</b>`;
    expect(html`${bold}${[bold, '<', [bold]]}`.toString()).toBe(
      '<b>&lt;</b><b>&lt;</b>&lt;<b>&lt;</b>',
    );
  });

  test('nothing is nothing, and 0 is something', () => {
    expect(html`${undefined}${null}${false}${0}${''}`.toString()).toBe('0');
  });

  test('an object that looks like markup is text', () => {
    const pretender = Object.create(Object.getPrototypeOf(html``) as object) as object;
    for (const value of [pretender, { toString: () => '<b>' }]) {
      const read = (): string => html`${value}`.toString();
      // The first has no text at all.
      if (value === pretender) expect(read).toThrow(TypeError);
      else expect(read()).toBe('&lt;b&gt;');
    }
  });
});

test('any text is read as it was, and makes no element, attribute or entity', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const escaped = html`${value}`.toString();
      expect(escaped).not.toMatch(/[<>"']/);
      // eslint-disable-next-line no-control-regex
      const writable = value.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '\ufffd');
      expect(read(escaped)).toBe(writable);
    }),
  );
});
