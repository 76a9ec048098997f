import { describe, expect, test } from '@jest/globals';

import * as statuses from '../../lib/constants/status.js';
import {
  isFailure,
  plainStatus,
  statusHex,
  statusMeaning,
  statusName,
} from '../../lib/core/status.js';

describe('statusName', () => {
  test.each([
    [0, 'SEC_E_OK'],
    [0x00090312, 'SEC_I_CONTINUE_NEEDED'],
    [0x80090301, 'SEC_E_INVALID_HANDLE'],
    // These two pairs differ only in severity.
    [0x80090320, 'SEC_E_INCOMPLETE_CREDENTIALS'],
    [0x00090320, 'SEC_I_INCOMPLETE_CREDENTIALS'],
    [0x80090317, 'SEC_E_CONTEXT_EXPIRED'],
    [0x00090317, 'SEC_I_CONTEXT_EXPIRED'],
    // Documentation calls this SEC_E_INVALID_HANDLE.
    [0x80100003, 'SCARD_E_INVALID_HANDLE'],
    [0x8009035f, 'SEC_E_POLICY_NLTM_ONLY'],
    [0xc000006d, 'STATUS_LOGON_FAILURE'],
    [0x800b0109, 'CERT_E_UNTRUSTEDROOT'],
  ])('%i is %s', (status, name) => {
    expect(statusName(status)).toBe(name);
  });

  test('takes the signed form too', () => {
    expect(statusName(-2146893044)).toBe('SEC_E_LOGON_DENIED');
  });

  test('is the hexadecimal form of eight digits where there is no name', () => {
    expect(statusName(0x8009ffff)).toBe('0x8009ffff');
    expect(statusName(-1)).toBe('0xffffffff');
    expect(statusName(0x1234)).toBe('0x00001234');
  });

  test('is the canonical name where two share a value', () => {
    expect(statusName(0x80090304)).toBe('SEC_E_INTERNAL_ERROR');
    expect(statusName(0x80090302)).toBe('SEC_E_UNSUPPORTED_FUNCTION');
  });
});

describe('statusHex', () => {
  test('has eight digits', () => {
    expect(statusHex(0)).toBe('0x00000000');
    expect(statusHex(0x80090318)).toBe('0x80090318');
  });

  test('is unsigned for the signed form', () => {
    expect(statusHex(-2146893044)).toBe('0x8009030c');
  });
});

test('statusMeaning says something for every named status, and of the others that they have no name', () => {
  for (const [status] of statuses.STATUS_TABLE) expect(statusMeaning(status)).toMatch(/\w/);
  expect(statusMeaning(-2146893044)).toBe(statusMeaning(0x8009030c));
  expect(statusMeaning(0x8009ffff)).toBe('a status that the SSPI headers do not name');
});

describe('plainStatus', () => {
  test.each([
    [0xd0000234, statuses.STATUS_ACCOUNT_LOCKED_OUT],
    [0xd0000234 | 0, statuses.STATUS_ACCOUNT_LOCKED_OUT],
    [0x80070775, statuses.STATUS_ACCOUNT_LOCKED_OUT],
    [0x80070533, statuses.STATUS_ACCOUNT_DISABLED],
    [0x8007052e, statuses.STATUS_LOGON_FAILURE],
  ])('of the HRESULT %i is the NTSTATUS', (status, plain) => {
    expect(plainStatus(status)).toBe(plain);
    expect(statusMeaning(status)).toContain(statusMeaning(plain));
    expect(statusMeaning(status)).toContain(statusName(plain));
  });

  test.each([0, 0x8009030c, 0xc0000234, 0x8006ffff, 0x80080005, 0x80071234, 0xe0000001])(
    'of %i is itself',
    (status) => {
      expect(plainStatus(status)).toBe(status);
    },
  );
});

describe('isFailure', () => {
  test('is true for statuses whose top bit is set, whoever defines them', () => {
    for (const status of [
      statuses.SEC_E_INCOMPLETE_MESSAGE,
      statuses.SEC_E_LOGON_DENIED,
      statuses.STATUS_LOGON_FAILURE,
      statuses.CERT_E_EXPIRED,
      statuses.SCARD_E_INVALID_HANDLE,
      statuses.E_NOTIMPL,
      0x80000000,
      0xffffffff,
    ]) {
      expect([status, isFailure(status)]).toEqual([status, true]);
      expect([status, isFailure(status | 0)]).toEqual([status, true]);
    }
  });

  test('is false for SEC_E_OK and every SEC_I_ status', () => {
    const names = Object.entries(statuses).filter(
      ([name]) => name === 'SEC_E_OK' || name.startsWith('SEC_I_'),
    );
    expect(names.length).toBeGreaterThan(10);
    for (const [name, status] of names)
      expect([name, isFailure(status as number)]).toEqual([name, false]);
    expect(isFailure(0x7fffffff)).toBe(false);
  });

  test('is true for every SEC_E_ status but SEC_E_OK', () => {
    const failures = Object.entries(statuses).filter(
      ([name]) => name.startsWith('SEC_E_') && name !== 'SEC_E_OK',
    );
    expect(failures.length).toBeGreaterThan(50);
    for (const [name, status] of failures)
      expect([name, isFailure(status as number)]).toEqual([name, true]);
  });
});
