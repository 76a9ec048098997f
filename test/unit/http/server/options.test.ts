import '../../../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { ChannelBindings } from '../../../../lib/channel-bindings/channel-bindings.js';
import { fastifyIntegratedAuth } from '../../../../lib/http/server/adapters/fastify.js';
import { integratedAuth } from '../../../../lib/http/server/adapters/middleware.js';
import { koaIntegratedAuth } from '../../../../lib/http/server/adapters/koa.js';
import { Authenticator } from '../../../../lib/http/server/authenticator.js';
import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import { checkedOptions } from '../../../../lib/http/server/settings.js';
import { argumentError } from '../../../instruments/support/fake-handles.js';

const BINDINGS = ChannelBindings.fromBytes(Buffer.from('tls-server-end-point:x'));
const check = (options: unknown) => checkedOptions(options as IntegratedAuthOptions);

test('without any, logons are by Negotiate, of anybody but guests, with a ticket each', () => {
  expect(check({})).toEqual({
    schemes: ['Negotiate'],
    packages: { Negotiate: 'Negotiate', NTLM: 'NTLM' },
    ntlm: true,
    access: undefined,
    guests: false,
    passAnonymous: false,
    passOtherSchemes: false,
    passPreflights: false,
    require: [],
    extendedProtection: undefined,
    channelBindings: undefined,
    targetNames: undefined,
    persistKerberos: false,
    reverseProxy: 'none',
    crossSite: new Set(),
    keepContext: false,
    limits: {
      tokenBytes: 65_536,
      legs: 10,
      legTimeoutMs: 30_000,
      handshakes: 1000,
      handshakesPerAddress: 100,
      discardedBodyBytes: 1_048_576,
    },
    logger: undefined,
  });
});

describe('an option is refused:', () => {
  const WRONG: Record<keyof IntegratedAuthOptions, readonly unknown[]> = {
    schemes: [null, 'Negotiate', [], ['negotiate'], ['Basic'], ['NTLM', 'NTLM'], [null], {}],
    packages: [
      null,
      [],
      'Kerberos',
      { negotiate: 'Kerberos' },
      { Basic: 'x' },
      { Negotiate: '' },
      { Negotiate: 1 },
      { Negotiate: undefined },
      { Negotiate: 'a\0b' },
      { Negotiate: 'Schannel' },
      { NTLM: 'WDigest' },
      { toString: 'x' },
    ],
    ntlm: [null, 0, 'false', {}],
    allow: [],
    deny: [],
    guests: [null, 1, 'true'],
    anonymous: [null, true, 'allow', ['pass']],
    otherSchemes: [null, true, 'allow', ['pass']],
    preflight: [null, true, 'Pass', 'allow', ['pass']],
    require: [null, 'delegate', ['Delegate'], [undefined], [''], {}],
    extendedProtection: [null, 'Always', '', true, ['always']],
    channelBindings: [null, Buffer.from('x'), {}, 'x'],
    targetNames: [null, [], 'HTTP/web', ['web'], [''], [1]],
    persistKerberos: [null, 1, 'yes'],
    reverseProxy: [null, 'None', true, ''],
    crossSite: [null, 'deny', [], { origins: ['x'] }],
    keepContext: [null, 1, 'no'],
    limits: [
      null,
      [],
      1,
      { leg: 1 },
      { legs: 0 },
      { legs: -1 },
      { legs: 1.5 },
      { legs: NaN },
      { legs: Infinity },
      { legs: 2 ** 31 },
      { legs: '10' },
      { legs: undefined },
      { legs: null },
      { tokenBytes: 0 },
      { legTimeoutMs: 0 },
      { handshakes: 0 },
      { handshakesPerAddress: 0 },
      { discardedBodyBytes: -1 },
      { constructor: 1 },
    ],
    logger: [null, 'console', {}, true],
    server: [null, 8080, 'server', true],
  };

  test.each(
    Object.entries(WRONG).flatMap(([name, values]) =>
      [...values, undefined].map((value) => [name, value] as const),
    ),
  )('%s: %j', (name, value) => {
    expect(() => check({ [name]: value })).toThrow(argumentError());
    expect(() => integratedAuth({ [name]: value })).toThrow(argumentError());
  });

  test.each([
    ['Deny', []],
    ['denied', []],
    ['scheme', 'NTLM'],
    ['protection', 'encrypt'],
    ['maxTokenBytes', 10],
    ['__defineGetter__', 1],
  ])('%s, which there is not', (name, value) => {
    expect(() => check({ [name]: value })).toThrow(argumentError(`^Unknown option '${name}'`));
  });

  test.each([[null], [1], ['x'], [[]]])('%j for all of them', (options) => {
    expect(() => check(options)).toThrow(argumentError());
  });
});

describe('options contradict each other:', () => {
  test.each<IntegratedAuthOptions>([
    { ntlm: false, schemes: ['NTLM'] },
    { ntlm: false, schemes: ['Negotiate', 'NTLM'] },
    { ntlm: false, packages: { Negotiate: 'NTLM' } },
    { ntlm: false, packages: { Negotiate: 'ntlm' } },
    { reverseProxy: 'multiplexing', schemes: ['Negotiate', 'NTLM'] },
    { reverseProxy: 'multiplexing', packages: { Negotiate: 'NTLM' } },
    { reverseProxy: 'multiplexing', persistKerberos: true },
    { guests: true, allow: [] },
    { guests: true, deny: ['S-1-5-32-545'] },
    { extendedProtection: 'behindProxy' },
    { extendedProtection: 'never', channelBindings: BINDINGS },
    {
      extendedProtection: 'behindProxy',
      targetNames: ['HTTP/web.example.com'],
      channelBindings: BINDINGS,
    },
  ])('%j', (options) => {
    expect(() => check(options)).toThrow(argumentError());
  });

  test.each<IntegratedAuthOptions>([
    { ntlm: false },
    { ntlm: false, packages: { NTLM: 'NTLM' } },
    { reverseProxy: 'multiplexing', ntlm: false },
    { reverseProxy: 'pinned', schemes: ['NTLM'] },
    { extendedProtection: 'always' },
    { extendedProtection: 'always', channelBindings: BINDINGS },
    { extendedProtection: 'behindProxy', targetNames: ['HTTP/web.example.com'] },
    { extendedProtection: 'never', targetNames: ['HTTP/web.example.com'] },
    { limits: { discardedBodyBytes: 0, legs: 2 ** 31 - 1 } },
  ])('%j does not', (options) => {
    expect(() => check(options)).not.toThrow();
  });
});

test.each<IntegratedAuthOptions>([
  { guests: true, allow: ['S-1-5-32-545'] },
  { guests: true, deny: ['S-1-5-32-545'] },
  { guests: true, allow: [], deny: [] },
])('%j: guests would have no effect, and the error says how to let them in (S7)', (options) => {
  expect(() => check(options)).toThrow(
    argumentError(
      '^guests: true has no effect with allow or deny. To let guests in, list them in allow: ' +
        "'S-1-5-32-546' .Guests., or 'S-1-1-0' .everyone, including guests.$",
    ),
  );
});

test.each<IntegratedAuthOptions>([
  { guests: true },
  { guests: false, deny: ['S-1-5-32-545'] },
  { allow: ['S-1-1-0'], deny: ['S-1-5-32-545'] },
])('%j is about guests, and valid (S7)', (options) => {
  expect(() => check(options)).not.toThrow();
});

describe('options that are passed but undefined', () => {
  const lost = undefined as unknown as IntegratedAuthOptions;
  const error = argumentError('the options of integratedAuth must be a plain object');

  test('are an error, not those of nobody', async () => {
    expect(() => integratedAuth(lost)).toThrow(error);
    expect(() => koaIntegratedAuth(lost)).toThrow(error);
    expect(() => new Authenticator(lost)).toThrow(error);
    const plugin = fastifyIntegratedAuth(lost);
    await expect(plugin({ addHook: () => undefined })).rejects.toThrow(error);
  });

  test('may be left out', async () => {
    const auths = [integratedAuth(), koaIntegratedAuth(), new Authenticator()];
    await Promise.all(auths.map(({ ready }) => ready));
    await Promise.all(auths.map((auth) => auth.close()));
    const onClose: (() => Promise<void>)[] = [];
    await fastifyIntegratedAuth()({
      addHook: (name: string, hook: unknown) => {
        if (name === 'onClose') onClose.push(hook as () => Promise<void>);
      },
    });
    await onClose[0]?.();
  });
});

test('what was checked cannot be changed behind its back', () => {
  const schemes: ('Negotiate' | 'NTLM')[] = ['Negotiate'];
  const limits = { legs: 3 };
  const settings = check({ schemes, limits });
  schemes.push('NTLM');
  limits.legs = 1000;
  expect(settings.schemes).toEqual(['Negotiate']);
  expect(settings.limits.legs).toBe(3);
  expect(Object.isFrozen(settings)).toBe(true);
  expect(Object.isFrozen(settings.limits)).toBe(true);
});

test('each of the adapters checks them where it is made, or registered', async () => {
  const wrong = { reverseProxy: 'maybe' } as unknown as IntegratedAuthOptions;
  expect(() => koaIntegratedAuth(wrong)).toThrow(argumentError());
  const plugin = fastifyIntegratedAuth(wrong);
  await expect(plugin({ addHook: () => undefined })).rejects.toThrow(argumentError());
});

test.each<[IntegratedAuthOptions, string]>([
  [{ allow: 'S-1-5-32-545' as unknown as string[] }, 'ERR_SECUR32_INVALID_ARGUMENT'],
  [{ deny: [1] as unknown as string[] }, 'ERR_SECUR32_INVALID_ARGUMENT'],
  [{ allow: [''] }, 'ERR_SECUR32_INVALID_ARGUMENT'],
])('with %j it does not become ready', async (options, code) => {
  const auth = integratedAuth(options);
  await expect(auth.ready).rejects.toMatchObject({ code });
  await auth.close();
});
