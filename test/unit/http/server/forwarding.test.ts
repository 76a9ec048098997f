import { describe, expect, test } from '@jest/globals';

import { isForwarded } from '../../../../lib/http/server/request/forwarding.js';
import { mayLackHeaders } from '../../../../lib/http/server/request/header-count.js';
import { message } from '../../../instruments/support/http-message.js';

describe('a request was forwarded', () => {
  test.each([
    'Forwarded',
    'FORWARDED',
    'Via',
    'X-Forwarded-For',
    'x-forwarded-for',
    'X-Forwarded-Proto',
    'X-Forwarded-Host',
    'X-Forwarded-Anything',
    'X-Forwarded',
    'X-ForwardedFor',
    'X-Original-Forwarded-For',
    'X-Real-IP',
    'X-Client-IP',
    'X-Cluster-Client-IP',
    'True-Client-IP',
    'CF-Connecting-IP',
    'Fastly-Client-IP',
    'CDN-Loop',
    'X-ARR-Log-Id',
    'X-ARR-SSL',
    'X-iisnode-REMOTE_ADDR',
    'X-Envoy-External-Address',
    'X-Azure-ClientIP',
    'WL-Proxy-Client-IP',
  ])('as %s says', (name) => {
    expect(
      isForwarded(
        message([
          ['Host', 'web'],
          [name, ''],
          ['Accept', '*/*'],
        ]),
      ),
    ).toBe(true);
  });

  test.each([
    'Host',
    'X-Requested-With',
    'Referer',
    'Forward',
    'Viaduct',
    'X-Forward',
    'Proxy-Connection',
    'Max-Forwards',
    'X-Real',
  ])('as %s does not say', (name) => {
    expect(isForwarded(message([[name, 'Forwarded']]))).toBe(false);
  });
});

describe('of a request fields may be missing', () => {
  const fields = (count: number) => Array.from({ length: count }, () => ['A', 'b'] as const);
  const lacks = (count: number, server?: object) =>
    mayLackHeaders(message(fields(count), { socket: { server } }));

  test.each<[number, object | undefined, boolean]>([
    [999, undefined, false],
    [1000, undefined, true],
    [999, {}, false],
    [1000, { maxHeadersCount: null }, true],
    [1000, { maxHeadersCount: 2000 }, false],
    [2000, { maxHeadersCount: 2000 }, true],
    [31, { maxHeadersCount: 10 }, true],
    [9, { maxHeadersCount: 10 }, false],
    [5000, { maxHeadersCount: 0 }, false],
  ])('%d, of a server %j: %p', (count, server, result) => {
    expect(lacks(count, server)).toBe(result);
  });
});
