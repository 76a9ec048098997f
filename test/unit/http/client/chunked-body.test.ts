import { describe, expect, test } from '@jest/globals';

import { ChunkedBodyEnd } from '../../../../lib/http/client/connection/chunked-body-end.js';

describe('a body in chunks', () => {
  const body = '3;name="value"\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n';

  test('ends at its end, however it comes', () => {
    for (let size = 1; size <= body.length + 2; size++) {
      const end = new ChunkedBodyEnd();
      const bytes = Buffer.from(`${body}more`);
      let consumed = 0;
      let found: number | undefined;
      for (let at = 0; found === undefined && at < bytes.length; at += size) {
        found = end.feed(bytes.subarray(at, at + size));
        consumed = found === undefined ? consumed : at + found;
      }
      expect(consumed).toBe(body.length);
    }
  });

  test.each([
    'x\r\n',
    '\r\n',
    '-1\r\n',
    '1\n',
    '1\r\nab\r\n',
    '123456789\r\n',
    '1'.repeat(9000),
    '0\r\na\n',
  ])('cannot be %j', (text) => {
    expect(() => new ChunkedBodyEnd().feed(Buffer.from(text))).toThrow(Error);
  });
});
