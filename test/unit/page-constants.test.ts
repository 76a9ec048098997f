import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import * as allConstants from '../../lib/constants/index.js';

/** A page of Microsoft's documentation, as it was in one language. */
interface Page {
  page: string;
  language: string;
  /** The constants to which the page gives a value. */
  values: Record<string, string>;
  /** Those that it only mentions. */
  names: string[];
}

const pages = JSON.parse(
  readFileSync(join(__dirname, '../../../test/fixtures/page-constants.json'), 'utf8'),
) as Page[];
const exported = allConstants as unknown as Record<string, number | bigint | undefined>;

const titleOf = ({ page, language }: Page) => `${page}, ${language}`;
const ACCEPT_GENERAL_DE = 'AcceptSecurityContext (General), German';
const ACCEPT_GENERAL_EN = 'AcceptSecurityContext (General), English';
const ACCEPT_NEGOTIATE = 'AcceptSecurityContext (Negotiate), Russian and English';
const ACCEPT_CREDSSP = 'AcceptSecurityContext (CredSSP), Chinese and English';
const INITIALIZE_CREDSSP = 'InitializeSecurityContext (CredSSP), German';

interface OtherValue {
  name: string;
  pages: string[];
  /** What the pages say, and whose value that is. */
  value: string;
  of: string;
  /** What the header says. */
  header: number;
}

/** Where a page gives a value that is not the header's. */
const OTHER_VALUES: OtherValue[] = [
  {
    // 0x8010…: the facility of smart cards, not that of security.
    name: 'SEC_E_INVALID_HANDLE',
    pages: [ACCEPT_GENERAL_DE, ACCEPT_GENERAL_EN, ACCEPT_NEGOTIATE, ACCEPT_CREDSSP],
    value: '0x80100003',
    of: 'SCARD_E_INVALID_HANDLE',
    header: 0x80090301,
  },
];

interface NotExported {
  name: string;
  pages: string[];
  reason: string;
  /** What the page means by it. */
  meant?: string;
}

const TRANSLATED = 'a translation of the name, made by a machine';

/** Names of the pages that no header has. */
const NOT_EXPORTED: NotExported[] = [
  {
    name: 'ASC_REQ_PROMPT_FOR_CREDS',
    pages: [ACCEPT_GENERAL_DE, ACCEPT_GENERAL_EN, ACCEPT_CREDSSP],
    reason: 'only clients have PROMPT_FOR_CREDS; its bit is SESSION_TICKET for servers',
    meant: 'ISC_REQ_PROMPT_FOR_CREDS',
  },
  {
    name: 'SEC_READWRITE',
    pages: [INITIALIZE_CREDSSP],
    reason: 'buffers are writable unless they are SECBUFFER_READONLY',
  },
  ...[
    ['SEC_E_UNVOLLSTÄNDIGE_NACHRICHT', 'SEC_E_INCOMPLETE_MESSAGE'],
    ['S.E_NICHT_GENÜGEND_ARBEITSSPEICHER', 'SEC_E_INSUFFICIENT_MEMORY'],
    ['INTERNER_FEHLER_IN_SEKUNDE_E', 'SEC_E_INTERNAL_ERROR'],
    ['SEC_E_UNGÜLTIGES_HANDLE', 'SEC_E_INVALID_HANDLE'],
    ['SEC_E_UNGÜLTIGES_TOKEN', 'SEC_E_INVALID_TOKEN'],
    ['SEC_E_NICHT_UNTERSTÜTZTE_FUNKTION', 'SEC_E_UNSUPPORTED_FUNCTION'],
    ['SEC_E-DELEGIERUNGSRICHTLINIE', 'SEC_E_DELEGATION_POLICY'],
  ].map(([name = '', meant = '']) => ({
    name,
    pages: [INITIALIZE_CREDSSP],
    reason: TRANSLATED,
    meant,
  })),
];

interface OtherSide {
  name: string;
  pages: string[];
  /** The one of the side that the page is about, which has the same value. */
  own: string;
}

/** Flags of a client on a server's page, and the other way round. */
const OTHER_SIDE: OtherSide[] = [
  {
    name: 'ISC_RET_ALLOCATED_MEMORY',
    pages: [ACCEPT_GENERAL_DE, ACCEPT_GENERAL_EN, ACCEPT_NEGOTIATE, ACCEPT_CREDSSP],
    own: 'ASC_RET_ALLOCATED_MEMORY',
  },
  {
    name: 'ASC_RET_ALLOCATED_MEMORY',
    pages: [INITIALIZE_CREDSSP],
    own: 'ISC_RET_ALLOCATED_MEMORY',
  },
];

const has = (entries: { name: string; pages: string[] }[], page: Page, name: string) =>
  entries.some((entry) => entry.name === name && entry.pages.includes(titleOf(page)));
const namesOf = (page: Page) => [...Object.keys(page.values), ...page.names];
/** The pages of an entry, all of which there are. */
function pagesOf({ pages: titles }: { pages: string[] }): Page[] {
  const found = pages.filter((page) => titles.includes(titleOf(page)));
  expect(found.map(titleOf).sort()).toEqual([...titles].sort());
  return found;
}

describe.each(pages.map((page) => [titleOf(page), page] as const))('%s', (_, page) => {
  test('gives the values that are exported', () => {
    const values = Object.entries(page.values).filter(([name]) => !has(OTHER_VALUES, page, name));
    expect(values.map(([name]) => [name, exported[name]])).toEqual(
      values.map(([name, value]) => [name, Number(value)]),
    );
  });

  test('mentions constants that are exported', () => {
    const missing = namesOf(page).filter((name) => exported[name] === undefined);
    expect(missing.filter((name) => !has(NOT_EXPORTED, page, name))).toEqual([]);
  });

  test('mentions flags of its own side', () => {
    const other = page.page.startsWith('Accept') ? 'ISC_' : 'ASC_';
    const flags = namesOf(page).filter((name) => name.startsWith(other));
    expect(flags.filter((name) => !has(OTHER_SIDE, page, name))).toEqual([]);
  });
});

test('the pages are these, and each of them says something', () => {
  expect(pages.map(titleOf).sort()).toEqual(
    [
      ACCEPT_GENERAL_DE,
      ACCEPT_GENERAL_EN,
      ACCEPT_NEGOTIATE,
      ACCEPT_CREDSSP,
      INITIALIZE_CREDSSP,
    ].sort(),
  );
  for (const page of pages) {
    expect(Object.keys(page.values).length).toBeGreaterThanOrEqual(9);
    expect(new Set(namesOf(page)).size).toBe(namesOf(page).length);
  }
});

describe('a difference that is allowed is one', () => {
  test.each(OTHER_VALUES)('$name is not $value', (entry) => {
    for (const page of pagesOf(entry)) expect(page.values[entry.name]).toBe(entry.value);
    expect(exported[entry.name]).toBe(entry.header);
    expect(exported[entry.of]).toBe(Number(entry.value));
    expect(entry.header).not.toBe(Number(entry.value));
  });

  test.each(NOT_EXPORTED)('there is no $name: $reason', (entry) => {
    for (const page of pagesOf(entry)) expect(namesOf(page)).toContain(entry.name);
    expect(exported).not.toHaveProperty([entry.name]);
    if (entry.meant !== undefined) expect(exported).toHaveProperty([entry.meant]);
  });

  test.each(OTHER_SIDE)('$name is of the other side', ({ name, own, ...entry }) => {
    for (const page of pagesOf(entry)) expect(namesOf(page)).toContain(name);
    expect(exported[name]).toBe(exported[own]);
  });
});

test('the name that no header has and the pages want is there, for both sides', () => {
  expect(allConstants.ASC_REQ_HTTP).toBe(allConstants.ASC_REQ_ALLOW_MISSING_BINDINGS);
  expect(Number(allConstants.ISC_REQ_HTTP)).toBe(Number(allConstants.ASC_REQ_HTTP));
});

test("the name that looks misspelled is the header's", () => {
  expect(pages.flatMap(namesOf)).toContain('SEC_E_POLICY_NLTM_ONLY');
  expect(allConstants.SEC_E_POLICY_NLTM_ONLY).toBe(0x8009035f);
});
