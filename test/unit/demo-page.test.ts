/** What the demo page says, and that nobody else puts anything into it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, jest, test } from '@jest/globals';

const FOLDER = join(__dirname, '..', '..', '..', 'tools', 'demo', 'web');

interface Facts {
  who: {
    name: string | undefined;
    sid: string | undefined;
    source: 'token' | 'names' | 'none';
    groups: { name: string; denyOnly: boolean }[] | undefined;
    moreGroups: number;
  };
  how: {
    scheme: string;
    package: string | undefined;
    persistent: boolean;
    expiresAt: Date | undefined;
  };
  exchange: {
    by: 'browser' | 'server';
    method?: string;
    path?: string;
    status?: number;
    scheme?: string;
    tokenBytes?: number;
    offers?: string[];
  }[];
  tls: { version: string; cipher: string } | undefined;
  extendedProtection: string;
  system: { node: string; arch: string; platform: string; wine: boolean };
}

const { renderFailure, renderPage } = jest.requireActual<{
  renderPage: (facts: Facts) => string;
  renderFailure: (status: number, text: string) => string;
}>(join(FOLDER, 'page.js'));

const ON_WINDOWS: Facts = {
  who: {
    name: 'EXAMPLE\\alice',
    sid: 'S-1-5-21-1-2-3-1104',
    source: 'token',
    groups: [
      { name: 'EXAMPLE\\engineers', denyOnly: false },
      { name: 'BUILTIN\\Administrators', denyOnly: true },
    ],
    moreGroups: 7,
  },
  how: {
    scheme: 'Negotiate',
    package: 'Kerberos',
    persistent: false,
    expiresAt: new Date('2026-11-26T02:51:30Z'),
  },
  exchange: [
    { by: 'browser', method: 'GET', path: '/' },
    { by: 'server', status: 401, offers: ['Negotiate', 'NTLM'] },
    { by: 'browser', method: 'GET', path: '/', scheme: 'Negotiate', tokenBytes: 3120 },
    { by: 'server', status: 200, offers: [], scheme: 'Negotiate', tokenBytes: 156 },
  ],
  tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
  extendedProtection: 'always',
  system: { node: 'v24.21.0', arch: 'x64', platform: 'Windows 11 Pro', wine: false },
};
const ON_WINE: Facts = {
  ...ON_WINDOWS,
  who: { name: undefined, sid: undefined, source: 'none', groups: undefined, moreGroups: 0 },
  extendedProtection: 'never',
  system: { ...ON_WINDOWS.system, platform: 'wine-10.0', wine: true },
};

/** The text of a page, without its elements. */
function textOf(page: string): string {
  return page
    .slice(page.indexOf('<body>'))
    .replace(/<(?:wbr|\/?(?:bdi|b|code|strong|small))\b[^>]*>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ');
}

describe('says', () => {
  test('who it is, how, and what protects it', () => {
    const text = textOf(renderPage(ON_WINDOWS));
    expect(text).toContain('You are logged on EXAMPLE\\alice');
    expect(text).toContain('SID S-1-5-21-1-2-3-1104 ');
    expect(text).toContain('EXAMPLE\\engineers BUILTIN\\Administrators denies only and 7 more');
    expect(text).toContain('Scheme Negotiate Package Kerberos Tokens 1 from you');
    expect(text).toContain('Holds for this request');
    expect(text).toContain('Until 2026-11-26 02:51 UTC');
    expect(text).toContain('TLS TLS 1.3, TLS_AES_256_GCM_SHA384');
    expect(text).toContain('Extended Protection always Channel bindings compared, and they must');
  });

  test('what was said, step by step', () => {
    expect(textOf(renderPage(ON_WINDOWS))).toContain(
      'browser GET / without a logon server 401 log on, by Negotiate or NTLM ' +
        'browser GET / with a Negotiate token of 3,120 bytes ' +
        'server 200 come in, and a last token of 156 bytes',
    );
  });

  test('that there is no name, and why', () => {
    const text = textOf(renderPage(ON_WINE));
    expect(text).toContain("Whose it is, Wine's Secur32 does not say");
    expect(text).toContain('User no name SID no SID');
    expect(text).toContain('Groups unknown, which is not the same as none');
    expect(text).toContain("Channel bindings not compared: Wine's packages ignore them");
  });

  test('the SID of somebody whom nobody knows a name for', () => {
    const who = { ...ON_WINDOWS.who, name: undefined };
    const text = textOf(renderPage({ ...ON_WINDOWS, who }));
    expect(text).toContain('You are logged on S-1-5-21-1-2-3-1104 Nobody knows a name');
  });

  test('that nothing protects a plain connection, and that NTLM holds for it', () => {
    const text = textOf(
      renderPage({
        ...ON_WINDOWS,
        tls: undefined,
        extendedProtection: 'never',
        how: { scheme: 'NTLM', package: 'NTLM', persistent: true, expiresAt: undefined },
        exchange: [{ by: 'server', status: 200, offers: [] }],
      }),
    );
    expect(text).toContain('TLS none: whoever is on the way reads along');
    expect(text).toContain('Channel bindings none: without TLS');
    expect(text).toContain('Tokens none now: you were known already Holds for this connection');
    expect(text).toContain('Until for ever');
  });
});

describe('escapes', () => {
  const HOSTILE = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '</title><svg onload=alert(1)>',
    '</dd></dl><form action=//evil.example>',
    '&lt;b&gt;',
  ];
  const elements = (page: string): string[] => [...page.matchAll(/<[a-z!/][^>]*>/gi)].map(String);
  const usual = elements(renderPage(ON_WINDOWS));

  test.each(HOSTILE)('%s wherever others choose a text', (hostile) => {
    const { who, how, exchange, system } = ON_WINDOWS;
    const page = renderPage({
      ...ON_WINDOWS,
      who: {
        ...who,
        name: hostile,
        groups: who.groups?.map(({ denyOnly }) => ({ name: hostile, denyOnly })),
      },
      how: { ...how, scheme: hostile, package: hostile },
      exchange: exchange.map((step) => ({ ...step, method: hostile, path: hostile })),
      tls: { version: hostile, cipher: hostile },
      system: { ...system, node: hostile, platform: hostile },
    });
    expect(elements(page)).toEqual(usual);
    expect(page).not.toContain(hostile);
    expect(renderFailure(404, hostile)).not.toContain(hostile);
  });

  test('what would turn the direction of a name around', () => {
    const who = { ...ON_WINDOWS.who, name: '\u202eecila\u2066' };
    const page = renderPage({ ...ON_WINDOWS, who });
    expect(page).toContain('<bdi>\ufffdecila\ufffd</bdi>');
  });
});

describe('needs', () => {
  const pages = [
    ['with a name', renderPage(ON_WINDOWS)],
    ['without one', renderPage(ON_WINE)],
    ['of a failure', renderFailure(404, 'nothing')],
  ] as const;

  test.each(pages)('%s: no script, no style of its own, nothing from elsewhere', (_which, page) => {
    expect(page).not.toMatch(/<script|<style|<form|<iframe|\son\w+=|\sstyle=|javascript:/i);
    const addresses = [...page.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, address]) => address);
    for (const address of addresses) expect(address).toMatch(/^\/(?:\w|$)/);
    const css = readFileSync(join(FOLDER, 'style.css'), 'utf8');
    expect(css).not.toMatch(/@import|url\(/);
  });

  test.each(pages)(
    '%s: a language, a title, one first heading, names for its parts',
    (_which, page) => {
      expect(page).toMatch(/^<!doctype html>\s*<html lang="en">/);
      expect(page).toMatch(/<title>[^<]+<\/title>/);
      expect(page.match(/<h1>/g)).toHaveLength(1);
      const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [, id] of page.matchAll(/aria-labelledby="([^"]*)"/g)) expect(ids).toContain(id);
      for (const [svg] of page.matchAll(/<svg[^>]*>/g)) {
        expect(svg).toMatch(/aria-hidden="true"|role="img" aria-label="[^"]+"/);
      }
    },
  );
});
