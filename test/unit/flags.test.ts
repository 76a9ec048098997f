import { describe, expect, test } from '@jest/globals';

import {
  ISC_REQ_CONNECTION,
  ISC_REQ_INTEGRITY,
  ISC_REQ_MESSAGES,
} from '../../lib/constants/isc-flags.js';
import { ascRetNames, combinedFlags, iscRetNames } from '../../lib/raw/flags.js';
import { argumentError } from '../instruments/support/fake-handles.js';

describe('combinedFlags', () => {
  test('ORs an array, and takes one flag alone', () => {
    expect(combinedFlags([ISC_REQ_CONNECTION, ISC_REQ_INTEGRITY], 'flags')).toBe(0x10800);
    expect(combinedFlags(ISC_REQ_INTEGRITY, 'flags')).toBe(0x10000);
    expect(combinedFlags([], 'flags')).toBe(0);
    expect(combinedFlags([1, 1], 'flags')).toBe(1);
  });

  test('gives an unsigned number, for negative ones too', () => {
    expect(combinedFlags([0x80000000, 1], 'flags')).toBe(0x80000001);
    expect(combinedFlags(0x80000000 | 1, 'flags')).toBe(0x80000001);
    expect(combinedFlags(-1, 'flags')).toBe(0xffffffff);
    expect(combinedFlags(-0x80000000, 'flags')).toBe(0x80000000);
    expect(combinedFlags(0xffffffff, 'flags')).toBe(0xffffffff);
  });

  test.each([[0x1_0000_0000], [-0x80000001], [ISC_REQ_MESSAGES], [2 ** 53]])(
    'refuses %p: it does not fit in 32 bits',
    (flag) => {
      expect(() => combinedFlags([1, flag], 'contextReq')).toThrow(
        argumentError(`contextReq: ${flag} does not fit in 32 bits`),
      );
    },
  );

  test.each([[1.5], [NaN], [Infinity], ['1'], [1n], [null], [undefined], [{}], [[1]]])(
    'refuses %p: it is no flag',
    (flag) => {
      const wrong = argumentError('contextReq must be flags or an array of flags');
      expect(() => combinedFlags([flag as number], 'contextReq')).toThrow(wrong);
    },
  );
});

describe('iscRetNames and ascRetNames', () => {
  test('name the bits in the order of the header, each side in its own names', () => {
    expect(iscRetNames(0x10016)).toEqual([
      'ISC_RET_MUTUAL_AUTH',
      'ISC_RET_REPLAY_DETECT',
      'ISC_RET_CONFIDENTIALITY',
      'ISC_RET_INTEGRITY',
    ]);
    expect(ascRetNames(0x20012)).toEqual([
      'ASC_RET_MUTUAL_AUTH',
      'ASC_RET_CONFIDENTIALITY',
      'ASC_RET_INTEGRITY',
    ]);
  });

  test('call one bit by different names on the two sides', () => {
    expect([iscRetNames(0x20000), ascRetNames(0x20000)]).toEqual([
      ['ISC_RET_IDENTIFY'],
      ['ASC_RET_INTEGRITY'],
    ]);
    expect([iscRetNames(0x4000), ascRetNames(0x4000)]).toEqual([
      ['ISC_RET_EXTENDED_ERROR'],
      ['ASC_RET_THIRD_LEG_FAILED'],
    ]);
  });

  test('have no name for nothing', () => {
    expect([iscRetNames(0), ascRetNames(0)]).toEqual([[], []]);
  });

  test('leave the bits that have no name together as hexadecimal', () => {
    expect(iscRetNames(0x80000001)).toEqual(['ISC_RET_DELEGATE', '0x80000000']);
    expect(iscRetNames(0x80800000)).toEqual(['0x80800000']);
  });

  test('take the signed form', () => {
    expect(iscRetNames(0x80000001 | 0)).toEqual(['ISC_RET_DELEGATE', '0x80000000']);
  });

  test('lose no bit of any number', () => {
    const bits = Array.from({ length: 32 }, (_, i) => 2 ** i);
    for (const bit of bits) {
      expect(iscRetNames(bit)).toHaveLength(1);
      expect(ascRetNames(bit)).toHaveLength(1);
    }
  });
});
