import { describe, expect, test } from '@jest/globals';

import {
  SECBUFFER_ALERT,
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_MISSING,
  SECBUFFER_READONLY,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import {
  inputDescriptor,
  leftInput,
  outputWords,
  plainType,
  secBuffers,
} from '../../lib/raw/sec-buffers.js';
import { argumentError, bytes, coded, tokenBuffer } from '../instruments/support/fake-handles.js';

const LIMIT = 64;
const DEFAULT_SIZE = 0xffffffff;
const MANY = Array.from({ length: 17 }, () => ({ type: SECBUFFER_EMPTY }));

test('plainType takes the attribute bits away, also from a negative number', () => {
  expect(plainType(SECBUFFER_TOKEN)).toBe(SECBUFFER_TOKEN);
  expect(plainType(SECBUFFER_READONLY | SECBUFFER_TOKEN)).toBe(SECBUFFER_TOKEN);
  expect(plainType((SECBUFFER_READONLY | SECBUFFER_DATA) >>> 0)).toBe(SECBUFFER_DATA);
  expect(plainType(SECBUFFER_READONLY_WITH_CHECKSUM | SECBUFFER_DATA)).toBe(SECBUFFER_DATA);
});

describe('input buffers', () => {
  test('keep their order, types and bytes', () => {
    const token = bytes('token');
    const bindings = Uint8Array.of(1, 2);
    expect(
      inputDescriptor(
        [
          { type: SECBUFFER_TOKEN, data: token },
          { type: SECBUFFER_EMPTY },
          { type: SECBUFFER_CHANNEL_BINDINGS, data: bindings },
        ],
        LIMIT,
      ),
    ).toEqual({
      types: [SECBUFFER_TOKEN, SECBUFFER_EMPTY, SECBUFFER_CHANNEL_BINDINGS],
      data: [token, undefined, bindings],
    });
  });

  test('can be none, and can be 16', () => {
    expect(inputDescriptor([], LIMIT)).toEqual({ types: [], data: [] });
    expect(inputDescriptor(MANY.slice(1), LIMIT).types).toHaveLength(16);
  });

  test('cannot be more than 16', () => {
    expect(() => inputDescriptor(MANY, LIMIT)).toThrow(
      argumentError('input has 17 buffers; the limit is 16'),
    );
  });

  test('keep the attribute bits of their types, as unsigned numbers', () => {
    const readonlyToken = SECBUFFER_READONLY | SECBUFFER_TOKEN;
    expect(readonlyToken).toBeLessThan(0);
    const { types } = inputDescriptor([{ type: readonlyToken }, { type: 0x80000002 }], LIMIT);
    expect(types).toEqual([0x80000002, 0x80000002]);
  });

  test.each([
    [undefined],
    [null],
    ['2'],
    [2n],
    [1.5],
    [NaN],
    [Infinity],
    [2 ** 32],
    [-(2 ** 32) - 1],
  ])('refuse %p as a type', (type) => {
    expect(() => inputDescriptor([{ type: 0 }, { type }], LIMIT)).toThrow(
      argumentError(/^input\[1\]\.type must be a SECBUFFER_ constant$/),
    );
  });

  test.each([[-0x80000001], [-(2 ** 32)]])(
    'refuse %p as a type: it is no 32-bit number',
    (type) => {
      expect(() => inputDescriptor([{ type }], LIMIT)).toThrow(argumentError('input\\[0\\].type'));
    },
  );

  test.each([
    ['a string', 'token'],
    ['an ArrayBuffer', new ArrayBuffer(4)],
    ['a DataView', new DataView(new ArrayBuffer(4))],
    ['an array of numbers', [1, 2]],
    ['other words than bytes', new Uint16Array(2)],
    ['clamped bytes', new Uint8ClampedArray(2)],
    ['null', null],
    ['a number', 4],
  ])('refuse %s as data', (_, data) => {
    expect(() => inputDescriptor([{ type: SECBUFFER_TOKEN, data }], LIMIT)).toThrow(
      argumentError(/^input\[0\]\.data must be a Uint8Array or Buffer, not \w+$/),
    );
  });

  test.each([[undefined], [null], [2], ['buffer'], [() => 2]])(
    'refuse %p as an element',
    (element) => {
      expect(() => inputDescriptor([element], LIMIT)).toThrow(
        argumentError(/^input\[0\] must be a plain object$/),
      );
    },
  );

  test('refuse a hole as an element: the buffers behind it would change their places', () => {
    const holed: unknown[] = [];
    holed[1] = tokenBuffer('token');
    expect(() => inputDescriptor(holed, LIMIT)).toThrow(
      argumentError('input\\[0\\] must be a plain object'),
    );
  });

  test.each([[null], ['token'], [bytes('token')], [{ length: 0 }], [tokenBuffer('x')]])(
    'refuse %p as an array',
    (buffers) => {
      expect(() => inputDescriptor(buffers, LIMIT)).toThrow(
        argumentError('input must be an array of buffers'),
      );
    },
  );
});

describe('the limit of a token', () => {
  test('is the last size that passes', () => {
    const token = { type: SECBUFFER_TOKEN, data: new Uint8Array(LIMIT) };
    expect(inputDescriptor([token], LIMIT).data).toEqual([token.data]);
  });

  test.each([
    ['a token', SECBUFFER_TOKEN],
    ['a token with an attribute bit', SECBUFFER_READONLY | SECBUFFER_TOKEN],
  ])('is kept by %s', (_, type) => {
    const data = new Uint8Array(LIMIT + 1);
    expect(() => inputDescriptor([{ type, data }], LIMIT)).toThrow(
      expect.objectContaining({
        code: 'ERR_SECUR32_TOKEN_TOO_LARGE',
        message: 'the token has 65 bytes; maxTokenBytes allows 64',
      }),
    );
  });

  test('is kept by each of several tokens', () => {
    const large = { type: SECBUFFER_TOKEN, data: new Uint8Array(LIMIT + 1) };
    expect(() => inputDescriptor([tokenBuffer('small'), large], LIMIT)).toThrow(
      coded('ERR_SECUR32_TOKEN_TOO_LARGE'),
    );
  });

  test('does not apply to other buffers, which do not come from the network', () => {
    const data = new Uint8Array(LIMIT + 1);
    const buffers = [
      { type: SECBUFFER_CHANNEL_BINDINGS, data },
      { type: SECBUFFER_DATA, data },
    ];
    expect(inputDescriptor(buffers, LIMIT).data).toEqual([data, data]);
  });
});

describe('output buffers', () => {
  test('are pairs of type and size; without a size the addon chooses', () => {
    expect(outputWords([{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_ALERT, size: 100 }])).toEqual([
      SECBUFFER_TOKEN,
      DEFAULT_SIZE,
      SECBUFFER_ALERT,
      100,
    ]);
    expect(outputWords([])).toEqual([]);
  });

  test('can have any size from 0 to 16 MiB', () => {
    const sizes = [0, 1, 16 * 1024 * 1024];
    const words = outputWords(sizes.map((size) => ({ type: SECBUFFER_TOKEN, size })));
    expect(words.filter((_, i) => i % 2 === 1)).toEqual(sizes);
  });

  test.each([
    [-1],
    [1.5],
    [NaN],
    ['10'],
    [null],
    [10n],
    [16 * 1024 * 1024 + 1],
    [2 ** 32],
    // The word that leaves the choice to the addon is not a size.
    [DEFAULT_SIZE],
  ])('refuse %p as a size', (size) => {
    expect(() => outputWords([{ type: SECBUFFER_TOKEN, size }])).toThrow(
      argumentError(/^output\[0\]\.size must be an integer from 0 to 16777216$/),
    );
  });

  test('are checked like input buffers', () => {
    expect(() => outputWords(MANY)).toThrow(argumentError('output has 17 buffers'));
    expect(() => outputWords([{ type: 0 }, { type: 'x' }])).toThrow(
      argumentError('output\\[1\\].type'),
    );
    expect(() => outputWords([null])).toThrow(
      argumentError('output\\[0\\] must be a plain object'),
    );
    expect(() => outputWords('TOKEN')).toThrow(argumentError('output must be an array'));
    expect(outputWords([{ type: SECBUFFER_READONLY | SECBUFFER_TOKEN }])[0]).toBe(0x80000002);
  });

  test('refuse a hole as an element', () => {
    const holed: unknown[] = [];
    holed[1] = { type: SECBUFFER_TOKEN };
    expect(() => outputWords(holed)).toThrow(argumentError('output\\[0\\] must be a plain object'));
  });

  test('come back with what was written, and without data where nothing was', () => {
    const data = bytes('token');
    expect(secBuffers([SECBUFFER_TOKEN, data, SECBUFFER_ALERT, undefined])).toEqual([
      { type: SECBUFFER_TOKEN, data },
      { type: SECBUFFER_ALERT },
    ]);
    expect(Object.keys(secBuffers([SECBUFFER_ALERT, undefined])[0] ?? {})).toEqual(['type']);
    expect(secBuffers([])).toEqual([]);
  });
});

describe('what is left of the input', () => {
  const input = inputDescriptor([tokenBuffer('abcdef'), { type: SECBUFFER_EMPTY }], LIMIT);

  test('is the type and size of each buffer', () => {
    expect(leftInput([SECBUFFER_TOKEN, 6, SECBUFFER_MISSING, 20], input)).toEqual([
      { type: SECBUFFER_TOKEN, size: 6 },
      { type: SECBUFFER_MISSING, size: 20 },
    ]);
  });

  test('has the end of the token as data of EXTRA', () => {
    expect(leftInput([SECBUFFER_TOKEN, 6, SECBUFFER_EXTRA, 2], input)[1]).toEqual({
      type: SECBUFFER_EXTRA,
      size: 2,
      data: bytes('ef'),
    });
  });

  test('can be the whole token, and nothing', () => {
    const extra = (size: number) =>
      leftInput([SECBUFFER_TOKEN, 6, SECBUFFER_EXTRA, size], input)[1];
    expect(extra(6)?.data).toEqual(bytes('abcdef'));
    expect(extra(0)?.data).toEqual(bytes(''));
  });

  test('has a copy of the bytes', () => {
    const data = bytes('abcdef');
    const reused = inputDescriptor([{ type: SECBUFFER_TOKEN, data }, { type: 0 }], LIMIT);
    const [, extra] = leftInput([SECBUFFER_TOKEN, 6, SECBUFFER_EXTRA, 2], reused);
    data.fill(0);
    expect(extra?.data).toEqual(bytes('ef'));
  });

  test('has the end of the token whose bytes are part of a larger array', () => {
    const data = bytes('--abcdef--').subarray(2, 8);
    const part = inputDescriptor([{ type: SECBUFFER_TOKEN, data }, { type: 0 }], LIMIT);
    expect(leftInput([SECBUFFER_TOKEN, 6, SECBUFFER_EXTRA, 2], part)[1]?.data).toEqual(bytes('ef'));
  });

  test('has no data where the size of EXTRA is larger than the input', () => {
    expect(leftInput([SECBUFFER_TOKEN, 6, SECBUFFER_EXTRA, 7], input)[1]).toEqual({
      type: SECBUFFER_EXTRA,
      size: 7,
    });
  });

  test('has no data where there was no token', () => {
    const none = inputDescriptor([{ type: SECBUFFER_DATA, data: bytes('abc') }], LIMIT);
    expect(leftInput([SECBUFFER_EXTRA, 2], none)).toEqual([{ type: SECBUFFER_EXTRA, size: 2 }]);
  });

  test('is EXTRA with an attribute bit too', () => {
    const type = (SECBUFFER_READONLY | SECBUFFER_EXTRA) >>> 0;
    expect(leftInput([SECBUFFER_TOKEN, 6, type, 1], input)[1]?.data).toEqual(bytes('f'));
  });
});
