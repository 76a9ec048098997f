import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  checkedServicePrincipalNames,
  isAllowedTarget,
} from '../../lib/context/service-principal-names.js';

const ALLOWED = ['HTTP/web.example.com', 'HTTP/web:8080', 'MSSQLSvc/db.example.com:INSTANCE'];

describe('a target name is allowed', () => {
  test.each([
    ['as it is in the list', 'HTTP/web.example.com'],
    ['with a port that is in the list', 'HTTP/web:8080'],
    ['with an instance that is in the list', 'MSSQLSvc/db.example.com:INSTANCE'],
    ['in other case', 'http/WEB.Example.COM'],
    ['with an instance in other case', 'mssqlsvc/DB.example.com:instance'],
    ['with the realm that Kerberos adds', 'HTTP/web.example.com@EXAMPLE.COM'],
    ['with a realm behind a port', 'HTTP/web:8080@EXAMPLE.COM'],
  ])('%s', (_, target) => {
    expect(isAllowedTarget(target, ALLOWED)).toBe(true);
  });
});

describe('a target name is not allowed', () => {
  test.each([
    ['where there is none', undefined],
    ['where it is empty', ''],
    ['of another host', 'HTTP/evil.example.com'],
    ['of another class', 'HOST/web.example.com'],
    ['of a class that begins like it', 'HTTPS/web.example.com'],
    ['with a port, where the list has none', 'HTTP/web.example.com:443'],
    ['without the port of the list', 'HTTP/web'],
    ['with another port', 'HTTP/web:80801'],
    ['with the port in another way', 'HTTP/web:08080'],
    ['with a dot at the end of its host', 'HTTP/web.example.com.'],
    ['with a third part', 'HTTP/web.example.com/example.com'],
    ['without class', 'web.example.com'],
    ['without host', 'HTTP/'],
    ['that contains one', 'x HTTP/web.example.com'],
    ['that begins with one', 'HTTP/web.example.com.evil.test'],
    ['with a zero character', 'HTTP/web.example.com\0'],
    ['with a space', 'HTTP/web.example.com '],
    ['with an empty realm', 'HTTP/web.example.com@'],
    ['with two realms', 'HTTP/web.example.com@A@B'],
    ['with a host behind the @', 'HTTP/web.example.com@evil.test/x'],
    ['with a port behind the @', 'HTTP/web.example.com@evil.test:80'],
    ['with an @ that is part of the host', 'HTTP/web.example.com\\@evil.test'],
    ['that is a realm', '@EXAMPLE.COM'],
  ])('%s', (_, target) => {
    expect(isAllowedTarget(target, ALLOWED)).toBe(false);
  });

  test.each([
    ['the long s for s', 'HTTP/\u017ferver', 'HTTP/server'],
    ['the Kelvin sign for k', 'HTTP/\u212aerberos', 'HTTP/kerberos'],
    ['the dotless i for i', 'HTTP/\u0131ntranet', 'HTTP/intranet'],
    ['ß for ss', 'HTTP/stra\u00dfe', 'HTTP/strasse'],
    ['full-width letters', 'HTTP/\uff57eb', 'HTTP/web'],
    ['a composed letter for a decomposed one', 'HTTP/m\u00fcnchen', 'HTTP/mu\u0308nchen'],
    ['Unicode for Punycode', 'HTTP/m\u00fcnchen', 'HTTP/xn--mnchen-3ya'],
  ])('with %s', (_, target, allowed) => {
    expect(isAllowedTarget(target, [allowed])).toBe(false);
    expect(isAllowedTarget(allowed, [target])).toBe(false);
  });

  test('by a list that has nothing', () => {
    expect(isAllowedTarget('HTTP/web', [])).toBe(false);
    expect(isAllowedTarget('', [''])).toBe(false);
    expect(isAllowedTarget(undefined, ['undefined'])).toBe(false);
  });

  test('where it is no string', () => {
    const targets = [null, 1, ['HTTP/web'], { toString: () => 'HTTP/web' }] as unknown as string[];
    expect(targets.filter((target) => isAllowedTarget(target, ['HTTP/web']))).toEqual([]);
  });
});

test('names beyond ASCII are allowed as they are', () => {
  expect(isAllowedTarget('http/M\u00fcnchen.example', ['HTTP/m\u00fcnchen.example'])).toBe(true);
  expect(isAllowedTarget('HTTP/M\u00dcNCHEN.example', ['HTTP/m\u00fcnchen.example'])).toBe(false);
});

test('a realm in the list is wanted', () => {
  const allowed = ['HTTP/web@EXAMPLE.COM'];
  expect(isAllowedTarget('HTTP/web@example.com', allowed)).toBe(true);
  expect(isAllowedTarget('HTTP/web', allowed)).toBe(false);
  expect(isAllowedTarget('HTTP/web@OTHER.COM', allowed)).toBe(false);
  expect(isAllowedTarget('HTTP/web@EXAMPLE.COM@EXAMPLE.COM', allowed)).toBe(false);
});

const character = fc.constantFrom('a', 'A', 's', 'S', '\u017f', '/', ':', '@', '.', '\\', '\0');
const text = fc.string({ unit: character, maxLength: 12 });
const lowerCase = (name: string) => name.replaceAll('A', 'a').replaceAll('S', 's');

test('what is allowed is a name of the list in other case, perhaps with a realm', () => {
  let allowed = 0;
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 4 }), (target, list) => {
      if (!isAllowedTarget(target, list)) return;
      allowed++;
      expect(target).not.toBe('');
      const [name = '', realm, ...more] = lowerCase(target).split('@');
      const names = [lowerCase(target)];
      if (more.length === 0 && realm !== undefined && !/^$|[/:\\]/.test(realm)) names.push(name);
      expect(list.map(lowerCase).some((wanted) => names.includes(wanted))).toBe(true);
    }),
    { numRuns: 20_000 },
  );
  expect(allowed).toBeGreaterThan(0);
});

test('every name of a list is allowed by it, in any case', () => {
  fc.assert(
    fc.property(text, fc.array(text), (name, others) => {
      const list = [...others, name];
      const swapped = name.replace(/[as]/gi, (letter) =>
        letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
      );
      expect(isAllowedTarget(name, list)).toBe(name !== '');
      expect(isAllowedTarget(swapped, list)).toBe(name !== '');
    }),
  );
});

describe('the list of a server', () => {
  const check = (names: unknown) => checkedServicePrincipalNames(names, 'serviceNames');
  const invalid = (message: string) =>
    expect.objectContaining({ name: 'TypeError', code: 'ERR_SECUR32_INVALID_ARGUMENT', message });
  const fault = (why: string) =>
    invalid(
      `serviceNames[1] must be like HTTP/web.example.com or HTTP/web.example.com:8080: ${why}`,
    );

  test.each([
    ['HTTP/web'],
    ['HTTP/web.example.com'],
    ['HTTP/web.example.com.'],
    ['HTTP/web.example.com:1'],
    ['HTTP/web.example.com:65535'],
    ['MSSQLSvc/db.example.com:INSTANCE_1'],
    ['ldap/dc.example.com/example.com'],
    ['ldap/dc.example.com:389/dc=example,dc=com'],
    ['HTTP/web@EXAMPLE.COM'],
    ['ldap/dc/example.com@EXAMPLE.COM'],
    ['HTTP/192.0.2.1:8080'],
    ['HTTP/::1'],
    ['HTTP/[::1]'],
    ['HTTP/[2001:db8::1]:8080'],
    ['HTTP/m\u00fcnchen.example'],
    [`HTTP/${'a'.repeat(1019)}`],
  ])('can have %s, which then is allowed', (name) => {
    const names = check([name]);
    expect(names).toEqual([name]);
    expect(isAllowedTarget(name.toUpperCase().replace('\u00dc', '\u00fc'), names)).toBe(true);
  });

  test.each([
    ['web.example.com', 'the host is missing'],
    ['HTTP/', 'the host is missing'],
    ['HTTP//name', 'the host is missing'],
    ['/web', 'the service class is missing or invalid'],
    ['https://web.example.com', 'the service class is missing or invalid'],
    ['@EXAMPLE.COM', 'it begins with @'],
    ['HTTP/web@', 'the realm after @ is invalid'],
    ['HTTP/web@A@B', 'the realm after @ is invalid'],
    ['HTTP/web@A/b', 'the realm after @ is invalid'],
    ['HTTP/web/', 'the last part is empty'],
    ['HTTP/web/a/b', 'it has too many parts'],
    ['HTTP/:80', 'the host is invalid'],
    ['HTTP/a:1:2', 'the host is invalid'],
    ['HTTP/[::1', 'the host is invalid'],
    ['HTTP/[::1]x', 'the host is invalid'],
    ['HTTP/[web]', 'the brackets do not contain an IPv6 address'],
    ['HTTP/[]', 'the brackets do not contain an IPv6 address'],
    ['HTTP/web:', 'the port is empty'],
    ['HTTP/web:0', 'the port must be from 1 to 65535'],
    ['HTTP/web:65536', 'the port must be from 1 to 65535'],
  ])('cannot have %s', (name, why) => {
    expect(() => check(['HTTP/web', name])).toThrow(fault(why));
  });

  test.each([
    ['nothing', '', 'must not be empty'],
    ['a space', 'HTTP/web server', 'must not contain spaces or control characters'],
    ['a line end', 'HTTP/web\n', 'must not contain spaces or control characters'],
    ['a zero character', 'HTTP/web\0', 'must not contain null characters'],
    ['a no-break space', 'HTTP/web\u00a0', 'must not contain spaces or control characters'],
    ['a zero-width space', 'HTTP/web\u200b', 'must not contain spaces or control characters'],
    ['half a character', 'HTTP/web\ud800', 'must not contain spaces or control characters'],
    ['too much', `HTTP/${'a'.repeat(1020)}`, 'is too long'],
    ['a number', 80, 'must be a string'],
    ['undefined', undefined, 'must be a string'],
  ])('cannot have %s', (_, name, why) => {
    expect(() => check(['HTTP/web', name])).toThrow(invalid(`serviceNames[1] ${why}`));
  });

  test('has no wildcards', () => {
    expect(() => check(['HTTP/web', 'HTTP/*.example.com'])).toThrow(
      invalid('serviceNames[1] must not contain wildcards'),
    );
  });

  test.each([
    [undefined],
    [null],
    ['HTTP/web'],
    [{ 0: 'HTTP/web', length: 1 }],
    [new Set(['HTTP/web'])],
  ])('is not %p', (names: unknown) => {
    expect(() => check(names)).toThrow(invalid('serviceNames must be an array of strings'));
  });

  test('is not empty', () => {
    expect(() => check([])).toThrow(
      invalid('serviceNames must not be empty; omit it or name a service'),
    );
  });

  test('has no holes and an end', () => {
    expect(() => check(new Array(3))).toThrow(invalid('serviceNames[0] must be a string'));
    expect(() => check(new Array(1025).fill('HTTP/web'))).toThrow(
      invalid('serviceNames must not have more than 1024 names'),
    );
    expect(check(new Array(1024).fill('HTTP/web'))).toHaveLength(1024);
  });

  test('is copied, and does not change', () => {
    const given = ['HTTP/web'];
    const names = check(given);
    given[0] = 'HTTP/evil';
    given.push('HTTP/other');
    expect(names).toEqual(['HTTP/web']);
    expect(() => (names as string[]).push('HTTP/other')).toThrow(TypeError);
  });

  test('anything at all is taken or refused by name', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), text, fc.anything()), { minLength: 1 }),
        (given) => {
          try {
            const names = check(given);
            expect(names.every((name) => isAllowedTarget(name, names))).toBe(true);
          } catch (error) {
            expect(error).toMatchObject({
              name: 'TypeError',
              code: 'ERR_SECUR32_INVALID_ARGUMENT',
            });
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
