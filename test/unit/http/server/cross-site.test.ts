import { describe, expect, test } from '@jest/globals';

import { checkedCrossSite, isCrossSite } from '../../../../lib/http/server/request/cross-site.js';
import { argumentError } from '../../../instruments/support/fake-handles.js';
import { message } from '../../../instruments/support/http-message.js';

const REFUSE = checkedCrossSite('refuse');
const PORTAL = checkedCrossSite({ origins: ['https://portal.example.com'] });
const TLS = { socket: { encrypted: true } };
type Fields = [string, string][];

const host: Fields = [['Host', 'web.example.com']];
const from = (origin: string): Fields => [...host, ['Origin', origin]];
const fetch = (site: string, mode = 'navigate', dest = 'document'): Fields => [
  ...host,
  ['Sec-Fetch-Site', site],
  ['Sec-Fetch-Mode', mode],
  ['Sec-Fetch-Dest', dest],
];

describe('an origin', () => {
  test.each([
    ['http://web.example.com', false, true],
    ['https://web.example.com', true, true],
    // TLS may end in front of a plain connection.
    ['https://web.example.com', false, true],
    // There is no plain page of a TLS connection.
    ['http://web.example.com', true, false],
    ['https://web.example.com:8443', false, false],
    ['http://web.example.com.evil.test', false, false],
    ['http://evil.test', false, false],
    ['http://example.com', false, false],
    ['http://WEB.example.com', false, false],
    ['null', false, false],
    ['', false, false],
    ['file://', false, false],
    ['chrome-extension://web.example.com', false, false],
    ['http://web.example.com/', false, false],
    ['http://user@web.example.com', false, false],
    ['web.example.com', false, false],
  ])('%j, encrypted %p, is the own one: %p', (origin, encrypted, own) => {
    const request = message(from(origin), encrypted ? TLS : {});
    expect(isCrossSite(request, REFUSE)).toBe(!own);
  });

  test.each([
    ['web.example.com:80', 'http://web.example.com', true],
    ['web.example.com:8080', 'http://web.example.com:8080', true],
    ['WEB.Example.COM', 'http://web.example.com', true],
    ['web.example.com', 'http://web.example.com:8080', false],
    ['[::1]:8080', 'http://[::1]:8080', true],
    ['[0:0::1]:8080', 'http://[::1]:8080', true],
    ['127.0.0.1', 'http://127.0.0.1', true],
    ['', 'http://web.example.com', false],
    ['', 'null', false],
    ['//', 'null', false],
    ['%', 'http://%', false],
  ])('of the host %j: %j is the own one: %p', (name, origin, own) => {
    const request = message([
      ['Host', name],
      ['Origin', origin],
    ]);
    expect(isCrossSite(request, REFUSE)).toBe(!own);
  });

  test('is of another site where the request names no host, or two', () => {
    const origin = ['Origin', 'http://web.example.com'] as const;
    expect(isCrossSite(message([origin]), REFUSE)).toBe(true);
    expect(isCrossSite(message([...host, ['Host', 'evil.test'], origin]), REFUSE)).toBe(true);
  });

  test('that is not the only one is of another site', () => {
    const twice = [...from('http://web.example.com'), ['Origin', 'http://evil.test']] as const;
    expect(isCrossSite(message(twice), REFUSE)).toBe(true);
    expect(isCrossSite(message(twice), PORTAL)).toBe(true);
    const same = [...from('http://web.example.com'), ['Origin', 'http://web.example.com']] as const;
    expect(isCrossSite(message(same), REFUSE)).toBe(true);
  });

  test('counts whatever Sec-Fetch-Site says beside it', () => {
    const lies = [...from('http://evil.test'), ['Sec-Fetch-Site', 'same-origin']] as const;
    expect(isCrossSite(message(lies), REFUSE)).toBe(true);
  });

  test('that is listed comes in, and no other one', () => {
    const is = (origin: string) => isCrossSite(message(from(origin)), PORTAL);
    expect(is('https://portal.example.com')).toBe(false);
    expect(is('https://web.example.com')).toBe(false);
    expect(is('http://portal.example.com')).toBe(true);
    expect(is('https://portal.example.com:444')).toBe(true);
    expect(is('null')).toBe(true);
  });

  test('is not looked at with allow', () => {
    const allow = checkedCrossSite('allow');
    expect(isCrossSite(message(from('http://evil.test')), allow)).toBe(false);
    expect(isCrossSite(message(fetch('cross-site', 'cors', 'empty')), allow)).toBe(false);
  });
});

describe('Sec-Fetch-Site', () => {
  test.each([['same-origin'], ['none']])('%s is no other site', (site) => {
    expect(isCrossSite(message(fetch(site, 'no-cors', 'image')), REFUSE)).toBe(false);
  });

  test.each([['cross-site'], ['same-site'], ['nonsense'], ['']])('%j is another site', (site) => {
    expect(isCrossSite(message(fetch(site, 'no-cors', 'image')), REFUSE)).toBe(true);
  });

  test.each([
    ['GET', 'navigate', 'document', false],
    ['HEAD', 'navigate', 'document', false],
    ['POST', 'navigate', 'document', true],
    ['PUT', 'navigate', 'document', true],
    ['GET', 'navigate', 'iframe', true],
    ['GET', 'navigate', 'frame', true],
    ['GET', 'navigate', 'object', true],
    ['GET', 'navigate', '', true],
    ['GET', 'no-cors', 'document', true],
    ['GET', 'cors', 'empty', true],
    ['GET', 'websocket', 'websocket', true],
  ])('cross-site, %s, %s, %j is refused: %p', (method, mode, dest, refused) => {
    const request = message(fetch('cross-site', mode, dest), { method });
    expect(isCrossSite(request, REFUSE)).toBe(refused);
  });

  test('that comes twice is another site', () => {
    const twice = [...host, ['Sec-Fetch-Site', 'none'], ['Sec-Fetch-Site', 'none']] as const;
    expect(isCrossSite(message(twice), REFUSE)).toBe(true);
  });

  test('of a program is not there', () => {
    expect(isCrossSite(message(host), REFUSE)).toBe(false);
    expect(isCrossSite(message(host, { method: 'POST' }), REFUSE)).toBe(false);
  });
});

describe('what a page of a listed origin embeds (S8)', () => {
  const embed = (
    referer: string | undefined,
    [site = 'cross-site', mode = 'no-cors', dest = 'image']: string[] = [],
  ): Fields =>
    [
      ...fetch(site, mode, dest),
      ...(referer === undefined ? [] : ([['Referer', referer]] as const)),
    ] as Fields;
  const PAGE = 'https://portal.example.com/';

  test.each([
    ['an image', []],
    ['a script', ['cross-site', 'no-cors', 'script']],
    ['a frame', ['cross-site', 'navigate', 'iframe']],
    ['a frame of the same site', ['same-site', 'navigate', 'iframe']],
    ['a style sheet of the same site', ['same-site', 'no-cors', 'style']],
  ])('is let in: %s', (_, fields) => {
    expect(isCrossSite(message(embed(PAGE, fields)), PORTAL)).toBe(false);
    expect(isCrossSite(message(embed(`${PAGE}a/page?x`, fields)), PORTAL)).toBe(false);
    expect(isCrossSite(message(embed(PAGE, fields), { method: 'HEAD' }), PORTAL)).toBe(false);
    expect(isCrossSite(message(embed(PAGE, fields)), REFUSE)).toBe(true);
  });

  test.each([
    [undefined],
    [''],
    ['https://evil.test/'],
    ['http://portal.example.com/'],
    ['https://portal.example.com'],
    ['https://portal.example.com:444/'],
    ['https://portal.example.com.evil.test/'],
    ['https://portal.example.com@evil.test/'],
    ['https://evil.test/https://portal.example.com/'],
    ['blob:https://portal.example.com/uuid'],
    ['HTTPS://portal.example.com/'],
    ['null'],
    // A redirect led from a page of the server through another site.
    ['https://web.example.com/'],
  ])('is of another site with the Referer %j', (referer) => {
    expect(isCrossSite(message(embed(referer)), PORTAL)).toBe(true);
  });

  test('is of another site with two of them', () => {
    const twice = [...embed(PAGE), ['Referer', 'https://evil.test/']] as const;
    expect(isCrossSite(message(twice), PORTAL)).toBe(true);
    const same = [...embed(PAGE), ['Referer', PAGE]] as const;
    expect(isCrossSite(message(same), PORTAL)).toBe(true);
  });

  test.each([
    ['nonsense', 'no-cors'],
    ['', 'no-cors'],
    ['cross-site', 'cors'],
    ['cross-site', 'websocket'],
    ['cross-site', 'same-origin'],
    ['cross-site', ''],
  ])('is of another site with Sec-Fetch-Site %j and Sec-Fetch-Mode %j', (site, mode) => {
    expect(isCrossSite(message(embed(PAGE, [site, mode])), PORTAL)).toBe(true);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('only reads: not %s', (method) => {
    expect(isCrossSite(message(embed(PAGE), { method }), PORTAL)).toBe(true);
  });

  test('is no upgrade', () => {
    const request = Object.assign(message(embed(PAGE)), { upgrade: true });
    expect(isCrossSite(request, PORTAL)).toBe(true);
  });

  test('does not count beside an Origin', () => {
    const both = [...embed(PAGE), ['Origin', 'https://evil.test']] as const;
    expect(isCrossSite(message(both), PORTAL)).toBe(true);
  });
});

test.each([
  [null],
  ['deny'],
  [true],
  [[]],
  [['https://portal.example.com']],
  [{}],
  [{ origins: 'https://portal.example.com' }],
  [{ origins: ['portal.example.com'] }],
  [{ origins: ['https://portal.example.com/'] }],
  [{ origins: ['https://portal.example.com/app'] }],
  [{ origins: ['https://Portal.example.com'] }],
  [{ origins: ['https://portal.example.com:443'] }],
  [{ origins: ['*'] }],
  [{ origins: ['https://*.example.com'.replace('*', '%')] }],
  [{ origins: ['null'] }],
  [{ origins: ['file:///'] }],
  [{ origins: [undefined] }],
  [{ origins: [1] }],
])('the option is not %j', (value) => {
  expect(() => checkedCrossSite(value)).toThrow(argumentError(/crossSite/));
});
