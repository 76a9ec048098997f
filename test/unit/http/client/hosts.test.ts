import { promises as dns } from 'node:dns';

import { afterEach, describe, expect, jest, test } from '@jest/globals';

import { HostRules } from '../../../../lib/http/client/host-rules.js';
import { checkTargetHost, targetNameOf } from '../../../../lib/http/client/logon/target-names.js';
import { argumentError, coded } from '../../../instruments/support/fake-handles.js';

function allows(list: readonly string[] | 'any', url: string): boolean {
  return HostRules.of(list, 'hosts').allows(new URL(url));
}

describe('hosts', () => {
  test.each<[string, string]>([
    ['web.example.com', 'http://web.example.com/'],
    ['web.example.com', 'https://web.example.com:8443/'],
    ['WEB.Example.COM', 'http://web.EXAMPLE.com/'],
    ['web.example.com.', 'http://web.example.com/'],
    ['web.example.com', 'http://web.example.com./'],
    ['münchen.example', 'http://xn--mnchen-3ya.example/'],
    ['xn--mnchen-3ya.example', 'http://MÜNCHEN.example/'],
    ['*.example.com', 'http://a.example.com/'],
    ['*.example.com', 'http://a.b.example.com./'],
    ['*.bücher.example', 'http://www.bücher.example/'],
    ['web:8080', 'http://web:8080/'],
    ['web:80', 'http://web/'],
    ['https://web', 'https://web/'],
    ['https://*.example.com:8443', 'https://a.example.com:8443/'],
    ['10.0.0.5', 'http://10.0.0.5/'],
    ['10.0.0.5', 'http://0xa.5/'],
    ['[::1]', 'http://[0:0::1]:8080/'],
    ['::1', 'http://[::1]/'],
    ['localhost', 'http://localhost/'],
  ])('%s is %s', (pattern, url) => {
    expect(allows([pattern], url)).toBe(true);
  });

  test.each<[string, string]>([
    ['web.example.com', 'http://web.example.com.evil.test/'],
    ['web.example.com', 'http://evil-web.example.com/'],
    ['*.example.com', 'http://example.com/'],
    ['*.example.com', 'http://evilexample.com/'],
    ['*.example.com', 'http://.example.com/'],
    ['*.example.com', 'http://example.com.evil.test/'],
    ['web:8080', 'http://web/'],
    ['web:443', 'http://web/'],
    ['https://web', 'http://web/'],
    ['https://web', 'https://web:8443/'],
    ['http://web', 'https://web/'],
    ['10.0.0.5', 'http://10.0.0.50/'],
    ['::1', 'http://[::2]/'],
  ])('%s is not %s', (pattern, url) => {
    expect(allows([pattern], url)).toBe(false);
  });

  test("are none, or with 'any' all", () => {
    expect(allows([], 'http://web/')).toBe(false);
    expect(allows('any', 'http://web/')).toBe(true);
    expect(HostRules.none.allows(new URL('http://web/'))).toBe(false);
  });

  test.each([
    '*',
    '*.',
    '',
    ' ',
    'a b',
    '*.*.com',
    'a*.com',
    'web.*',
    '*.10.0.0.5',
    '*.[::1]',
    'http://',
    'ftp://web',
    'web/path',
    'user@web',
    'web:',
    'web:99999',
    'web:x',
    '[::1',
    '#',
    'http://web?x',
    '..',
    '.example.com',
    'a..b',
    '*..com',
  ])('cannot be %p', (pattern) => {
    expect(() => HostRules.of([pattern], 'hosts')).toThrow(argumentError(/^hosts\[0\]/));
  });

  test.each([[undefined], [null], ['web'], [{}], [5], [[5]], [[undefined]]])(
    'cannot be %p',
    (list) => {
      expect(() => HostRules.of(list, 'hosts')).toThrow(argumentError(/^hosts/));
    },
  );

  test('are not too many', () => {
    expect(() => HostRules.of(new Array(1025).fill('a'), 'hosts')).toThrow(argumentError());
    expect(() => HostRules.of(['a'.repeat(1025)], 'hosts')).toThrow(argumentError());
  });
});

describe('the name of a server', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const settings = (hosts: readonly string[] | 'any', more: object = {}) => ({
    targetName: undefined,
    portInTargetName: false,
    canonicalName: false,
    hosts: HostRules.of(hosts, 'hosts'),
    ...more,
  });

  test.each([
    ['http://web.example.com/', 'HTTP/web.example.com'],
    ['https://WEB.example.com.:8443/', 'HTTP/web.example.com'],
    ['http://MÜNCHEN.example/', 'HTTP/xn--mnchen-3ya.example'],
  ])('of %s is %s', async (url, name) => {
    await expect(targetNameOf(new URL(url), settings('any'), true)).resolves.toBe(name);
  });

  test.each(['http://10.0.0.5/', 'http://[::1]/'])('of %s is none', async (url) => {
    await expect(targetNameOf(new URL(url), settings('any'), true)).rejects.toEqual(
      coded('ERR_SECUR32_NO_TARGET_NAME'),
    );
  });

  test.each([[''], [undefined], [5]])('cannot be %p of a function', async (name) => {
    const given = settings('any', { targetName: () => name as string });
    await expect(targetNameOf(new URL('http://web/'), given, true)).rejects.toEqual(
      argumentError(),
    );
  });

  function aliases(records: Record<string, string | Error>) {
    jest.spyOn(dns, 'resolveCname').mockImplementation((name) => {
      const record = records[name] ?? Object.assign(new Error('no data'), { code: 'ENODATA' });
      return record instanceof Error ? Promise.reject(record) : Promise.resolve([record]);
    });
  }
  const canonical = { canonicalName: true };

  test('is at the end of its aliases where that is wanted', async () => {
    aliases({ 'web.example.com': 'A.example.com.', 'a.example.com': 'b.example.com' });
    const given = settings(['*.example.com'], canonical);
    await expect(targetNameOf(new URL('http://web.example.com/'), given, true)).resolves.toBe(
      'HTTP/b.example.com',
    );
    await expect(targetNameOf(new URL('http://b.example.com/'), given, true)).resolves.toBe(
      'HTTP/b.example.com',
    );
  });

  test('is not at the end of aliases where nobody asked for it', async () => {
    aliases({ web: 'other' });
    await expect(targetNameOf(new URL('http://web/'), settings('any'), true)).resolves.toBe(
      'HTTP/web',
    );
    expect(dns.resolveCname).not.toHaveBeenCalled();
  });

  test.each<[string, Record<string, string | Error>]>([
    ['another host', { 'web.example.com': 'evil.test' }],
    ['a loop', { 'web.example.com': 'a.example.com', 'a.example.com': 'web.example.com' }],
    ['no host', { 'web.example.com': 'a b/.example.com' }],
    ['another form of a host', { 'web.example.com': 'a%2eb.example.com' }],
    ['another port', { 'web.example.com': 'a.example.com:81' }],
    ['no answer', { 'web.example.com': Object.assign(new Error('x'), { code: 'ETIMEOUT' }) }],
  ])('is none where the aliases lead to %s', async (_, records) => {
    aliases(records);
    const given = settings(['*.example.com'], canonical);
    await expect(targetNameOf(new URL('http://web.example.com/'), given, true)).rejects.toEqual(
      coded('ERR_SECUR32_NO_TARGET_NAME'),
    );
  });
});

describe('the host of a service principal name', () => {
  const check = (list: string[], url: string, name: string) => () => {
    checkTargetHost(name, new URL(url), HostRules.of(list, 'list'), 'list');
  };

  test.each<[string, string, string]>([
    ['HTTP/web.example.com', 'web.example.com', 'http://web.example.com/'],
    ['HTTP/WEB.example.com', 'web.example.com', 'http://alias.example.com/'],
    ['HTTP/web.example.com:8080', 'web.example.com', 'http://web.example.com:8080/'],
    ['http/web.example.com', 'https://*.example.com:8443', 'https://alias:8443/'],
    ['HTTP/10.0.0.5', '10.0.0.5', 'http://10.0.0.5/'],
    ['HTTP/::1', '[::1]', 'http://[::1]/'],
  ])('%s is in a list with %s', (name, listed, url) => {
    expect(check([listed], url, name)).not.toThrow();
  });

  test.each([
    'HTTP/other.example.com',
    'HTTP/web.example.com.evil.test',
    'HTTP/web%2eexample.com',
    'HTTP/other@web.example.com',
    'HTTP/web.example.com@EVIL.TEST',
    'HTTP/other/web.example.com',
    'HTTP/web.example.com/other',
    'HTTP\\web.example.com',
    'HTTP/',
    'web.example.com',
    'HTTP/web.example.com:80:81',
    'HTTP/[::1]',
  ])('%s is not in a list that has the host of the URL', (name) => {
    expect(check(['web.example.com'], 'http://web.example.com/', name)).toThrow(
      coded('ERR_SECUR32_NO_TARGET_NAME'),
    );
  });
});
