/** Two copies of the package in one process: they share no identities, and say that there are two. */

import '../../../instruments/support/fake-native.js';

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';

import { describe, expect, jest, test } from '@jest/globals';

import * as bindings from '../../../../lib/channel-bindings/channel-bindings.js';
import * as one from '../../../../lib/http/server/authentication.js';
import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import { checkSupported } from '../../../../lib/http/server/request/supported-requests.js';
import { checkedOptions } from '../../../../lib/http/server/settings.js';
import { argumentError, coded } from '../../../instruments/support/fake-handles.js';
import { message } from '../../../instruments/support/http-message.js';

/** The same module as another copy of the package has it. */
function loadAgain(path: string): unknown {
  let other: unknown;
  jest.isolateModules(() => {
    other = jest.requireActual(path);
  });
  if (other === undefined) throw new Error('it was not loaded');
  return other;
}

const other = loadAgain('../../../../lib/http/server/authentication.js') as typeof one;
const TWO =
  'the integratedAuth of another copy of secur32 decided on this request. This process has loaded secur32 twice, ' +
  'and its copies share no identities: make the application and its dependencies use the same one ' +
  '(npm ls secur32; a bundle contains a copy of its own)';
const NOT_RUN = 'integratedAuth did not run for this request; mount it before this handler';

/** As much of it as matters here. */
const ALICE = JSON.parse('{"identity":{"sid":"S-1-5-21-1-2-3-1104"}}') as one.Authentication;

const errorOf = (ask: () => unknown): unknown => {
  try {
    return ask();
  } catch (error) {
    return error;
  }
};

function request(): IncomingMessage {
  return message([], { socket: new PassThrough() as unknown as Socket });
}

test('the copies are two', () => {
  expect(other.getIdentity).not.toBe(one.getIdentity);
});

describe('a request that another copy let through', () => {
  test.each<[string, one.Authentication | 'anonymous']>([
    ['with a logon', ALICE],
    ['without one', 'anonymous'],
  ])('%s has no identity in this one, which says that there are two (S14)', (_, authentication) => {
    const decided = request();
    other.setAuthentication(decided, authentication);
    for (const ask of [one.getIdentity, one.getAuthentication]) {
      for (const form of [decided, { raw: decided }, { req: decided }]) {
        const error = errorOf(() => ask(form));
        expect(error).toEqual(coded('ERR_SECUR32_NOT_AUTHENTICATED'));
        expect(error).toMatchObject({ message: TWO });
      }
    }
  });

  test('is not let through by a second middleware (S14)', () => {
    const decided = request();
    expect(() => {
      checkSupported(decided);
    }).not.toThrow();
    other.setAuthentication(decided, 'anonymous');
    expect(() => {
      checkSupported(decided);
    }).toThrow(argumentError('another integratedAuth.* This process has loaded secur32 twice'));
  });

  test('says so without the identity (S14)', () => {
    const decided = request();
    other.setAuthentication(decided, ALICE);
    const marks = Object.getOwnPropertySymbols(decided).map((symbol) => [
      symbol,
      Object.getOwnPropertyDescriptor(decided, symbol)?.value as unknown,
    ]);
    expect(marks).toEqual([[Symbol.for('secur32.http.decided'), true]]);
    expect(Object.keys(decided)).not.toContain(Symbol.for('secur32.http.decided'));
  });
});

test('channel bindings of another copy are no bindings of this one, which says why (S14)', () => {
  const { ChannelBindings } = loadAgain(
    '../../../../lib/channel-bindings/channel-bindings.js',
  ) as typeof bindings;
  const check = (channelBindings: unknown) =>
    checkedOptions({ channelBindings } as IntegratedAuthOptions);
  const bytes = Buffer.from('tls-server-end-point:x');
  expect(() => check(bindings.ChannelBindings.fromBytes(bytes))).not.toThrow();
  const message = 'channelBindings must be a ChannelBindings object';
  expect(() => check(ChannelBindings.fromBytes(bytes))).toThrow(
    argumentError(`^${message}. This process has loaded secur32 twice`),
  );
  for (const wrong of [null, 1, {}, Object.create(null)]) {
    expect(() => check(wrong)).toThrow(argumentError(`^${message}$`));
  }
});

describe('a request that no copy let through', () => {
  test.each<[string, unknown]>([
    ['a request', request()],
    ['a Fastify request', { raw: request() }],
    ['a Koa context', { req: request() }],
    ['something else', { raw: 1 }],
    ['nothing', { raw: undefined }],
    ['null', { req: null }],
  ])('is none of two copies: %s (S14)', (_, value) => {
    for (const copy of [one, other]) {
      expect(errorOf(() => copy.getIdentity(value as never))).toMatchObject({ message: NOT_RUN });
    }
  });

  test('is none by the mark alone (S14)', () => {
    const marked = Object.assign(request(), { [Symbol.for('secur32.http.decided')]: ALICE });
    expect(errorOf(() => one.getIdentity(marked))).toMatchObject({ message: TWO });
  });
});
