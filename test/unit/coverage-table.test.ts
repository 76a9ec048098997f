import { describe, expect, test } from '@jest/globals';

import type { RecordedFile } from '../instruments/support/coverage/recording.js';
import { coverage, differences, type Sources } from '../../tools/coverage/coverage.js';
import type { Part } from '../../tools/coverage/run.js';

const SOURCES: Sources = {
  constants: {
    groups: {
      ISC_REQ: 'what a client asks for',
      SECBUFFER: 'types',
      STATUS: 'statuses',
      OTHER_STATUS: 'more',
      SASL: 'options',
    },
    constants: {
      ISC_REQ_DELEGATE: { value: 1, group: 'ISC_REQ' },
      ISC_REQ_STREAM: { value: 0x8000, group: 'ISC_REQ' },
      ISC_REQ_MESSAGES: { value: 2 ** 32, group: 'ISC_REQ' },
      SECBUFFER_VERSION: { value: 0, group: 'SECBUFFER' },
      SECBUFFER_EMPTY: { value: 0, group: 'SECBUFFER' },
      SECBUFFER_TOKEN: { value: 2, group: 'SECBUFFER' },
      SEC_E_OK: { value: 0, group: 'STATUS' },
      E_NOTIMPL: { value: 0x80004001, group: 'OTHER_STATUS' },
      SASL_OPTION_SEND_SIZE: { value: 1, group: 'SASL' },
      SASL_OPTION_RECV_SIZE: { value: 2, group: 'SASL' },
    },
  },
  functions: {
    sspi: { InitializeSecurityContextW: ['initialize'], EncryptMessage: ['encrypt'] },
    notBound: { 'not bound: SASL': ['SaslGetContextOption'] },
    beside: { CloseHandle: ['closeToken'] },
  },
  statements: { onlyOnWindows: {}, reasons: {} },
};

type Assertions = readonly (readonly [title: string, status?: string])[];

function report(files: Record<string, Assertions>): Part['report'] {
  return {
    testResults: Object.entries(files).map(([file, assertions]) => ({
      name: `Z:\\project\\dist\\test\\${file.replace('/', '\\')}.test.js`,
      assertionResults: assertions.map(([fullName, status = 'passed']) => ({ fullName, status })),
    })),
  };
}

function part(files: Record<string, Assertions>, recorded: readonly RecordedFile[] = []): Part {
  return { report: report(files), recorded };
}

/** One file with a passed test for each of these. */
function ran(tests: RecordedFile['tests'], file = 'native/legs'): Part {
  const titles = Object.keys(tests).map((title) => [title] as const);
  return part({ [file]: titles }, [{ file, tests }]);
}

/** The cells of a row after the name and the value. */
function row(parts: readonly Part[], name: string, sources: Sources = SOURCES): string[] {
  const result = coverage(parts, sources);
  expect(result.complaints).toEqual([]);
  const found = result.markdown.split('\n').filter((line) => line.startsWith(`| \`${name}\` |`));
  expect(found).toHaveLength(1);
  return (found[0] ?? '')
    .split(' | ')
    .map((cell) => cell.replace(/^\| | \|$/g, ''))
    .slice(2);
}

function withStatements(statements: Partial<Sources['statements']>): Sources {
  return { ...SOURCES, statements: { ...SOURCES.statements, ...statements } };
}

describe('a row', () => {
  test('of a function names the tests that call what the addon has for it', () => {
    const parts = [ran({ 'logs on': { real: { FUNCTION: ['initialize'] } } })];
    expect(row(parts, 'InitializeSecurityContextW')).toEqual([
      '`native/legs`: logs on',
      '',
      '',
      '',
    ]);
    expect(row(parts, 'EncryptMessage')).toEqual(['**gap**', '', '', '']);
    expect(row(parts, 'SaslGetContextOption')).toEqual(['*not bound: SASL*', '', '', '']);
    expect(row(parts, 'CloseHandle')).toEqual(['**gap**', '', '', '']);
  });

  test('of a flag finds it among others, also above 32 bits', () => {
    const parts = [ran({ asks: { scripted: { ISC_REQ: [0x8001, 2 ** 32 + 2] } } })];
    for (const name of ['ISC_REQ_DELEGATE', 'ISC_REQ_STREAM', 'ISC_REQ_MESSAGES']) {
      expect(row(parts, name)).toEqual(['', '', '`native/legs`: asks', '']);
    }
    const low = [ran({ asks: { real: { ISC_REQ: [0x8000] } } })];
    expect(row(low, 'ISC_REQ_DELEGATE')).toEqual(['**gap**', '', '', '']);
    expect(row(low, 'ISC_REQ_MESSAGES')).toEqual(['**gap**', '', '', '']);
  });

  test('tells the bridge from the packages of the system', () => {
    const parts = [ran({ asks: { bridge: { STATUS: [0] } } }, 'bridge/identity')];
    expect(row(parts, 'SEC_E_OK')).toEqual(['', '`bridge/identity`: asks', '', '']);
  });

  test('of a value finds that one alone, where it is of that group', () => {
    const parts = [ran({ gives: { real: { SECBUFFER: [0, 3], STATUS: [0x80004001] } } })];
    expect(row(parts, 'SECBUFFER_EMPTY')).toEqual(['`native/legs`: gives', '', '', '']);
    expect(row(parts, 'SECBUFFER_VERSION')).toEqual(['**gap**', '', '', '']);
    expect(row(parts, 'SECBUFFER_TOKEN')).toEqual(['**gap**', '', '', '']);
    expect(row(parts, 'SEC_E_OK')).toEqual(['**gap**', '', '', '']);
    expect(row(parts, 'E_NOTIMPL')).toEqual(['`native/legs`: gives', '', '', '']);
  });

  test('names two tests, those first that drive little, and counts the others', () => {
    const all = { real: { STATUS: [0, 1, 2] } };
    const one = { real: { STATUS: [0] } };
    const tests = { a: all, b: one, c: one };
    expect(row([ran(tests)], 'SEC_E_OK')[0]).toBe(
      '`native/legs`: b<br>`native/legs`: c<br>and 1 other',
    );
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`test ${i}`, one]));
    expect(row([ran(many)], 'SEC_E_OK')[0]).toMatch(
      /: test 0<br>.*: test 1<br>and 10 or more others$/,
    );
    const withoutMemory = [ran({ d: one }, 'faults/legs'), ran({ e: all })];
    expect(row(withoutMemory, 'SEC_E_OK')[0]).toBe('`native/legs`: e<br>`faults/legs`: d');
  });

  test('has titles that Markdown takes as text', () => {
    const parts = [ran({ 'a | b *c* SEC_E_OK _d_ [e]': { real: { STATUS: [0] } } })];
    expect(coverage(parts, SOURCES).markdown).toContain(
      String.raw`a \| b \*c\* SEC_E_OK \_d\_ \[e\]`,
    );
  });

  test('is the same whatever the order of the files, and of runs that drive the same', () => {
    const parts = [
      ran({ b: { real: { STATUS: [0] } } }, 'native/b'),
      ran({ a: { real: { STATUS: [0] } } }, 'native/a'),
    ];
    const text = coverage(parts, SOURCES).markdown;
    expect(coverage([...parts].reverse(), SOURCES).markdown).toBe(text);
    expect(coverage([...parts, ...parts], SOURCES).markdown).toBe(text);
  });
});

test('the table at the beginning counts', () => {
  const parts = [ran({ a: { real: { STATUS: [0] }, scripted: { STATUS: [0], SECBUFFER: [2] } } })];
  const sources = withStatements({ reasons: { 'not bound': ['SASL'] } });
  const { markdown } = coverage(parts, sources);
  expect(markdown).toContain('| SECBUFFER: types | 3 | 0 | 0 | 1 | 0 | 0 | 2 |\n');
  expect(markdown).toContain('| STATUS: statuses | 1 | 1 | 0 | 0 | 0 | 0 | 0 |\n');
  expect(markdown).toContain('| SASL: options | 2 | 0 | 0 | 0 | 0 | 2 | 0 |\n');
  expect(markdown).toContain('| **all** | 14 | 1 | 0 | 1 | 0 | 3 | 9 |\n');
  expect(markdown).toContain(
    '| SASL: options | `SASL_OPTION_SEND_SIZE`, `SASL_OPTION_RECV_SIZE` | *not bound* |\n',
  );
});

describe('there is no table', () => {
  const complaints = (parts: readonly Part[], sources = SOURCES): readonly string[] =>
    coverage(parts, sources).complaints;

  test('of a run in which a test failed', () => {
    expect(complaints([part({ 'native/legs': [['fails', 'failed']] })])).toEqual([
      'native/legs: fails failed',
    ]);
  });

  test.each([
    ['there is no result', []],
    ['it was skipped', [['a test [only on Windows]', 'pending']]],
  ] as const)('with a title that did not run: %s', (_, assertions) => {
    const tests = { 'a test': { real: { STATUS: [0] } } };
    const parts = [part({ 'native/legs': assertions }, [{ file: 'native/legs', tests }])];
    expect(complaints(parts)).toEqual([
      'native/legs: a test was recorded, but is none that passed',
    ]);
  });

  test('with a function of the addon that nobody described', () => {
    expect(complaints([ran({ a: { real: { FUNCTION: ['initialize', 'seal'] } } })])).toEqual([
      "functions.json does not say what the addon's seal calls",
    ]);
  });
});

describe('what is only on Windows', () => {
  const sources = withStatements({
    onlyOnWindows: { 'native/legs': { 'on Windows': ['SEC_E_OK'] } },
  });
  const skipped: Assertions = [['on Windows [only on Windows]', 'pending']];

  test('names the test that is skipped here, beside what drives it otherwise', () => {
    const [, , , cell] = row([part({ 'native/legs': skipped })], 'SEC_E_OK', sources);
    expect(cell).toBe('`native/legs`: on Windows');
    const scripted = ran({ a: { scripted: { STATUS: [0] } } }, 'scripted/legs');
    expect(row([part({ 'native/legs': skipped }), scripted], 'SEC_E_OK', sources)).toEqual([
      '',
      '',
      '`scripted/legs`: a',
      '`native/legs`: on Windows',
    ]);
  });

  const where = 'only-on-windows.json: native/legs: on Windows';
  test.each([
    ['no such test', [], {}, `${where}: there is no such test in the run`],
    [
      'a test that runs here',
      [['on Windows']],
      {},
      `${where}: the test is not skipped as one for Windows`,
    ],
    [
      'a test that is skipped for another reason',
      [['on Windows [needs a domain]', 'pending']],
      {},
      `${where}: the test is not skipped as one for Windows`,
    ],
    [
      'an item that a real package drives here',
      [...skipped, ['here']],
      { here: { real: { STATUS: [0] } } },
      `${where}: SEC_E_OK is driven here too, by native/legs: here`,
    ],
  ] as const)('must be true: %s', (_, assertions, tests, complaint) => {
    const parts = [part({ 'native/legs': assertions }, [{ file: 'native/legs', tests }])];
    expect(coverage(parts, sources).complaints).toEqual([complaint]);
  });

  test('must be true: no such item', () => {
    const unknown = withStatements({
      onlyOnWindows: { 'native/legs': { 'on Windows': ['SEC_E_NO_SUCH'] } },
    });
    expect(coverage([part({ 'native/legs': skipped })], unknown).complaints).toEqual([
      `${where}: there is no SEC_E_NO_SUCH`,
    ]);
  });
});

describe('a reason', () => {
  test('stands where a title would', () => {
    const sources = withStatements({ reasons: { 'a mask, no value': ['SECBUFFER_VERSION'] } });
    expect(row([], 'SECBUFFER_VERSION', sources)).toEqual(['*a mask, no value*', '', '', '']);
  });

  test('of a group is that of its rows without a test', () => {
    const sources = withStatements({ reasons: { later: ['ISC_REQ'] } });
    const parts = [ran({ a: { real: { ISC_REQ: [1] } } })];
    expect(row(parts, 'ISC_REQ_DELEGATE', sources)).toEqual(['`native/legs`: a', '', '', '']);
    expect(row(parts, 'ISC_REQ_STREAM', sources)).toEqual(['*later*', '', '', '']);
  });

  test.each([
    [['SEC_E_NO_SUCH'], 'reasons.json: SEC_E_NO_SUCH: there is no such thing'],
    [['SASL', 'SASL'], 'reasons.json: SASL has two reasons'],
    [['SEC_E_OK'], 'reasons.json: SEC_E_OK is driven after all, by native/legs: a'],
    [['E_NOTIMPL'], 'reasons.json: E_NOTIMPL is driven on Windows'],
  ])('must be true: %s', (names, complaint) => {
    const sources = withStatements({
      reasons: { 'a reason': names },
      onlyOnWindows: { 'native/legs': { 'on Windows': ['E_NOTIMPL'] } },
    });
    const parts = [
      ran({ a: { scripted: { STATUS: [0] } } }),
      part({ 'native/legs': [['on Windows [only on Windows]', 'pending']] }),
    ];
    expect(coverage(parts, sources).complaints).toEqual([complaint]);
  });
});

describe('the difference of two texts', () => {
  test('is their lines', () => {
    expect(differences('a\nb\nc', 'a\nc\nd', 9)).toEqual(['- b', '+ d']);
    expect(differences('a', 'a', 9)).toEqual([]);
  });

  test('is cut', () => {
    expect(differences('1\n2\n3', '4\n5\n6', 2)).toEqual(['- 1', '- 2', 'and 4 more']);
  });
});
